"""Where line processes are born: a small process that has imported the library and forks one per request.

Run by the pool as `python -m dialer.nursery DESCRIPTOR`. It holds nothing of the engine. A request is
`fork` with the socket of the new line process attached (SCM_RIGHTS), answered by its process id, or `kill
PID`. Nobody but the engine's process holds the other end of a worker's socket, so that its end is the end
of the file for them.
"""

import gc
import os
import select
import signal
import socket
import sys

from dialer import worker

PARENT_LOOK_SECONDS = 0.5  # how soon a dead engine is noticed when another process still holds its socket


class Nursery:
    """Serves one pool until it is gone; then tells all line processes to end."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: set[int] = set()
        self._engine = os.getppid()

    def run(self) -> None:
        """Serve requests until the pool is gone."""
        while os.getppid() == self._engine:
            ready, _, _ = select.select([self._control], [], [], PARENT_LOOK_SECONDS)
            if ready and not self._serve():
                break
            self._reap()
        for child in self._children:
            os.kill(child, worker.STOP_SIGNAL)

    def _serve(self) -> bool:
        """One request; False when there will be no more."""
        request, descriptors, _, _ = socket.recv_fds(self._control, 64, 1)
        if request == b"fork" and descriptors:
            self._fork(descriptors[0])
        elif request.startswith(b"kill "):
            self._kill(int(request[5:]))
        return bool(request)

    def _fork(self, descriptor: int) -> None:
        child = os.fork()
        if child == 0:
            self._control.close()
            worker.serve(socket.socket(fileno=descriptor))
        os.close(descriptor)
        self._children.add(child)
        self._control.send(str(child).encode())

    def _kill(self, child: int) -> None:
        """Only a child that was not reaped: its number cannot belong to anybody else yet."""
        if child in self._children:
            os.kill(child, signal.SIGKILL)

    def _reap(self) -> None:
        for child in list(self._children):
            if os.waitpid(child, os.WNOHANG)[0] == child:
                self._children.discard(child)


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
