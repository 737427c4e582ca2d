"""Real lines: starts line processes, fills them with calls, replaces the dead; every call ends once."""

import collections
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dialer.addresses import BadAddress, way_to
from dialer.crew import SUPERVISION_SECONDS, Crew
from dialer.errors import LinesNotStarted, WireError
from dialer.messages import (
    Alive,
    Answered,
    Bridge,
    Bridged,
    CallEvent,
    Clogged,
    Command,
    Configure,
    Dial,
    EarlyMedia,
    Ended,
    Event,
    Fault,
    HangUp,
    Probe,
    Probed,
    Ready,
    Refused,
    Registered,
    Ringing,
    Stop,
)
from dialer.pairs import Pairs
from dialer.roster import LineProcess, choose
from dialer.settings import LineSettings
from dialer.wire import Message

MOST_TRUNKS = 8  # accounts that the library holds in one process
STOP_SECONDS = 3.0  # a line process that is told to stop says BYE and is gone in half a second
PUMP_SECONDS = 0.05  # how often the clock is looked at while starting and stopping

Progress = Callable[[int, int], None]


@dataclass
class ActiveCall:
    """What the pool knows of a call, to make up its ending if the line process dies."""

    dial: Dial
    process: LineProcess
    rang: bool = False
    answered_at: float | None = None
    early: list[Command] | None = field(default_factory=list)  # sent before anything was heard of it


