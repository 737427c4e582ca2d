"""What the log of an inbound queue says, folded to losses, who got through, and who talks now.

Who reads a log makes `Event`s of its lines, in the order of the file, and hands them to a `Fold`; the store
takes in what came of it. A fold begins with the calls that were open when the log was last left: a log may be
read in pieces. Order is the order of the file, for the log's clock may jump.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from campaigns.words import LostCallFate

UNENDED = "UNENDED"  # how a call was lost whose end the log never told
LONGEST_CALL = timedelta(hours=6)  # an open call that is older has ended, and the log lacks the line
MISDIAL = timedelta(seconds=5)  # who hung up sooner wanted nothing


@dataclass(frozen=True)
class Entered:
    """A call began to wait. phone: E.164; "" when it is withheld, or no number that can be called.

    key: the call's id in the log, the same in all its events. name: as the caller's exchange says it.
    """

    key: str
    queue: str
    phone: str
    withheld: bool
    at: datetime
    name: str = ""


@dataclass(frozen=True)
class Connected:
    """An operator took it. agent: as the log names the operator."""

    key: str
    queue: str
    agent: str
    at: datetime


@dataclass(frozen=True)
class Left:
    """It ended after it was connected."""

    key: str
    at: datetime


@dataclass(frozen=True)
class Lost:
    """It left the queue unconnected.

    how: as the log says it. waited: seconds; None: the log does not say. hung_up: by the caller; else the
    queue sent the call away.
    """

    key: str
    queue: str
    how: str
    waited: float | None
    at: datetime
    hung_up: bool = True


@dataclass(frozen=True)
class Restarted:
    """The exchange began anew: whatever it held is gone."""

    how: str
    at: datetime


Event = Entered | Connected | Left | Lost | Restarted


@dataclass(frozen=True)
class OpenCall:
    """A call that waits, or is talked to by `agent`; kept by the store from one reading to the next."""

    queue: str
    phone: str
    withheld: bool
    entered_at: datetime
    agent: str = ""  # "": it waits


@dataclass(frozen=True)
class Loss:
    """One lost stay in a queue.

    key: the same whenever the same line is read, and that of no other loss in this log. phone: "" when
    withheld, or no number. got_through: the number was connected later in the same reading.
    """

    key: str
    queue: str
    phone: str
    withheld: bool
    lost_at: datetime
    waited_seconds: float
    how: str
    hung_up: bool = True
    got_through: bool = False


@dataclass(frozen=True)
class AgentNow:
    """Where the log leaves an operator. call: the key of the call talked to; "": none, since `since`."""

    call: str
    since: datetime


@dataclass(frozen=True)
class Folded:
    """What one reading came to.

    losses: in the order of the log. reached: when each number was last connected: its waiting callbacks of
    losses up to then are dropped. open_calls: by key, all that are open now (they replace those of this log
    that were kept). agents: those whom the reading said anything of, by the log's name.
    """

    losses: tuple[Loss, ...] = ()
    reached: Mapping[str, datetime] = field(default_factory=dict)
    open_calls: Mapping[str, OpenCall] = field(default_factory=dict)
    agents: Mapping[str, AgentNow] = field(default_factory=dict)
    last_event_at: datetime | None = None


@dataclass(frozen=True)
class Mark:
    """How far a log was read. inode, head: which file (`head` is a digest of its first bytes); offset: bytes.

    lines, broken: counted over all that was read of this log up to now. read_at: when. last_event_at: by the
    log's own clock.
    """

    inode: int = 0
    head: str = ""
    offset: int = 0
    lines: int = 0
    broken: int = 0
    read_at: datetime | None = None
    last_event_at: datetime | None = field(default=None, compare=False)  # it says nothing of where


@dataclass(frozen=True)
class Taken:
    """What the store made of one reading.

    fates: of the losses that are new, how many had which. known: losses that stood there already. dropped:
    callbacks that waited and are not needed any more, as the number got through.
    """

    fates: Mapping[LostCallFate, int] = field(default_factory=dict)
    known: int = 0
    dropped: int = 0


class Fold:
    """Events in, in the order of the log; `done` says what they came to. Memory goes to losses, not lines."""

    def __init__(self, open_calls: Mapping[str, OpenCall]) -> None:
        self._open = dict(open_calls)
        self._losses: list[Loss] = []
        self._lost_numbers: dict[str, list[int]] = {}  # which of the losses, by number, had not got through
        self._reached: dict[str, datetime] = {}
        self._agents: dict[str, AgentNow] = {}
        self._talks: dict[str, list[str]] = {}  # by operator, the calls talked to, the last one counts
        for key, call in open_calls.items():
            if call.agent:
                self._talks.setdefault(call.agent, []).append(key)
        self._last: datetime | None = None

    def take(self, event: Event) -> None:
        """The next event of the log."""
        self._last = event.at
        match event:
            case Entered():
                self._enter(event)
            case Connected():
                self._connect(event)
            case Left(key, at):
                self._close(key, at)
            case Lost():
                self._lose(event)
            case Restarted(how, at):
                self._restart(how, at)
            case _:
                assert_never(event)

    def done(self) -> Folded:
        """What all events came to; calls that are open for longer than any call lasts have ended."""
        for key, call in list(self._open.items()):
            if self._last is not None and self._last - call.entered_at > LONGEST_CALL:
                self._end(key, call, UNENDED, self._last)
        return Folded(tuple(self._losses), self._reached, self._open, self._agents, self._last)

    def _enter(self, event: Entered) -> None:
        before = self._close(event.key, event.at)
        phone, withheld = event.phone, event.withheld
        if before and before.phone and not phone:  # moved on from another queue, without its number
            phone, withheld = before.phone, False
        self._open[event.key] = OpenCall(event.queue, phone, withheld, event.at)

    def _connect(self, event: Connected) -> None:
        call = self._close(event.key, event.at) or OpenCall(event.queue, "", False, event.at)
        self._open[event.key] = replace(call, queue=event.queue, agent=event.agent)
        if event.agent:
            self._agents[event.agent] = AgentNow(event.key, event.at)
            self._talks.setdefault(event.agent, []).append(event.key)
        if call.phone:
            self._reached[call.phone] = max(event.at, self._reached.get(call.phone, event.at))
            for number in self._lost_numbers.pop(call.phone, ()):
                self._losses[number] = replace(self._losses[number], got_through=True)

    def _lose(self, event: Lost) -> None:
        call = self._close(event.key, event.at) or OpenCall(event.queue, "", False, event.at)
        waited = event.waited
        if waited is None:
            waited = max(0.0, (event.at - call.entered_at).total_seconds())
        if call.phone:
            self._lost_numbers.setdefault(call.phone, []).append(len(self._losses))
        self._losses.append(
            Loss(
                key=f"{event.key} {event.queue} {event.at.timestamp():.0f}",
                queue=event.queue,
                phone=call.phone,
                withheld=call.withheld,
                lost_at=event.at,
                waited_seconds=waited,
                how=event.how,
                hung_up=event.hung_up,
            )
        )

    def _restart(self, how: str, at: datetime) -> None:
        for key, call in list(self._open.items()):
            self._end(key, call, how, at)

    def _end(self, key: str, call: OpenCall, how: str, at: datetime) -> None:
        if call.agent:
            self._close(key, at)
        else:
            self._lose(Lost(key, call.queue, how, None, at, hung_up=False))

    def _close(self, key: str, at: datetime) -> OpenCall | None:
        call = self._open.pop(key, None)
        if call and call.agent:
            talks = self._talks[call.agent]
            last = talks[-1] == key
            talks.remove(key)
            if last:
                self._agents[call.agent] = AgentNow(talks[-1] if talks else "", at)
        return call


def fate_of(loss: Loss, deadline: timedelta, now: datetime, misdial: timedelta = MISDIAL) -> LostCallFate:
    """What becomes of one loss by itself; whether a callback joins another one, the store sees.

    deadline: how long after it was lost somebody wants to be called back.
    """
    if loss.hung_up and loss.waited_seconds < misdial.total_seconds():
        return "misdial"
    if loss.withheld:
        return "withheld"
    if not loss.phone:
        return "unusable"
    if loss.got_through:
        return "got_through"
    return "too_late" if loss.lost_at + deadline <= now else "callback"
