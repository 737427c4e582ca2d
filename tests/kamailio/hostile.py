"""What strangers send: malformed and oversized packets, requests that nobody asked for, floods, RTP.

The malformed ones follow the ideas of RFC 4475 and what is known to end the library (PJSIP 2.15).
"""

import contextlib
import itertools
import os
import socket
import struct
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.sipp.ports import HOST

STRANGER = "127.0.0.66"
BURST_SECONDS = 0.01
_numbers = itertools.count(1)


def request(
    method: str,
    *extra: str,
    number: int = 0,
    branch: str = "",
    to_tag: str = "",
    body: str = "",
    length: str = "",
    uri: str = "sip:dialer@127.0.0.1",
) -> bytes:
    """A request, well formed unless the parts say otherwise; the same `number` is the same call."""
    number = number or next(_numbers)
    head = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {STRANGER}:5999;branch=z9hG4bK{branch or number}",
        "Max-Forwards: 70",
        f"From: <sip:stranger@{STRANGER}>;tag=s{number}",
        "To: <sip:dialer@127.0.0.1>" + (f";tag={to_tag}" if to_tag else ""),
        f"Call-ID: hostile-{number}@{STRANGER}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:stranger@{STRANGER}:5999>",
        *extra,
        f"Content-Length: {length or len(body)}",
    ]
    return "\r\n".join([*head, "", body]).encode("latin-1")


def deadly() -> list[bytes]:
    """An INVITE and an ACK for it with another branch and no To tag: ends pip's wheel, where they get in."""
    number = next(_numbers)
    return [request("INVITE", number=number), request("ACK", number=number, branch=f"x{number}")]


SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.66\r\ns=-\r\nc=IN IP4 127.0.0.66\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
TYPE = "Content-Type: application/sdp"
PRESENCE = ("Event: presence", "Expires: 600")
OFFER = "INVITE sip:dialer@127.0.0.1 SIP/2.0\r\n"

