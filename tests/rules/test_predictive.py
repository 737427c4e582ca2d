"""Predictive dialling: its sums, and the proof by simulation that it keeps to the cap on abandoned calls."""

from dataclasses import replace
from itertools import product
from math import pi, sin

import pytest

from campaigns.rules.predictive import PART_SPENT, Pressure, calls_now, careful_rate, excess_share
from tests.rules.desk_model import DAY_SECONDS, Desk, Tally, World, progressive

CAP = 0.03
CALM = Pressure(free=9, ringing=0, waiting=0, rate=0.3, wanted=1000, abandoned=0)
OPEN = (9.0, 20.0)
SEEDS = range(6)
WORLDS = {
    "few pick up": World(rate=lambda _now: 0.25, open_hours=OPEN),
    "half pick up": World(open_hours=OPEN),
    "a small desk": World(operators=3, rate=lambda _now: 0.25, open_hours=OPEN),
    "a large desk": World(operators=25, rate=lambda _now: 0.3, open_hours=(9.0, 14.0)),
    "the rate drifts": World(rate=lambda now: 0.3 + 0.25 * sin(now / 3600 * 2 * pi / 5), open_hours=OPEN),
    "the rate leaps": World(rate=lambda now: 0.15 if now % 7200 < 3600 else 0.7, open_hours=OPEN),
    "everybody picks up from noon on": World(
        rate=lambda now: 0.2 if now < DAY_SECONDS / 2 else 1.0, open_hours=OPEN
    ),
    "a menu comes first": World(rate=lambda _now: 0.25, script_seconds=15.0, open_hours=OPEN),
}


def played(world: World, seed: int, hours: float = 20.0) -> Tally:
    return Desk(world, seed, lambda pressure: calls_now(pressure, CAP)).play(hours)


@pytest.mark.parametrize(("name", "seed"), list(product(WORLDS, SEEDS)))
def test_at_no_moment_of_the_day_are_more_abandoned_than_the_cap(name: str, seed: int) -> None:
    tally = played(WORLDS[name], seed)
    assert len(tally.wanted) > 300  # else nothing is proven
    assert tally.worst_share() <= CAP


@pytest.mark.parametrize("name", ["few pick up", "the rate leaps"])
def test_the_cap_holds_as_yesterday_leaves_the_24_hours(name: str) -> None:
    assert played(WORLDS[name], 1, 2 * 24).worst_share() <= CAP


@pytest.mark.parametrize(
    ("name", "gain"), [("few pick up", 1.12), ("a large desk", 1.12), ("half pick up", 1.0)]
)
def test_operators_talk_more_than_with_progressive_dialling(name: str, gain: float) -> None:
    seeds = range(2)
    ahead = sum(played(WORLDS[name], seed).talked_seconds for seed in seeds)
    behind = [Desk(WORLDS[name], seed, progressive).play(20.0) for seed in seeds]
    assert ahead > gain * sum(tally.talked_seconds for tally in behind)
    assert not any(tally.abandoned for tally in behind)


def test_the_model_does_count_the_abandoned() -> None:
    reckless = Desk(WORLDS["half pick up"], 1, lambda pressure: max(0, 18 - pressure.ringing)).play(12.0)
    assert reckless.worst_share() > 0.2


@pytest.mark.parametrize(
    ("changes", "calls"),
    [
        ({}, 23),
        ({"ringing": 12}, 11),
        ({"ringing": 30}, 0),
        ({"waiting": 9}, 0),
        ({"waiting": 12}, 0),
        ({"free": 0}, 0),
        ({"rate": 1.0}, 9),  # all will come: one for each operator
        ({"wanted": 0}, 9),  # nothing is known: progressive
        ({"wanted": 37}, 9),  # one abandoned of 37 would be more than 2.7 %
        ({"wanted": 38}, 10),
        ({"wanted": 1000, "abandoned": 25}, 11),  # two may still be lost
        ({"wanted": 1000, "abandoned": 27}, 9),
        ({"wanted": 1000, "abandoned": 90}, 9),  # beyond the cap it is progressive, never less
        ({"free": 1}, 1),
        ({"free": 9, "rate": 0.0}, 36),  # nobody answers: four for each operator, and no more
    ],
)
def test_how_many_are_called(changes: dict[str, float], calls: int) -> None:
    assert calls_now(replace(CALM, **changes), CAP) == calls  # type: ignore[arg-type]


def test_even_if_all_that_ring_came_at_once_the_cap_would_hold() -> None:
    for free, wanted, abandoned, rate in product(
        range(30), (0, 50, 400, 5000), (0, 1, 12, 60), (0.02, 0.3, 1.0)
    ):
        calls = calls_now(Pressure(free, 0, 0, rate, wanted, abandoned), CAP)
        assert calls >= free
        assert calls == free or abandoned + calls - free <= PART_SPENT * CAP * wanted


def test_a_tighter_cap_calls_fewer() -> None:
    calls = [calls_now(replace(CALM, wanted=10_000), cap) for cap in (0.0, 0.001, 0.01, 0.03)]
    assert calls == sorted(calls)
    assert (calls[0], len(set(calls))) == (9, 4)


@pytest.mark.parametrize(
    ("calls", "free", "rate", "share"),
    [
        (2, 1, 0.5, 0.25),  # both with a quarter: one too many of one expected
        (3, 0, 0.5, 1.0),
        (5, 5, 1.0, 0.0),
        (10, 5, 1.0, 0.5),
        (0, 0, 0.5, 0.0),
        (4, 1, 0.0, 0.0),
    ],
)
def test_the_expected_excess(calls: int, free: int, rate: float, share: float) -> None:
    assert excess_share(calls, free, rate) == pytest.approx(share)


@pytest.mark.parametrize(
    ("wanted", "placed", "rate"),
    [(0, 0, 1.0), (0, 10, 0.278), (5, 10, 0.763), (500, 1000, 0.531), (10, 10, 1.0), (12, 10, 1.0)],
)
def test_what_is_little_known_is_taken_to_be_high(wanted: int, placed: int, rate: float) -> None:
    assert careful_rate(wanted, placed) == pytest.approx(rate, abs=0.001)
