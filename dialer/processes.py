"""Line processes as the pool sees them: where they are born, which ports they get, what is known of each."""

import collections
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dialer.errors import LinesNotStarted
from dialer.messages import Configure
from dialer.settings import LineSettings
from dialer.wire import Channel

FIRST_PLOT_PORTS = 640  # the first process starts before we know how many calls it holds: enough for 100
PORTS_PER_CALL = 6  # RTP and RTCP, three times over: sockets close up to 3 s after a call
BIRTH_SECONDS = 5.0  # a fork takes milliseconds


@dataclass(frozen=True)
class Plot:
    """The ports of one line process. RTP ranges never overlap: one process could hear the other's calls."""

    rtp_port_first: int
    rtp_port_last: int


class Plots:
    """Deals out the port ranges. One that is given back goes last: stray packets still arrive there."""

    def __init__(self, settings: LineSettings) -> None:
        self._settings = settings
        self._next_sip_port = settings.sip_port_first
        total = settings.rtp_port_last - settings.rtp_port_first + 1
        first = settings.rtp_port_first + settings.rtp_port_first % 2
        self._rest = first + min(FIRST_PLOT_PORTS, max(total // 4 & ~1, 48))
        self._free = collections.deque([Plot(first, self._rest - 1)])

    def divide(self, processes: int, calls: int) -> None:
        """Share the rest of the range among so many more processes of so many calls, and as many in reserve.

        Raises LinesNotStarted when it is too small.
        """
        available, needed = self._settings.rtp_port_last + 1 - self._rest, calls * PORTS_PER_CALL
        if available < needed * processes:
            raise LinesNotStarted(
                f"{self._settings.count} lines need {needed * processes - available} more RTP ports: "
                "widen the range of RTP ports, or ask for fewer lines."
            )
        shares = max(1, min(2 * processes + 1, available // needed))
        size = available // shares & ~1
        for index in range(shares if size >= needed else 0):
            self._free.append(Plot(self._rest + index * size, self._rest + (index + 1) * size - 1))

    def take(self) -> Plot:
        """The range that has been unused for longest."""
        if not self._free:
            raise LinesNotStarted("All RTP ports are dealt out: widen the range of RTP ports.")
        return self._free.popleft()

    def give_back(self, plot: Plot) -> None:
        """The process that had it is dead."""
        self._free.append(plot)

    def sip_port(self) -> int:
        """The next SIP port that nobody else uses. Raises LinesNotStarted when all are taken."""
        first, last = self._settings.sip_port_first, self._settings.sip_port_last
        for _ in range(last - first + 1):
            port = self._next_sip_port
            self._next_sip_port = port + 1 if port < last else first
            if _is_free(port):
                return port
        raise LinesNotStarted(f"All SIP ports from {first} to {last} are in use: choose another range.")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


@dataclass
class LineProcess:
    """One line process: its socket and what it has told. `calls` is 0 until it is ready."""

    channel: Channel
    pid: int
    plot: Plot
    heard_at: float  # monotonic: when it last said anything, at first when it was born
    calls: int = 0
    clogged: int = 0
    active: int = 0

    @property
    def free(self) -> int:
        """How many calls it can take now."""
        return max(0, self.calls - self.active - self.clogged)

    @property
    def ready(self) -> bool:
        """It has told how many calls it holds."""
        return self.calls > 0


class Birthplace:
    """The nursery process. Raises LinesNotStarted when it does not come up."""

    def __init__(self, start_seconds: float) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(start_seconds)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "dialer.nursery", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(_environment()),
        )
        theirs.close()
        if self._answer() != b"ready":
            self.close()
            raise LinesNotStarted("The line processes cannot be started: is pjsua2-python installed here?")
        self._control.settimeout(BIRTH_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether it still takes requests."""
        return self._process.poll() is None

    def bear(self, configure: Configure, plot: Plot) -> LineProcess:
        """A new line process, told its settings. Raises LinesNotStarted."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise LinesNotStarted("The process that starts line processes is gone.") from None
        pid = self._answer()
        if not pid.isdigit():
            ours.close()
            raise LinesNotStarted("A line process could not be started: this machine may be out of memory.")
        process = LineProcess(Channel(ours), int(pid), plot, time.monotonic())
        process.channel.tell(configure)
        return process

    def kill(self, process: LineProcess) -> None:
        """End a process that does not end by itself."""
        try:
            self._control.send(f"kill {process.pid}".encode())
        except OSError:
            return  # the nursery is gone, and then the closed socket has to do

    def close(self) -> None:
        """End the nursery, and with it all line processes that are left."""
        self._control.close()
        try:
            self._process.wait(BIRTH_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answer(self) -> bytes:
        try:
            return self._control.recv(64)
        except OSError:
            return b""


def _environment() -> Iterator[tuple[str, str]]:
    """Ours, with this package importable, and without the threads of numpy, which no fork survives."""
    yield from os.environ.items()
    here = str(Path(__file__).resolve().parent.parent)
    yield "PYTHONPATH", os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))
    yield "OPENBLAS_NUM_THREADS", "1"
