"""Blind transfers over real SIP: REFER out, NOTIFYs in, and far ends that refuse it or say nothing."""

from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Dial, Ended, HangUp, Transfer, Transferred
from dialer.pjsip import transfer
from dialer.settings import Trunk
from tests.dialer.one_line import OneLine, one_line
from tests.dialer.peer import Behaviour, Peer, Request, header

TARGET = "sip:101@127.0.0.1:5099"
TRYING = (0.0, "active;expires=60", "SIP/2.0 100 Trying")
RINGING = (0.2, "active;expires=60", "SIP/2.0 180 Ringing")
SIPFRAG = ("Event: refer", "Content-Type: message/sipfrag")
UNASKED = (
    Request("NOTIFY", (*SIPFRAG, "Subscription-State: active"), "SIP/2.0 200 OK\r\n"),
    Request("NOTIFY", (*SIPFRAG, "Subscription-State: terminated"), "nonsense"),
    Request("NOTIFY", ("Event: refer",)),
    Request("NOTIFY", ("Event: presence", "Subscription-State: active")),
)
PEOPLE = {
    "+7301": Behaviour(
        refer_status=202,
        notifies=(TRYING, RINGING, (0.4, "terminated;reason=noresource", "SIP/2.0 200 OK")),
    ),
    "+7302": Behaviour(refer_status=202, notifies=(TRYING, (0.3, "active;expires=60", "SIP/2.0 200 OK"))),
    "+7303": Behaviour(refer_status=405),
    "+7304": Behaviour(refer_status=603),
    "+7305": Behaviour(
        refer_status=202,
        notifies=(TRYING, (0.3, "terminated;reason=noresource", "SIP/2.0 486 Busy Here")),
    ),
    "+7306": Behaviour(refer_status=202),
    "+7307": Behaviour(),  # answers no REFER
    "+7309": Behaviour(
        requests=tuple((0.2 + index / 10, notify) for index, notify in enumerate(UNASKED)), bye_seconds=1.2
    ),
    "+7308": Behaviour(refer_status=202, notifies=(TRYING,), bye_seconds=1.0),
}


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with Peer(PEOPLE.__getitem__) as peer:
        yield peer


@pytest.fixture(scope="module")
def line(peer: Peer) -> Iterator[OneLine]:
    with one_line(Trunk("main", peer.uri)) as line:
        yield line


def refer(line: OneLine, number: str) -> Transferred:
    line.tell(Dial(number, "main", number, "", 10, 60))
    line.heard(Answered(number))
    line.tell(Transfer(number, TARGET))
    return told(line, number)


def told(line: OneLine, number: str) -> Transferred:
    line.until(lambda: any(isinstance(said, Transferred) and said.call == number for said in line.said), 12)
    (only,) = (said for said in line.said if isinstance(said, Transferred) and said.call == number)
    return only


def over(line: OneLine, number: str) -> Ended:
    line.until(lambda: any(isinstance(said, Ended) and said.call == number for said in line.said))
    (only,) = (said for said in line.said if isinstance(said, Ended) and said.call == number)
    return only


@pytest.mark.parametrize(
    ("number", "status"), [("+7301", 200), ("+7302", 200), ("+7303", 405), ("+7304", 603), ("+7305", 486)]
)
def test_what_the_far_end_tells_is_told_and_our_call_goes_on(
    line: OneLine, peer: Peer, number: str, status: int
) -> None:
    assert refer(line, number) == Transferred(number, status)
    assert not any(isinstance(said, Ended) and said.call == number for said in line.said)
    line.tell(HangUp(number))
    assert over(line, number).cause == "answered"
    request = peer.requests("REFER")[-1]
    assert header(request, "Refer-To") == f"<{TARGET}>"


@pytest.mark.parametrize("number", ["+7306", "+7307"], ids=["no NOTIFY", "no response"])
def test_a_far_end_that_tells_nothing_is_not_waited_for_long(line: OneLine, number: str) -> None:
    transferred = refer(line, number)
    assert transferred.sip_status in (0, 408, 500), "the library makes up a status of its own"
    assert transferred.sip_status // 100 != 2
    line.tell(HangUp(number))
    over(line, number)


def test_a_call_that_ends_on_the_way_tells_that_nothing_was_told(line: OneLine) -> None:
    assert refer(line, "+7308") == Transferred("+7308", 0)
    ended = over(line, "+7308")
    assert line.said.index(Transferred("+7308", 0)) < line.said.index(ended)
    assert ended.talk_seconds < transfer.NOTIFY_SECONDS


def test_what_is_told_unasked_is_no_transfer(line: OneLine) -> None:
    line.tell(Dial("+7309", "main", "+7309", "", 10, 60))
    assert over(line, "+7309").cause == "answered"
    assert not any(isinstance(said, Transferred) and said.call == "+7309" for said in line.said)
