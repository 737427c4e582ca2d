"""Every way in which a call can end, as SIPp plays it, and the cause that our lines tell."""

import socket
import time
from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Cause, EarlyMedia, Ended, HangUp
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.behaviours import (
    BUSY,
    CONGESTION,
    DECLINES,
    UNAVAILABLE,
    WRONG_NUMBER,
    Answers,
    Behaviour,
    Challenges,
    Refuses,
    Rings,
    Silent,
    redirects,
)
from tests.sipp.patients import SippPatients, needs_sipp
from tests.sipp.ports import HOST, free_sip_port

pytestmark = [pytest.mark.sipp, needs_sipp()]

REDIRECT_PORT, DEAD_PORT = free_sip_port(), free_sip_port()
UNREACHABLE_SECONDS = 5.0
NUMBERS: dict[str, Behaviour] = {
    "+79990000001": Answers(hang_up_ms=600),
    "+79990000002": BUSY,
    "+79990000003": UNAVAILABLE,
    "+79990000004": DECLINES,
    "+79990000005": WRONG_NUMBER,
    "+79990000006": CONGESTION,
    "+79990000007": Rings(),
    "+79990000008": Silent(),
    "+79990000009": redirects(f"sip:+79990000001@{HOST}:{REDIRECT_PORT}"),
    "+79990000010": Answers(early_media=True, ring_ms=700, hang_up_ms=300),
    "+79990000011": Challenges(407, "clinic", "right", Answers(hang_up_ms=300)),
    "+79990000012": Challenges(401, "clinic", "right", Answers(hang_up_ms=300)),
    "+79990000013": Refuses(403, "Forbidden"),
    "+79990000014": Refuses(429, "Too Many Requests", headers=("Retry-After: 5",)),
    "+79990000015": Answers(early_media=True, ring_ms=60_000),
    "+79990000016": Answers(sends_rtp=False, hang_up_ms=600),
    "+79990000017": Refuses(403, "Forbidden", ring_ms=100),
    "+79990000018": Refuses(607, "Unwanted"),
    "+79990000019": Refuses(608, "Rejected"),
}


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with SippPatients(NUMBERS) as patients:
        yield patients


@pytest.fixture(scope="module")
def desk(sipp: SippPatients, make_desk: MakeDesk) -> Desk:
    return make_desk(
        Trunk("plain", sipp.uri),
        Trunk("right", sipp.uri, "clinic", "right"),
        Trunk("wrong", sipp.uri, "clinic", "wrong"),
        Trunk("stranger", sipp.uri, "stranger", "right"),
        Trunk("dead", f"sip:{HOST}:{DEAD_PORT}"),
        Trunk("nameless", "sip:no-such-host.invalid"),
    )


@pytest.mark.parametrize(
    ("number", "trunk", "cause", "status", "rang"),
    [
        ("+79990000001", "plain", "answered", 200, True),
        ("+79990000002", "plain", "busy", 486, True),
        ("+79990000003", "plain", "no_answer", 480, True),
        ("+79990000004", "plain", "declined", 603, True),
        ("+79990000005", "plain", "wrong_number", 404, False),
        ("+79990000006", "plain", "congestion", 503, False),
        ("+79990000009", "plain", "redirected", 302, False),
        ("+79990000011", "right", "answered", 200, True),
        ("+79990000011", "stranger", "authentication", 407, False),
        ("+79990000012", "right", "answered", 200, True),
        ("+79990000012", "wrong", "authentication", 401, False),
        ("+79990000012", "plain", "authentication", 401, False),
        ("+79990000013", "plain", "blocked", 403, False),
        ("+79990000017", "plain", "blocked", 403, True),
        ("+79990000018", "plain", "blocked", 607, False),
        ("+79990000019", "plain", "blocked", 608, False),
        ("+79990000014", "plain", "rate_limited", 429, False),
        ("+79990000016", "plain", "answered", 200, True),
        ("+79990000099", "plain", "wrong_number", 404, False),
    ],
)
def test_each_ending_has_its_cause(
    desk: Desk, number: str, trunk: str, cause: Cause, status: int, rang: bool
) -> None:
    ended = desk.wait(desk.dial(number, trunk), Ended)
    assert (ended.cause, ended.sip_status, ended.rang) == (cause, status, rang)
    assert ended.answered is (cause == "answered")


def test_nobody_answers_and_the_call_is_cancelled(desk: Desk, sipp: SippPatients) -> None:
    started = time.monotonic()
    ended = desk.wait(desk.dial("+79990000007", "plain", ring_seconds=1.5), Ended)
    assert (ended.cause, ended.rang, ended.answered) == ("no_answer", True, False)
    assert 1.4 < time.monotonic() - started < 3.5
    sipp.wait_until(lambda seen: any(s.number == "+79990000007" and s.what == "cancelled" for s in seen), 5.0)


def test_early_media_is_told_and_is_no_answer(desk: Desk) -> None:
    call = desk.dial("+79990000010", "plain")
    desk.wait(call, Ended)
    assert desk.kinds(call)[:2] == [EarlyMedia.__name__, Answered.__name__]


def test_early_media_for_ever_ends_with_the_ring_time(desk: Desk) -> None:
    call = desk.dial("+79990000015", "plain", ring_seconds=1.0)
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.rang, ended.answered) == ("no_answer", False, False)
    assert Answered.__name__ not in desk.kinds(call)


def test_a_redirect_is_never_followed(desk: Desk) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as target:
        target.bind((HOST, REDIRECT_PORT))
        target.settimeout(1.0)
        assert desk.wait(desk.dial("+79990000009", "plain"), Ended).cause == "redirected"
        with pytest.raises(TimeoutError):
            target.recv(2000)


@pytest.mark.parametrize(("number", "trunk"), [("+79990000001", "dead"), ("+79990000008", "plain")])
def test_a_far_end_that_says_nothing_is_given_up_soon(desk: Desk, number: str, trunk: str) -> None:
    started = time.monotonic()
    ended = desk.wait(desk.dial(number, trunk, ring_seconds=30.0), Ended)
    assert (ended.cause, ended.sip_status, ended.rang) == ("unreachable", 0, False)
    assert time.monotonic() - started == pytest.approx(UNREACHABLE_SECONDS, abs=1.5)


def test_a_trunk_without_an_address_is_unreachable(desk: Desk) -> None:
    ended = desk.wait(desk.dial("+79990000001", "nameless"), Ended)
    assert (ended.cause, ended.rang) == ("unreachable", False)


def test_we_hang_up(desk: Desk, sipp: SippPatients) -> None:
    call = desk.answered("+79990000016", "plain")
    desk.send(HangUp(call))
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.answered) == ("answered", True)
    sipp.wait_until(lambda seen: any(s.what == "far end hung up" for s in seen), 5.0)
