"""The figures of a desk: every lost call in exactly one of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from campaigns.flows.turns import Replied
from campaigns.models import Attempt, Contact
from campaigns.rules.lost_calls import Folded
from campaigns.rules.operators import Wanted
from campaigns.rules.retries import Next
from campaigns.store import attempts, operators, staff
from campaigns.store.database import Database
from campaigns.store.desk_figures import PROMPT, Span, desk_report
from campaigns.store.staff import NewOperator
from tests.store.lost import MINUTE, at, kept, loss, losses, read_on
from tests.store.people import COMPLETED, HOUR, NOW, RETRY, begun, finish, person, queue, seen, take

ZONE = ZoneInfo("Asia/Yekaterinburg")  # NOW is 12:30 there
SECOND = timedelta(seconds=1)
ALL_TIME = Span()


def figures(db: Database, now: Any = NOW, span: Span = ALL_TIME) -> dict[str, Any]:
    return desk_report(db, "results", now, ZONE, span)


def nonzero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def phone(number: int) -> str:
    return f"+7912000000{number}"


@pytest.fixture
def running(db: Database) -> Database:
    """The campaign runs, with a contact of a file that no figure counts."""
    queue(db, person("other", phone="+79129999999", not_before=NOW + 9 * 24 * HOUR))
    return db


def test_an_empty_desk_has_figures(db: Database) -> None:
    data = figures(db)
    assert set(data["lost"].values()) == set(data["callbacks"].values()) == {0}
    assert data["called_back"] == {"callbacks": 0, "p50_seconds": None, "p95_seconds": None}
    assert data["prompt"] == {"minutes": 15, "callbacks": 0, "reached": 0, "share": None}
    assert data["hours"] == data["operators"] == data["logs"] == []


def test_every_lost_call_is_counted_once(running: Database) -> None:
    desk = kept(running)
    folded = losses(
        loss("1", -50, phone(1)),
        loss("2", -40, phone(1)),
        loss("3", -40, phone(2)),
        loss("4", -40, phone(3), waited_seconds=1.0),
        loss("5", -40, "", withheld=True),
        loss("6", -40, ""),
        loss("7", -40, phone(4), got_through=True),
        loss("8", -40 * 60, phone(5)),
    )
    read_on(desk, folded, 8)
    read_on(desk, Folded(reached={phone(2): NOW}), 16)
    fates = figures(running)["lost"]
    assert fates.pop("in") == sum(fates.values()) == 8
    assert nonzero(fates) == {
        "callbacks": 1,
        "joined": 1,
        "misdial": 1,
        "withheld": 1,
        "unusable": 1,
        "got_through": 2,
        "too_late": 1,
    }


def test_every_callback_has_one_end(running: Database) -> None:
    read_on(kept(running), losses(*(loss(str(n), -50 + n, phone(n)) for n in range(6))), 6)
    called = {contact.external_id: (contact, begun(running, contact)) for contact in take(running, 5)}
    finish(running, called["0"][1], called["0"][0], COMPLETED)
    attempts.record(running, called["1"][1], [Replied("callback", "not_needed")], "completed", NOW)
    finish(running, called["1"][1], called["1"][0], COMPLETED)
    finish(running, called["2"][1], called["2"][0], RETRY)
    _close(running, "3", "exhausted")
    _close(running, "5", "cancelled")
    ends = figures(running)["callbacks"]
    assert (ends.pop("total"), ends.pop("called"), ends.pop("connected")) == (6, 5, 0)
    assert sum(ends.values()) == 6
    assert nonzero(ends) == {
        "reached": 1,
        "not_wanted": 1,
        "waiting": 1,
        "not_reached": 1,
        "calling": 1,
        "cancelled": 1,
    }


def _close(db: Database, external_id: str, state: str) -> None:
    with db.write() as session:
        session.exec(select(Contact).where(Contact.external_id == external_id)).one().state = state  # type: ignore[assignment]


def test_how_soon_people_are_called_back(running: Database) -> None:
    """Ten lost at once, called back three minutes apart, and told by the robot after 20 seconds."""
    read_on(kept(running), losses(*(loss(str(n), -1, phone(n)) for n in range(10))), 6)
    for n, contact in enumerate(take(running, 10)):
        attempt = begun(running, contact, at(n * 3))
        attempts.answered(running, attempt, at(n * 3) + 20 * SECOND)
        finish(running, attempt, contact, COMPLETED if n < 9 else RETRY, now=at(n * 3 + 1))
    data = figures(running, at(60))
    assert data["called_back"] == {"callbacks": 10, "p50_seconds": 13 * 60.0, "p95_seconds": 28 * 60.0}
    assert data["prompt"] == {"minutes": 15, "callbacks": 10, "reached": 0, "share": 0.0}


@pytest.mark.parametrize(("now", "over"), [(at(-10) + PROMPT - SECOND, 0), (at(-10) + PROMPT, 1)])
def test_who_may_still_be_reached_in_time_is_not_counted_yet(running: Database, now: Any, over: int) -> None:
    read_on(kept(running), losses(loss("1", -10)), 6)
    assert figures(running, now)["prompt"]["callbacks"] == over


def test_a_log_whose_clock_goes_ahead_makes_no_wait_less_than_nothing(running: Database) -> None:
    read_on(kept(running), losses(loss("1", 5)), 6, at(5))
    [contact] = take(running, 1)
    begun(running, contact)
    assert figures(running)["called_back"]["p50_seconds"] == 0.0


def test_hours_are_those_of_the_clinic(running: Database) -> None:
    read_on(kept(running), losses(loss("1", -31, phone(1)), loss("2", 90, phone(2))), 6)
    hours = figures(running)["hours"]
    assert [(hour["hour"], hour["lost"], hour["callbacks"]) for hour in hours] == [
        (11, 1, 1),
        (12, 0, 0),
        (13, 0, 0),
        (14, 1, 1),
    ]


def test_a_span_counts_what_was_lost_in_it(running: Database) -> None:
    read_on(kept(running), losses(*(loss(str(n), n, phone(n)) for n in range(4))), 6, at(5))
    data = figures(running, span=Span(at(1), at(3)))
    assert (data["lost"]["in"], data["callbacks"]["total"]) == (2, 2)
    assert (data["since"], data["until"]) == ("2026-03-02T07:31:00+00:00", "2026-03-02T07:33:00+00:00")


def test_operators_have_their_calls_and_talk_by_the_hour(running: Database) -> None:
    read_on(kept(running), losses(loss("1", -10)), 6)
    for name in ("Anna", "Boris"):
        staff.enter(running, NewOperator(name, f"sip:{name}@10.0.0.1", "main"), NOW - HOUR)
        staff.put(running, name, "on", NOW - HOUR)
    _operator_call(running, NOW, "refused")
    _operator_call(running, NOW + 5 * MINUTE, "talked", 61.04)
    _operator_call(running, NOW + HOUR, "talked", 100.0)
    _operator_call(running, NOW + HOUR + MINUTE, None)
    anna, boris = figures(running)["operators"]
    assert (anna["operator"], anna["group"], anna["calls"], anna["talked"]) == ("Anna", "main", 2, 1)
    assert anna["results"] == {"refused": 1, "talked": 1}
    assert anna["hours"] == [
        {"hour": 12, "calls": 1, "talked": 0, "talk_seconds": 0.0},
        {"hour": 13, "calls": 1, "talked": 1, "talk_seconds": 100.0},
    ]
    assert (boris["talk_seconds"], boris["results"]) == (61.0, {"running": 1, "talked": 1})
    later = figures(running, span=Span(since=NOW + HOUR))["operators"]
    assert [one["calls"] for one in later] == [1, 1]


def _operator_call(db: Database, now: Any, result: Any, seconds: float = 0.0) -> None:
    seat = operators.seize(
        db,
        Wanted("ru", "", ("main",)),
        seen(db, "1").id,
        "results",
        "operator_first",
        None,
        {"main": "trunk"},
        "a",
        now,
        "Asia/Yekaterinburg",
    )
    assert seat is not None
    if result is not None:
        operators.release(db, seat.call, result, now, timedelta(0), seconds)


@pytest.mark.parametrize(
    ("minutes", "ended", "connected"),
    [(4, COMPLETED, 1), (6, COMPLETED, 1), (4, replace(RETRY, outcome="voicemail"), 0)],
)
def test_a_callback_that_was_connected_counts_from_the_moment_they_hear_each_other(
    running: Database, minutes: int, ended: Next, connected: int
) -> None:
    read_on(kept(running), losses(loss("1", -10)), 6)
    staff.enter(running, NewOperator("Anna", "sip:101@10.0.0.1", "main"), NOW - HOUR)
    staff.put(running, "Anna", "on", NOW - HOUR)
    [contact] = take(running, 1)
    attempt = begun(running, contact)
    _operator_call(running, NOW, None)
    [open_call] = operators.open_calls(running, "a")
    attempts.answered(running, attempt, NOW + 20 * SECOND)
    operators.bridged(running, open_call.id, attempt, NOW + minutes * MINUTE)
    assert figures(running, at(4))["prompt"]["callbacks"] == 0  # it is not known of others lost then
    finish(running, attempt, contact, ended, now=NOW + 8 * MINUTE)
    data = figures(running, at(60))
    assert data["callbacks"]["connected"] == connected
    assert data["prompt"]["callbacks"] == 1
    assert data["prompt"]["reached"] == sum(hour["spoken_with"] for hour in data["hours"]) * (minutes < 5)


def test_a_callback_that_was_transferred_was_spoken_with(running: Database) -> None:
    read_on(kept(running), losses(loss("1", -10)), 6)
    staff.enter(running, NewOperator("Anna", "sip:101@10.0.0.1", "main"), NOW - HOUR)
    staff.put(running, "Anna", "on", NOW - HOUR)
    _operator_call(running, NOW, "transferred")
    data = figures(running, at(60))
    assert (data["callbacks"]["connected"], data["prompt"]["reached"]) == (1, 1)


def test_logs_say_how_far_they_were_read(db: Database) -> None:
    read_on(kept(db, "b"), losses(loss("1", -10)), 6)
    read_on(kept(db, "a"), Folded(), 3)
    assert [(log["source"], log["lines"], log["last_event_at"]) for log in figures(db)["logs"]] == [
        ("a", 3, None),
        ("b", 6, "2026-03-02T07:20:00+00:00"),
    ]


def test_calls_of_another_campaign_are_not_counted(running: Database) -> None:
    read_on(
        kept(running, campaign="another", make=lambda one: person(one.key, "another")), losses(loss("1")), 6
    )
    assert figures(running)["lost"]["in"] == 0
    with running.read() as session:
        assert session.exec(select(Attempt.id).where(col(Attempt.campaign) == "another")).all() == []
