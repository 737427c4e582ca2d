from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from campaigns.cli.planning import basis_of, fields_needed, plan, sentences
from campaigns.rules.caps import Caps
from campaigns.rules.hours import Hours, Window
from campaigns.rules.packs import Edition, Pack
from campaigns.rules.policy import Pace, Policy
from campaigns.store.outlook import Left, Measured
from campaigns.web.plan import plan_page

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
DAY = Window(time(9), time(20))
POLICY = Policy(1, {}, Hours(DAY, DAY))
AGAIN = {"no_answer": (timedelta(hours=1),)}
ONCE_A_DAY = Pack(
    "daily", "Once a day", (Edition(date.min, caps=Caps(day=1), exempt=frozenset({"urgent_result"})),)
)
MEASURED = Measured(calls=100, answered=50, ring_seconds=10.0, talk_seconds=100.0, closed=50)  # 60 s a call
NOTHING = Measured(0, 0, 0.0, 0.0, 0)


def planned(*left: Left, lines: int = 10, policy: Policy = POLICY) -> dict[str, Any]:
    return plan("results", policy, left, basis_of(MEASURED), lines, NOON)


def left(contacts: int, hours: float | None = None, used: int = 0) -> Left:
    deadline = None if hours is None else NOON + timedelta(hours=hours)
    return Left("Europe/Moscow", deadline, used, contacts)


def test_few_calls_are_no_measurement() -> None:
    assert basis_of(NOTHING).measured == 0
    assert basis_of(NOTHING).call_seconds == pytest.approx(15 + 0.55 * 60)
    assert basis_of(MEASURED).call_seconds == 60
    assert basis_of(MEASURED).measured == 100


def test_lines_and_hours_of_the_rest() -> None:
    data = planned(left(1200, hours=6))
    assert (data["contacts"], data["calls"], data["open_hours"], data["holds"]) == (1200, 1200, 2.0, True)
    assert data["finished"] == "2026-03-02T11:00+00:00"
    assert data["erlangs"] == 10.0
    assert data["lines_at_blocking"] == 18  # Erlang B: 10 erlangs at 1 %
    assert data["lines_needed"] == 4  # 200 calls an hour
    assert [hour["busy"] for hour in data["hours"]] == [10.0, 10.0]


def test_a_deadline_that_does_not_hold_is_told() -> None:
    data = planned(left(1200, hours=1))
    assert (data["holds"], data["late_calls"], data["lines_needed"]) == (False, 600, 20)
    assert "about 600 calls come too late. 20 lines are enough for that." in sentences(data)[2]


def test_attempts_that_are_left_decide_how_many_calls_follow() -> None:
    policy = Policy(3, AGAIN, Hours(DAY, DAY))
    assert planned(left(100), policy=policy)["calls"] == 175
    assert planned(left(100, used=2), policy=policy)["calls"] == 100


def test_where_it_is_from_is_said() -> None:
    assert "measured on 100 calls" in sentences(planned(left(100)))[1]
    assumed = plan("results", POLICY, [left(100)], basis_of(NOTHING), 10, NOON)
    assert "assumed: too few calls yet" in sentences(assumed)[1]


def test_nobody_left_needs_no_line() -> None:
    data = planned()
    assert (data["contacts"], data["lines_at_blocking"], data["hours"]) == (0, 0, [])
    assert sentences(data) == ["results: nobody is left to call."]


def test_the_page_shows_zones_and_bars() -> None:
    data = planned(left(1200, hours=6))
    page = plan_page(data, sentences(data), NOON)
    assert page.count("<rect") == 2
    assert "Europe/Moscow" in page
    assert page.count("<line ") == 2
    assert ">10</text>" in page  # lines at the full height
    assert "10.0 erlangs: 18 lines" in page


def test_deadlines_that_the_caps_do_not_let_hold_are_told() -> None:
    policy = Policy(3, AGAIN, Hours(DAY, DAY), pack=ONCE_A_DAY)
    data = planned(left(100, hours=6), policy=policy)
    assert (data["holds"], data["lines_needed"], data["late_calls"], data["late_at_best"]) == (
        False,
        None,
        75,
        75,
    )
    assert (
        "No number of lines is enough for that: windows, waits and caps leave no time for about 75 calls."
        in sentences(data)[2]
    )


def test_only_urgent_results_are_exempt() -> None:
    urgent = {"result": ("positive",)}
    policy = Policy(3, AGAIN, Hours(DAY, DAY), purpose="result", urgent=urgent, pack=ONCE_A_DAY)
    assert fields_needed(policy) == ("result",)
    positive, negative = (
        replace(left(100, hours=6), values=(("result", value),)) for value in ("positive", "negative")
    )
    assert planned(positive, policy=policy)["holds"]
    assert not planned(negative, policy=policy)["holds"]


def test_a_campaign_takes_no_more_lines_than_its_own() -> None:
    data = planned(left(1200, hours=6), policy=replace(POLICY, pace=Pace(max_calls=2)))
    assert (data["lines"], data["lines_needed"], data["holds"]) == (2, None, False)


def test_one_of_each_is_said_in_the_singular() -> None:
    said = sentences(planned(left(1), lines=1))
    assert said[0] == "results: 1 contact is left, about 1 call."
    assert said[2].startswith("With 1 line: ")
    assert said[2].endswith("1 line is enough for that.")


def test_a_campaign_that_does_not_run_is_planned_for_when_it_does() -> None:
    data = plan("results", POLICY, [left(100)], basis_of(MEASURED), 10, NOON, "draft")
    assert sentences(data)[1] == "It is draft: what follows holds once it runs, as from now."