CORPUS: dict[str, list[bytes]] = {
    "invite and odd ack": deadly(),
    "invite without offer": [request("INVITE")],
    "invite with offer": [request("INVITE", TYPE, body=SDP)],
    "invite with replaces": [request("INVITE", "Replaces: 1@x;to-tag=a;from-tag=b", TYPE, body=SDP)],
    "invite of a call that is not": [request("INVITE", to_tag="none", body=SDP)],
    "refer": [request("REFER", "Refer-To: <sip:+7666@127.0.0.66>")],
    "refer in a call that is not": [request("REFER", "Refer-To: <sip:+7666@127.0.0.66>", to_tag="none")],
    "subscribe": [request("SUBSCRIBE", *PRESENCE), request("SUBSCRIBE", "Event: presence", "Expires: 0")],
    "notify": [request("NOTIFY", "Event: presence", "Subscription-State: active", body="<" * 2000)],
    "message": [request("MESSAGE", "Content-Type: text/plain", body="hello")],
    "publish": [request("PUBLISH", *PRESENCE)],
    "register": [request("REGISTER")],
    "bye, cancel, ack of nothing": [request(m, to_tag="none") for m in ("BYE", "CANCEL", "ACK")],
    "unknown method": [request("EXPLODE"), request("!#%&'*+-.^_`|~", to_tag="none")],
    "cut in the headers": [request("INVITE", TYPE, body=SDP)[:size] for size in (1, 9, 40, 90, 170, 333)],
    "no headers": [OFFER.encode() + b"\r\n", b"OPTIONS sip:x SIP/2.0\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n"],
    "length too long": [request("INVITE", TYPE, body=SDP, length="9999")],
    "length too short": [request("INVITE", TYPE, body=SDP, length="3")],
    "length negative": [request("OPTIONS", length="-999")],
    "length no number": [request("OPTIONS", length="4294967297"), request("OPTIONS", length="many")],
    "header of 4 kB": [request("OPTIONS", "X-Long: " + "a" * 4_100)],
    "header of 60 kB": [request("OPTIONS", "X-Long: " + "a" * 60_000)],
    "as long as UDP can be": [request("INVITE", "Via: " + "x" * 65_507)[:65_507]],
    "a thousand headers": [request("OPTIONS", *("X: y",) * 1_000)],
    "routes without end": [request("OPTIONS", "Route: " + ",".join(["<sip:127.0.0.1;lr>"] * 150))],
    "zero bytes": [request("OPTIONS", "Subject: a\0b\0c"), b"\0" * 500, request("OPTIONS\0")],
    "escapes and unicode": [
        request("OPTIONS", uri="sip:%00%0d%0a@127.0.0.1"),
        request("OPTIONS", "S: \xff\xfe"),
    ],
    "folded and spaced": [request("OPTIONS", "Subject :\r\n   \t\r\n\t x")],
    "numbers out of range": [
        request("OPTIONS", "Expires: 99999999999999999999", "Max-Forwards: 300"),
        request("OPTIONS").replace(b"CSeq: 1 ", b"CSeq: 36893488147419103232 "),
    ],
    "cseq of another method": [request("INVITE").replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE")],
    "strange uris": [request("OPTIONS", uri=uri) for uri in ("sip:", "tel:1", "<sip:a@b>", "sip:a@[::1")],
    "other version": [request("OPTIONS").replace(b" SIP/2.0\r", b" SIP/7.0\r", 1)],
    "body in parts that is empty": [
        request("INVITE", 'Content-Type: multipart/mixed;boundary="x"', to_tag="none", body=body)
        for body in ("", "--x", "--x\r\n\r\n--x--", "--x--")
    ],
    "answers to nothing": [
        request("INVITE").replace(OFFER.encode(), f"SIP/2.0 {status} X\r\n".encode(), 1)
        for status in (100, 180, 200, 302, 401, 487, 699, 999)
    ],
    "junk": [bytes(itertools.islice(itertools.cycle(range(start, 256, 7)), 700)) for start in range(7)],
    "keep-alives": [b"", b"\r\n\r\n", b"\0", b"\r\n" * 700],
}


class Flood:
    """`with Flood(source, targets, packets, rate, seconds):` sends evenly from a thread; `sent` counts.

    `rate` is packets a second to all targets together. It ends by itself after `seconds`.
    """

    def __init__(
        self, source: str, ports: Sequence[int], packets: Iterable[bytes], rate: int, seconds: float
    ) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))
        self._socket.settimeout(0.0)
        self._ports, self._packets = itertools.cycle(ports), itertools.cycle(packets)
        self._rate, self._seconds = rate, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent = 0
        self.took_seconds = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stop.set()
        self._thread.join()
        self.answers = self._answers()
        self._socket.close()

    def _run(self) -> None:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < self._seconds and not self._stop.wait(BURST_SECONDS):
            while self.sent < passed * self._rate:
                self._socket.sendto(next(self._packets), (HOST, next(self._ports)))
                self.sent += 1
        self.took_seconds = time.monotonic() - began

    def _answers(self) -> int:
        count = 0
        try:
            while self._socket.recv(65535):
                count += 1
        except BlockingIOError:
            return count
        return count


def rtp_with_keys(key: int) -> list[bytes]:
    """Audio and whole presses of a key (RFC 4733), from nobody's call, on every payload type for events."""
    packets = []
    for sequence, payload_type in enumerate((96, 101, 120)):
        for at, (flags, duration) in enumerate(((0, 160), (0, 800), (0x80, 1600), (0x80, 1600))):
            head = struct.pack(
                "!BBHII", 0x80, payload_type, 100 * sequence + at, 8000 * (sequence + 1), 0xBAD
            )
            packets.append(head + struct.pack("!BBH", key, flags | 10, duration))
        packets.append(struct.pack("!BBHII", 0x80, 8, 100 * sequence + 9, 9000, 0xBAD) + b"\x2a" * 160)
    return packets


def open_ports(ports: range, processes: Iterable[int]) -> list[int]:
    """The UDP ports of this range that these processes listen at."""
    theirs = set(chain.from_iterable(map(_sockets, processes)))
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    found = {int(row[1].split(":")[1], 16) for row in rows if row[9] in theirs}
    return sorted(found & set(ports))


def _sockets(process: int) -> list[str]:
    """The inodes of its sockets; none when it is gone."""
    links: list[str] = []
    with contextlib.suppress(OSError):
        links = [os.readlink(path) for path in Path(f"/proc/{process}/fd").iterdir()]
    return [link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:")]
