"""Whoever is not our trunk reaches nothing; the trunk itself cannot take a line either."""

import contextlib
import os
import re
import socket
import struct
from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Clogged, Dial, Ended, HangUp, Probe, Probed
from dialer.settings import Trunk
from tests.dialer.far_trunk import FarTrunk, request
from tests.dialer.one_line import OneLine, one_line
from tests.dialer.peer import header

STRANGER = "127.0.0.66"
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
OFFER = "Content-Type: application/sdp\r\n"
REPLACES = OFFER + "Replaces: 1@here;to-tag=1;from-tag=2\r\n"
REFER_TO = "Refer-To: <sip:+7666@127.0.0.1:15399>\r\n"
PRESENCE = "Event: presence\r\nExpires: 60\r\nAccept: application/pidf+xml\r\n"
LINES = 4
REQUESTS = [
    ("INVITE", OFFER, SDP),
    ("INVITE", "", ""),
    ("INVITE", REPLACES, SDP),
    ("REFER", REFER_TO, ""),
    ("SUBSCRIBE", PRESENCE, ""),
    ("MESSAGE", "Content-Type: text/plain\r\n", "hello"),
    ("OPTIONS", "", ""),
    ("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", ""),
    ("ACK", "", ""),
]
MALFORMED = [
    b"",
    b"\r\n\r\n",
    b"INVITE",
    b"\x00" * 100,
    os.urandom(1200),
    b"SIP/2.0 200 OK\r\n\r\n",
    b"A" * 60_000,
]


def awake_line(*trunks: Trunk) -> contextlib.AbstractContextManager[OneLine]:
    """The one that registers never sleeps; a sleeping one has no sockets that could be reached."""
    return one_line(*trunks, registrar=True)


@contextlib.contextmanager
def stranger_socket() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((STRANGER, 0))
        stranger.settimeout(0.3)
        yield stranger


def all_lines_serve(line: OneLine, far: FarTrunk, round_: str) -> None:
    """As many calls at once as the process holds, then none."""
    line.until(lambda: [e.slots for e in line.said if isinstance(e, Clogged)][-1:] in ([], [0]))
    calls = [f"{round_}{number}" for number in range(LINES)]
    for call in calls:
        line.tell(Dial(call, "main", "+79120000001", "", 5, 20))
    for call in calls:
        line.heard(Answered(call))
    for call in calls:
        line.tell(HangUp(call))
    line.until(
        lambda: sum(isinstance(e, Ended) and e.answered and e.call in calls for e in line.said) == LINES
    )


def hears_nothing(sock: socket.socket) -> bool:
    with contextlib.suppress(TimeoutError):
        sock.recv(65535)
        return False
    return True


def test_a_stranger_gets_no_answer_and_takes_no_line() -> None:
    with FarTrunk() as far, awake_line(Trunk("main", far.uri)) as line, stranger_socket() as stranger:
        line.tell(Dial("up", "main", "+79120000001", "", 5, 20))
        line.heard(Answered("up"))
        for _ in range(20):
            for method, more, body in REQUESTS:
                stranger.sendto(
                    request(method, line.sip_port, stranger.getsockname(), more, body),
                    ("127.0.0.1", line.sip_port),
                )
            for data in MALFORMED:
                stranger.sendto(data, ("127.0.0.1", line.sip_port))
        assert hears_nothing(stranger)
        line.tell(HangUp("up"))
        line.until(lambda: any(isinstance(e, Ended) and e.call == "up" and e.answered for e in line.said))
        all_lines_serve(line, far, "after")


@pytest.mark.parametrize(
    ("method", "more", "body", "statuses"),
    [
        ("OPTIONS", "", "", {"200"}),
        ("INVITE", OFFER, SDP, {"100", "500"}),
        ("INVITE", "", "", {"100", "500"}),
        ("INVITE", REPLACES, SDP, {"481"}),
        ("SUBSCRIBE", PRESENCE, "", {"403"}),
        ("MESSAGE", "Content-Type: text/plain\r\n", "hello", {"200"}),
    ],
    ids=["options", "invite", "late offer", "replaces", "subscribe", "message"],
)
def test_the_trunk_itself_takes_no_line_either(
    trunk_and_line: tuple[FarTrunk, OneLine], method: str, more: str, body: str, statuses: set[str]
) -> None:
    far, line = trunk_and_line
    far.seen.clear()
    for _ in range(2 * LINES):
        far.send(request(method, line.sip_port, ("127.0.0.1", far.port), more, body), line.sip_port)
    last = max(statuses)
    far.until(lambda: sum(last in answer for answer in far.responses(method)) >= 2 * LINES)
    assert {answer.split()[1] for answer in far.responses(method)} == statuses
    all_lines_serve(line, far, f"{method}{more}")


