"""Real lines: starts line processes, spreads calls over them, replaces the dead; every call ends once."""

import collections
import math
import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.addresses import BadAddress, address_of
from dialer.errors import LinesNotStarted, WireError
from dialer.messages import (
    Alive,
    Answered,
    CallEvent,
    Clogged,
    Command,
    Configure,
    Dial,
    EarlyMedia,
    Ended,
    Event,
    Fault,
    Probe,
    Probed,
    Ready,
    Refused,
    Registered,
    Ringing,
    Stop,
)
from dialer.processes import Birthplace, LineProcess, Plots
from dialer.settings import LineSettings
from dialer.wire import Message

MOST_TRUNKS = 8  # accounts that the library holds in one process
STOP_SECONDS = 3.0  # a line process that is told to stop says BYE and is gone in half a second
REBIRTH_SECONDS = 1.0  # between two tries to replace a process, so that a fault of the machine is no storm
SUPERVISION_SECONDS = 0.25  # how often heartbeats are looked at while nothing else happens
START_FAILURES = 5  # ports that were snatched away, per process; more is another fault


@dataclass
class ActiveCall:
    """What the pool knows of a call, to make up its ending if the line process dies."""

    dial: Dial
    process: LineProcess
    rang: bool = False
    answered_at: float | None = None


