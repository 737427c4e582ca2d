"""Where line processes are born: a small process that has imported the library and forks one per request.

Run by the pool as `python -m dialer.nursery DESCRIPTOR`. It holds nothing of the engine. A request is
`fork` with the sockets of the new line processes attached (SCM_RIGHTS), answered by their process ids, or
`kill PID`. Nobody but the engine's process holds the other end of a worker's socket, so that its end is the
end of the file for them. People who are bridged are not cut off then: their line process ends after them.
"""

import gc
import mmap
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence

from dialer import worker

MOST_DESCRIPTORS = 64  # in one request
NONE_BORN = b" "  # an empty packet would look like the end
HUNG_SECONDS = 5.0  # a line process on its own shows life each second; one that hangs would stay for ever
PARENT_LOOK_SECONDS = 0.5  # how soon a dead engine is noticed when another process still holds its socket


class Nursery:
    """Serves one pool until it is gone; then tells all line processes so, and stays until they have ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, mmap.mmap] = {}  # each with the page on which it shows life
        self._engine = os.getppid()

    def run(self) -> None:
        """Serve requests until the pool is gone."""
        while os.getppid() == self._engine:
            ready, _, _ = select.select([self._control], [], [], PARENT_LOOK_SECONDS)
            if ready and not self._serve():
                break
            self._reap()
        self._control.close()
        for child in self._children:
            os.kill(child, worker.STOP_SIGNAL)
        self._see_out()

    def _see_out(self) -> None:
        """Who is bridged may talk on; a line process that hangs is killed."""
        seen: dict[int, bytes] = {}
        look_at = time.monotonic() + HUNG_SECONDS
        while self._children:
            time.sleep(PARENT_LOOK_SECONDS)
            self._reap()
            if time.monotonic() < look_at:
                continue
            look_at = time.monotonic() + HUNG_SECONDS
            for child, life in self._children.items():
                if seen.get(child) == life[:1]:
                    os.kill(child, signal.SIGKILL)
                seen[child] = life[:1]

    def _serve(self) -> bool:
        """One request; False when there will be no more."""
        request, descriptors, _, _ = socket.recv_fds(self._control, 64, MOST_DESCRIPTORS)
        if request == b"fork":
            born = self._bear(descriptors)
            self._control.send(" ".join(map(str, born)).encode() or NONE_BORN)
        elif request.startswith(b"kill "):
            self._kill(int(request[5:]))
        return bool(request)

    def _bear(self, descriptors: Sequence[int]) -> list[int]:
        """The ids of new line processes, for the first descriptors, as many as this machine has room for."""
        born: list[int] = []
        waiting = list(descriptors)
        try:
            while waiting:
                born.append(self._fork(waiting[0], waiting[1:]))
                os.close(waiting.pop(0))
        except OSError:
            for descriptor in waiting:
                os.close(descriptor)
        return born

    def _fork(self, descriptor: int, others: Sequence[int]) -> int:
        """One line process; `others` belong to its younger brothers. Raises OSError when there is no room."""
        life = mmap.mmap(-1, 1)
        child = os.fork()
        if child == 0:
            self._control.close()
            for other in others:
                os.close(other)
            worker.serve(socket.socket(fileno=descriptor), life)
        self._children[child] = life
        return child

    def _kill(self, child: int) -> None:
        """Only a child that was not reaped: its number cannot belong to anybody else yet."""
        if child in self._children:
            os.kill(child, signal.SIGKILL)

    def _reap(self) -> None:
        while self._children and (child := os.waitpid(-1, os.WNOHANG)[0]):
            self._children.pop(child, None)


def main(descriptor: int) -> None:
    """Serve the pool behind this descriptor."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to the whole group; the engine decides what it means
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # pages of what was imported stay shared with the line processes
    control = socket.socket(fileno=descriptor)
    control.send(b"ready")
    Nursery(control).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
