"""Every way in which a call can end, as SIPp plays it, and the cause that our lines tell."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from dialer.endings import ENDINGS
from dialer.messages import Cause, Ended, HangUp
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk, numbered
from tests.sipp.acts import Acts, HangsUp, Media, Receives, Responds, Vanishes, Waits, answered
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
RING_SECONDS = 6.5


@dataclass(frozen=True)
class Case:
    """What the far end does, and the ending that is told."""

    patient: Behaviour
    cause: Cause
    status: int
    rang: bool = False
    q850: int = 0
    retry_after: int = 0
    answered: bool = False
    trunk: str = "plain"


def talks(patient: Behaviour, trunk: str = "plain", q850: int = 0) -> Case:
    return Case(patient, "answered", 200, rang=True, answered=True, trunk=trunk, q850=q850)


def told(status: int, *reasons: str, ring_ms: int | None = None) -> Refuses:
    """A refusal with a Reason header (RFC 3326)."""
    return Refuses(status, "Refused", ring_ms, tuple(f"Reason: {reason}" for reason in reasons))


def q850(cause: int) -> str:
    return f'Q.850;cause={cause};text="as the network says"'


ELSEWHERE = redirects(f"sip:+79990000001@{HOST}:{REDIRECT_PORT}")
SILENT_RING = Answers(early_media=True, ring_ms=60_000)
CHALLENGE_401 = Challenges(401, "clinic", "right", Answers(hang_up_ms=300))
CHALLENGE_407 = Challenges(407, "clinic", "right", Answers(hang_up_ms=300))
CASES: dict[str, Case] = {
    # credentials
    "407": talks(CHALLENGE_407, "right"),
    "407, unknown": Case(CHALLENGE_407, "authentication", 407, trunk="stranger"),
    "401": talks(CHALLENGE_401, "right"),
    "401, wrong": Case(CHALLENGE_401, "authentication", 401, trunk="wrong"),
    "401, none": Case(CHALLENGE_401, "authentication", 401, trunk="plain"),
    # the status alone
    "answered": talks(Answers(hang_up_ms=600)),
    "answered in early media": talks(Answers(early_media=True, ring_ms=700, hang_up_ms=300)),
    "busy": Case(BUSY, "busy", 486, True),
    "busy everywhere": Case(Refuses(600, "Busy"), "busy", 600),
    "unavailable": Case(UNAVAILABLE, "no_answer", 480, True),
    "request timeout": Case(Refuses(408, "Timeout", ring_ms=100), "no_answer", 408, True),
    "declined": Case(DECLINES, "declined", 603, True),
    "not found": Case(WRONG_NUMBER, "wrong_number", 404),
    "gone": Case(Refuses(410, "Gone"), "wrong_number", 410),
    "incomplete": Case(Refuses(484, "Address Incomplete"), "wrong_number", 484),
    "exists nowhere": Case(Refuses(604, "Nowhere"), "wrong_number", 604),
    "forbidden": Case(Refuses(403, "Forbidden"), "blocked", 403),
    "forbidden while ringing": Case(Refuses(403, "Forbidden", ring_ms=100), "blocked", 403, True),
    "unwanted": Case(Refuses(607, "Unwanted"), "blocked", 607),
    "rejected": Case(Refuses(608, "Rejected"), "blocked", 608),
    "bad gateway": Case(Refuses(502, "Bad Gateway"), "congestion", 502),
    "unavailable service": Case(CONGESTION, "congestion", 503),
    "asks for patience": Case(
        Refuses(503, "Full", headers=("Retry-After: 30 (busy hour)",)), "congestion", 503, retry_after=30
    ),
    "server timeout": Case(Refuses(504, "Timeout"), "congestion", 504),
    "too many requests": Case(
        Refuses(429, "Too Many", headers=("Retry-After: 5",)), "rate_limited", 429, retry_after=5
    ),
    "no common codec": Case(Refuses(488, "Not Acceptable Here"), "media", 488),
    "redirected": Case(ELSEWHERE, "redirected", 302),
    "several choices": Case(
        replace(redirects(f"sip:1@{HOST}:{REDIRECT_PORT}"), status=300), "redirected", 300
    ),
    "nobody of that number": Case(Refuses(404, "Not Found"), "wrong_number", 404),
    # a Reason header refines what says too little
    "480, busy": Case(told(480, q850(17), ring_ms=100), "busy", 480, True, 17),
    "480, rejected": Case(told(480, q850(21), ring_ms=100), "declined", 480, True, 21),
    "480, no answer": Case(told(480, q850(19), ring_ms=100), "no_answer", 480, True, 19),
    "503, unallocated": Case(told(503, q850(1)), "wrong_number", 503, False, 1),
    "500, no circuit": Case(told(500, q850(34)), "congestion", 500, False, 34),
    "503, number changed": Case(told(503, q850(22)), "wrong_number", 503, False, 22),
    "480, sip busy": Case(told(480, "SIP;cause=486", ring_ms=100), "busy", 480, True),
    "480, two reasons": Case(told(480, "SIP;cause=404", q850(17), ring_ms=100), "busy", 480, True, 17),
    "500, normal": Case(told(500, q850(16)), "congestion", 500, False, 16),
    "486, but unallocated": Case(told(486, q850(1), ring_ms=100), "busy", 486, True, 1),
    "404, but busy": Case(told(404, q850(17)), "wrong_number", 404, False, 17),
    "503, nonsense": Case(told(503, "Q.850;cause=busy", ";;;"), "congestion", 503),
    "hung up with a reason": talks(
        answered(Waits(300), HangsUp((f"Reason: {q850(16)}",))),
        q850=16,
    ),
    "hung up, busy they say": talks(
        answered(Waits(300), HangsUp((f"Reason: {q850(17)}",))),
        q850=17,
    ),
    # no answer
    "rings for ever": Case(Rings(), "no_answer", 0, True),
    "early media for ever": Case(SILENT_RING, "no_answer", 0),
    "only trying": Case(Acts((Responds(100, "Trying"), Waits(60_000))), "no_answer", 0),
    "silent": Case(Silent(), "unreachable", 0),
    "no such port": Case(Silent(), "unreachable", 0, trunk="dead"),
    "no such host": Case(Silent(), "unreachable", 0, trunk="nameless"),
    # answers that are of no use
    "answer without SDP": Case(
        Acts((Responds(180), Responds(200, "OK", retransmitted=True), Receives("ACK"), Waits(60_000))),
        *("media", 200, True),
        answered=True,
    ),
    "answer in another codec": Case(
        answered(Waits(60_000), media=Media("G729"), rtp=False), "media", 200, True, answered=True
    ),
    "dead dialog": Case(Acts((Responds(180), Vanishes())), "no_answer", 0, True),
}
NUMBERS = numbered(CASES)
AT_A_SIPP = 28  # cases, so that its scenario stays within what SIPp reads; the first knows the credentials
TRUNKS = {
    NUMBERS[name]: f"plain{index // AT_A_SIPP}" if case.trunk == "plain" else case.trunk
    for index, (name, case) in enumerate(CASES.items())
}


@pytest.fixture(scope="module")
def sipps() -> Iterator[list[SippPatients]]:
    patients = [(NUMBERS[name], case.patient) for name, case in CASES.items()]
    with (
        SippPatients(dict(patients[:AT_A_SIPP])) as first,
        SippPatients(dict(patients[AT_A_SIPP:])) as second,
    ):
        yield [first, second]


@pytest.fixture(scope="module")
def desk(sipps: list[SippPatients], make_desk: MakeDesk) -> Desk:
    first, second = (sipp.uri for sipp in sipps)
    return make_desk(
        Trunk("plain0", first),
        Trunk("plain1", second),
        Trunk("right", first, "clinic", "right"),
        Trunk("wrong", first, "clinic", "wrong"),
        Trunk("stranger", first, "stranger", "right"),
        Trunk("dead", f"sip:{HOST}:{DEAD_PORT}"),
        Trunk("nameless", "sip:no-such-host.invalid"),
        count=28,
    )


@pytest.fixture(scope="module")
def redirect_target() -> Iterator[socket.socket]:
    """Where the redirects point to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as target:
        target.bind((HOST, REDIRECT_PORT))
        target.setblocking(False)
        yield target


