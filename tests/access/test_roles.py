"""What each role may do, and what a caller sees."""

from typing import get_args

import pytest

from campaigns.access.caller import Caller
from campaigns.access.roles import ROLES, Deed
from campaigns.words import Role

LAB = Caller("lab", "key", "laboratory", frozenset({"covid"}), frozenset({"Clinic 5"}))


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("laboratory", {"queue", "read_own", "cancel"}, {"read", "reveal", "tasks", "campaigns", "looks"}),
        ("operator", {"tasks", "reveal", "own_state"}, {"queue", "read", "read_own", "cancel", "operators"}),
        ("supervisor", {"queue", "read", "reveal", "campaigns", "optouts", "tasks"}, {"accounts", "looks"}),
        ("administrator", {"accounts", "looks"}, {"queue", "read", "read_own", "reveal", "tasks", "events"}),
    ],
)
def test_roles(role: Role, may: set[Deed], may_not: set[Deed]) -> None:
    caller = Caller("somebody", "user", role)
    assert {deed for deed in may if caller.may(deed)} == may
    assert not [deed for deed in may_not if caller.may(deed)]


def test_every_role_stands_in_the_table_and_every_deed_is_somebodys() -> None:
    assert set(ROLES) == set(get_args(Role))
    assert frozenset().union(*ROLES.values()) == set(get_args(Deed))


@pytest.mark.parametrize(
    ("campaign", "institution", "queued_by", "seen"),
    [
        ("covid", "Clinic 5", "lab", True),
        ("covid", "Clinic 5", "other", False),
        ("covid", "Clinic 5", "", False),
        ("flu", "Clinic 5", "lab", False),
        ("covid", "Clinic 6", "lab", False),
        ("covid", "", "lab", False),
    ],
)
def test_a_laboratory_sees_its_own_within_its_bounds(
    campaign: str, institution: str, queued_by: str, seen: bool
) -> None:
    assert LAB.sees_contact(campaign, institution, queued_by) is seen


def test_who_is_bound_to_nothing_sees_everything() -> None:
    chief = Caller("chief", "user", "supervisor")
    assert chief.sees_contact("any", "", "whoever")
    assert chief.sees_contact("any", "Clinic 5", "")
    assert not Caller("admin", "user", "administrator").sees_contact("any", "", "admin")
