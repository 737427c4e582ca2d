"""An MLLP server in a thread of its own, and senders."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from campaigns.mllp.frames import END, framed
from campaigns.mllp.server import USUAL, Limits, MllpServer, Receives

PATIENCE_SECONDS = 20.0


class Echo:
    """Answers with what came; a message "wait" is answered once somebody says so."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.received: list[bytes] = []

    async def receive(self, content: bytes) -> bytes:
        self.received.append(content)
        if content == b"wait":
            self.begun.set()
            await asyncio.to_thread(self.go_on.wait, PATIENCE_SECONDS)
        return content

    def too_long(self, begun: bytes) -> bytes:
        return b"too long: " + begun[:3]


class Serving:
    """A server that runs. told: what whoever runs it was told."""

    def __init__(
        self, server: MllpServer, port: int, told: list[str], loop: asyncio.AbstractEventLoop
    ) -> None:
        self.server, self.port, self.told, self._loop = server, port, told, loop

    def run(self, deed: Callable[[], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(deed(), self._loop).result(PATIENCE_SECONDS)

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self.port), PATIENCE_SECONDS, source_address=(source, 0)
        )


@contextmanager
def serving(
    receives: Receives,
    senders: Sequence[str] = (),
    limits: Limits = USUAL,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Serving]:
    """A server on a free port of 127.0.0.1."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    told: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    here = Serving(MllpServer(receives, senders, told.append, limits), listening.getsockname()[1], told, loop)
    here.run(lambda: here.server.start(listening, tls))
    try:
        yield here
    finally:
        here.run(here.server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_SECONDS)
        loop.close()


def ask(connection: socket.socket, message: bytes) -> bytes:
    """The answer to a message, without its block; b"" when the server hung up."""
    connection.sendall(framed(message))
    return answer(connection)


def answer(connection: socket.socket) -> bytes:
    """The next answer."""
    found = bytearray()
    while not found.endswith(END + b"\r"):
        try:
            some = connection.recv(1)
        except ConnectionError:
            return b""
        if not some:
            return b""
        found += some
    return bytes(found[1:-2])
