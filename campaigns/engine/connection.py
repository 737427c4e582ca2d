"""One operator's call for one contact, from the ringing phone to its end, as a table (pure).

What the patient does meanwhile stands in the columns of `PARTINGS`: whoever is left alone is told why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from campaigns.flows.standard import OPERATOR_PATIENT_GONE, OPERATOR_UNREACHED
from campaigns.rules.policy import Connect
from campaigns.store.operators import Seat
from campaigns.words import OperatorCallResult
from dialer.messages import Cause

State = Literal["referring", "ringing", "asking", "taken", "calling", "joining", "joined", "parting", "over"]
Step = Literal[
    "not_referred", "answered", "pressed", "dialled", "moved_on", "join", "joined", "part", "ended"
]
Parting = Literal[
    "not_taken", "refused", "untold", "unreached", "patient_gone", "not_joined", "talked", "transferred"
]

TalkEnd = Literal["talked", "left", "machine", "broken", "unjoined"]
"""left: before anything could be said. broken: by no will of the two."""

MOVES: Mapping[tuple[State, Step], State] = {
    ("referring", "not_referred"): "ringing",  # the far end refuses REFER: we call the operator ourselves
    ("ringing", "answered"): "asking",  # the whisper plays, and one key is waited for
    ("asking", "pressed"): "taken",
    ("taken", "dialled"): "calling",  # operator first: only now the patient is called
    ("calling", "moved_on"): "taken",  # the trunk failed the patient's call: the next one is tried
    ("calling", "join"): "joining",  # the patient has answered
    ("taken", "join"): "joining",  # the patient was there first, and waits
    ("joining", "joined"): "joined",
    **{
        (state, "part"): "parting"  # the operator is told, and then hung up
        for state in ("ringing", "asking", "taken", "calling", "joining", "joined")
    },
    **{
        (state, "ended"): "over"
        for state in ("referring", "ringing", "asking", "taken", "calling", "joining", "joined", "parting")
    },
}

PARTINGS: Mapping[Parting, tuple[OperatorCallResult, str | None]] = {
    "not_taken": ("not_taken", None),
    "refused": ("refused", None),
    "untold": ("failed", None),
    "unreached": ("patient_unreached", OPERATOR_UNREACHED),
    "patient_gone": ("patient_gone", OPERATOR_PATIENT_GONE),
    "not_joined": ("failed", OPERATOR_PATIENT_GONE),
    "talked": ("talked", OPERATOR_PATIENT_GONE),
    "transferred": ("transferred", None),
}
"""What we let the operator go with: the result of the call, and the text that is said before."""

UNANSWERED: Mapping[Cause, OperatorCallResult] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "declined": "refused",
}
"""Results of a phone that nobody answered, by cause; any other is a failure."""

BROKEN: frozenset[Cause] = frozenset({"line_lost", "media"})
"""Ends that nobody wanted: whoever is left is told that the connection was lost."""
SHORTEST_TALK_SECONDS = 5.0  # whoever hangs up before has told nothing: the patient is told so, not left
MACHINE_SECONDS = 30.0  # after its beep: whoever talks on for longer has found somebody there after all


class IllegalMove(ValueError):
    """A step that the table does not know; nothing was changed."""


@dataclass
class Leg:
    """The call of an operator's phone. Times: monotonic seconds.

    clips: the contact's texts. owner: the contact, where it is to be called for this operator. patient: the
    call of the contact as the lines know it; "" while there is none.
    """

    seat: Seat
    clips: Mapping[str, Path]
    whisper: tuple[str, ...]
    rules: Connect
    owner: str = ""
    patient: str = ""
    state: State = "ringing"
    since: float = 0.0  # of the present state
    begun: float = 0.0
    talk_seconds: float = 0.0  # with the patient, once that is over
    result: OperatorCallResult | None = None  # decided before the call is over
    sent: int = 0
    last_prompt: str = ""  # after which the operator is hung up
    held: bool = False  # the operator's phone is on hold
    beeped_at: float | None = None  # where the patient is: a machine began to record

    @property
    def call(self) -> str:
        """The operator's call as the lines know it."""
        return f"op-{self.seat.call}"

    @property
    def live(self) -> bool:
        """Whether something can still come of it."""
        return self.state not in ("parting", "over")

    def before_machine(self, now: float) -> bool:
        """Whether the operator, who talks, does so to a machine, as far as is known."""
        beeped = self.beeped_at
        return self.state == "joined" and beeped is not None and now - beeped <= MACHINE_SECONDS

    def move(self, step: Step, now: float) -> None:
        """One step of the table. Raises IllegalMove."""
        following = MOVES.get((self.state, step))
        if following is None:
            raise IllegalMove(f"An operator's call cannot make the step {step} while it is {self.state}.")
        if self.state == "joined":
            self.talk_seconds = now - self.since
        self.state, self.since = following, now


def result_of_end(leg: Leg, cause: Cause) -> OperatorCallResult:
    """What an operator's call was that ends now, in the state in which it is."""
    if leg.result is not None:
        return leg.result
    if leg.state == "joined":
        return "talked"
    if leg.state == "ringing":
        return UNANSWERED.get(cause, "failed")
    return "failed" if cause in BROKEN else "refused"


def end_of_talk(leg: Leg, cause: Cause, now: float) -> TalkEnd | None:
    """What a talk was that the patient's end of the line ends now; None: there was none."""
    if leg.state == "joining":
        return "unjoined"
    if leg.state != "joined":
        return None
    if cause in BROKEN:
        return "broken"
    if leg.before_machine(now):
        return "machine"
    return "left" if now - leg.since < SHORTEST_TALK_SECONDS else "talked"


def breaks_off(talk_seconds: float, cause: Cause) -> bool:
    """Whether the operator's end of a talk leaves a patient who was not served."""
    return cause in BROKEN or talk_seconds < SHORTEST_TALK_SECONDS
