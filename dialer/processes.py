"""Where line processes come from: our end of the nursery, and what each of them is told at birth."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dialer.errors import LinesNotStarted
from dialer.messages import Configure
from dialer.port_ranges import Plot
from dialer.roster import LineProcess
from dialer.wire import Channel

BIRTH_SECONDS = 5.0  # forks take milliseconds each, on a busy machine tens of them
LARGEST_BROOD = 16  # born at one request, so that those that are up are heard in between


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

    def bear(self, orders: Sequence[tuple[Configure, Plot]]) -> list[LineProcess]:
        """New line processes, at most `LARGEST_BROOD`, told their settings. Raises LinesNotStarted.

        Fewer than were ordered come back when the machine has no room for more, but at least one.
        """
        pairs = [socket.socketpair() for _ in orders]
        try:
            socket.send_fds(self._control, [b"fork"], [theirs.fileno() for _, theirs in pairs])
            answer = self._answer()
        except OSError:
            answer = b""
        pids = answer.split()
        for index, (ours, theirs) in enumerate(pairs):
            theirs.close()
            if index >= len(pids):
                ours.close()
        if not answer:
            self._process.kill()  # a late answer would be taken for that to the next request
        if not pids:
            raise LinesNotStarted(
                "A line process could not be started: this machine is out of memory, or allows "
                "no more processes."
            )
        now = time.monotonic()
        born = [
            LineProcess(Channel(ours), int(pid), plot, now, configure.registrar)
            for (ours, _), pid, (configure, plot) in zip(pairs, pids, orders, strict=False)
        ]
        for process, (configure, _) in zip(born, orders, strict=False):
            process.channel.tell(configure)
        return born

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
            return self._control.recv(1024)
        except OSError:
            return b""


def _environment() -> Iterator[tuple[str, str]]:
    """Ours, with this package importable, and without the threads of numpy, which no fork survives."""
    yield from os.environ.items()
    here = str(Path(__file__).resolve().parent.parent)
    yield "PYTHONPATH", os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))
    yield "OPENBLAS_NUM_THREADS", "1"
