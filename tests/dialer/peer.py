"""A far end of our own: as little SIP and RTP as it takes, told by a table what to do with each number."""

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

PCMA_SILENCE = b"\xd5" * 160
PACKET_SECONDS = 0.02


@dataclass(frozen=True)
class Behaviour:
    """What a far end does with a call. Times in seconds after the INVITE or the answer."""

    status: int = 200  # 0: never responds; 180: rings for ever
    rings: bool = True
    early_media: bool = False
    answer_seconds: float = 0.05
    keys: Sequence[tuple[float, str]] = ()  # (seconds after the ACK, key)
    answer_event_type: int | None = 101  # payload type of telephone-event in the answer
    event_type: int = 101  # what is really sent
    bye_seconds: float | None = None  # hangs up so long after the ACK
    tones: Sequence[tuple[float, bytes]] = ()  # (seconds after the ACK, PCMA bytes)
    answers_bye: bool = True
    answers_cancel: bool = True
    sdp: bool = True
    codec: int = 8
    contact: str = ""
    challenges: bool = False  # 407 to an INVITE without credentials
    requests: Sequence[tuple[float, "Request"]] = ()  # (seconds after the ACK, what it sends within the call)


@dataclass(frozen=True)
class Request:
    """A request within a call; `sdp` is a direction attribute such as "sendonly"."""

    method: str
    headers: tuple[str, ...] = ()
    body: str = ""
    sdp: str = ""


@dataclass
class Call:
    """One call as the far end sees it."""

    invite: str
    address: tuple[str, int]
    tag: str
    number: str
    behaviour: Behaviour
    answered: bool = False
    acked: bool = False
    over: bool = False
    remote_rtp: tuple[str, int] | None = None
    started: float = field(default_factory=time.monotonic)
    sequence: int = 1
    cseq: int = 1
    answered_at: float = 0.0  # when the 200 was sent
    pressed_at: float = 0.0  # when the last key was sent
    responses: list[str] = field(default_factory=list)
    rtp: list[tuple[float, bytes]] = field(default_factory=list)
    media: "socket.socket | None" = None


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.M | re.I)
    return found[1] if found else ""


