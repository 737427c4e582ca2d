from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.breaker import Breaker
from campaigns.rules.pacing import Pacer
from campaigns.rules.trunks import LONGEST_HOLD_SECONDS, Route, another, choose, next_start, shown_number, why


def route(priority: int = 1, weight: int = 1, calls: int = 1000, rate: float = 1000.0) -> Route:
    return Route(Pacer(calls, rate), priority, weight)


def chosen(routes: Mapping[str, Route], times: int) -> str:
    names = []
    for second in range(times):
        name = choose(routes, float(second))
        assert name is not None
        routes[name].pacer.started(float(second))
        names.append(name)
    return "".join(names)


@pytest.mark.parametrize(
    ("weights", "order"),
    [((1, 1), "abab"), ((3, 1), "aabaaaba"), ((2, 1, 1), "abcaabca"), ((5, 1), "aaabaa")],
)
def test_weights_share_out_calls_smoothly(weights: tuple[int, ...], order: str) -> None:
    routes = {name: route(weight=weight) for name, weight in zip("abc", weights, strict=False)}
    assert chosen(routes, len(order)) == order


def test_the_lowest_priority_number_is_called_first_and_others_take_what_it_cannot() -> None:
    routes = {"cheap": route(1, calls=2), "dear": route(2)}
    assert [choose(routes, 0.0) for _ in range(3)] == ["cheap"] * 3
    routes["cheap"].pacer.running = 2
    assert choose(routes, 0.0) == "dear"


def test_a_trunk_that_waits_for_its_pace_keeps_its_calls() -> None:
    routes = {"cheap": route(1, rate=2.0), "dear": route(2)}
    routes["cheap"].pacer.started(0.0)
    assert choose(routes, 0.1) is None
    assert next_start(routes, 0.1) == 0.5
    assert choose(routes, 0.5) == "cheap"


def test_nobody_waits_for_another_trunk_that_is_full() -> None:
    routes = {"failed": route(1), "full": route(2, calls=1)}
    assert another(routes, 0.0, {"failed"})
    routes["full"].pacer.started(0.0)
    assert not another(routes, 1.0, {"failed"})


def test_a_trunk_that_was_tried_is_not_chosen_again() -> None:
    routes = {"a": route(), "b": route()}
    assert {choose(routes, 0.0, {"a"}) for _ in range(5)} == {"b"}
    assert choose(routes, 0.0, {"a", "b"}) is None
    assert another(routes, 0.0, {"a"})
    assert not another(routes, 0.0, {"a", "b"})


def test_a_trunk_that_rests_or_asked_for_quiet_is_left_alone() -> None:
    routes = {"a": route(), "b": route()}
    routes["a"].breaker = Breaker("resting", since=0.0)
    routes["b"].hold(20.0, now=0.0)
    assert choose(routes, 19.9) is None
    assert not another(routes, 19.9, ())
    assert choose(routes, 20.0) == "b"
    routes["b"].hold(9000.0, now=20.0)
    assert choose(routes, 20.0 + LONGEST_HOLD_SECONDS) is not None


def test_a_trunk_on_trial_has_room_for_one() -> None:
    one = route(calls=8)
    assert one.room(0.0) == 8
    one.breaker = Breaker("trying", since=0.0)
    assert one.room(0.0) == 1
    one.breaker.started(0.0)
    assert one.room(0.0) == 0


def test_the_next_start_is_the_earliest_of_those_that_may() -> None:
    routes = {"a": route(rate=1.0), "b": route(rate=4.0)}
    for each in routes.values():
        each.pacer.started(0.0)
    assert next_start(routes, 0.0) == 0.25
    assert next_start(routes, 0.0, {"b"}) == 1.0
    assert next_start(routes, 0.0, {"a", "b"}) is None


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), min_size=1, max_size=8))
def test_shares_are_exact_after_each_full_round(trunks: list[tuple[int, int]]) -> None:
    routes = {str(number): route(priority, weight) for number, (priority, weight) in enumerate(trunks)}
    first = min(priority for priority, _ in trunks)
    shares = {str(n): weight for n, (priority, weight) in enumerate(trunks) if priority == first}
    assert Counter(choose(routes, 0.0) for _ in range(sum(shares.values()))) == shares


NUMBERS = [f"+7912000{n:04d}" for n in range(400)]
POOL = ("+73452500001", "+73452500002", "+73452500003", "+73452500004")


def test_a_patient_always_sees_the_same_number() -> None:
    assert shown_number(POOL, "+79120000001") == "+73452500001"  # and so in every process, on every machine
    assert shown_number(POOL[::-1], "+79120000001") == "+73452500001"
    assert shown_number((), NUMBERS[0]) == ""


def test_numbers_share_the_patients_and_a_new_one_takes_only_its_share() -> None:
    before = [shown_number(POOL[:3], number) for number in NUMBERS]
    after = [shown_number(POOL, number) for number in NUMBERS]
    assert all(count > 60 for count in Counter(after).values())
    assert {now for was, now in zip(before, after, strict=True) if was != now} == {POOL[3]}


def _resting(route: Route) -> Route:
    route.hold(60.0, 0.0)
    return route


@pytest.mark.parametrize(
    ("routes", "tried", "expected"),
    [
        ({"a": route()}, (), "only"),
        ({"a": route(), "b": route()}, (), "weight"),
        ({"a": route(), "b": route(2)}, (), "priority"),
        ({"a": route(2), "b": route(1, calls=1)}, (), "others_full"),
        ({"a": route(2), "b": _resting(route(1))}, (), "others_rest"),
        ({"a": route(), "b": _resting(route())}, (), "others_rest"),
        ({"a": route(), "b": _resting(route()), "c": route(2)}, (), "others_rest"),
        ({"a": route(), "b": route(1), "c": route(1)}, ("c", "b"), "fail_over from b, c"),
    ],
)
def test_why_this_trunk(routes: Mapping[str, Route], tried: tuple[str, ...], expected: str) -> None:
    if "b" in routes and expected == "others_full":
        routes["b"].pacer.running = 1
    assert choose(routes, 0.0, tried) == "a" or expected == "weight"
    assert why(routes, "a", 0.0, tried) == expected
