"""The pool: two calls that shall be bridged live in one line process, and what becomes of them."""

import pytest

from dialer.messages import (
    Answered,
    Bridge,
    Bridged,
    Clogged,
    Command,
    Dial,
    Ended,
    HangUp,
    Refused,
    Ringing,
    Transfer,
    Transferred,
)
from dialer.pool import LinePool
from tests.dialer.pretended import Birthplace, dial, received, tell

pytestmark = pytest.mark.usefixtures("no_nursery")


def keeper(pool: LinePool, call: str) -> Dial:
    command = Dial(call, "main", "+7", "", 30, 60, keeps=True)
    pool.send(command)
    return command


def beside(pool: LinePool, call: str, other: str) -> Dial:
    command = Dial(call, "main", "sip:101@127.0.0.1", "", 30, 60, beside=other)
    pool.send(command)
    return command


def home_of(call: str, sent: list[tuple[Birthplace.Child, list[Command]]]) -> Birthplace.Child:
    (home,) = (child for child, commands in sent if any(getattr(c, "call", "") == call for c in commands))
    return home


def all_sent() -> list[tuple[Birthplace.Child, list[Command]]]:
    return [(child, child.commands()) for child in Birthplace.born]  # type: ignore[misc]


def lost(call: str) -> Ended:
    return Ended(call, "line_lost", 0, False, False, 0.0)


def ended(call: str) -> Ended:
    return Ended(call, "busy", 486, True, False, 0.0)


def test_a_kept_line_is_not_free_and_is_in_the_same_process(
    pool: LinePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.roster.DIAL_GAP_SECONDS", 0.0)
    keeper(pool, "p")
    assert (pool.free, pool.free_pairs) == (6, 3)
    for call in "abc":
        dial(pool, call)
    beside(pool, "op", "p")
    assert pool.free == 3
    sent = all_sent()
    home = home_of("p", sent)
    assert home is home_of("op", sent)
    assert home is not home_of("c", sent), "the third has no room beside the kept line"


def test_pairs_need_two_lines_of_one_process(pool: LinePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.roster.DIAL_GAP_SECONDS", 0.0)
    for call in "abcdefg":
        dial(pool, call)
    assert (pool.free, pool.free_pairs) == (1, 0)
    keeper(pool, "p")
    assert pool.receive(0) == [lost("p")]
    home = home_of("a", all_sent())
    tell(home, ended("a"))
    received(pool, 1)
    assert (pool.free, pool.free_pairs) == (2, 0), "one here and one there are no pair"
    keeper(pool, "q")
    assert pool.receive(0) == [lost("q")]
    tell(home, ended("b"))
    received(pool, 1)
    assert pool.free_pairs == 1
    keeper(pool, "r")
    assert home is home_of("r", all_sent())
    assert pool.free == 1


def test_one_operator_after_another_takes_the_kept_line(pool: LinePool) -> None:
    keeper(pool, "p")
    beside(pool, "op-1", "p")
    beside(pool, "op-2", "p")
    assert pool.receive(0) == [lost("op-2")], "it is taken"
    home = home_of("p", all_sent())
    tell(home, Ringing("op-1"), ended("op-1"))
    received(pool, 2)
    assert pool.free == 6, "it is kept again"
    beside(pool, "op-3", "p")
    assert home is home_of("op-3", all_sent())
    tell(home, ended("p"), ended("op-3"))
    received(pool, 2)
    assert (pool.free, pool.free_pairs) == (8, 4)


@pytest.mark.parametrize("other", ["nobody", "alone"])
def test_beside_a_call_that_keeps_no_line_nobody_is_called(pool: LinePool, other: str) -> None:
    dial(pool, "alone")
    beside(pool, "op", other)
    assert pool.receive(0) == [lost("op")]
    assert pool.free == 7


def test_a_refused_call_takes_its_kept_line_along(pool: LinePool) -> None:
    command = keeper(pool, "p")
    first = home_of("p", all_sent())
    tell(first, Refused("p"))
    assert pool.receive(0.1) == []
    assert pool.free_pairs == 3
    sent = all_sent()
    second = home_of("p", sent)
    assert second is not first
    assert [command] in [commands for _, commands in sent]
    beside(pool, "op", "p")
    assert second is home_of("op", all_sent())


def test_a_pair_whose_one_half_is_refused_is_not_torn(pool: LinePool) -> None:
    keeper(pool, "p")
    beside(pool, "op", "p")
    home = home_of("op", all_sent())
    tell(home, Answered("p"), Refused("op"))
    assert received(pool, 2) == [Answered("p"), lost("op")]
    assert all(not commands for _, commands in all_sent()), "no other process is asked"
    assert pool.free == 6, "the line is kept all the same"


def test_a_refused_call_with_no_pair_left_elsewhere_is_lost(
    pool: LinePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.roster.DIAL_GAP_SECONDS", 0.0)
    for call in "abc":
        dial(pool, call)
    keeper(pool, "p")
    tell(home_of("a", sent := all_sent()), Clogged(1))
    tell(home_of("p", sent), Refused("p"))
    assert received(pool, 1) == [lost("p")]
    assert pool.free == 4


def test_a_process_that_dies_loses_both_of_a_pair(pool: LinePool) -> None:
    keeper(pool, "p")
    beside(pool, "op", "p")
    home = home_of("p", all_sent())
    tell(home, Answered("p"), Answered("op"), Bridged("p", "op"))
    assert received(pool, 3)[-1] == Bridged("p", "op")
    home.channel.close()
    events = received(pool, 2)
    assert [(e.call, e.cause, e.answered) for e in events if isinstance(e, Ended)] == [
        ("p", "line_lost", True),
        ("op", "line_lost", True),
    ]
    pool.receive(0.1)
    assert pool.free_pairs == 4, "replaced, and nothing is kept for the dead"


def test_calls_of_two_processes_cannot_be_bridged(pool: LinePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.roster.DIAL_GAP_SECONDS", 0.0)
    for call in "abcde":
        dial(pool, call)
    all_sent()
    pool.send(Bridge("a", "e"))
    pool.send(Bridge("a", "over"))
    pool.send(Bridge("over", "a"))
    assert pool.receive(0) == [Bridged("a", "e", joined=False), Bridged("a", "over", joined=False)]
    assert all(not commands for _, commands in all_sent())


def test_bridge_and_transfer_go_to_their_process_and_its_answers_come_home(pool: LinePool) -> None:
    keeper(pool, "p")
    beside(pool, "op", "p")
    home = home_of("p", all_sent())
    orders = [Bridge("op", "p"), Transfer("p", "sip:101@127.0.0.1"), HangUp("op")]
    for order in orders:
        pool.send(order)  # type: ignore[arg-type]
    assert home.commands() == orders
    tell(home, Bridged("op", "p"), Transferred("p", 603))
    assert received(pool, 2) == [Bridged("op", "p"), Transferred("p", 603)]