@pytest.fixture(scope="module")
def endings(desk: Desk, redirect_target: socket.socket) -> dict[str, Ended]:
    """All cases, side by side."""
    events = desk.together(TRUNKS, ring_seconds=RING_SECONDS)
    return {name: desk.ended(events[number]) for name, number in NUMBERS.items()}


@pytest.mark.parametrize("name", CASES)
def test_each_ending_has_its_cause(endings: dict[str, Ended], name: str) -> None:
    ended, case = endings[name], CASES[name]
    assert (ended.cause, ended.sip_status, ended.rang, ended.answered) == (
        *(case.cause, case.status, case.rang, case.answered),
    )
    assert (ended.q850, ended.retry_after_seconds) == (case.q850, case.retry_after)


def test_a_redirect_is_never_followed(endings: dict[str, Ended], redirect_target: socket.socket) -> None:
    assert [name for name, ended in endings.items() if ended.cause == "redirected"]
    with pytest.raises(BlockingIOError):
        redirect_target.recv(2000)


def test_every_cause_but_a_lost_line_is_among_them() -> None:
    assert {case.cause for case in CASES.values()} == set(ENDINGS) - {"line_lost"}


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("silent", UNREACHABLE_SECONDS),
        ("no such port", UNREACHABLE_SECONDS),
        ("rings for ever", RING_SECONDS),
        ("early media for ever", RING_SECONDS),
        ("no such host", 0.0),
    ],
)
def test_nobody_is_waited_for_longer_than_said(
    desk: Desk, endings: dict[str, Ended], name: str, seconds: float
) -> None:
    assert desk.seconds[endings[name].call] == pytest.approx(seconds, abs=1.5)


def test_who_is_not_waited_for_is_told(endings: dict[str, Ended], sipps: list[SippPatients]) -> None:
    for name in ("rings for ever", "early media for ever"):
        assert "cancelled" in [what for sipp in sipps for what in sipp.said_of(NUMBERS[name])]


def test_we_hang_up(desk: Desk, sipps: list[SippPatients]) -> None:
    number = NUMBERS["hung up with a reason"]
    call = desk.answered(number, TRUNKS[number])
    desk.send(HangUp(call))
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.answered, ended.q850) == ("answered", True, 0)
    sipps[1].wait_until(lambda seen: any(s.what == "far end hung up" for s in seen), 5.0)
