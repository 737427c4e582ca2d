"""The rules of calling as they are shown."""

from datetime import date, time, timedelta

import pytest

from campaigns.cli.policy_table import as_data, pack_rows, policy_rows, shown, shown_tables
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.rules.caps import Caps
from campaigns.rules.hours import Hours, Window
from campaigns.rules.packs import NO_PACK, Demand, Edition, Pack
from campaigns.rules.policy import Brakes, Connect, Pace, Policy, Spread

HOURS = Hours(Window(time(9), time(20)), None, "RU")
PLAIN = Policy(3, {"busy": (timedelta(minutes=10),)}, HOURS)
AHEAD = Policy(
    3,
    {},
    HOURS,
    connect=Connect("patient_first", "predictive", ("north", "south"), abandoned=0.02, transfer=True),
)
FULL = Policy(
    attempts=5,
    retry_after={"busy": (timedelta(minutes=10), timedelta(minutes=90)), "hung_up": (timedelta(days=1),)},
    hours=HOURS,
    deadline=timedelta(hours=72),
    purpose="result",
    urgent={"result": ("positive", "inconclusive")},
    pause=timedelta(seconds=45),
    same_call=True,
    completed=True,
    spread=Spread((("morning", Window(time(9), time(12))), ("day", Window(time(12), time(20)))), 0.2),
    pace=Pace(12, 0.25, 0.5),
    brakes=Brakes(0.3, 0.05, 40),
)
PACK = Pack(
    "careful",
    "The careful reading",
    (
        Edition(date(2020, 1, 1), until=date(2025, 8, 31), sources={"day": "an older law"}),
        Edition(
            date(2025, 9, 1),
            hours=HOURS,
            caps=Caps(day=1, after_machine=timedelta(days=1)),
            exempt=frozenset({"callback", "urgent_result"}),
            consent=True,
            ring_seconds=15.0,
            sources={"day": "a law", "ring": "a regulator"},
            demands=(Demand("Say who calls", "another law"),),
        ),
    ),
)


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(days=3), "3 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=30), "30 h"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(seconds=45), "45 s"),
    ],
)
def test_waits_are_shown_as_they_are_written(wait: timedelta, words: str) -> None:
    assert shown(wait) == words


@pytest.mark.parametrize(
    ("policy", "rule", "value"),
    [
        (FULL, "urgent", "when result is positive or inconclusive"),
        (FULL, "deadline", "3 days after queueing"),
        (FULL, "days off", "no calls"),
        (FULL, "again after busy", "10 min, then 90 min"),
        (FULL, "again after hung_up", "1 day"),
        (FULL, "these waits vary by", "20 %"),
        (FULL, "part of the day: morning", "09:00-12:00"),
        (FULL, "called until completed", "yes"),
        (FULL, "pause before another person", "45 s"),
        (FULL, "another person in the same call", "yes"),
        (FULL, "calls at once", "12"),
        (FULL, "lines kept for it", "25 %"),
        (FULL, "most for one institution", "50 %"),
        (FULL, "pauses itself at failures of", "30 % of the last 40 calls"),
        (FULL, "pauses itself at opt-outs of", "5 % of the last 40 calls"),
        (AHEAD, "who is called first", "the patient, while an operator is free"),
        (AHEAD, "calls ahead of operators", "predictive, at most 2 % abandoned in 24 h"),
        (AHEAD, "groups of operators", "north, then south"),
        (AHEAD, "an operator's phone rings", "20 s"),
        (AHEAD, "transfer before bridging", "yes"),
        (PLAIN, "urgent", "never"),
        (PLAIN, "deadline", "none"),
        (PLAIN, "pause before another person", "none"),
        (PLAIN, "calls at once", "as many as there are lines"),
        (PLAIN, "lines kept for it", "none"),
        (PLAIN, "pauses itself at failures of", "never"),
        (PLAIN, "rules", "none"),
    ],
)
def test_every_rule_has_its_words(policy: Policy, rule: str, value: str) -> None:
    assert dict(policy_rows(policy))[rule] == value


def test_who_connects_nobody_is_not_told_how() -> None:
    assert "who is called first" not in dict(policy_rows(PLAIN))


def test_the_edition_in_force_is_shown_with_its_sources() -> None:
    rows = pack_rows(PACK, date(2026, 1, 1))
    assert rows[0] == ("since", "2025-09-01", "")
    assert ("day", "at most 1 that ring", "a law") in rows
    assert ("week", "no cap", "") in rows
    assert ("after_machine", "no call for 1 day", "") in rows
    assert ("exempt", "callback, urgent_result", "") in rows
    assert ("consent", "needed", "") in rows
    assert ("ring", "15 s or longer", "a regulator") in rows
    assert ("hours", "weekdays 09:00-20:00, days off no calls, holidays of RU", "") in rows
    assert ("demands", "Say who calls", "another law") in rows


def test_an_edition_that_is_still_to_come_is_announced() -> None:
    rows = pack_rows(PACK, date(2025, 8, 31))
    assert rows[0] == ("since", "2020-01-01", "")
    assert ("day", "no cap", "an older law") in rows
    assert rows[-1] == ("from 2025-09-01", "another edition", "")


def test_no_pack_has_no_table() -> None:
    assert pack_rows(NO_PACK, date(2026, 1, 1)) == ()


@pytest.mark.parametrize("name", sorted(find_scripts(LIBRARY)))
def test_the_shipped_campaigns_are_shown_whole(name: str) -> None:
    script, today = load_script(LIBRARY / f"{name}.yaml"), date(2026, 11, 22)
    tables = {columns[0]: rows for columns, rows in shown_tables(script, today)}
    assert list(tables) == ["rule", "ru-careful", "field"]
    assert {row[0] for row in tables["field"]} == set(script.fields)
    data = as_data(script, today)
    assert data["rules"] == {row[0]: row[1] for row in tables["rule"]}
    assert ("key 9 refuses calls of", "all campaigns") in tables["rule"]
