"""What a trunk may send within a call through our front, and what it may not."""

import socket
from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Ended, HangUp, Transfer, Transferred
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.kamailio.far_end import IN_PARTS, SDP, FarEnd
from tests.kamailio.front import Front, front
from tests.kamailio.server import needs_kamailio
from tests.sipp.ports import HOST

pytestmark = [needs_kamailio()]

NUMBER = "+79991500001"
LINE_PORTS = (15500, 15990)  # of `make_desk`


@pytest.fixture(scope="module")
def gate() -> Iterator[Front]:
    gate = front(LINE_PORTS)
    with gate.kamailio:
        yield gate


@pytest.fixture(scope="module")
def far_end(gate: Front) -> Iterator[FarEnd]:
    with FarEnd(gate.outside) as far_end:
        yield far_end


@pytest.fixture(scope="module")
def desk(make_desk: MakeDesk, far_end: FarEnd, gate: Front) -> Desk:
    return make_desk(Trunk("far", far_end.uri, proxy=gate.proxy), count=4)


@pytest.fixture
def victim() -> Iterator[socket.socket]:
    """A socket of this machine that is no line: nothing may be led to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
        victim.bind((HOST, 0))
        victim.setblocking(False)
        yield victim


def test_a_call_holds_what_belongs_to_it_and_nothing_else(
    desk: Desk, far_end: FarEnd, gate: Front, victim: socket.socket
) -> None:
    call = desk.dial(NUMBER, "far")
    invite = far_end.receive("INVITE")
    far_end.answer(invite, 200, SDP)
    far_end.receive("ACK")
    desk.wait(call, Answered)
    refer = ("Refer-To: <sip:+7666@127.0.0.66>",)
    elsewhere = f"sip:{HOST}:{victim.getsockname()[1]}"
    front_alone = f"<sip:{HOST}:{gate.outside};lr>"
    asked = {
        "refer": far_end.ask(invite, "REFER", *refer),
        "replaces": far_end.ask(invite, "INVITE", "Replaces: 1;to-tag=a;from-tag=b", body=SDP),
        "parts": far_end.ask(invite, "INVITE", body=IN_PARTS, kind="multipart/mixed;boundary=parts"),
        "message": far_end.ask(invite, "MESSAGE", body="x", kind="text/plain"),
        "notify": far_end.ask(invite, "NOTIFY", "Event: presence", body="x", kind="application/pidf+xml"),
        "without route": far_end.ask(invite, "BYE", routes=f"<{elsewhere};lr>"),
        "route elsewhere": far_end.ask(invite, "BYE", routes=f"{front_alone}, <{elsewhere};lr>"),
        "called elsewhere": far_end.ask(invite, "BYE", uri=elsewhere),
        "malformed": far_end.ask(invite, "INFO", "Content-Length: 77"),
        "too long": far_end.ask(invite, "INFO", "X-Long: " + "x" * 4000),
        "ping": far_end.ask(invite, "OPTIONS"),
        "hang up": far_end.ask(invite, "BYE"),
    }
    assert asked == {
        **dict.fromkeys(("refer", "replaces", "parts", "message", "notify"), "403"),
        **dict.fromkeys(("without route", "route elsewhere", "called elsewhere"), ""),
        **dict.fromkeys(("malformed", "too long"), ""),
        "ping": asked["ping"],
        "hang up": "200",
    }
    assert asked["ping"], "answered by the line, whatever it says"
    assert desk.wait(call, Ended).cause == "answered"
    with pytest.raises(BlockingIOError):
        victim.recv(1)


def test_how_far_a_transfer_of_ours_is_comes_through(desk: Desk, far_end: FarEnd) -> None:
    call = desk.dial(NUMBER, "far")
    invite = far_end.receive("INVITE")
    far_end.answer(invite, 200, SDP)
    far_end.receive("ACK")
    desk.wait(call, Answered)
    desk.send(Transfer(call, f"sip:101@{HOST}"))
    far_end.answer(far_end.receive("REFER"), 202)
    headers = ("Event: refer", "Subscription-State: terminated;reason=noresource")
    told = far_end.ask(invite, "NOTIFY", *headers, body="SIP/2.0 200 OK\r\n", kind="message/sipfrag")
    assert told == "200"
    assert desk.wait(call, Transferred).sip_status == 200
    desk.send(HangUp(call))
    far_end.answer(far_end.receive("BYE"), 200)
    desk.wait(call, Ended)


def test_of_an_answer_in_parts_the_line_sees_the_offer_alone(desk: Desk, far_end: FarEnd) -> None:
    call = desk.dial(NUMBER, "far")
    invite = far_end.receive("INVITE")
    far_end.answer(invite, 200, IN_PARTS, "multipart/mixed;boundary=parts")
    far_end.receive("ACK")
    desk.wait(call, Answered)
    desk.send(HangUp(call))
    far_end.answer(far_end.receive("BYE"), 200)
    assert desk.wait(call, Ended).cause == "answered"


def test_a_call_that_rings_is_taken_back(desk: Desk, far_end: FarEnd) -> None:
    call = desk.dial(NUMBER, "far", ring_seconds=0.5)
    invite = far_end.receive("INVITE")
    far_end.answer(invite, 180)
    far_end.answer(far_end.receive("CANCEL"), 200)
    far_end.answer(invite, 487)
    far_end.receive("ACK")
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.rang) == ("no_answer", True)


def test_a_trunk_that_says_nothing_is_told_as_silent(desk: Desk, far_end: FarEnd) -> None:
    """The front says 100 at once; the line must not take that for the trunk's word for long."""
    ended = desk.wait(desk.dial(NUMBER, "far"), Ended, seconds=10.0)
    assert (ended.cause, ended.rang, ended.answered) == ("no_answer", False, False)
