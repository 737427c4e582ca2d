"""Whose turn it is: limits, shares and institutions, as values."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.fairness import Lease, Queue, Ticket, Turns
from campaigns.rules.policy import Pace

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
RESULTS, SURVEY = Queue("results"), Queue("survey")


def order(turns: Turns, waiting: Mapping[Queue, int], ranks: Mapping[Queue, int], count: int) -> list[Queue]:
    """Who is called, one after the other, while so many wait in each queue."""
    left, called = dict(waiting), list[Queue]()
    while len(called) < count:
        heads = {queue: Ticket(ranks.get(queue, 0), NOW, n) for n, queue in enumerate(left) if left[queue]}
        queue = turns.next(heads)
        if queue is None:
            break
        left[queue] -= 1
        turns.leased(queue.campaign, queue.institution)
        called.append(queue)
    return called


@pytest.mark.parametrize(
    ("paces", "held", "expected"),
    [
        ({}, 0, [RESULTS] * 4),
        ({"results": Pace(max_calls=1)}, 0, [RESULTS, SURVEY, SURVEY, SURVEY]),
        ({"results": Pace(max_calls=1)}, 1, [SURVEY] * 4),
        ({"survey": Pace(share=0.5)}, 0, [SURVEY, SURVEY, RESULTS, RESULTS]),
        ({"survey": Pace(share=0.2)}, 0, [RESULTS] * 4),  # a fifth of four lines is none
        ({"survey": Pace(share=0.2)}, 1, [SURVEY, RESULTS, RESULTS, RESULTS]),
        ({"survey": Pace(share=1.0)}, 0, [SURVEY] * 4),
        ({"survey": Pace(max_calls=1, share=0.5)}, 0, [SURVEY, RESULTS, RESULTS, RESULTS]),
        ({"survey": Pace(share=0.5), "results": Pace(share=0.5)}, 0, [RESULTS, RESULTS, SURVEY, SURVEY]),
    ],
)
def test_limits_and_shares_among_campaigns(
    paces: Mapping[str, Pace], held: int, expected: list[Queue]
) -> None:
    turns = Turns(paces, [Lease("results", "", mine=True)] * held, 4)
    assert order(turns, {RESULTS: 9, SURVEY: 9}, {RESULTS: -100}, 4) == expected


def test_a_share_that_nobody_needs_goes_to_the_others() -> None:
    turns = Turns({"survey": Pace(share=0.5)}, [], 4)
    assert order(turns, {RESULTS: 9, SURVEY: 1}, {RESULTS: -100}, 4) == [SURVEY, RESULTS, RESULTS, RESULTS]


def test_a_limit_counts_the_calls_of_all_engines_and_a_share_those_of_one() -> None:
    others = [Lease("survey", "", mine=False)] * 3
    assert order(Turns({"survey": Pace(max_calls=4)}, others, 9), {SURVEY: 9}, {}, 9) == [SURVEY]
    shared = Turns({"survey": Pace(share=0.5)}, others, 2)
    assert order(shared, {RESULTS: 9, SURVEY: 9}, {RESULTS: -100}, 2) == [SURVEY, RESULTS]


def test_when_all_institutions_have_their_share_calls_go_on_with_the_least_served() -> None:
    a, b = Queue("results", "A"), Queue("results", "B")
    turns = Turns({"results": Pace(institution_share=0.1)}, [], 6)
    called = order(turns, {a: 9, b: 9}, {a: -1}, 6)
    assert Counter(called) == {a: 3, b: 3}


def test_an_institution_that_waits_alone_takes_all() -> None:
    a, b = Queue("results", "A"), Queue("results", "B")
    turns = Turns({"results": Pace(institution_share=0.5)}, [], 6)
    assert order(turns, {a: 9, b: 1}, {a: -1}, 6) == [a, b, a, a, a, a]


@given(
    share=st.floats(0.05, 1.0),
    waiting=st.lists(st.integers(1, 30), min_size=2, max_size=5),
    count=st.integers(1, 60),
)
def test_no_institution_passes_its_share_while_another_that_has_not_reached_its_own_waits(
    share: float, waiting: list[int], count: int
) -> None:
    queues = {Queue("results", f"I{n}"): size for n, size in enumerate(waiting)}
    called = order(Turns({"results": Pace(institution_share=share)}, [], count), queues, {}, count)
    assert len(called) == min(count, sum(waiting))  # nothing is left idle for fairness
    held: Counter[Queue] = Counter()
    for number, queue in enumerate(called, start=1):
        most = ceil(share * number)
        modest = [other for other in queues if held[other] < min(most, queues[other])]
        assert queue in modest or not modest
        held[queue] += 1


@given(
    limits=st.lists(st.integers(1, 6), min_size=3, max_size=3),
    shares=st.lists(st.floats(0.0, 0.5), min_size=3, max_size=3),
    lines=st.integers(1, 30),
)
def test_limits_hold_and_shares_are_kept_whatever_the_priorities(
    limits: list[int], shares: list[float], lines: int
) -> None:
    queues = [Queue(name) for name in "abc"]
    paces = {
        queue.campaign: Pace(limit, share) for queue, limit, share in zip(queues, limits, shares, strict=True)
    }
    ranks = {queue: -n for n, queue in enumerate(queues)}
    called = Counter(order(Turns(paces, [], lines), dict.fromkeys(queues, 99), ranks, lines))
    assert called.total() == min(lines, sum(limits))
    for queue, limit, share in zip(queues, limits, shares, strict=True):
        assert called[queue] <= limit
        if sum(shares) <= 1:
            assert called[queue] >= min(limit, int(share * lines))
