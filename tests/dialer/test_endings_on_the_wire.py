"""Endings as they come over the wire: reasons, wishes for later, and messages that cross on their way."""

from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Cause, Ended, HangUp, Ringing
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Peer, header
from tests.dialer.rig import Rig, pool_of

BUSY = 'Reason: Q.850;cause=17;text="User, busy"'

PEOPLE = {
    "+7201": Behaviour(status=480, headers=(BUSY,)),
    "+7202": Behaviour(status=503, headers=("Reason: SIP;cause=404,", "  Q.850 ;cause=1"), rings=False),
    "+7203": Behaviour(status=486, headers=("Reason: Q.850;cause=1",)),
    "+7204": Behaviour(status=503, headers=("Retry-After: 120 (later)",), rings=False),
    "+7205": Behaviour(status=408, rings=False),
    "+7206": Behaviour(status=480, headers=("Reason: Q.850;cause=nonsense, ;;,",)),
    "+7207": Behaviour(status=429, headers=("Retry-After: 7",), rings=False),
    "+7210": Behaviour(bye_seconds=0.3, bye_headers=("Reason: Q.850;cause=34",)),
    "+7211": Behaviour(bye_crosses=True),
    "+7212": Behaviour(status=180, cancel_crosses=True),
    "+7213": Behaviour(status=180, answers_cancel=False),
}


@pytest.fixture(scope="module")
def far_end() -> Iterator[Peer]:
    with Peer(PEOPLE.__getitem__) as peer:
        yield peer


@pytest.fixture(scope="module")
def pool(far_end: Peer) -> Iterator[LinePool]:
    with pool_of(Trunk("main", far_end.uri)) as pool:
        yield pool


@pytest.mark.parametrize(
    ("number", "cause", "status", "q850", "retry_after_seconds", "rang"),
    [
        ("+7201", "busy", 480, 17, 0, True),
        ("+7202", "wrong_number", 503, 1, 0, False),
        ("+7203", "busy", 486, 1, 0, True),
        ("+7204", "congestion", 503, 0, 120, False),
        ("+7205", "no_answer", 408, 0, 0, False),
        ("+7206", "no_answer", 480, 0, 0, True),
        ("+7207", "rate_limited", 429, 0, 7, False),
    ],
)
def test_what_the_far_end_says_beside_its_status(
    lines: Rig, number: str, cause: Cause, status: int, q850: int, retry_after_seconds: int, rang: bool
) -> None:
    ended = lines.ended(lines.dial(number))
    assert ended == Ended(number, cause, status, rang, False, 0.0, q850, retry_after_seconds)


def test_an_answered_call_stays_answered_whatever_its_bye_says(lines: Rig) -> None:
    ended = lines.ended(lines.answered("+7210"))
    assert (ended.cause, ended.sip_status, ended.answered, ended.q850) == ("answered", 200, True, 34)
    assert ended.quality.packets > 5


def test_a_bye_that_comes_with_the_answer_ends_the_call_once(lines: Rig, far_end: Peer) -> None:
    call = lines.dial("+7211")
    ended = lines.ended(call)
    assert ended.answered
    assert ended.cause in ("answered", "media")
    assert ended.talk_seconds < 0.5
    assert far_end.wait(
        lambda: any("BYE" in header(r, "CSeq") for c in far_end.calls.values() for r in c.responses)
    )


def test_an_answer_that_crosses_our_cancel_is_hung_up_at_once(lines: Rig, far_end: Peer) -> None:
    call = lines.dial("+7212")
    lines.until(lambda: Ringing(call) in lines.events)
    lines.pool.send(HangUp(call))
    ended = lines.ended(call, seconds=1)
    assert (ended.cause, ended.answered, ended.sip_status) == ("no_answer", False, 0)
    assert far_end.wait(lambda: any(c.number == call and c.over for c in far_end.calls.values()))
    assert far_end.requests("BYE")
    assert Answered(call) not in lines.events


def test_lines_that_a_silent_far_end_holds_are_not_free(lines: Rig) -> None:
    """No 487 ever comes: the library keeps the slot; its call has ended all the same, and others go on."""
    call = lines.dial("+7213")
    lines.until(lambda: Ringing(call) in lines.events)
    free = lines.pool.free
    lines.pool.send(HangUp(call))
    ended = lines.ended(call, seconds=1)
    assert (ended.cause, ended.rang, ended.sip_status) == ("no_answer", True, 0)
    assert lines.pool.free == free < 4
    assert lines.answered("+7210") == "+7210"
    assert lines.ended("+7210").cause == "answered"
