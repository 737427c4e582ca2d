"""The calls of the endurance tests: what the patient does, what we do, and how it must end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dialer.messages import Answered, Cause, Collect, Collected, Command, Event, HangUp, Play, Played
from tests.sipp.behaviours import Answers, Behaviour, Refuses, Rings

RING_SECONDS = 1.0  # also the time in which a machine that falls behind must let the far end answer
LISTENS_MS = 1000  # sound that outlives its call must not fall on the next call of the same port
KEY = "7"
KEY_SECONDS = 5.0

Ours = Literal["waits", "speaks", "asks"]


@dataclass(frozen=True)
class Kind:
    """One kind of call; `share` is how many of a hundred calls are of this kind."""

    name: str
    number: str
    behaviour: Behaviour
    ours: Ours
    cause: Cause
    share: int


KINDS: Sequence[Kind] = (
    Kind(
        "patient hangs up",
        "+79990000001",
        Answers(ring_ms=20, hang_up_ms=60, sends_rtp=False),
        "waits",
        "answered",
        20,
    ),
    Kind("we hang up", "+79990000002", Answers(ring_ms=20, sends_rtp=False), "speaks", "answered", 25),
    Kind(
        "a key is pressed",
        "+79990000003",
        Answers(ring_ms=20, keys=((100, KEY),), press_ms=60, listens_ms=LISTENS_MS),
        "asks",
        "answered",
        20,
    ),
    Kind("busy", "+79990000004", Refuses(486, "Busy Here"), "waits", "busy", 10),
    Kind("no such number", "+79990000005", Refuses(404, "Not Found"), "waits", "wrong_number", 15),
    Kind("nobody answers", "+79990000006", Rings(), "waits", "no_answer", 10),
)
PATIENTS: Mapping[str, Behaviour] = {kind.number: kind.behaviour for kind in KINDS}


def dealt() -> Sequence[Kind]:
    """A hundred calls in an order that mixes the kinds evenly."""
    places = [
        ((place + 0.5) / kind.share, kind.number, kind) for kind in KINDS for place in range(kind.share)
    ]
    return [kind for _, _, kind in sorted(places, key=lambda place: place[:2])]


@dataclass
class Talk:
    """One call of a kind: events in, commands out."""

    call: str
    kind: Kind
    prompt: str
    keys: list[str] = field(default_factory=list)

    def reply(self, event: Event) -> Sequence[Command]:
        match event, self.kind.ours:
            case Answered(), "speaks":
                return [Play(self.call, "prompt", self.prompt)]
            case Answered(), "asks":
                play = Play(self.call, "prompt", self.prompt)
                question = Collect(self.call, "question", 1, "", KEY_SECONDS, KEY_SECONDS, early_keys=True)
                return [play, question]  # on a busy machine the key may come before its question
            case Played(), "speaks":
                return [HangUp(self.call)]
            case Collected(keys=keys), _:
                self.keys.append(keys)
                return [HangUp(self.call)]
        return []

    def as_it_must(self, cause: Cause) -> bool:
        """Whether it ended as its kind has to, its key caught."""
        return cause == self.kind.cause and self.keys == ([KEY] if self.kind.ours == "asks" else [])