class Peer:
    """Answers INVITEs on 127.0.0.1; `behave` maps the called number to a behaviour."""

    def __init__(self, behave: Callable[[str], Behaviour], port: int = 0) -> None:
        self._behave = behave
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind(("127.0.0.1", port))
        self._sip.settimeout(0.1)
        self.port = self._sip.getsockname()[1]
        self.calls: dict[str, Call] = {}
        self.log: list[tuple[float, str]] = []
        self._running = True
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    @property
    def uri(self) -> str:
        return f"sip:127.0.0.1:{self.port}"

    def close(self) -> None:
        self._running = False
        for thread in self._threads:
            thread.join(timeout=2)
        self._sip.close()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def requests(self, method: str) -> list[str]:
        return [text for _, text in list(self.log) if text.startswith(method + " ")]

    def wait(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        with self._changed:
            return self._changed.wait_for(condition, timeout=seconds)

    def _serve(self) -> None:
        while self._running:
            with contextlib.suppress(TimeoutError):
                data, address = self._sip.recvfrom(65535)
                text = data.decode(errors="replace")
                if text.strip():
                    with self._changed:
                        self.log.append((time.monotonic(), text))
                        self._handle(text, address)
                        self._changed.notify_all()

    def _handle(self, text: str, address: tuple[str, int]) -> None:
        method, call = text.split(" ", 1)[0], self.calls.get(header(text, "Call-ID"))
        if call is None:
            if method == "INVITE":
                self._invited(text, address)
            return
        match method:
            case "ACK" if call.answered and not call.acked:
                call.acked = True
                self._spawn(self._talk, call)
            case "BYE" | "CANCEL":
                self._hung_up(call, method, text, address)
            case "INFO" | "UPDATE" | "OPTIONS":
                self._respond(text, address, 200, call.tag)
            case "SIP/2.0":
                self._responded(call, text)

    def _invited(self, text: str, address: tuple[str, int]) -> None:
        number = re.match(r"INVITE sip:([^@]*)@", text)
        call = Call(text, address, f"t{len(self.calls)}", number[1] if number else "", Behaviour())
        call.behaviour = self._behave(call.number)
        if call.behaviour.challenges and not header(text, "Proxy-Authorization"):
            asks = 'Proxy-Authenticate: Digest realm="trunk", nonce="n0", algorithm=MD5, qop="auth"'
            self._respond(text, address, 407, call.tag, extra=asks)
            return
        self.calls[header(text, "Call-ID")] = call
        self._spawn(self._ring, call)

    def _hung_up(self, call: Call, method: str, text: str, address: tuple[str, int]) -> None:
        call.over = True
        if call.behaviour.answers_cancel if method == "CANCEL" else call.behaviour.answers_bye:
            self._respond(text, address, 200, call.tag)
            if method == "CANCEL":
                self._respond(call.invite, address, 487, call.tag)

    def _responded(self, call: Call, text: str) -> None:
        call.responses.append(text)
        if "INVITE" in header(text, "CSeq") and text.startswith("SIP/2.0 200 "):
            self._request(call, Request("ACK"), header(text, "CSeq").split()[0])

    def _spawn(self, target: Callable[[Call], None], call: Call) -> None:
        thread = threading.Thread(target=target, args=(call,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _respond(
        self, request: str, address: tuple[str, int], status: int, tag: str, extra: str = "", body: str = ""
    ) -> None:
        to = header(request, "To") + (f";tag={tag}" if "tag=" not in header(request, "To") else "")
        lines = [f"SIP/2.0 {status} X"]
        lines += [f"Via: {via}" for via in re.findall(r"^Via:\s*(.*?)\r?$", request, re.M | re.I)]
        lines += [f"From: {header(request, 'From')}", f"To: {to}", f"Call-ID: {header(request, 'Call-ID')}"]
        lines += [f"CSeq: {header(request, 'CSeq')}"]
        if status not in (100,):
            lines += [f"Contact: <sip:peer@127.0.0.1:{self.port}>"]
        if extra:
            lines.append(extra)
        if body:
            lines.append("Content-Type: application/sdp")
        lines += [f"Content-Length: {len(body)}", "", body]
        self._sip.sendto("\r\n".join(lines).encode(), address)

    def _ring(self, call: Call) -> None:
        behaviour = call.behaviour
        if behaviour.status == 0:
            return
        self._respond(call.invite, call.address, 100, call.tag)
        if behaviour.early_media:
            self._respond(call.invite, call.address, 183, call.tag, body=self._sdp(call))
        elif behaviour.rings:
            self._respond(call.invite, call.address, 180, call.tag)
        if behaviour.status == 180:
            return
        time.sleep(behaviour.answer_seconds)
        if call.over:
            return
        call.answered, call.answered_at = behaviour.status == 200, time.monotonic()
        body = self._sdp(call) if behaviour.status == 200 and behaviour.sdp else ""
        extra = f"Contact: {behaviour.contact}" if behaviour.contact else ""
        self._respond(call.invite, call.address, behaviour.status, call.tag, extra=extra, body=body)

    def _sdp(self, call: Call, direction: str = "sendrecv") -> str:
        if call.media is None:
            call.media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            call.media.bind(("127.0.0.1", 0))
            call.media.settimeout(0.005)
        behaviour, port = call.behaviour, call.media.getsockname()[1]
        event = behaviour.answer_event_type
        formats = f"{behaviour.codec}" + (f" {event}" if event is not None else "")
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP {formats}"]
        if event is not None:
            lines += [f"a=rtpmap:{event} telephone-event/8000", f"a=fmtp:{event} 0-15"]
        lines += [f"a={direction}"]
        return "\r\n".join([*lines, ""])

    def _talk(self, call: Call) -> None:
        media_port = re.search(r"m=audio (\d+)", call.invite)
        address = re.search(r"c=IN IP4 (\S+)", call.invite)
        if media_port is None or address is None or call.media is None:
            return
        call.remote_rtp = (address[1], int(media_port[1]))
        started = time.monotonic()
        audio = self._audio(call.behaviour)
        events = sorted((at, key) for at, key in call.behaviour.keys)
        requests = list(call.behaviour.requests)
        tick = 0
        while self._running and not call.over:
            self._listen(call, started + tick * PACKET_SECONDS)
            at = tick * PACKET_SECONDS
            if call.behaviour.bye_seconds is not None and at >= call.behaviour.bye_seconds:
                self._bye(call)
                break
            if requests and at >= requests[0][0]:
                self._request(call, requests.pop(0)[1])
            if events and at >= events[0][0]:
                self._press(call, events.pop(0)[1], tick * 160)
            else:
                self._send(call, call.behaviour.codec, tick * 160, audio.get(tick, PCMA_SILENCE))
            tick += 1

    @staticmethod
    def _audio(behaviour: Behaviour) -> dict[int, bytes]:
        frames = {}
        for at, samples in behaviour.tones:
            for index in range(len(samples) // 160):
                frames[round(at / PACKET_SECONDS) + index] = samples[index * 160 : index * 160 + 160]
        return frames

    def _listen(self, call: Call, until: float) -> None:
        assert call.media is not None
        while time.monotonic() < until and not call.over:
            with contextlib.suppress(TimeoutError, OSError):
                call.rtp.append((time.monotonic(), call.media.recv(2048)))

    def _press(self, call: Call, key: str, timestamp: int) -> None:
        number = "0123456789*#".index(key)
        call.pressed_at = time.monotonic()
        for index in range(6):
            ended, duration = index >= 3, min(index + 1, 4) * 160
            body = struct.pack("!BBH", number, (0x80 if ended else 0) | 10, duration)
            self._send(call, call.behaviour.event_type | (0x80 if index == 0 else 0), timestamp, body)

    def _send(self, call: Call, kind: int, timestamp: int, body: bytes) -> None:
        assert call.media is not None
        assert call.remote_rtp is not None
        head = struct.pack("!BBHII", 0x80, kind, call.sequence & 0xFFFF, timestamp, 0x1234)
        call.sequence += 1
        with contextlib.suppress(OSError):
            call.media.sendto(head + body, call.remote_rtp)

    def _bye(self, call: Call) -> None:
        call.over = True
        self._request(call, Request("BYE"))

    def _request(self, call: Call, request: Request, number: str = "") -> None:
        contact = re.search(r"<([^>]+)>", header(call.invite, "Contact"))
        call.cseq += 1
        body = self._sdp(call, request.sdp) if request.sdp else request.body
        lines = [
            f"{request.method} {contact[1] if contact else ''} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{call.tag}{time.monotonic_ns()}",
            f"From: {header(call.invite, 'To')};tag={call.tag}",
            f"To: {header(call.invite, 'From')}",
            f"Call-ID: {header(call.invite, 'Call-ID')}",
            f"CSeq: {number or call.cseq} {request.method}",
            f"Contact: <sip:peer@127.0.0.1:{self.port}>",
            "Max-Forwards: 70",
            *request.headers,
            *(["Content-Type: application/sdp"] if request.sdp else []),
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        self._sip.sendto("\r\n".join(lines).encode(), call.address)