class LinePool:
    """`start`, then the `Lines` protocol; for one thread, which has to call `receive` every few seconds.

    `calls` is how many calls the pool holds when all its processes are up.
    """

    def __init__(self, settings: LineSettings) -> None:
        self.calls = settings.count
        self._settings = settings
        self._plots = Plots(settings)
        self._birthplace: Birthplace | None = None
        self._selector = selectors.DefaultSelector()
        self._processes: list[LineProcess] = []
        self._active: dict[str, ActiveCall] = {}
        self._events: collections.deque[Event] = collections.deque()
        self._wanted = 0
        self._starting = True
        self._next_birth_at = 0.0
        self._last_fault = ""
        self._failures = 0

    # ------------------------------------------------------------ start and stop

    def start(self) -> None:
        """Bring the line processes up, in parallel. Raises LinesNotStarted, and leaves nothing behind."""
        self._check_trunks()
        until = time.monotonic() + self._settings.start_seconds
        try:
            self._birthplace = Birthplace(self._settings.start_seconds)
            self._wanted = 1
            self._wait_until_ready(until)
            calls = next(process.calls for process in self._processes if process.ready)
            self._wanted = math.ceil(self._settings.count / calls)
            self._plots.divide(self._wanted - 1, calls)
            self._wait_until_ready(until)
            self._starting = False
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
                address_of(trunk).identity(trunk.caller_id or trunk.username)
            except BadAddress as error:
                raise LinesNotStarted(str(error)) from None

    def _wait_until_ready(self, until: float) -> None:
        """Until all wanted processes are ready; fewer will do when time is up, but not none."""
        while sum(process.ready for process in self._processes) < self._wanted:
            if time.monotonic() >= until or self._failures > START_FAILURES * self._wanted:
                break
            self._next_birth_at = 0.0
            self._pump(0.05)
        if not any(process.ready for process in self._processes):
            raise LinesNotStarted(f"No line process came up. {self._last_fault or 'None of them said why.'}")

    def stop(self) -> None:
        """Hang up everything and end; idempotent. What was going on is told by `receive` afterwards."""
        self._wanted = 0
        for process in self._processes:
            process.channel.tell(Stop())
        until = time.monotonic() + STOP_SECONDS
        while self._processes and time.monotonic() < until:
            self._pump(0.05)
        for process in list(self._processes):
            self._bury(process)
        if self._birthplace is not None:
            self._birthplace.close()
            self._birthplace = None

    # ------------------------------------------------------------ the port

    @property
    def free(self) -> int:
        """How many calls can be placed now; a slot that a silent far end still holds is not free."""
        available = sum(process.free for process in self._processes)
        return max(0, min(self.calls - len(self._active), available))

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the line processes, for those who measure them."""
        return tuple(process.pid for process in self._processes)

    def send(self, command: Command) -> None:
        """Hand over a command. One for a call that is over is ignored."""
        if isinstance(command, Dial):
            self._dial(command)
        elif isinstance(command, Stop):
            self.stop()
        elif isinstance(command, Probe):
            self._probe(command)
        elif not isinstance(command, Configure) and (call := self._active.get(command.call)) is not None:
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
        """Any process can ask; without one there is no answer."""
        process = next((process for process in self._processes if process.ready), None)
        if process is None:
            self._events.append(Probed(probe.trunk, 0, 0.0))
        else:
            process.channel.tell(probe)

    def _dial(self, dial: Dial, shunned: LineProcess | None = None) -> None:
        if dial.call in self._active:
            raise ValueError(
                "A call cannot be dialled under the id of one that is still active: choose a new id."
            )
        candidates = [p for p in self._processes if p.free > 0 and p is not shunned]
        if not candidates or len(self._active) >= self.calls:
            self._events.append(_lost(dial.call))
            return
        process = max(candidates, key=lambda candidate: candidate.free)
        process.active += 1
        self._active[dial.call] = ActiveCall(dial, process)
        process.channel.tell(dial)

    # ------------------------------------------------------------ the line processes

    def _pump(self, wait_seconds: float) -> None:
        """Read what the processes say, then see to the processes themselves."""
        for key, _ in self._selector.select(wait_seconds):
            self._listen(key.data)
        now = time.monotonic()
        for process in list(self._processes):
            self._supervise(process, now)
        if len(self._processes) < self._wanted and now >= self._next_birth_at:
            self._next_birth_at = now + REBIRTH_SECONDS
            self._bear()

    def _listen(self, process: LineProcess) -> None:
        try:
            messages = process.channel.read()
        except WireError:
            self._bury(process)
            return
        process.heard_at = time.monotonic()
        for message in messages:
            self._heed(process, message)

    def _heed(self, process: LineProcess, message: Message) -> None:
        match message:
            case Ready(calls=calls):
                process.calls = calls
            case Alive():
                pass
            case Clogged(slots=slots):
                process.clogged = slots
            case Refused(call=call):
                self._try_elsewhere(call)
            case Fault(call="", sentence=sentence):
                self._last_fault = sentence
            case Ringing() | EarlyMedia() | Answered() | Ended():
                self._note(message)
            case Probed() | Registered():
                self._events.append(message)
            case _:
                if isinstance(message, CallEvent) and message.call in self._active:
                    self._events.append(message)

    def _note(self, event: Ringing | EarlyMedia | Answered | Ended) -> None:
        """Keep what an ending that has to be made up would need."""
        call = self._active.get(event.call)
        if call is None:
            return
        call.rang = call.rang or isinstance(event, Ringing | Answered)
        if isinstance(event, Answered):
            call.answered_at = time.monotonic()
        if isinstance(event, Ended):
            self._forget(event.call)
        self._events.append(event)

    def _forget(self, call: str) -> None:
        self._active.pop(call).process.active -= 1

    def _try_elsewhere(self, key: str) -> None:
        call = self._active.get(key)
        if call is not None:
            self._forget(key)
            self._dial(call.dial, shunned=call.process)

    def _supervise(self, process: LineProcess, now: float) -> None:
        patience = self._settings.heartbeat_seconds if process.ready else self._settings.start_seconds
        if process.channel.closed or now - process.heard_at > patience:
            self._bury(process)

    def _bear(self) -> None:
        """Start as many processes as are missing; what fails after the start is tried again."""
        try:
            self._bear_missing()
        except LinesNotStarted as error:
            self._last_fault = str(error)
            if self._starting:
                raise

    def _bear_missing(self) -> None:
        if self._birthplace is None or not self._birthplace.alive:
            self._birthplace = Birthplace(self._settings.start_seconds)
        while len(self._processes) < self._wanted:
            plot = self._plots.take()
            configure = Configure(
                self._plots.sip_port(), plot.rtp_port_first, plot.rtp_port_last, self._settings.trunks
            )
            process = self._birthplace.bear(configure, plot)
            self._processes.append(process)
            self._selector.register(process.channel, selectors.EVENT_READ, process)

    def _bury(self, process: LineProcess) -> None:
        """A process is dead, or shall be: its calls are lost."""
        self._selector.unregister(process.channel)
        self._processes.remove(process)
        if self._birthplace is not None:
            self._birthplace.kill(process)
        process.channel.close()
        self._plots.give_back(process.plot)
        self._failures += not process.ready
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
