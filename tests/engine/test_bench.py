"""Which operators are left when others have had theirs."""

from collections.abc import Sequence

import pytest

from campaigns.engine.bench import Bench, Outlook
from campaigns.models import Operator
from campaigns.rules.operators import Wanted
from campaigns.words import OperatorState
from tests.store.people import NOW
from tests.store.seats import ZONE

A, B, C = (Wanted("ru", institution, ("main",)) for institution in "ABC")
AWAY = Wanted("ru", "A", ("south",))


def operator(number: int, skills: str, state: OperatorState = "on", held_by: str = "") -> Operator:
    return Operator(
        id=number,
        name=str(number),
        address=str(number),
        group="main",
        skills=list(skills),
        state=state,
        held_by=held_by,
        changed_at=NOW,
        idle_since=NOW,
        free_at=NOW,
    )


def bench(*skills: str) -> Bench[Operator]:
    return Bench([operator(number, each) for number, each in enumerate(skills)], ("main",), NOW, ZONE)


@pytest.mark.parametrize(
    ("skills", "others", "spare"),
    [
        (("A", "AB"), (), 2),
        (("A", "AB"), (A,), 1),
        (("A", "AB"), (B,), 1),
        (("A", "AB", "B"), (B,), 2),  # who does not suit anyway is given to the other
        (("A",), (A, A), 0),
        (("A",), (B, AWAY), 1),
        (("B",), (), 0),
    ],
)
def test_who_is_left(skills: Sequence[str], others: Sequence[Wanted], spare: int) -> None:
    assert bench(*skills).spare([A], others) == spare


@pytest.mark.parametrize(
    ("state", "held_by", "wanted", "outlook"),
    [
        ("on", "", A, "free"),
        ("on", "engine", A, "busy"),
        ("on", "", C, "nobody"),
        ("paused", "", A, "nobody"),
    ],
)
def test_what_a_contact_may_expect(
    state: OperatorState, held_by: str, wanted: Wanted, outlook: Outlook
) -> None:
    assert Bench([operator(1, "A", state, held_by)], ("main",), NOW, ZONE).outlook(wanted) == outlook


def test_an_operator_whose_trunk_rests_is_busy() -> None:
    assert Bench([operator(1, "A")], (), NOW, ZONE).outlook(A) == "busy"
    assert Bench([operator(1, "A")], (), NOW, ZONE).spare([A], ()) == 0


def test_an_operator_who_was_just_called_is_not_there() -> None:
    assert bench("A", "A").without(0).spare([A], ()) == 1
