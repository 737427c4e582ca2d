"""The trunks at work: which takes the next call, how each is doing, and what a supervisor is told of it."""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import assert_never

from campaigns.clock import Clock
from campaigns.rules import trunks as rules
from campaigns.rules.breaker import FAILURES_BEFORE_REST, NOT_WELL
from campaigns.rules.pacing import Pacer
from campaigns.rules.trunks import Route
from dialer.endings import ending_of, trunk_failed
from dialer.lines import Lines
from dialer.messages import Cause, Ended, Probe, Probed, Registered, TrunkEvent
from dialer.settings import Trunk

REGISTERED = range(200, 300)
HELD_BACK_BY = frozenset({429, 503})  # refusals whose Retry-After is about the trunk
NEVER_A_PHONES: frozenset[Cause] = frozenset({"authentication", "rate_limited"})

Settle = Callable[[bool], None]
"""Is told whether the trunk was at fault."""


@dataclass(frozen=True)
class _Doubt:
    """An operator's call that failed by its trunk or by the phone. reason: of the rest that may follow."""

    begun: float
    reason: str
    settle: Settle


class Switchboard:
    """Times are those of the clock's `seconds`. `tell` takes one plain sentence for the supervisor."""

    def __init__(
        self, trunks: Sequence[Trunk], lines: Lines, clock: Clock, tell: Callable[[str], None]
    ) -> None:
        self._trunks = {trunk.name: trunk for trunk in trunks}
        self._routes = {
            trunk.name: Route(Pacer(trunk.max_calls, trunk.calls_per_second), trunk.priority, trunk.weight)
            for trunk in trunks
        }
        self._lines = lines
        self._clock = clock
        self._tell = tell
        self.promised = 0
        """Calls of patients that operators' phones are called for: the room for them is nobody else's."""
        self._doubts: dict[str, list[_Doubt]] = {}  # by trunk, until it has answered OPTIONS or has not

    # ------------------------------------------------------------ what can be done now

    @property
    def rests(self) -> bool:
        """Whether every trunk rests after failures of its own."""
        return all(route.breaker.rests for route in self._routes.values()) and not self.usable

    @property
    def usable(self) -> bool:
        """Whether any trunk takes calls at present."""
        now = self._clock.seconds()
        return any(route.usable(now) for route in self._routes.values())

    @property
    def room(self) -> int:
        """For how many calls there are a line and a trunk."""
        now = self._clock.seconds()
        return min(self._lines.free, sum(route.room(now) for route in self._routes.values()))

    def starts_within(self, seconds: float) -> int:
        """How many calls the trunks' rates let start in so many seconds, the last one not quite."""
        now = self._clock.seconds()
        rates = (route.pacer.calls_per_second for route in self._routes.values() if route.usable(now))
        return math.ceil(sum(rates) * seconds)

    def another(self, tried: Collection[str]) -> bool:
        """Whether a trunk other than these takes calls at present, and has room for one."""
        return rules.another(self._routes, self._clock.seconds(), tried)

    def wait_seconds(
        self, tried: Collection[str], keeps: bool = False, promised: bool = False
    ) -> float | None:
        """How long until `choose` names a trunk for such a call; None: until something else happens."""
        now = self._clock.seconds()
        able = promised or self._has_room(keeps, now)
        start = rules.next_start(self._routes, now, tried) if able else None
        return None if start is None else start - now

    def choose(self, tried: Collection[str], keeps: bool = False, promised: bool = False) -> Trunk | None:
        """The trunk for a call that starts now, not one of these; None: none may, or no line is free.

        keeps: it needs two lines (`Dial.keeps`). promised: its line and its room are kept for it already.
        """
        now = self._clock.seconds()
        if not promised and not self._has_room(keeps, now):
            return None
        name = rules.choose(self._routes, now, tried)
        return None if name is None else self._trunks[name]

    def leads_to_operators(self, patient_waits: bool) -> Sequence[str]:
        """The trunks over which an operator's phone can be called now, the best first.

        patient_waits: a line is kept for it, and nobody is kept waiting by the pace. Else there must be two
        lines, and room for the patient's call that follows; but where nothing runs, a trunk that may be given
        one call to show that it is back gets this one.
        """
        now = self._clock.seconds()
        if not patient_waits and (self._lines.free_pairs < 1 or not self._has_room_for_two(now)):
            return ()
        able = [name for name, route in self._routes.items() if self._bears(route, now, patient_waits)]
        return sorted(able, key=lambda name: self._routes[name].priority)

    def trunk(self, name: str) -> Trunk:
        """The trunk of that name."""
        return self._trunks[name]

    @property
    def busy(self) -> bool:
        """Whether any call runs, so that its room will be free."""
        return any(route.pacer.running for route in self._routes.values())

    def _has_room_for_two(self, now: float) -> bool:
        if self.busy:
            return self._spare(now) >= 2
        most = sum(route.pacer.max_calls for route in self._routes.values() if route.usable(now))
        return most >= 2 and self._spare(now) >= 1

    def _has_room(self, keeps: bool, now: float) -> bool:
        """Whether there is a line, and room on any trunk, that is promised to nobody."""
        return min(self._lines.free_pairs if keeps else self._lines.free, self._spare(now)) > 0

    def _spare(self, now: float) -> int:
        """For how many calls there is room that is promised to nobody."""
        return sum(route.room(now) for route in self._routes.values()) - self.promised

    @staticmethod
    def _bears(route: Route, now: float, patient_waits: bool) -> bool:
        start = route.next_start(now)
        return route.room(now) > 0 and (patient_waits or (start is not None and start <= now))

    def why(self, trunk: str, tried: Collection[str]) -> str:
        """Why `choose` has just named this trunk, as `rules.trunks.why` says it."""
        return rules.why(self._routes, trunk, self._clock.seconds(), tried)

    # ------------------------------------------------------------ what happens

    def started(self, trunk: str) -> float:
        """A call is placed now; returns when that is."""
        now = self._clock.seconds()
        self._routes[trunk].pacer.started(now)
        self._routes[trunk].breaker.started(now)
        return now

    def taken(self, trunk: str, seconds: float) -> None:
        """Other nodes leave no room on the trunk for so long."""
        self._routes[trunk].pacer.wait(self._clock.seconds() + seconds)

    def rang(self, trunk: str, begun: float) -> None:
        """A call that was begun then rings, or is answered without ringing."""
        with self._watched(trunk, ""):
            self._routes[trunk].breaker.worked(begun, self._clock.seconds())

    def ended(self, trunk: str, begun: float, event: Ended, cause: Cause) -> None:
        """A call that was begun then is over; `cause` is ours where we know better than the event."""
        route, now = self._routes[trunk], self._clock.seconds()
        route.pacer.ended()
        if event.sip_status in HELD_BACK_BY and event.retry_after_seconds:
            self._hold(trunk, event, now)
        if event.rang:
            self.rang(trunk, begun)
            return
        with self._watched(trunk, _failures(event, cause)):
            if trunk_failed(cause, event.sip_status, event.rang, event.q850):
                route.breaker.failed(begun, now)
            elif ending_of(cause, event.sip_status, event.rang, event.q850).blame == "us":
                route.breaker.told_nothing(begun)
            else:
                route.breaker.worked(begun, now)

    def operator_ended(self, trunk: str, begun: float, event: Ended, settle: Settle) -> None:
        """A call of an operator's phone that was begun then is over; `settle` is called once, now or later.

        A desk phone that is off ends its calls as a dead trunk would: the trunk is asked (OPTIONS) first.
        """
        if not trunk_failed(event.cause, event.sip_status, event.rang, event.q850):
            self.ended(trunk, begun, event, event.cause)
            settle(False)
        elif event.cause in NEVER_A_PHONES or (
            event.sip_status in HELD_BACK_BY and event.retry_after_seconds
        ):
            self.ended(trunk, begun, event, event.cause)
            settle(True)
        else:
            self._routes[trunk].pacer.ended()
            doubt = _Doubt(begun, _failures(event, event.cause), settle)
            self._doubts.setdefault(trunk, []).append(doubt)
            self._lines.send(Probe(trunk))

    def _resolve(self, trunk: str, sip_status: int) -> None:
        """The trunk has answered OPTIONS, or (0) has not: whose fault were the calls of operators' phones?

        Of a trunk that rests already it is not clear: nobody is blamed for a call that was to try it.
        """
        breaker = self._routes[trunk].breaker
        for doubt in self._doubts.pop(trunk, []):
            at_fault = breaker.rests or sip_status in NOT_WELL
            if sip_status in NOT_WELL:
                with self._watched(trunk, doubt.reason):
                    breaker.failed(doubt.begun, self._clock.seconds())
            else:
                breaker.told_nothing(doubt.begun)
            doubt.settle(at_fault)

    def _hold(self, trunk: str, event: Ended, now: float) -> None:
        route = self._routes[trunk]
        known = now < route.held_until
        route.hold(event.retry_after_seconds, now)
        if not known:
            seconds = round(route.held_until - now)
            self._tell(f"Trunk {trunk} asks to be left alone for {seconds} s ({event.sip_status}).")

    def on(self, event: TrunkEvent) -> None:
        """What the lines say of a trunk itself."""
        if event.trunk not in self._routes:
            return
        breaker = self._routes[event.trunk].breaker
        match event:
            case Probed(sip_status=status):
                self._resolve(event.trunk, status)
                breaker.probed(status, self._clock.seconds())
            case Registered(sip_status=status):
                with self._watched(event.trunk, _refusal(status)):
                    breaker.registered = status in REGISTERED
            case _:
                assert_never(event)

    def ask(self) -> None:
        """Ask the trunks that rest whether they are back."""
        now = self._clock.seconds()
        for name, route in self._routes.items():
            if route.breaker.probe_due(now):
                self._lines.send(Probe(name))

    @contextmanager
    def _watched(self, trunk: str, reason: str) -> Iterator[None]:
        """Tell once when the trunk goes to rest, and once when it is back."""
        breaker = self._routes[trunk].breaker
        before = breaker.rests
        yield
        if breaker.rests and not before:
            others = (
                "The others take its calls." if self.usable else "No other is left, so calls wait for it."
            )
            self._tell(f"Trunk {trunk} rests until it answers again: {reason}. {others}")
        elif before and not breaker.rests:
            self._tell(f"Trunk {trunk} is back and takes calls again.")


def _failures(event: Ended, cause: Cause) -> str:
    status = f" ({event.sip_status})" if event.sip_status else ""
    last = f"the last with {cause.replace('_', ' ')}{status}"
    return f"{FAILURES_BEFORE_REST} calls in a row failed there, {last}"


def _refusal(status: int) -> str:
    if not status:
        return "it does not answer our registration"
    advice = "; check its username and password" if status in (401, 403, 404, 407) else ""
    return f"it refuses our registration ({status}){advice}"
