"""The demonstration's own judge: it must find whatever the records get wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigns.demo.people import ROLES, Person, people
from campaigns.demo.stage import zone_at_noon
from campaigns.demo.verdict import Records, differences
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.models import Attempt, Contact
from campaigns.rules.hours import is_open
from dialer.phones import BEHAVIOURS, PhoneCall

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
PERSON = people(1)[0]


def contact(person: Person) -> Contact:
    return Contact(
        id=1,
        campaign=person.role.campaign,
        external_id=person.external_id,
        phone=person.number,
        full_name=person.role.full_name,
        language=person.role.language,
        time_zone="Etc/GMT",
        fields={},
        digest="",
        rank=0,
        queued_at=NOW,
        state=person.role.expected.state,
        outcome=person.role.expected.outcome,
    )


def attempt() -> Attempt:
    return Attempt(contact_id=1, campaign="x", number=1, trunk="t", token=1, started_at=NOW, answered_at=NOW)


def call(person: Person, started_at: float = 0.0) -> PhoneCall:
    return PhoneCall(
        number=person.number,
        behaviour=person.role.behaviour,
        status=200,
        answered=True,
        keys=person.role.keys,
        seconds=30.0,
        ended_by="caller",
        first_speech_seconds=0.1,
        speech_seconds=20.0,
        started_at=started_at,
        ended_at=started_at + 30.0,
    )


def true_records(answers: Mapping[str, str] | None = None, tasks: frozenset[str] = frozenset()) -> Records:
    name = PERSON.external_id
    said = PERSON.role.expected.answers if answers is None else answers
    return Records({name: contact(PERSON)}, {name: [attempt()]}, {name: said}, {name: tasks})


def faults(records: Records, calls: Sequence[PhoneCall]) -> Sequence[str]:
    return differences([PERSON], calls, records)


def test_true_records_pass() -> None:
    assert faults(true_records(), [call(PERSON)]) == []


@pytest.mark.parametrize(
    ("records", "calls", "complaint"),
    [
        (true_records(), [], "attempts"),
        (true_records(), [replace(call(PERSON), answered=False)], "answered"),
        (true_records({"mark": "4"}), [call(PERSON)], "answers"),
        (true_records(tasks=frozenset({"low_mark"})), [call(PERSON)], "tasks"),
        (true_records(), [replace(call(PERSON), keys=("1",))], "keys pressed"),
        (true_records(), [replace(call(PERSON), number="+70000000000"), call(PERSON)], "nobody has"),
        (true_records(), [call(PERSON), call(PERSON, 5.0)], "two calls at the same time"),
        (Records({}, {}, {}, {}), [call(PERSON)], "is not in the database"),
    ],
)
def test_whatever_is_wrong_is_found(records: Records, calls: Sequence[PhoneCall], complaint: str) -> None:
    assert any(complaint in fault for fault in faults(records, calls))


def test_a_wrong_state_or_outcome_is_found() -> None:
    records = true_records()
    records.contacts[PERSON.external_id].outcome = "silent"
    assert any("outcome" in fault for fault in faults(records, [call(PERSON)]))


def test_the_cast_shows_every_behaviour_in_every_campaign_and_language() -> None:
    assert len(ROLES) == 24
    assert {role.behaviour for role in ROLES} == set(BEHAVIOURS)
    assert {role.language for role in ROLES} == {"ru", "en"}
    assert len({person.number for person in people(100)}) == 100


@pytest.mark.parametrize("hour", range(24))
def test_it_is_calling_time_at_any_hour_of_any_day(hour: int) -> None:
    for name in ("covid-results", "abandoned-callback", "satisfaction-survey"):
        hours = load_script(LIBRARY / f"{name}.yaml").policy.hours
        for day in (2, 7, 8):  # a Monday, a Saturday, a holiday
            now = datetime(2026, 3, day, hour, 59, tzinfo=UTC)
            assert is_open(hours, zone_at_noon(now), now)
