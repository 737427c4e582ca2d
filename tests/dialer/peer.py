"""A far end of our own: as little SIP and RTP as it takes, told by a table what to do with each number."""

import contextlib
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

from tests.dialer import peer_rtp as rtp
from tests.dialer.behaviour import Behaviour, Call, EventPacket, Request

__all__ = ["Behaviour", "Call", "EventPacket", "Peer", "Request", "header"]


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
            case "REFER" if call.behaviour.refer_status:
                self._respond(text, address, call.behaviour.refer_status, call.tag)
                self._spawn(self._notify, call)
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
            if method == "CANCEL" and call.behaviour.cancel_crosses:
                call.over = False
                self._answer(call, 200)
            elif method == "CANCEL":
                self._respond(call.invite, address, 487, call.tag)

    def _responded(self, call: Call, text: str) -> None:
        call.responses.append(text)
        if "INVITE" in header(text, "CSeq") and text.startswith("SIP/2.0 200 "):
            number = header(text, "CSeq").split()[0]
            self._request(call, Request("ACK", sdp="sendrecv" * (number in call.late_offers)), number)

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
        self._progress(call)
        if behaviour.status == 180:
            return
        time.sleep(behaviour.answer_seconds)
        if not call.over:
            self._answer(call, behaviour.status)
        if behaviour.bye_crosses:
            self._bye(call)

    def _progress(self, call: Call) -> None:
        behaviour = call.behaviour
        told = [(183, True)] if behaviour.early_media else [(180, False)] if behaviour.rings else []
        for number, (status, with_sdp) in enumerate(behaviour.progress or told):
            time.sleep(behaviour.progress_gap_seconds if number else 0.0)
            body = self._sdp(call) if with_sdp else ""
            self._respond(call.invite, call.address, status, call.tag, body=body)
            if with_sdp and number == 0:
                self._spawn(self._announce, call)

    def _answer(self, call: Call, status: int) -> None:
        behaviour = call.behaviour
        call.answered, call.answered_at = status == 200, time.monotonic()
        body = self._sdp(call, behaviour.direction) if status == 200 and behaviour.sdp else ""
        headers = [f"Contact: {behaviour.contact}"] if behaviour.contact else []
        extra = "\r\n".join([*headers, *behaviour.headers])
        self._respond(call.invite, call.address, status, call.tag, extra=extra, body=body)

    @staticmethod
    def _sdp(call: Call, direction: str = "sendrecv", moves: bool = False) -> str:
        behaviour, port = call.behaviour, rtp.open_media(call, moves)
        call.sdp_version += 1
        event = behaviour.answer_event_type
        formats = f"{behaviour.codec}" + (f" {event}" if event is not None else "")
        lines = ["v=0", f"o=- 1 {call.sdp_version} IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP {formats}"]
        if event is not None:
            lines += [f"a=rtpmap:{event} telephone-event/8000", f"a=fmtp:{event} 0-15"]
        lines += [f"a={direction}"] + [f"a=rtcp:{port}"] * (behaviour.rtcp_lost is not None)
        return "\r\n".join([*lines, ""])

    def _talk(self, call: Call) -> None:
        if not rtp.find_remote(call):
            return
        behaviour, frames = call.behaviour, rtp.frames_of(call.behaviour.tones)
        keys, requests = sorted(behaviour.keys), list(behaviour.requests)
        packets = list(behaviour.events)
        for tick, at in self._ticks(call, lambda: call.over):
            if behaviour.bye_seconds is not None and at >= behaviour.bye_seconds:
                self._bye(call)
                break
            if requests and at >= requests[0][0]:
                self._request(call, requests.pop(0)[1])
            while packets and at >= packets[0][0]:
                rtp.send_event(call, packets.pop(0)[1])
            if keys and at >= keys[0][0]:
                rtp.press(call, keys.pop(0)[1])
            else:
                rtp.send_audio(call, tick, frames)

    def _announce(self, call: Call) -> None:
        """Audio before the answer."""
        frames = rtp.frames_of(call.behaviour.early_tones)
        if frames and rtp.find_remote(call):
            for tick, _ in self._ticks(call, lambda: call.over or call.acked):
                rtp.send_audio(call, tick, frames)

    def _ticks(self, call: Call, over: Callable[[], bool]) -> Iterator[tuple[int, float]]:
        """Each 20 ms a number and its second, listening meanwhile."""
        started = time.monotonic()
        for tick in itertools.count():
            at = tick * rtp.PACKET_SECONDS
            rtp.listen(call, started + at, over)
            if over() or not self._running:
                return
            call.ticks += 1
            yield tick, at

    def _notify(self, call: Call) -> None:
        """How far the transfer is, RFC 3515 section 2.4.5."""
        started = time.monotonic()
        for at, state, status_line in call.behaviour.notifies:
            time.sleep(max(0.0, started + at - time.monotonic()))
            headers = ("Event: refer", f"Subscription-State: {state}")
            kind = ("Content-Type: message/sipfrag;version=2.0",) if status_line else ()
            self._request(call, Request("NOTIFY", headers + kind, status_line and f"{status_line}\r\n"))

    def hang_up(self, number: str) -> None:
        """The person at this number does; RTP ends with it."""
        self._bye(next(call for call in self.calls.values() if call.number == number and not call.over))

    def _bye(self, call: Call) -> None:
        call.over = True
        self._request(call, Request("BYE", call.behaviour.bye_headers))

    def _request(self, call: Call, request: Request, number: str = "") -> None:
        contact = re.search(r"<([^>]+)>", header(call.invite, "Contact"))
        call.cseq += 1
        if request.method == "INVITE" and not request.sdp:
            call.late_offers.add(str(call.cseq))
        body = self._sdp(call, request.sdp, request.moves) if request.sdp else request.body
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