def test_the_trunk_cannot_replace_a_call_of_ours_by_another(trunk_and_line: tuple[FarTrunk, OneLine]) -> None:
    far, line = trunk_and_line
    far.seen.clear()
    line.tell(Dial("live", "main", "+79120000001", "", 5, 20))
    line.heard(Answered("live"))
    invite = far.requests("INVITE")[0]
    ours = header(invite, "From").partition(";tag=")[2]
    replaces = f"Replaces: {header(invite, 'Call-ID')};to-tag={ours};from-tag=far\r\n"
    far.send(request("INVITE", line.sip_port, ("127.0.0.1", far.port), OFFER + replaces, SDP), line.sip_port)
    far.until(lambda: bool(far.responses("INVITE")))
    line.tell(Dial("beside", "main", "+79120000001", "", 5, 20))
    line.heard(Answered("beside"))
    assert [answer.split()[1] for answer in set(far.responses("INVITE"))] == ["603"]
    live = {header(invite, "Call-ID") for invite in far.requests("INVITE")}
    hung_up = {header(bye, "Call-ID") for bye in far.requests("BYE")}  # calls before may be among them
    assert not live & hung_up
    for call in ("live", "beside"):
        line.tell(HangUp(call))
    line.until(lambda: sum(isinstance(e, Ended) and e.call in ("live", "beside") for e in line.said) == 2)


def test_a_transfer_that_the_trunk_asks_for_outside_of_a_call_calls_nobody(
    trunk_and_line: tuple[FarTrunk, OneLine],
) -> None:
    far, line = trunk_and_line
    far.seen.clear()
    far.send(request("REFER", line.sip_port, ("127.0.0.1", far.port), REFER_TO), line.sip_port)
    all_lines_serve(line, far, "refer")
    assert not any("+7666" in invite for invite in far.requests("INVITE"))
    assert not any(answer.split()[1].startswith("2") for answer in far.responses("REFER"))


@pytest.fixture(scope="module")
def trunk_and_line() -> Iterator[tuple[FarTrunk, OneLine]]:
    with FarTrunk() as far, awake_line(Trunk("main", far.uri)) as line:
        yield far, line


def test_a_name_is_let_in_once_it_is_known_and_its_proxy_too() -> None:
    with FarTrunk() as far, stranger_socket() as stranger:
        trunk = Trunk("main", "sip:trunk.invalid", proxy=f"sip:{socket.gethostname()}:{far.port}")
        with awake_line(trunk) as line:
            line.tell(Probe("main"))
            line.until(lambda: any(isinstance(e, Probed) and e.sip_status == 200 for e in line.said))
            stranger.sendto(
                request("OPTIONS", line.sip_port, stranger.getsockname()), ("127.0.0.1", line.sip_port)
            )
            assert hears_nothing(stranger)


def test_over_tcp_a_stranger_cannot_even_connect() -> None:
    with (
        FarTrunk() as far,
        awake_line(Trunk("main", f"{far.uri};transport=tcp")) as line,
        socket.socket() as trunk,
    ):
        with socket.socket() as stranger:
            stranger.bind((STRANGER, 0))
            stranger.settimeout(0.3)
            with pytest.raises(TimeoutError):
                stranger.connect(("127.0.0.1", line.sip_port))
        trunk.settimeout(2)
        trunk.connect(("127.0.0.1", line.sip_port))
        trunk.sendall(request("OPTIONS", line.sip_port, trunk.getsockname()).replace(b"/UDP", b"/TCP"))
        assert trunk.recv(1000).startswith(b"SIP/2.0 200 ")


@pytest.mark.parametrize(("networks", "reached"), [((), True), (("127.0.0.1/32",), False)])
def test_rtp_of_a_stranger_does_not_draw_our_audio_to_him(networks: tuple[str, ...], reached: bool) -> None:
    """Until the far end has sent RTP, the library sends its own to whoever has: the trunk here is silent."""
    trunks = (Trunk("open", "sip:127.0.0.1:9"),)
    with FarTrunk() as far, stranger_socket() as stranger:
        guarded = Trunk("main", far.uri, networks=networks)
        with awake_line(guarded, *trunks) as line:
            line.tell(Dial("c", "main", "+79120000001", "", 5, 20))
            line.heard(Answered("c"))
            rtp_port = int(re.findall(r"m=audio (\d+)", far.requests("INVITE")[0])[0])
            for number in range(5):
                packet = struct.pack("!BBHII", 0x80, 8, number, number * 160, 77) + b"\xd5" * 160
                stranger.sendto(packet, ("127.0.0.1", rtp_port))
            assert hears_nothing(stranger) != reached
            assert header(far.requests("INVITE")[0], "Call-ID")
