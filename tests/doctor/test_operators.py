"""What the doctor says of operators: who is missing, off, paused, or cannot be called."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.doctor.finding import Finding
from campaigns.doctor.operators import operators
from campaigns.models import LogPosition
from campaigns.settings import GroupTable, Home, LinesTable, SettingsFile, TrunkTable
from campaigns.store import nodes, staff
from campaigns.store.creation import create_database
from campaigns.store.database import open_database
from campaigns.store.staff import NewOperator

NOW = datetime.now(UTC)
MAIN = TrunkTable(name="main", uri="sip:127.0.0.1:5060", networks=("127.0.0.8/32",))
AWAY = TrunkTable(name="away", uri="sip:192.0.2.1")
NORTH = GroupTable(name="north", trunk="main", overflow=("south",))
SOUTH = GroupTable(name="south", trunk="away")
ANNA = NewOperator("Anna", "sip:101@127.0.0.1:5081", "main")


def home(folder: Path, *trunks: TrunkTable, **tables: Any) -> Home:
    return Home(folder, SettingsFile(trunks=trunks or (MAIN,), **tables))


def staffed(place: Home, *people: NewOperator, on: bool = True, queue_call: str = "") -> Home:
    create_database(place.database_url)
    database = open_database(place.database_url)
    for new in people:
        staff.enter(database, new, NOW)
        if on:
            staff.put(database, new.name, "on", NOW)
    with database.write() as session:
        for each in staff.listing(database) if queue_call else ():
            session.merge(each).queue_call = queue_call
    database.close()
    return place


def said(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(each.what, each.verdict) for each in findings]


def test_without_a_database_nothing_is_said(tmp_path: Path) -> None:
    assert list(operators(home(tmp_path))) == []


def test_a_clinic_without_operators_is_right(tmp_path: Path) -> None:
    [finding] = operators(staffed(home(tmp_path)))
    assert finding.verdict == "right"
    assert "gets a task" in finding.sentence


def test_somebody_is_on(tmp_path: Path) -> None:
    assert list(operators(staffed(home(tmp_path), ANNA))) == [Finding("operators", "right", "1 of 1 are on.")]


def test_nobody_is_on(tmp_path: Path) -> None:
    [finding] = operators(staffed(home(tmp_path), ANNA, on=False))
    assert (finding.verdict, "None of 1 is on: dialer operators on NAME" in finding.sentence) == (
        "doubtful",
        True,
    )


def test_each_fault_is_named(tmp_path: Path) -> None:
    place = staffed(
        home(tmp_path, MAIN, AWAY, groups=(NORTH, SOUTH), lines=LinesTable(count=1)),
        ANNA,
        NewOperator("Boris", "sip:102@127.0.0.9", "north"),
    )
    found = list(operators(place))
    assert said(found) == [
        ("operator Anna", "wrong"),
        ("operator Boris", "wrong"),
        ("group south", "doubtful"),
        ("operators", "wrong"),
        ("operators", "right"),
    ]
    assert "Has no operators: enter them with dialer operators add NAME --group south" in found[2].sentence
    assert "[lines] count to 2" in found[3].sentence


def test_an_empty_group_says_who_takes_its_calls(tmp_path: Path) -> None:
    place = home(tmp_path, MAIN, groups=(NORTH, SOUTH.model_copy(update={"trunk": "main"})))
    [finding, _] = operators(staffed(place, NewOperator("Anna", "sip:101@127.0.0.1", "south")))
    assert (finding.what, "its calls go to south" in finding.sentence) == ("group north", True)


def test_without_groups_a_phone_should_be_reached_over_every_trunk(tmp_path: Path) -> None:
    [finding, _] = operators(staffed(home(tmp_path, MAIN, AWAY), ANNA))
    assert (finding.what, finding.verdict) == ("operator Anna", "doubtful")
    assert "over trunk away" in finding.sentence
    assert "[[groups]] with the trunk that leads there" in finding.sentence


def test_who_was_paused_by_the_engine_is_named(tmp_path: Path) -> None:
    place = staffed(home(tmp_path), ANNA)
    database = open_database(place.database_url)
    [anna] = staff.listing(database)
    with database.write() as session:
        session.merge(anna).state_reason = "no_answer"
    database.close()
    [finding, _] = operators(place)
    assert (finding.what, "dialer operators on 'Anna'" in finding.sentence) == ("operator Anna", True)


@pytest.mark.parametrize(("minutes", "findings"), [(1, 1), (30, 2)])
def test_a_log_that_nobody_reads_any_more_keeps_operators_from_calls(
    tmp_path: Path, minutes: int, findings: int
) -> None:
    place = staffed(home(tmp_path), ANNA, queue_call="1700000000.1")
    database = open_database(place.database_url)
    with database.write() as session:
        read_at = datetime.now(UTC) - timedelta(minutes=minutes)
        session.add(LogPosition(campaign="abandoned-callback", source="log", read_at=read_at))
    database.close()
    found = list(operators(place))
    assert len(found) == findings
    assert (findings == 2) == ("1 are taken for talking in the inbound queue" in found[-1].sentence)


@pytest.mark.parametrize(("held_by", "findings"), [("gone", 2), ("alive", 1), ("", 1)])
def test_who_is_held_by_an_engine_that_is_gone_is_named(tmp_path: Path, held_by: str, findings: int) -> None:
    place = staffed(home(tmp_path), ANNA)
    database = open_database(place.database_url)
    [anna] = staff.listing(database)
    with database.write() as session:
        session.merge(anna).held_by = held_by
    nodes.join(database, "alive", datetime.now(UTC))
    nodes.join(database, "gone", NOW - timedelta(hours=1))
    database.close()
    found = list(operators(place))
    assert len(found) == findings
    assert (findings == 2) == ("engine gone holds the phone" in found[-1].sentence)
