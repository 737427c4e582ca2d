"""The way from a node to the server, which a test can break without either end being told."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import make_url

BLOCK_BYTES = 65536
HOST = "127.0.0.1"


class Cable:
    """`with Cable(url) as cable:` is a port on this machine; `cable.url` leads through it to the server.

    Cut, it goes on accepting connections and bytes, as a hanging server does, and passes nothing on.
    """

    def __init__(self, url: str) -> None:
        """The server of the URL is reached by a socket in a folder, as those of tests are."""
        self._server = Path(str(make_url(url).query["host"])) / ".s.PGSQL.5432"
        self._door = socket.create_server((HOST, 0))
        port = self._door.getsockname()[1]
        through = make_url(url).set(host=HOST, port=port, query={})
        self.url = through.render_as_string(hide_password=False)
        self._open = threading.Event()
        self._open.set()
        self._ends: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.set()
        for end in (self._door, *self._ends):
            _close(end)

    def cut(self) -> None:
        """Pass nothing on any more."""
        self._open.clear()

    def mend(self) -> None:
        """Pass on, what came meanwhile first."""
        self._open.set()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                node, _ = self._door.accept()
                self._ends.append(node)
                threading.Thread(target=self._join, args=[node], daemon=True).start()

    def _join(self, node: socket.socket) -> None:
        self._open.wait()
        server = socket.socket(socket.AF_UNIX)
        self._ends.append(server)
        with suppress(OSError):
            server.connect(str(self._server))
            threading.Thread(target=self._carry, args=[server, node], daemon=True).start()
            self._carry(node, server)

    def _carry(self, giver: socket.socket, taker: socket.socket) -> None:
        with suppress(OSError):
            while data := giver.recv(BLOCK_BYTES):
                self._open.wait()
                taker.sendall(data)
        _close(giver)
        _close(taker)


def _close(end: socket.socket) -> None:
    """Also wakes the thread that reads from it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
