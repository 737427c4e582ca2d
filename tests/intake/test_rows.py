import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.flows.fields import Field
from campaigns.flows.script import Script, ScriptText
from campaigns.intake.columns import columns_of
from campaigns.intake.rows import RowReader, Unusable, Usable
from campaigns.rules.packs import Edition, Pack
from campaigns.store.contacts import NewContact
from tests.intake.conftest import DEFAULTS, NOW, script_with

RIGHT = {
    "external_id": " A-17 ",
    "phone": "8 (912) 345-67-89",
    "full_name": "Ёлкина  Зоя ",
    "language": "RU",
    "birth_year": "1954",
    "result": "Positive",
}


def read(script: Script, **changes: str) -> Usable | Unusable:
    return RowReader(script, DEFAULTS, NOW).read(RIGHT | changes)


def contact_of(script: Script, **changes: str) -> NewContact:
    found = read(script, **changes)
    assert isinstance(found, Usable), found
    return found.contact


def test_a_right_row_becomes_a_contact(script: Script) -> None:
    contact = contact_of(script)
    assert (contact.campaign, contact.external_id, contact.phone) == ("covid-results", "A-17", "+79123456789")
    assert (contact.full_name, contact.language, contact.time_zone) == (
        "Ёлкина Зоя",
        "ru",
        DEFAULTS.time_zone,
    )
    assert contact.fields == {"birth_year": "1954", "result": "positive"}
    assert (contact.not_before, contact.deadline, contact.priority) == (None, None, 5)


def test_a_name_may_be_blank_where_no_text_speaks_it(script: Script) -> None:
    assert contact_of(script, full_name=" ").full_name == ""
    hello = ScriptText("hello", {"ru": "Кому: {full_name}."})
    naming = replace(script, texts={"hello": hello})
    assert read(naming, full_name=" ") == Unusable(("full_name is blank",))
    assert "full_name" in columns_of(naming).needed
    assert "full_name" not in columns_of(naming).optional
    assert "full_name" in columns_of(script).optional
    assert "full_name" not in columns_of(script).needed


def test_an_optional_field_may_be_blank_and_is_then_not_there(script: Script) -> None:
    queue = Field("queue", "text", private=False, optional=True)
    asking = replace(script, fields={**script.fields, "queue": queue}, institution="queue")
    without = contact_of(asking, queue=" ")
    assert (without.fields, without.institution) == (contact_of(script).fields, "")
    assert without.digest == contact_of(script).digest
    named = contact_of(asking, queue="desk")
    assert (named.fields["queue"], named.institution) == ("desk", "desk")
    assert named.digest != without.digest
    assert read(asking, queue="x" * 201) == Unusable(("queue is not a text of at most 200 characters",))
    assert "queue" in columns_of(asking).optional
    assert "queue" not in columns_of(asking).needed


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"external_id": ""}, ["external_id is blank"]),
        ({"external_id": "x" * 201}, ["external_id is not a text of at most 200 characters"]),
        ({"language": ""}, ["language is blank"]),
        ({"language": "de"}, ["language is not one of ru, en"]),
        ({"phone": "123"}, ["phone is not a number that is in use"]),
        ({"birth_year": ""}, ["birth_year is blank"]),
        ({"birth_year": "54"}, ["birth_year is not a year of four digits, such as 1954"]),
        ({"birth_year": "2027"}, ["birth_year is not one of the last 130 years"]),
        ({"result": "maybe"}, ["result is not one of negative, positive, inconclusive"]),
        ({"time_zone": "Moscow"}, ["time_zone is not an IANA time zone, such as Europe/Moscow"]),
        ({"time_zone": "../../etc/passwd"}, ["time_zone is not an IANA time zone, such as Europe/Moscow"]),
        ({"deadline": "soon"}, ["deadline is not a possible date and time, such as 2026-11-18 14:05"]),
        (
            {"not_before": "31.02.2027"},
            ["not_before is not a possible date and time, such as 2026-11-18 14:05"],
        ),
        ({"deadline": "0001-01-01"}, ["deadline is not in the years 2000 to 2100"]),
        ({"deadline": "9999-12-31"}, ["deadline is not in the years 2000 to 2100"]),
        (
            {"not_before": "22.11.2026", "deadline": "21.11.2026"},
            ["deadline is not later than not_before"],
        ),
        (
            {"not_before": "22.11.2026 10:00", "deadline": "2026-11-22T10:00"},
            ["deadline is not later than not_before"],
        ),
        (
            {"phone": "", "birth_year": "", "language": "xx"},
            ["phone is blank", "language is not one of ru, en", "birth_year is blank"],
        ),
    ],
)
def test_every_reason_against_a_row_is_named(
    script: Script, changes: dict[str, str], reasons: list[str]
) -> None:
    assert read(script, **changes) == Unusable(tuple(reasons))


def test_no_reason_holds_a_value(script: Script) -> None:
    secret = {name: f"Ivanova8912345 {name[0]}" for name in (*RIGHT, "time_zone", "not_before", "deadline")}
    found = read(script, **secret)
    assert isinstance(found, Unusable)
    assert len(found.reasons) == 7
    assert "Ivanova" not in str(found)


