"""A trunk, proxy or registrar in one: answers each SIP request over UDP or TCP with what a table says."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Self

from tests.dialer.peer import header

HOST = "127.0.0.1"
Reply = Callable[[str], tuple[int, str]]  # request -> status (0: silence) and one more header
Send = Callable[[bytes], object]


class FarTrunk:
    """`replies` maps a method to a status, or to a function of the request; others get 200. UDP and TCP."""

    def __init__(self, replies: Mapping[str, int | Reply] | None = None) -> None:
        self.replies = dict(replies or {})
        self.seen: list[str] = []
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((HOST, 0))
        self._udp.settimeout(0.1)
        self.port: int = self._udp.getsockname()[1]
        self._tcp = socket.create_server((HOST, self.port))
        self._tcp.settimeout(0.1)
        self._running = True
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._spawn(self._serve_udp)
        self._spawn(self._serve_tcp)

    @property
    def uri(self) -> str:
        return f"sip:{HOST}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running = False
        for thread in self._threads:
            thread.join(timeout=2)
        self._udp.close()
        self._tcp.close()

    def requests(self, method: str) -> list[str]:
        return [text for text in list(self.seen) if text.startswith(method + " ")]

    def wait_for(self, method: str, count: int = 1, seconds: float = 5.0) -> str:
        """The so manieth request of a kind."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests(method)) >= count, seconds), self.seen
        return self.requests(method)[count - 1]

    def send(self, data: bytes, port: int) -> None:
        """From our own SIP port, so that it comes from the trunk."""
        self._udp.sendto(data, (HOST, port))

    def responses(self, method: str) -> list[str]:
        """The first lines of what was said to our own requests of a kind."""
        return [
            text.split("\r\n")[0]
            for text in list(self.seen)
            if text.startswith("SIP/2.0 ") and header(text, "CSeq").endswith(method)
        ]

    def until(self, condition: Callable[[], bool], seconds: float = 5.0) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, seconds), self.seen

    def _spawn(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve_udp(self) -> None:
        while self._running:
            with contextlib.suppress(TimeoutError, ConnectionError):
                data, address = self._udp.recvfrom(65535)
                self._take(data.decode(errors="replace"), partial(self._answer, address))

    def _answer(self, address: tuple[str, int], data: bytes) -> None:
        self._udp.sendto(data, address)

    def _serve_tcp(self) -> None:
        while self._running:
            with contextlib.suppress(TimeoutError):
                connection, _ = self._tcp.accept()
                self._spawn(partial(self._serve_connection, connection))

    def _serve_connection(self, connection: socket.socket) -> None:
        connection.settimeout(0.1)
        pending = b""
        with connection:
            while self._running:
                with contextlib.suppress(TimeoutError):
                    data = connection.recv(65535)
                    if not data:
                        return
                    pending = self._messages(pending + data, connection.sendall)

    def _messages(self, pending: bytes, send: Send) -> bytes:
        while b"\r\n\r\n" in pending:
            head, rest = pending.split(b"\r\n\r\n", 1)
            length = int(header(head.decode() + "\r\n", "Content-Length") or 0)
            if len(rest) < length:
                break
            pending = rest[length:]
            if head.strip():
                self._take((head + b"\r\n\r\n" + rest[:length]).decode(), send)
        return pending

    def _take(self, text: str, send: Send) -> None:
        if not text.strip():
            return
        with self._changed:
            self.seen.append(text)
            self._changed.notify_all()
        method = text.split(" ", 1)[0]
        if method == "SIP/2.0":
            self._acknowledge(text, send)
        if method in ("SIP/2.0", "ACK"):
            return
        reply = self.replies.get(method, 200)
        status, extra = reply(text) if callable(reply) else (reply, "")
        if status:
            send(self._response(text, status, extra).encode())

    def _response(self, request: str, status: int, extra: str) -> str:
        body = self._sdp() if request.startswith("INVITE ") and status == 200 else ""
        to = header(request, "To") + ("" if "tag=" in header(request, "To") else ";tag=far")
        return "\r\n".join(
            [
                f"SIP/2.0 {status} X",
                *(f"Via: {via}" for via in re.findall(r"^Via:\s*(.*?)\r?$", request, re.M | re.I)),
                f"From: {header(request, 'From')}",
                f"To: {to}",
                f"Call-ID: {header(request, 'Call-ID')}",
                f"CSeq: {header(request, 'CSeq')}",
                f"Contact: <{self.uri}{';transport=tcp' if '/TCP' in header(request, 'Via') else ''}>",
                *([extra] if extra else []),
                *(["Content-Type: application/sdp"] if body else []),
                f"Content-Length: {len(body)}",
                "",
                body,
            ]
        )

    @staticmethod
    def _acknowledge(response: str, send: Send) -> None:
        """End our own INVITE that was refused (RFC 3261 section 17.1.1.3)."""
        number, method = header(response, "CSeq").split()
        if method == "INVITE" and int(response.split()[1]) >= 300:
            uri = re.findall(r"<([^>]+)>", header(response, "To"))[0]
            kept = [f"{name}: {header(response, name)}" for name in ("Via", "From", "To", "Call-ID")]
            lines = [f"ACK {uri} SIP/2.0", *kept, f"CSeq: {number} ACK", "Content-Length: 0", "", ""]
            send("\r\n".join(lines).encode())

    def _sdp(self) -> str:
        """Audio that nobody sends: the port of discard."""
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio 9 RTP/AVP 8\r\na=sendrecv\r\n"
        )


def request(method: str, port: int, source: tuple[str, int], more: str = "", body: str = "") -> bytes:
    """A request outside of any call, from `source` to a line process at `port`."""
    at, unique = f"{source[0]}:{source[1]}", time.monotonic_ns()
    return (
        f"{method} sip:dialer@127.0.0.1:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {at};branch=z9hG4bK{unique}\r\n"
        f"From: <sip:somebody@{at}>;tag=s{unique}\r\nTo: <sip:dialer@127.0.0.1:{port}>\r\n"
        f"Call-ID: {unique}\r\nCSeq: 1 {method}\r\nContact: <sip:somebody@{at}>\r\nMax-Forwards: 70\r\n"
        f"{more}Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
