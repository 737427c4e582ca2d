"""Who takes a call: fit, free, of which group, and who is first."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from campaigns.rules.operators import (
    BREATH,
    ON_ANOTHER_CALL,
    Group,
    Hindrance,
    Wanted,
    first_of,
    groups_of,
    hindrance,
    is_miss,
    order_of_groups,
    rest_after,
    trunks_now,
)
from campaigns.words import OperatorCallResult, OperatorState

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # noon in the clinic
ZONE = "Asia/Yekaterinburg"
WANTED = Wanted("ru", "Clinic 5", ("north", "south"))
WRAP_UP = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Person:
    id: int = 1
    group: str = "north"
    languages: list[str] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    shift: str = ""
    state: OperatorState = "on"
    idle_since: datetime = NOW
    free_at: datetime = NOW
    held_by: str = ""
    queue_call: str = ""


@pytest.mark.parametrize(
    ("changes", "hindered"),
    [
        ({}, None),
        ({"state": "off"}, "off"),
        ({"state": "paused"}, "paused"),
        ({"group": "west"}, "group"),
        ({"group": "south"}, None),
        ({"languages": ["en"]}, "language"),
        ({"languages": ["en", "ru"]}, None),
        ({"skills": ["Clinic 1"]}, "skill"),
        ({"skills": ["Clinic 1", "Clinic 5"]}, None),
        ({"shift": "7:30-12:00"}, "shift"),
        ({"shift": "12:00-20:00"}, None),
        ({"held_by": "node"}, "held"),
        ({"queue_call": "1.2"}, "queue_call"),
        ({"free_at": NOW + SECOND}, "rest"),
        ({"free_at": NOW - SECOND}, None),
        ({"state": "off", "held_by": "node", "languages": ["en"]}, "off"),
    ],
)
def test_what_keeps_an_operator_from_a_call(changes: dict[str, Any], hindered: Hindrance | None) -> None:
    assert hindrance(Person(**changes), NOW, ZONE, WANTED) == hindered


def test_whether_anybody_can_call_at_all_asks_for_no_fitness() -> None:
    stranger = Person(group="west", languages=["en"], skills=["Clinic 1"])
    assert hindrance(stranger, NOW, ZONE) is None
    assert hindrance(replace(stranger, queue_call="1.2"), NOW, ZONE) == "queue_call"


def test_a_contact_of_no_institution_goes_to_anybody() -> None:
    assert hindrance(Person(skills=["Clinic 1"]), NOW, ZONE, replace(WANTED, institution="")) is None


def test_the_groups_go_before_the_longest_idle() -> None:
    people = [
        Person(1, "south", idle_since=NOW - 9 * SECOND),
        Person(2, "north", idle_since=NOW - 1 * SECOND),
        Person(3, "north", idle_since=NOW - 5 * SECOND),
        Person(5, "north", idle_since=NOW - 5 * SECOND),
        Person(4, "west", idle_since=NOW - 20 * SECOND),
    ]
    assert [person.id for person in first_of(people, WANTED.groups)] == [3, 5, 2, 1, 4]


NORTH = Group("north", "main", ("Clinic 1", "Clinic 2"), ("south",))
SOUTH = Group("south", "backup", ("Clinic 5",), ("north", "reserve"))
RESERVE = Group("reserve", "backup")
SITES = (NORTH, SOUTH, RESERVE)


@pytest.mark.parametrize(
    ("institution", "campaign", "order"),
    [
        ("Clinic 1", (), ("north", "south")),
        ("Clinic 5", (), ("south", "north", "reserve")),
        ("Clinic 9", (), ("north", "south", "reserve")),
        ("", (), ("north", "south", "reserve")),
        ("Clinic 9", ("reserve", "south"), ("reserve", "south", "north")),
        ("Clinic 5", ("reserve",), ("reserve",)),
        ("Clinic 5", ("reserve", "south"), ("south", "north", "reserve")),
        ("Clinic 5", ("gone", "reserve"), ("reserve",)),
        ("Clinic 5", ("gone",), ()),
    ],
)
def test_the_order_of_the_groups(institution: str, campaign: tuple[str, ...], order: tuple[str, ...]) -> None:
    assert order_of_groups(SITES, institution, campaign) == order


def test_an_institution_of_two_groups_goes_to_both() -> None:
    second = Group("second", "main", ("Clinic 1",))
    assert order_of_groups((NORTH, second), "Clinic 1") == ("north", "south", "second")


def test_without_groups_there_is_one_over_the_best_trunk() -> None:
    groups = groups_of(())
    assert order_of_groups(groups, "Clinic 1") == ("main",)
    assert trunks_now(groups, ["backup", "main"]) == {"main": "backup"}
    assert trunks_now(groups, []) == {}


@pytest.mark.parametrize(
    ("usable", "found"),
    [
        (["main", "backup"], {"north": "main", "south": "backup", "reserve": "backup"}),
        (["backup"], {"south": "backup", "reserve": "backup"}),
        (["main"], {"north": "main"}),
        ([], {}),
    ],
)
def test_a_group_whose_trunk_rests_is_passed_over(usable: list[str], found: dict[str, str]) -> None:
    assert trunks_now(SITES, usable) == found


def test_every_result_has_its_rest() -> None:
    rests = {result: rest_after(result, WRAP_UP) for result in get_args(OperatorCallResult)}
    assert {result for result, rest in rests.items() if rest == WRAP_UP} == {
        "talked",
        "transferred",
        "refused",
    }
    assert {result for result, rest in rests.items() if rest == ON_ANOTHER_CALL} == {
        "no_answer",
        "not_taken",
        "busy",
        "failed",
    }
    assert {result for result, rest in rests.items() if rest == BREATH} == {
        "patient_unreached",
        "patient_gone",
    }


@pytest.mark.parametrize(
    ("result", "answered", "trunk_failed", "miss"),
    [
        ("no_answer", False, False, True),
        ("failed", False, False, True),
        ("failed", False, True, False),
        ("failed", True, False, False),
        ("refused", False, False, True),
        ("refused", True, False, False),
        ("not_taken", True, False, True),
        ("busy", False, False, False),
        ("patient_gone", False, False, False),
        ("patient_unreached", True, False, False),
        ("talked", True, False, False),
    ],
)
def test_what_counts_as_a_miss(
    result: OperatorCallResult, answered: bool, trunk_failed: bool, miss: bool
) -> None:
    assert is_miss(result, answered, trunk_failed) is miss