@pytest.mark.parametrize(
    ("raw", "zone", "expected"),
    [
        ("2026-11-22T10:30", "", "2026-11-22T05:30+00:00"),  # the clinic's zone, UTC+5
        ("2026-11-22 10:30", "Europe/Moscow", "2026-11-22T07:30+00:00"),
        ("22.11.2026 10:30", "Etc/GMT-5", "2026-11-22T05:30+00:00"),
        ("2026-11-22T10:30+03:00", "Etc/GMT-5", "2026-11-22T07:30+00:00"),
        ("2026-11-22T10:30Z", "Asia/Kamchatka", "2026-11-22T10:30+00:00"),
        ("22.11.2026", "Asia/Kamchatka", "2026-11-22T11:59:59+00:00"),  # the end of that day there
        ("2026-11-22", "America/New_York", "2026-11-23T04:59:59+00:00"),
    ],
)
def test_deadlines_are_in_the_contacts_own_time(script: Script, raw: str, zone: str, expected: str) -> None:
    assert contact_of(script, deadline=raw, time_zone=zone).deadline == datetime.fromisoformat(expected)


def test_a_date_alone_as_not_before_is_its_beginning(script: Script) -> None:
    contact = contact_of(script, not_before="22.11.2026", deadline="22.11.2026", time_zone="Asia/Kamchatka")
    assert contact.not_before == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert contact.deadline == datetime(2026, 11, 22, 11, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "late"), [("20.11.2026 11:59", True), ("20.11.2026 12:00", True), ("20.11.2026", False)]
)
def test_a_deadline_that_has_passed_is_late(script: Script, deadline: str, late: bool) -> None:
    found = read(script, deadline=deadline)
    assert isinstance(found, Usable)
    assert found.late is late


def test_the_campaigns_deadline_holds_where_the_row_has_none() -> None:
    script = script_with(deadline=timedelta(days=3))
    assert contact_of(script).deadline == NOW + timedelta(days=3)
    start = datetime(2026, 11, 21, 19, tzinfo=UTC)
    assert contact_of(script, not_before="22.11.2026").deadline == start + timedelta(days=3)
    assert contact_of(script, deadline="22.11.2026 12:00").deadline == datetime(2026, 11, 22, 7, tzinfo=UTC)


def test_times_in_fields_are_in_the_contacts_own_time() -> None:
    script = script_with(called_at=Field("called_at", "datetime"))
    contact = contact_of(script, called_at="19.11.2026 14:05", time_zone="Europe/Moscow")
    assert contact.fields == {"called_at": "2026-11-19T14:05:00+03:00"}


@pytest.mark.parametrize(
    ("raw", "usable"),
    [
        ("19.11.2026 14:05", True),
        ("21.11.2026 11:59", True),
        ("22.11.2026 12:00", False),
        ("1.1.1899 9:00", False),
    ],
)
def test_times_in_fields_have_happened(raw: str, usable: bool) -> None:
    found = read(script_with(called_at=Field("called_at", "datetime")), called_at=raw)
    assert isinstance(found, Usable) is usable
    if isinstance(found, Unusable):
        assert found.reasons == ("called_at is not a time from 1900 until now",)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        (
            {"phone": "+79123456789", "result": "positive", "full_name": "Ёлкина Зоя"},
            True,
        ),  # only written otherwise
        ({"time_zone": "Asia/Yekaterinburg"}, True),  # said, but it held anyway
        ({"phone": "89123456780"}, False),
        ({"result": "negative"}, False),
        ({"language": "en"}, False),
        ({"full_name": "Ёлкина Ян"}, False),
        ({"deadline": "22.11.2026"}, False),
        ({"time_zone": "Europe/Moscow"}, False),
    ],
)
def test_the_digest_tells_a_repetition_from_a_change(
    script: Script, changes: dict[str, str], same: bool
) -> None:
    assert (contact_of(script, **changes).digest == contact_of(script).digest) is same


def test_the_digest_does_not_depend_on_the_day_of_queueing() -> None:
    script = script_with(deadline=timedelta(days=3))
    later = RowReader(script, DEFAULTS, NOW + timedelta(days=1)).read(RIGHT)
    assert isinstance(later, Usable)
    assert later.contact.digest == contact_of(script).digest


LANDLINE = "8 (3452) 50-00-00"  # of a town whose zone is Asia/Yekaterinburg
MOSCOW = "+7 495 123-45-67"


@pytest.mark.parametrize(
    ("changes", "zone", "source"),
    [
        ({"time_zone": "Asia/Omsk", "phone": MOSCOW}, "Asia/Omsk", "file"),
        ({"time_zone": "", "phone": MOSCOW}, "Europe/Moscow", "number"),
        ({}, "Asia/Yekaterinburg", "clinic"),  # a mobile number says nothing
        ({"phone_2": MOSCOW}, "Asia/Yekaterinburg", "clinic"),  # the second number does not count
    ],
)
def test_the_zone_and_where_it_is_from(
    script: Script, changes: dict[str, str], zone: str, source: str
) -> None:
    contact = contact_of(script, **changes)
    assert (contact.time_zone, contact.zone_from) == (zone, source)


