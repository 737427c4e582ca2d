"""Patients who are on the line and wait for an operator, and how many more may be called for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.connecting import Connecting, Follow, Follows
from campaigns.engine.desk import Desk
from campaigns.engine.live import LiveCall
from campaigns.engine.tally import Tally
from campaigns.flows.turns import Connect
from campaigns.rules.policy import Connect as Rules
from campaigns.rules.predictive import calls_now

ALONE_SECONDS = 2.0  # without an operator's phone that rings for them: then they are told that nobody is free
SEEK_SECONDS = 0.2  # from one look for a free operator to the next


@dataclass
class _Waiting:
    """Times: monotonic seconds. alone_since: no operator's phone rings for this patient; None: one does."""

    call: LiveCall
    connect: Connect
    patience_seconds: float
    at_once: bool  # only an operator who is free in this moment will do
    since: float
    alone_since: float | None
    sought_at: float = float("-inf")
    hears_tune: bool = False
    asked: set[int] = field(default_factory=set)  # operators who were called for this patient


class WaitingRoom:
    """tune: a WAV that whoever waits hears again and again."""

    def __init__(self, desk: Desk, connecting: Connecting, clock: Clock, tune: Path) -> None:
        self._desk = desk
        self._connecting = connecting
        self._clock = clock
        self._tune = tune
        self._waiting: dict[str, _Waiting] = {}
        self._called: dict[str, LiveCall] = {}  # patients who were called first, until they are connected
        self._tally = Tally()

    def room(self, campaign: str, free: int, rules: Rules) -> int:
        """How many more patients may be called first, with so many operators free for this campaign.

        Progressive: one for each operator whom nobody may want who was called before. Predictive: see
        `rules.predictive`.
        """
        alone = [name for name, call in self._called.items() if self._connecting.of_patient(call) is None]
        if rules.pacing == "progressive":
            return free - len(alone)
        waiting = sum(name in self._waiting for name in alone)
        now = self._clock.seconds()
        return calls_now(
            self._tally.pressure(campaign, now, free, len(alone) - waiting, waiting), rules.abandoned
        )

    def called(self, call: LiveCall) -> None:
        """A patient is called."""
        if not call.placed.operator and self._desk.mode(call.placed.contact) == "patient_first":
            self._called[call.name] = call
            self._tally.note(call.placed.contact.campaign, "placed", self._clock.seconds())

    def want(self, call: LiveCall, connect: Connect) -> Follows:
        """The script of this call wants an operator."""
        contact, now = call.placed.contact, self._clock.seconds()
        if not self._desk.may_connect(contact):
            return self._give_up(call)
        rules, at_once = self._desk.rules(contact), self._desk.mode(contact) == "robot_first"
        waiting = _Waiting(call, connect, rules.patience.total_seconds(), at_once, now, now)
        self._waiting[call.name] = waiting
        if call.name in self._called:
            self._tally.note(contact.campaign, "wanted", now)
        call.state = "waiting"
        return [] if at_once else self._entertain(waiting)

    def seek(self) -> Iterator[Follow]:
        """Call operators' phones for those for whom none rings. Raises DatabaseError."""
        for waiting in list(self._waiting.values()):
            if waiting.alone_since is not None and self._clock.seconds() >= waiting.sought_at + SEEK_SECONDS:
                yield from self._seek_for(waiting)

    def _seek_for(self, waiting: _Waiting) -> Follows:
        call, contact = waiting.call, waiting.call.placed.contact
        seat = self._desk.seize(contact, call.placed.attempt, waiting.asked, patient_waits=True)
        waiting.sought_at = self._clock.seconds()
        if seat is None:
            return self._give_up(call) if waiting.at_once else []
        waiting.alone_since = None
        waiting.asked.add(seat.operator)
        follows = [] if waiting.hears_tune else self._entertain(waiting)
        self._connecting.call_for_patient(seat, call, waiting.connect.whisper, self._desk.rules(contact))
        return follows

    def tick(self) -> Follows:
        """Who has waited too long hears that nobody is free; whoever is connected waits no more."""
        follows: Follows = []
        now = self._clock.seconds()
        for waiting in list(self._waiting.values()):
            leg = self._connecting.of_patient(waiting.call)
            if leg is None and waiting.alone_since is None:
                waiting.alone_since = now
            if leg is not None and leg.state in ("joining", "joined"):
                self._leave(waiting.call)
            elif _too_long(waiting, now):
                if leg is not None:
                    self._connecting.part(leg, "patient_gone")
                if not waiting.asked and waiting.call.name in self._called:
                    self._tally.note(waiting.call.placed.contact.campaign, "abandoned", now)
                follows += self._give_up(waiting.call)
        return follows

    def ended(self, call: LiveCall) -> None:
        """The patient's call is over."""
        self._leave(call)

    def _leave(self, call: LiveCall) -> None:
        self._waiting.pop(call.name, None)
        self._called.pop(call.name, None)

    def _give_up(self, call: LiveCall) -> Follows:
        self._leave(call)
        if call.state == "waiting":
            call.state = "answered"
        return [(call, call.placed.talk.unconnected())]

    def _entertain(self, waiting: _Waiting) -> Follows:
        waiting.hears_tune = True
        said: Sequence[str] = waiting.connect.said
        return [(waiting.call, waiting.call.placed.talk.hold_on(said, self._tune))]


def _too_long(waiting: _Waiting, now: float) -> bool:
    alone = waiting.alone_since is not None and now - waiting.alone_since > ALONE_SECONDS
    return alone or now - waiting.since > waiting.patience_seconds
