"""The SIP messages and scenario elements that a patient behind SIPp sends and waits for."""

from tests.sipp.acts import Media, Responds
from tests.sipp.rtp_pcap import PAYLOAD_TYPES

PATIENCE_MS = 120_000  # how long a patient waits for BYE or CANCEL before the call counts as failed
LOG_HEAD = "[call_number] [clock_tick] [$number]"
_SAME_DIALOG = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]p[call_number]\n[last_Call-ID:]\n"
_CONTACT = "Contact: <sip:patient@[local_ip]:[local_port]>\n"
_RETRANSMITTED = ' retrans="500"'  # RFC 3261 T1, until the ACK
_NAMED_CONTACT = "Contact: <sip:[$number]@[local_ip]:[local_port]>\n"
_EMPTY = "Content-Length: 0\n\n"


def log(what: str) -> str:
    return f'<nop><action><log message="{LOG_HEAD} {what}"/></action></nop>'


def wait_for(request: str, milliseconds: int, then: str, otherwise: str) -> str:
    """Until the request comes (go to `then`) or the time is up (go to `otherwise`)."""
    return f'<recv request="{request}" timeout="{milliseconds}" ontimeout="{otherwise}" next="{then}"/>'


def answer(
    status: int,
    reason: str,
    sdp: str = "",
    headers: tuple[str, ...] = (),
    retransmitted: bool = False,
) -> str:
    """An answer to the INVITE."""
    extra = "".join(f"{header}\n" for header in headers)
    contact = "" if any(header.startswith("Contact:") for header in headers) else _CONTACT
    body = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{sdp}" if sdp else _EMPTY
    message = f"SIP/2.0 {status} {reason}\n{_SAME_DIALOG}[last_CSeq:]\n{contact}{extra}{body}"
    return _send(message, _RETRANSMITTED if retransmitted else "")


def challenge(status: int) -> str:
    """401 or 407 with a fresh nonce (RFC 3261 section 22)."""
    reason, header = {
        401: ("Unauthorized", "WWW-Authenticate"),
        407: ("Proxy Authentication Required", "Proxy-Authenticate"),
    }[status]
    parameters = 'Digest realm="test", nonce="47ebe028[call_number]", algorithm=MD5, qop="auth"'
    return answer(status, reason, headers=(f"{header}: {parameters}",), retransmitted=True)


def sdp(media: Media, version: int = 1) -> str:
    """One codec, and the digits (RFC 4733) on the payload type that the far end wants."""
    audio, digits = (PAYLOAD_TYPES | {"G729": 18})[media.codec], media.event_type
    port = "[media_port]" if media.port is None else media.port
    formats = f"{audio}" if digits is None else f"{audio} {digits}"
    events = "" if digits is None else f"a=rtpmap:{digits} telephone-event/8000\na=fmtp:{digits} 0-15\n"
    return (
        f"v=0\no=patient 1 {version} IN IP[local_ip_type] [local_ip]\ns=-\n"
        f"c=IN IP[media_ip_type] {media.address or '[media_ip]'}\nt=0 0\n"
        f"m=audio {port} RTP/AVP {formats}\n"
        f"a=rtpmap:{audio} {media.codec}/8000\n{events}a={media.direction}\n"
    )


def respond(step: Responds) -> str:
    """A response to the first INVITE, whatever was received since; its Contact names the callee."""
    body = content(sdp(step.media)) if step.media else _EMPTY
    headers = "".join(f"{header}\n" for header in step.headers)
    contact = "" if "Contact:" in headers else _NAMED_CONTACT
    message = (
        f"SIP/2.0 {step.status} {step.reason}\nVia:[$via]\nFrom: [$caller]\n"
        f"To: [$callee];tag=[pid]p[call_number]\nCall-ID: [call_id]\nCSeq: [$cseq] INVITE\n"
        f"{contact}{headers}{body}"
    )
    return _send(message, _RETRANSMITTED if step.retransmitted else "")


def accept() -> str:
    """200 to the request that was received last."""
    return _send(
        f"SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n{_EMPTY}"
    )


def request(method: str, cseq: int, headers: tuple[str, ...] = (), body: str = "") -> str:
    """A request within the call; `body` begins with its header lines. An ACK is not retransmitted."""
    extra = "".join(f"{header}\n" for header in headers)
    message = (
        f"{method} [next_url] SIP/2.0\n"
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        "From: [$callee];tag=[pid]p[call_number]\nTo: [$caller]\nCall-ID: [call_id]\n"
        f"CSeq: {cseq} {method}\n[routes]\nMax-Forwards: 70\n{_NAMED_CONTACT}{extra}{body or _EMPTY}"
    )
    return _send(message, "" if method == "ACK" else _RETRANSMITTED)


def content(body: str, kind: str = "application/sdp") -> str:
    """The end of a message, from its content type on."""
    return f"Content-Type: {kind}\nContent-Length: [len]\n\n{body}"


def _send(message: str, attributes: str = "") -> str:
    return f"<send{attributes}><![CDATA[\n{message}\n]]></send>"


BYE = request("BYE", 2)
CANCELLED = "\n".join(
    (
        '<label id="cancelled"/>',
        log("cancelled"),
        answer(200, "OK"),
        _send(
            f"SIP/2.0 487 Request Terminated\n{_SAME_DIALOG}CSeq: [$cseq] INVITE\n{_CONTACT}{_EMPTY}",
            _RETRANSMITTED,
        ),
        '<recv request="ACK" next="end"/>',
    )
)
HUNG_UP = "\n".join(
    (
        '<label id="hung_up"/>',
        log("far end hung up"),
        accept(),
        '<nop next="end"/>',
    )
)
