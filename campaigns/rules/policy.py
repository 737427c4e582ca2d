"""The rules of calling of one campaign, as a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from campaigns.rules.hours import Hours, Window
from campaigns.rules.packs import NO_PACK, Pack
from campaigns.words import ConnectMode, Pacing, Purpose


@dataclass(frozen=True)
class Brakes:
    """When a campaign pauses itself: shares (0 to 1) of its last `of_last` ended calls."""

    failures: float = 1.0  # 1: never
    opt_outs: float = 1.0
    of_last: int = 50


@dataclass(frozen=True)
class Pace:
    """What a campaign may take of the lines.

    max_calls: at once; None: as many as there are. share: part (0 to 1) of the lines that is kept for it
    while it has somebody to call. institution_share: the most (0 to 1) that one institution takes of its
    calls while others wait.
    """

    max_calls: int | None = None
    share: float = 0.0
    institution_share: float = 1.0


@dataclass(frozen=True)
class Spread:
    """Over which `parts` of the local day attempts go, by name, in order; `jitter`: part (0-1) of a wait."""

    parts: tuple[tuple[str, Window], ...] = ()
    jitter: float = 0.0


@dataclass(frozen=True)
class Connect:
    """How a campaign connects people with operators.

    mode: `operator_first`: an operator takes the callback, and then the patient is called. `patient_first`:
    the patient is called while an operator is free for them (`progressive`), or so early that one most likely
    will be (`predictive`). `robot_first`: everybody is called, and who wants a person gets one that is free.
    groups: those of operators that take its calls, in this order; () is every group.
    answer: how long an operator's phone rings. wrap_up: the rest after each call. patience: the longest that
    a patient waits for an operator. abandoned: the greatest share (0 to 1) of answered calls for whom nobody
    is there within 2 s, over 24 h. transfer: the far end is asked to connect them (REFER) before we do it.
    """

    mode: ConnectMode = "robot_first"
    pacing: Pacing = "progressive"
    groups: tuple[str, ...] = ()
    answer: timedelta = timedelta(seconds=20)
    wrap_up: timedelta = timedelta(seconds=30)
    patience: timedelta = timedelta(seconds=45)
    abandoned: float = 0.03
    transfer: bool = False


@dataclass(frozen=True)
class Policy:
    """How often, when and until when a contact is called.

    attempts: the most counted attempts (1 or more).
    retry_after: the wait before the next attempt, by cause of the ending (`busy`, `no_answer`, `declined`)
        or, for answered calls, by outcome (`voicemail`, `not_here`, `hung_up`, `silent`, `partial`).
        Several waits: the first after the first such ending, and so on; the last one holds on.
        What is absent is never tried again.
    hours: when calls may be placed, in the contact's own time.
    deadline: counted from queueing, or from when the contact may first be called if that is later, for
        contacts without a deadline of their own; None: no deadline.
    after: the field with the date or time before which nobody is called, such as what was promised; "": none.
    purpose, urgent: what the pack's exemptions are decided by; urgent: always, or for these values of fields.
    pack: outer rules. pause: from one call to a number to the next one for another person there.
    same_call: the next person's message may follow in the same call. completed: who answered part of a survey
    is called again until it is completed.
    Raises ValueError with one plain sentence when a value cannot be followed.
    """

    attempts: int
    retry_after: Mapping[str, Sequence[timedelta]]
    hours: Hours
    deadline: timedelta | None = None
    purpose: Purpose = "notice"
    urgent: bool | Mapping[str, tuple[str, ...]] = False
    pack: Pack = NO_PACK
    pause: timedelta = timedelta(0)
    same_call: bool = False
    completed: bool = False
    spread: Spread = Spread()
    pace: Pace = Pace()
    brakes: Brakes = Brakes()
    connect: Connect = Connect()
    after: str = ""

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("a campaign needs at least one attempt for each contact")
        for cause, waits in self.retry_after.items():
            if not waits or min(waits) <= timedelta(0):
                raise ValueError(f'the wait after "{cause}" must be longer than nothing')
        if self.deadline is not None and self.deadline <= timedelta(0):
            raise ValueError("the deadline of a campaign must be longer than nothing")
