"""The verdict on chaos notices each thing that must not happen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns.models import Attempt, Contact
from tests.chaos.plan import HARMS, SHARES, Harm, HarmKind, plan
from tests.chaos.scene import Blow, Evidence
from tests.chaos.verdict import complaints
from tests.sipp.patients import Seen
from tests.store.people import NOW, person

PLAN = plan(1)
ALONE = next(who for who in PLAN.people if who.external_id == "C-1")
SHARED = next(who for who in PLAN.people if who.external_id == "C-0").number
HEARD = ("called", "answered", "pressed 1", "pressed 2", "far end hung up")
CUT = HEARD[:-1]  # nobody hangs up for a line process that was killed


def call(number: int, at_ms: int, *what: str, phone: str = ALONE.number) -> list[Seen]:
    """Half a second between one thing and the next; the key comes after 1.5 s."""
    return [Seen(number, at_ms + 500 * place, phone, said) for place, said in enumerate(what)]


def blow(kind: HarmKind, from_ms: float, lasts_ms: float = 0.0) -> Blow:
    return Blow(Harm(kind, 0.0), from_ms, from_ms + lasts_ms)


def everybody() -> list[Contact]:
    """All done, as they are after a quiet day."""
    told: dict[str, Any] = {"state": "done", "rank": 0, "queued_at": NOW, "delivered_at": NOW}
    return [
        Contact(**{**vars(person(who.external_id, phone=who.number)), **told}, id=place)
        for place, who in enumerate(PLAN.people)
    ]


def attempt(number: int, **changes: Any) -> tuple[Attempt, Contact]:
    """One that ended, of the contact who is alone at the number."""
    contact = next(one for one in everybody() if one.external_id == ALONE.external_id)
    before = NOW - timedelta(minutes=1)
    usual = {"started_at": before, "rang_at": before, "ended_at": NOW, "phone": ALONE.number}
    whole = {"contact_id": contact.id, "campaign": "chaos", "trunk": "sipp", "token": number, **usual}
    return Attempt(**{**whole, **changes}, id=number, number=number), contact


def judged(
    seen: Sequence[Seen] = (),
    blows: Sequence[Blow] = (),
    contacts: Sequence[Contact] | None = None,
    attempts: Sequence[tuple[Attempt, Contact]] = (),
    **changes: Any,
) -> list[str]:
    quiet = Evidence(PLAN, tuple(seen), tuple(blows), "3 calls placed.", settled=True, orphans=0, code=0)
    return complaints(
        replace(quiet, **changes), everybody() if contacts is None else contacts, list(attempts)
    )


FOUR = [attempt(number) for number in range(1, 5)]
AGAIN = "1 was called again after the message had been heard"


def test_a_quiet_day_is_right() -> None:
    assert judged(call(1, 0, *HEARD), attempts=FOUR[:1]) == []


@pytest.mark.parametrize(
    ("seen", "blows", "wrong"),
    [
        (call(1, 0, *HEARD) + call(2, 3000, "called"), [], [AGAIN]),
        (call(1, 0, "called", "answered", "pressed 1") + call(2, 3000, "called"), [], []),
        (call(1, 0, *CUT) + call(2, 3000, "called"), [blow("line", 1000)], []),
        (call(1, 0, *CUT) + call(2, 3000, "called"), [blow("engine", 2000)], [AGAIN]),
        (call(1, 0, *HEARD) + call(2, 3000, "called"), [blow("line", 1000)], [AGAIN]),
        (call(1, 0, *HEARD) + call(2, 9000, "called"), [blow("database", 1000, 500)], [AGAIN]),
        (call(1, 0, *CUT) + call(2, 9000, "called"), [], []),
        (call(1, 0, *CUT, *["-"] * 9, "far end hung up") + call(2, 9000, "called"), [], []),
        (
            call(1, 0, *CUT) + call(2, 9000, "called"),
            [blow("database", 1000, 3000), blow("engine", 2000)],
            [],
        ),
        (
            call(1, 0, *HEARD) + call(2, 9000, "called"),
            [blow("database", 4000, 1000), blow("engine", 4500)],
            [AGAIN],
        ),
        (
            call(1, 0, *HEARD, phone=SHARED) + call(2, 3000, *HEARD, phone=SHARED),
            [],
            ["0 was called 2 times, and 0 attempts are written"],
        ),
        (
            [seen for n in range(3) for seen in call(n, 3000 * n, *HEARD, phone=SHARED)],
            [],
            [
                "0 was called 3 times, and 0 attempts are written",
                "0 was called again after the message had been heard",
            ],
        ),
    ],
)
def test_who_heard_is_not_called_again(
    seen: Sequence[Seen], blows: Sequence[Blow], wrong: Sequence[str]
) -> None:
    assert judged(seen, blows, attempts=FOUR) == list(wrong)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"settled": False}, "somebody still waits for something else than another day"),
        ({"said": "Traceback (most recent call last)"}, "an engine ended with a traceback"),
        ({"said": f"call to {ALONE.number}"}, "an engine told a phone number"),
        ({"orphans": 2}, "2 processes outlived their engine"),
        ({"code": -9}, "the last engine ended with -9"),
        ({"contacts": everybody()[1:]}, "the contacts are not those that were queued"),
        (
            {"seen": call(1, 0, "called"), "attempts": []},
            "1 was called 1 times, and 0 attempts are written",
        ),
        (
            {"seen": [one for n in range(4) for one in call(n, n, "called")], "attempts": FOUR},
            "1 was called 4 times, the cap is 3",
        ),
        ({"attempts": [attempt(1, ended_at=None)]}, "attempt 1 has no end"),
        (
            {"attempts": [attempt(1, started_at=NOW + timedelta(seconds=1))]},
            "attempt 1 began after C-1 had heard the message",
        ),
    ],
)
def test_what_goes_wrong_is_said(changes: dict[str, Any], wrong: str) -> None:
    assert judged(**changes) == [wrong]


@pytest.mark.parametrize(("rings", "wrong"), [(3, []), (2, ["C-1 was not told, with 2 calls that rang"])])
def test_only_the_cap_excuses_that_somebody_was_not_told(rings: int, wrong: list[str]) -> None:
    contacts = everybody()
    untold = next(contact for contact in contacts if contact.external_id == ALONE.external_id)
    untold.delivered_at = None
    calls = [(FOUR[number][0], untold) for number in range(rings)]
    assert judged(contacts=contacts, attempts=calls) == wrong


@pytest.mark.parametrize("changes", [{"state": "calling"}, {"leased": True}])
def test_nobody_is_held_at_the_end(changes: dict[str, Any]) -> None:
    contacts = everybody()
    for name, value in changes.items():
        setattr(contacts[1], name, value)
    assert judged(contacts=contacts) == ["C-1 is held by somebody"]


def test_the_plan_comes_from_its_seed_alone_and_all_harms_come() -> None:
    assert plan(7) == plan(7) != plan(8)
    kinds = {harm.kind for seed in range(1, 20) for harm in plan(seed).harms}
    assert kinds == set(SHARES)
    assert all(len(plan(seed).harms) == HARMS for seed in range(1, 20))
