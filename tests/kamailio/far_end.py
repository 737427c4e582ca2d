"""A trunk behind our front that says exactly what a test wants, within one call (RFC 3261 section 12)."""

import itertools
import re
import socket
from types import TracebackType
from typing import Self

from tests.sipp.ports import HOST

PATIENCE_SECONDS = 5.0
LULL_SECONDS = 0.3  # what has not come by then does not come
TAG = "far"
SDP = (
    f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
    "m=audio 16998 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)
IN_PARTS = (
    "--parts\r\nContent-Type: application/sdp\r\n\r\n"
    + SDP
    + "\r\n--parts\r\nContent-Type: application/isup\r\n\r\n\x01\x02\r\n--parts--\r\n"
)


def headers(message: str, name: str) -> list[str]:
    """The values of a header, one for each line that holds it."""
    return re.findall(rf"^{name}:\s*(.*?)\r?$", message, re.M | re.I)


class FarEnd:
    """`with FarEnd(port of the front's outside socket) as far_end:` is a trunk at `far_end.uri`."""

    def __init__(self, front_port: int) -> None:
        self._front = (HOST, front_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self.uri = f"sip:{HOST}:{self.port}"
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def receive(self, begins: str, seconds: float = PATIENCE_SECONDS) -> str:
        """The next message that begins so; others are passed over. Raises TimeoutError."""
        self._socket.settimeout(seconds)
        while True:
            message = self._socket.recv(65535).decode("latin-1")
            if message.startswith(begins):
                return message

    def answer(self, request: str, status: int, body: str = "", kind: str = "application/sdp") -> None:
        """Answer a request."""
        (to,) = headers(request, "To")
        lines = [f"SIP/2.0 {status} X"]
        for name in ("Via", "Record-Route", "From", "Call-ID", "CSeq"):
            lines += [f"{name}: {value}" for value in headers(request, name)]
        lines += [
            f"To: {to}" + ("" if "tag=" in to else f";tag={TAG}"),
            f"Contact: <sip:far@{HOST}:{self.port}>",
        ]
        self._send(lines, body, kind)

    def ask(
        self,
        invite: str,
        method: str,
        *more: str,
        body: str = "",
        kind: str = "application/sdp",
        routes: str = "",
        uri: str = "",
    ) -> str:
        """Send a request within the call of this INVITE; the status of its answer, "" when none comes.

        `routes` and `uri` in place of the right ones.
        """
        number = next(self._numbers)
        (contact,) = re.findall(r"<([^>]+)>", headers(invite, "Contact")[0])
        lines = [
            f"{method} {uri or contact} SIP/2.0",
            f"Via: SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bKfar{number}",
            *(f"Route: {route}" for route in ([routes] if routes else headers(invite, "Record-Route"))),
            f"From: {headers(invite, 'To')[0]};tag={TAG}",
            f"To: {headers(invite, 'From')[0]}",
            f"Call-ID: {headers(invite, 'Call-ID')[0]}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:far@{HOST}:{self.port}>",
            "Max-Forwards: 70",
            *more,
        ]
        self._send(lines, body, kind)
        try:
            while True:
                status = self.receive("SIP/2.0 ", LULL_SECONDS).split(" ")[1]
                if status != "100":
                    return status
        except TimeoutError:
            return ""

    def _send(self, lines: list[str], body: str, kind: str) -> None:
        lines += [f"Content-Type: {kind}"] * bool(body)
        message = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._socket.sendto(message.encode("latin-1"), self._front)