class LinePool:
    """`start`, then the `Lines` protocol; for one thread, which has to call `receive` every few seconds.

    `calls` is how many calls the pool holds when all its processes are up.
    """

    def __init__(self, settings: LineSettings) -> None:
        self.calls = settings.count
        self._settings = settings
        self._crew = Crew(settings)
        self._active: dict[str, ActiveCall] = {}
        self._pairs = Pairs()
        self._events: collections.deque[Event] = collections.deque()
        self._known_free: int | None = None
        self._told_ready = -1

    # ------------------------------------------------------------ start and stop

    def start(self, progress: Progress | None = None) -> None:
        """Bring the line processes up, in parallel. Raises LinesNotStarted, and leaves nothing behind.

        `progress` is told how many lines of how many are ready, first 0 and whenever that changes.
        """
        self._check_trunks()
        until = time.monotonic() + self._settings.start_seconds
        try:
            self._crew.open()
            self._wait_until_ready(until, progress)
            self._crew.complete(next(process.calls for process in self._crew.processes if process.ready))
            self._wait_until_ready(until, progress)
            self._crew.started()
        except LinesNotStarted:
            self.stop()
            raise

    def _check_trunks(self) -> None:
        if len(self._settings.trunks) > MOST_TRUNKS:
            raise LinesNotStarted(
                f"There are {len(self._settings.trunks)} trunks, but a line process holds {MOST_TRUNKS}: "
                "remove some."
            )
        for trunk in self._settings.trunks:
            try:
                way_to(trunk)
            except BadAddress as error:
                raise LinesNotStarted(str(error)) from None

    def _wait_until_ready(self, until: float, progress: Progress | None) -> None:
        """Until all wanted processes are ready; fewer will do when time is up, but not none."""
        while True:
            if progress is not None and self.free != self._told_ready:
                self._told_ready = self.free
                progress(self.free, self._settings.count)
            if self._crew.is_complete or self._crew.is_hopeless or time.monotonic() >= until:
                break
            self._pump(PUMP_SECONDS if self._crew.is_whole else 0.0)
        if not any(process.ready for process in self._crew.processes):
            raise LinesNotStarted(f"No line process came up. {self._crew.fault or 'None of them said why.'}")

    def stop(self) -> None:
        """Hang up everything and end; idempotent. What was going on is told by `receive` afterwards."""
        self._crew.dismiss()
        until = time.monotonic() + STOP_SECONDS
        while self._crew.processes and time.monotonic() < until:
            self._pump(PUMP_SECONDS)
        for process in list(self._crew.processes):
            self._bury(process)
        self._crew.close()

    # ------------------------------------------------------------ the port

    @property
    def free(self) -> int:
        """How many calls can be placed now; a slot that a silent far end holds, or that is kept, is none."""
        if self._known_free is None:
            self._known_free = sum(process.free for process in self._crew.processes)
        return max(0, min(self._allowed, self._known_free))

    @property
    def free_pairs(self) -> int:
        """How many calls can be placed now that keep a line: each takes two of one line process."""
        return max(0, min(self._allowed // 2, sum(process.free // 2 for process in self._crew.processes)))

    @property
    def _allowed(self) -> int:
        """How many more lines may be used, whatever the line processes could hold."""
        return self.calls - len(self._active) - self._pairs.spare

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the line processes, for those who measure them."""
        return tuple(process.pid for process in self._crew.processes)

    def send(self, command: Command) -> None:
        """Hand over a command. One for a call that is over is ignored."""
        if isinstance(command, Dial):
            self._dial(command)
        elif isinstance(command, Stop):
            self.stop()
        elif isinstance(command, Probe):
            self._probe(command)
        elif isinstance(command, Bridge) and not self._in_one_process(command):
            if command.call in self._active:
                self._events.append(Bridged(command.call, command.other, joined=False))
        elif not isinstance(command, Configure) and (call := self._active.get(command.call)) is not None:
            if call.early is not None:
                call.early.append(command)
            call.process.channel.tell(command)

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """What happened, in order, waiting at most so long for the first."""
        until = time.monotonic() + timeout_seconds
        self._pump(0.0)
        while not self._events and (left := until - time.monotonic()) > 0:
            self._pump(min(left, SUPERVISION_SECONDS))
        events = list(self._events)
        self._events.clear()
        return events

    def _probe(self, probe: Probe) -> None:
        """Any process can ask, but we let the sleepers sleep; without one there is no answer."""
        now = time.monotonic()
        able = (process for process in self._crew.processes if process.ready and not process.retiring)
        process = max(able, key=lambda candidate: candidate.awake(now), default=None)
        if process is None:
            self._events.append(Probed(probe.trunk, 0, 0.0))
        else:
            process.probed(probe.trunk, now)
            process.channel.tell(probe)

    def _dial(self, dial: Dial, shunned: LineProcess | None = None) -> None:
        if dial.call in self._active:
            raise ValueError(
                "A call cannot be dialled under the id of one that is still active: choose a new id."
            )
        now = time.monotonic()
        process = self._process_for(dial, now, shunned)
        if process is None:
            self._events.append(_lost(dial.call))
            return
        process.dialled(now)
        if dial.beside:
            process.kept += self._pairs.take(dial.beside, dial.call)
        elif dial.keeps:
            process.kept += self._pairs.keep(dial.call)
        self._known_free = None
        self._active[dial.call] = ActiveCall(dial, process)
        process.channel.tell(dial)

    def _process_for(self, dial: Dial, now: float, shunned: LineProcess | None) -> LineProcess | None:
        if dial.beside:
            keeper = self._active.get(dial.beside)
            able = keeper is not None and self._pairs.can_take(dial.beside) and keeper.process is not shunned
            return keeper.process if keeper is not None and able else None
        lines = 2 if dial.keeps else 1
        return choose(self._crew.processes, now, shunned, lines) if self._allowed >= lines else None

    def _in_one_process(self, bridge: Bridge) -> bool:
        call, other = self._active.get(bridge.call), self._active.get(bridge.other)
        return call is not None and other is not None and call.process is other.process

    # ------------------------------------------------------------ the line processes

    def _pump(self, wait_seconds: float) -> None:
        """Read what the processes say, then see to the processes themselves."""
        for process in self._crew.speaking(wait_seconds):
            self._listen(process)
        now = time.monotonic()
        for process in self._crew.supervise(now):
            self._bury(process)
        self._crew.replace(now)
        self._known_free = None

    def _listen(self, process: LineProcess) -> None:
        try:
            messages = process.channel.read()
        except WireError:
            self._bury(process)
            return
        process.heard_at = time.monotonic()
        for message in messages:
            self._heed(process, message)
        if process.channel.closed:
            self._bury(process)

    def _heed(self, process: LineProcess, message: Message) -> None:
        match message:
            case Ready(calls=calls):
                process.ready_for(calls, process.heard_at)
                self._known_free = None
            case Alive(memory_mb=memory_mb):
                process.memory_mb = memory_mb
            case Clogged(slots=slots):
                process.clog(slots, process.heard_at)
                self._known_free = None
            case Refused(call=call):
                self._try_elsewhere(call)
            case Fault(call="", sentence=sentence):
                self._crew.fault = sentence
            case Ringing() | EarlyMedia() | Answered() | Ended():
                self._note(message)
            case Probed(trunk=trunk):
                process.answered_probe(trunk)
                self._events.append(message)
            case Registered():
                self._events.append(message)
            case _:
                if isinstance(message, CallEvent) and message.call in self._active:
                    self._events.append(message)

    def _note(self, event: Ringing | EarlyMedia | Answered | Ended) -> None:
        """Keep what an ending that has to be made up would need."""
        call = self._active.get(event.call)
        if call is None:
            return
        call.early = None
        call.rang = call.rang or isinstance(event, Ringing | Answered)
        if isinstance(event, Answered):
            call.answered_at = time.monotonic()
        if isinstance(event, Ended):
            self._forget(event.call)
        self._events.append(event)

    def _forget(self, call: str) -> None:
        process = self._active.pop(call).process
        process.relieved(time.monotonic())
        process.kept += self._pairs.release(call)
        self._known_free = None

    def _try_elsewhere(self, key: str) -> None:
        call = self._active.get(key)
        if call is None:
            return
        self._forget(key)
        early = call.early or []
        if any(isinstance(command, HangUp) for command in early):
            self._events.append(_lost(key, call))
            return
        self._dial(call.dial, shunned=call.process)
        for command in early:
            self.send(command)

    def _bury(self, process: LineProcess) -> None:
        """A process is dead, or shall be: its calls are lost."""
        self._crew.bury(process)
        self._events += [Probed(trunk, 0, 0.0) for trunk in process.probes]
        for key, call in list(self._active.items()):
            if call.process is process:
                self._forget(key)
                self._events.append(_lost(key, call))


def _lost(key: str, call: ActiveCall | None = None) -> Ended:
    """The ending of a call that its line process did not live to tell."""
    answered_at = None if call is None else call.answered_at
    return Ended(
        call=key,
        cause="line_lost",
        sip_status=0,
        rang=call is not None and call.rang,
        answered=answered_at is not None,
        talk_seconds=0.0 if answered_at is None else round(time.monotonic() - answered_at, 3),
    )
