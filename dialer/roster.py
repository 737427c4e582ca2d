"""What the pool knows of each line process, and what follows: who gets a call, who is replaced."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from dialer.port_ranges import Plot
from dialer.settings import LineSettings
from dialer.wire import Channel

ALIVE_SECONDS = 1.0  # between two heartbeats
ASLEEP_ALIVE_SECONDS = 2.0  # the same of a line process that sleeps: hundreds of lines may
IDLE_SECONDS = 10.0  # without a call for so long, a line process goes to sleep: awake it costs 1 % of a core
FIRST_IDLE_SECONDS = 1.0  # the same after its birth: most are not needed at once
DIAL_GAP_SECONDS = 0.03  # a line process sends no two INVITEs within less (`exchange`)
MOST_BACKLOG_SECONDS = 0.1  # rather than let a call wait longer than this, another process is woken
CLOGGED_SECONDS = 60.0  # a far end's silence gives a slot back after 6 s; one held for so long is lost
PARTING_SECONDS = 3.0  # a line process that is told to stop says BYE and is gone in half a second
KILLED_AT_MEMORY = 2.0  # times the limit: its calls are worth less than the memory of the machine

Verdict = Literal["keep", "retire", "stop", "kill"]


@dataclass
class LineProcess:
    """One line process: its socket and what it has told. `calls` is 0 until it is ready. Times are monotonic.

    `awake_until`: from then on it sleeps if no call has come; `retiring`: it gets no new calls, but those for
    which it keeps a line. `kept`: lines that are kept free beside calls.
    """

    channel: Channel
    pid: int
    plot: Plot
    heard_at: float  # when it last said anything, at first when it was born
    registrar: bool = False
    calls: int = 0
    active: int = 0
    kept: int = 0
    clogged: int = 0
    clogged_since: float = 0.0
    memory_mb: float = 0.0
    awake_until: float = 0.0
    next_dial_at: float = 0.0
    retiring: bool = False
    told_to_stop_at: float | None = None
    probes: list[str] = field(default_factory=list)

    @property
    def free(self) -> int:
        """How many calls it can take now."""
        return 0 if self.retiring else max(0, self.calls - self.active - self.kept - self.clogged)

    @property
    def ready(self) -> bool:
        """It has told how many calls it holds."""
        return self.calls > 0

    def ready_for(self, calls: int, now: float) -> None:
        """It has come up."""
        self.calls = calls
        self.awake_until = now + FIRST_IDLE_SECONDS

    def dialled(self, now: float) -> None:
        """It was given a call."""
        self._roused(now)
        self.active += 1
        self.next_dial_at = max(now, self.next_dial_at) + DIAL_GAP_SECONDS

    def relieved(self, now: float) -> None:
        """One of its calls is over, for us."""
        self.active -= 1
        self.awake_until = now + IDLE_SECONDS

    def clog(self, slots: int, now: float) -> None:
        """So many slots are held by silent far ends. The clock starts anew whenever one comes back."""
        if slots < self.clogged or not self.clogged:
            self.clogged_since = now
        self.clogged = max(0, slots)
        self.awake_until = max(self.awake_until, now + IDLE_SECONDS)

    def probed(self, trunk: str, now: float) -> None:
        """It was told to ask a trunk with OPTIONS."""
        self._roused(now)
        self.probes.append(trunk)
        self.awake_until = max(self.awake_until, now + IDLE_SECONDS)

    def answered_probe(self, trunk: str) -> None:
        """It has told what became of that."""
        if trunk in self.probes:
            self.probes.remove(trunk)

    def awake(self, now: float) -> bool:
        """Its endpoint is open."""
        return self.active > 0 or self.clogged > 0 or self.registrar or now < self.awake_until

    def _roused(self, now: float) -> None:
        if not self.awake(now):
            self.heard_at = now  # it was allowed to be silent until now
            self.awake_until = now + IDLE_SECONDS


def choose(
    processes: Iterable[LineProcess], now: float, shunned: LineProcess | None, lines: int = 1
) -> LineProcess | None:
    """Who gets the next call: the fullest that is awake and may send an INVITE at once, else any awake one.

    `lines`: how many it must have free, two for a call that keeps one.

    Processes are filled rather than used evenly, so that the others can sleep.
    """

    def rank(process: LineProcess) -> tuple[bool, bool, bool, int]:
        wait = process.next_dial_at - now
        return wait > MOST_BACKLOG_SECONDS, not process.awake(now), wait > 0, process.free

    able = [process for process in processes if process.free >= lines and process is not shunned]
    return min(able, key=rank, default=None)


def judge(process: LineProcess, now: float, settings: LineSettings) -> Verdict:
    """What shall become of a process: one that leaks or lost slots ends after its calls, a hung one now."""
    if process.channel.closed or now - process.heard_at > _patience(process, now, settings):
        return "kill"
    if process.memory_mb > KILLED_AT_MEMORY * settings.memory_mb:
        return "kill"
    if process.told_to_stop_at is not None:
        return "kill" if now - process.told_to_stop_at > PARTING_SECONDS else "keep"
    stuck = process.clogged > 0 and now - process.clogged_since > CLOGGED_SECONDS
    if process.retiring or stuck or process.memory_mb > settings.memory_mb:
        return "retire" if process.active else "stop"
    return "keep"


def _patience(process: LineProcess, now: float, settings: LineSettings) -> float:
    """How long it may be silent, in seconds."""
    if not process.ready:
        return settings.start_seconds
    if process.awake(now):
        return settings.heartbeat_seconds
    return max(settings.heartbeat_seconds, 3 * ASLEEP_ALIVE_SECONDS)
