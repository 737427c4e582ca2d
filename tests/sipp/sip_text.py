"""The SIP messages and scenario elements that a patient behind SIPp sends and waits for."""

from tests.sipp.behaviours import Answers
from tests.sipp.rtp_pcap import PAYLOAD_TYPES

LOG_HEAD = "[call_number] [clock_tick] [$number]"
_SAME_DIALOG = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]p[call_number]\n[last_Call-ID:]\n"
_CONTACT = "Contact: <sip:patient@[local_ip]:[local_port]>\n"
_RETRANSMITTED = ' retrans="500"'  # RFC 3261 T1, until the ACK
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


def sdp(behaviour: Answers) -> str:
    """One codec and the digits (RFC 4733) on the payload type that the patient wants."""
    audio, digits = PAYLOAD_TYPES[behaviour.codec], behaviour.payload_type
    return (
        "v=0\no=patient 1 1 IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\n"
        f"m=audio [media_port] RTP/AVP {audio} {digits}\n"
        f"a=rtpmap:{audio} {behaviour.codec}/8000\n"
        f"a=rtpmap:{digits} telephone-event/8000\na=fmtp:{digits} 0-15\na=sendrecv\n"
    )


def _send(message: str, attributes: str = "") -> str:
    return f"<send{attributes}><![CDATA[\n{message}\n]]></send>"


BYE = _send(
    "BYE [next_url] SIP/2.0\n"
    "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
    "From: [$callee];tag=[pid]p[call_number]\nTo: [$caller]\n[last_Call-ID:]\nCSeq: 2 BYE\n[routes]\n"
    "Max-Forwards: 70\nContent-Length: 0\n",
    _RETRANSMITTED,
)
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
        _send(
            f"SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n{_EMPTY}"
        ),
        '<nop next="end"/>',
    )
)
