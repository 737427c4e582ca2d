"""Which ports each line process gets, so that none of them is ever in another's way."""

import collections
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.errors import LinesNotStarted
from dialer.settings import LineSettings

FIRST_PLOT_PORTS = 640  # the first process starts before we know how many calls it holds: enough for 100
PORTS_PER_CALL = 6  # RTP and RTCP, three times over: sockets close up to 3 s after a call


@dataclass(frozen=True)
class Plot:
    """The RTP ports of one line process. Ranges never overlap: one process could hear the other's calls."""

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
            if held := hold(port):
                release(held)
                return port
        raise LinesNotStarted(f"All SIP ports from {first} to {last} are in use: choose another range.")


def hold(port: int) -> Sequence[socket.socket]:
    """Sockets, for UDP and TCP, that keep a SIP port from others until `release`; () when it is taken."""
    with contextlib.ExitStack() as taken:
        sockets = []
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            sockets.append(taken.enter_context(socket.socket(socket.AF_INET, kind)))
            try:
                sockets[-1].bind(("", port))
            except OSError:
                return ()
        taken.pop_all()
        return sockets


def release(sockets: Sequence[socket.socket]) -> None:
    """Let go of a port."""
    for held in sockets:
        held.close()
