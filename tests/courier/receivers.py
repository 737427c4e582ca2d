"""Receivers of webhooks on 127.0.0.1, each of which behaves as it is told."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

Behaviour = Callable[["Talk"], None]
PATIENCE_SECONDS = 10.0  # nothing in a test waits longer for anything


@dataclass
class Request:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """One that runs; `arrived` is set with the first whole request."""

    port: int
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?clinic=5"


class Talk(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver
    behaviour: Behaviour

    def setup(self) -> None:
        super().setup()
        self.receiver.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.requests.append(Request(self.path, headers, body))
        self.receiver.arrived.set()
        type(self).behaviour(self)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""

    def say(self, raw: bytes) -> bool:
        """Write as it stands; False when nobody listens any more."""
        try:
            self.wfile.write(raw)
            self.wfile.flush()
        except OSError:
            return False
        return True

    def hang(self) -> None:
        """Until the test is over."""
        self.receiver.over.wait(PATIENCE_SECONDS)
        self.close_connection = True


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 100

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that hangs up is what is tested."""


@contextmanager
def receiver(behaviour: Behaviour, certificate: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Runs until the block ends."""
    server = _Server(("127.0.0.1", 0), Talk, bind_and_activate=False)
    if certificate is not None:
        server.socket = certificate.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.server_bind()
    server.server_activate()
    running = Receiver(server.server_address[1])
    server.RequestHandlerClass = type("Told", (Talk,), {"receiver": running, "behaviour": behaviour})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        running.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def answers(status: int, *headers: str, body: bytes = b"") -> Behaviour:
    """A whole answer."""
    lines = (f"HTTP/1.1 {status} So", f"content-length: {len(body)}", *headers, "", "")
    raw = "\r\n".join(lines).encode() + body

    def behave(talk: Talk) -> None:
        talk.say(raw)

    return behave


def says(raw: bytes) -> Behaviour:
    """These bytes, and hangs up."""

    def behave(talk: Talk) -> None:
        talk.say(raw)
        talk.close_connection = True

    return behave


def says_and_hangs(raw: bytes) -> Behaviour:
    """These bytes, and then nothing more."""

    def behave(talk: Talk) -> None:
        talk.say(raw)
        talk.hang()

    return behave


def drips(first: bytes, each: bytes, seconds: float = 0.02) -> Behaviour:
    """For ever a little more."""

    def behave(talk: Talk) -> None:
        talk.close_connection = True
        if talk.say(first):
            while talk.say(each) and not talk.receiver.over.wait(seconds):
                pass

    return behave


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
