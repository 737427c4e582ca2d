"""Patients who are on the line and wait for an operator, and how many more may be called for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.bench import UnderWay
from campaigns.engine.connecting import Connecting, Follow, Follows
from campaigns.engine.desk import Desk
from campaigns.engine.live import LiveCall
from campaigns.engine.tally import Tally
from campaigns.flows.turns import Connect
from campaigns.rules.policy import Connect as Rules
from campaigns.rules.predictive import calls_now

ALONE_SECONDS = 2.0  # without an operator's phone that rings for them: then they are told that nobody is free
SEEK_SECONDS = 0.2  # from one look for a free operator to the next
NOT_ABANDONED = frozenset({"completed", "voicemail"})  # was handed over to an operator; is a machine


@dataclass
class _Waiting:
    """Times: monotonic seconds. seen_at: by the last tick.

    alone_since: no operator's phone rings for this patient; None: one does.
    """

    call: LiveCall
    connect: Connect
    patience_seconds: float
    at_once: bool  # only an operator who is free in this moment will do
    since: float
    alone_since: float | None
    seen_at: float
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

    def room(self, campaign: str, rules: Rules) -> int:
        """For how many more patients of this campaign there are operators.

        Whoever was called before, and may want one, has a claim to one, of whatever campaign and engine.
        Predictive: see `rules.predictive`; else one patient for each operator who is left.
        """
        alone = [*self._alone(), *self._desk.elsewhere]
        mine = [each for each in alone if each.campaign == campaign]
        free = self._desk.spare(campaign, [each.wanted for each in alone if each.campaign != campaign])
        if rules.mode == "operator_first" or rules.pacing == "progressive":
            return free - len(mine)
        waiting = sum(each.waiting for each in mine)
        now = self._clock.seconds()
        return calls_now(
            self._tally.pressure(campaign, now, free, len(mine) - waiting, waiting), rules.abandoned
        )

    def _alone(self) -> Iterator[UnderWay]:
        """Who was called first by this engine, and has no operator yet."""
        for name, call in self._called.items():
            if self._connecting.of_patient(call) is None:
                contact = call.placed.contact
                yield UnderWay(contact.campaign, self._desk.wanted(contact), name in self._waiting)

    def called(self, call: LiveCall) -> None:
        """A patient is called."""
        if not call.placed.operator and self._desk.mode(call.placed.contact) == "patient_first":
            self._called[call.name] = call
            self._tally.note(call.placed.contact.campaign, "placed", self._clock.seconds())

    def want(self, call: LiveCall, connect: Connect) -> Follows:
        """The script of this call wants an operator."""
        contact, now = call.placed.contact, self._clock.seconds()
        if call.name in self._called:
            self._tally.note(contact.campaign, "wanted", now)
        if not self._desk.may_connect(contact):
            return self._give_up(call)
        rules, at_once = self._desk.rules(contact), self._desk.mode(contact) == "robot_first"
        waiting = _Waiting(call, connect, rules.patience.total_seconds(), at_once, now, now, now)
        self._waiting[call.name] = waiting
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
            passed, waiting.seen_at = now - waiting.seen_at, now
            if leg is None and waiting.alone_since is None:
                waiting.alone_since = now
            if leg is not None and leg.state in ("joining", "joined"):
                self._leave(waiting.call)
            elif leg is not None and leg.state == "referring":
                waiting.since += passed  # the far end connects the two, and may take its time
            elif _too_long(waiting, now):
                if leg is not None:
                    self._connecting.part(leg, "patient_gone")
                follows += self._give_up(waiting.call)
        return follows

    def ended(self, call: LiveCall) -> None:
        """The patient's call is over: who hangs up in the tune was left without an operator too."""
        leg = self._connecting.of_patient(call)
        joined = leg is not None and leg.state in ("joining", "joined")
        if call.name in self._waiting and not joined and call.placed.talk.outcome not in NOT_ABANDONED:
            self._abandoned(call)
        self._leave(call)

    def _abandoned(self, call: LiveCall) -> None:
        """Who wanted an operator was never joined, whatever the reason."""
        if call.name in self._called:
            self._tally.note(call.placed.contact.campaign, "abandoned", self._clock.seconds())

    def _leave(self, call: LiveCall) -> None:
        self._waiting.pop(call.name, None)
        self._called.pop(call.name, None)

    def _give_up(self, call: LiveCall) -> Follows:
        self._abandoned(call)
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