def test_times_without_a_zone_are_in_that_of_the_number(script: Script) -> None:
    contact = contact_of(script, phone=MOSCOW, deadline="22.11.2026 10:30")
    assert contact.deadline == datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "phones"),
    [
        ({}, ()),
        ({"phone_2": " ", "phone_3": ""}, ()),
        ({"phone_2": LANDLINE}, ("+79123456789", "+73452500000")),
        ({"phone_3": LANDLINE, "phone_2": MOSCOW}, ("+79123456789", "+74951234567", "+73452500000")),
        ({"phone_2": "+7 912 345-67-89"}, ()),  # the first once more
        ({"phone_2": LANDLINE, "phone_3": LANDLINE}, ("+79123456789", "+73452500000")),
    ],
)
def test_second_and_third_numbers(script: Script, changes: dict[str, str], phones: tuple[str, ...]) -> None:
    contact = contact_of(script, **changes)
    assert contact.phone == "+79123456789"
    assert contact.phones == phones


@pytest.mark.parametrize(
    ("changes", "consent"),
    [
        ({}, ("", None)),
        (
            {"consent_source": " Form  7 ", "consent_at": "2026-11-02"},
            ("Form 7", datetime(2026, 11, 1, 19, tzinfo=UTC)),
        ),
        (
            {"consent_source": "site", "consent_at": "02.11.2026 10:00"},
            ("site", datetime(2026, 11, 2, 5, tzinfo=UTC)),
        ),
    ],
)
def test_consent(script: Script, changes: dict[str, str], consent: tuple[str, datetime | None]) -> None:
    contact = contact_of(script, **changes)
    assert (contact.consent_source, contact.consent_at) == consent


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"phone_2": "123"}, "phone_2 is not a number that is in use"),
        ({"phone_3": "Ivanova"}, "phone_3 is not one phone number"),
        (
            {"consent_source": "Form 7"},
            "consent_source and consent_at go together: fill in both, or leave both blank",
        ),
        (
            {"consent_at": "2026-11-02"},
            "consent_source and consent_at go together: fill in both, or leave both blank",
        ),
        (
            {"consent_source": "Form 7", "consent_at": "soon"},
            "consent_at is not a possible date and time, such as 2026-11-18 14:05",
        ),
        ({"consent_source": "Form 7", "consent_at": "2026-11-25"}, "consent_at lies in the future"),
        (
            {"consent_source": "x" * 201, "consent_at": "2026-11-02"},
            "consent_source is not a text of at most 200 characters",
        ),
    ],
)
def test_what_is_wrong_with_the_newer_columns(script: Script, changes: dict[str, str], reason: str) -> None:
    assert read(script, **changes) == Unusable((reason,))


def test_rules_that_ask_for_a_consent(script: Script) -> None:
    careful = Pack(
        "strict",
        "Strict",
        (Edition(date(2020, 1, 1), until=date(2026, 11, 19)), Edition(date(2026, 11, 20), consent=True)),
    )
    strict = replace(script, policy=replace(script.policy, pack=careful))
    assert read(strict) == Unusable(
        ("consent_source and consent_at are blank, and the rules strict ask for a consent",)
    )
    assert isinstance(read(strict, consent_source="Form 7", consent_at="2026-11-02"), Usable)
    early = RowReader(strict, DEFAULTS, NOW - timedelta(days=1)).read(RIGHT)
    assert isinstance(early, Usable)  # the older edition holds on that day


def test_the_institution_is_that_of_the_field_that_names_it(script: Script) -> None:
    assert contact_of(script).institution == ""
    assert contact_of(replace(script, institution="result")).institution == "positive"


@pytest.mark.parametrize(
    "changes",
    [
        {"phone_2": LANDLINE},
        {"phone_3": MOSCOW},
        {"consent_source": "Form 7", "consent_at": "2026-11-02"},
        {"consent_source": "Form 8", "consent_at": "2026-11-02"},
        {"consent_source": "Form 7", "consent_at": "2026-11-03"},
    ],
)
def test_the_newer_columns_count_in_the_digest(script: Script, changes: dict[str, str]) -> None:
    base = {} if len(changes) == 1 else {"consent_source": "Form 7", "consent_at": "2026-11-01"}
    assert contact_of(script, **changes).digest != contact_of(script, **base).digest


def test_rows_without_them_are_known_as_they_were_before_there_were_any(script: Script) -> None:
    asked = contact_of(script)
    told = (
        *("A-17", "+79123456789", "Ёлкина Зоя", "ru", "Asia/Yekaterinburg", "", ""),
        {"birth_year": "1954", "result": "positive"},
    )
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert asked.digest == hashlib.sha256(canonical.encode()).hexdigest()
    elsewhere = contact_of(script, phone=MOSCOW, time_zone="Europe/Moscow")
    assert contact_of(script, phone=MOSCOW).digest != elsewhere.digest  # what was told, not what was found
