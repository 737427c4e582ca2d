"""Raw values become canonical, or are refused without being repeated."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.flows.fields import Field, FieldType, parse_field

MOSCOW = "Europe/Moscow"


@pytest.mark.parametrize(
    ("kind", "raw", "canonical"),
    [
        ("year", " 1954 ", "1954"),
        ("date", "2026-11-18", "2026-11-18"),
        ("date", "18.11.2026", "2026-11-18"),
        ("date", "8/1/2026", "2026-01-08"),
        ("datetime", "2026-11-18 14:05", "2026-11-18T14:05:00+03:00"),
        ("datetime", "2026-11-18T9:05:07", "2026-11-18T09:05:07+03:00"),
        ("datetime", "18.11.2026 14:05", "2026-11-18T14:05:00+03:00"),
        ("datetime", "2026-11-18T11:05:00Z", "2026-11-18T14:05:00+03:00"),
        ("datetime", "2026-11-18 23:05 -0500", "2026-11-19T07:05:00+03:00"),
        ("datetime", "2026-11-18T11:05:00.250+00:00", "2026-11-18T14:05:00+03:00"),
        ("choice", " GOOD", "good"),
        ("place", "Поликлиника  №3", "Поликлиника №3"),
        ("text", "и\u0306", "й"),
        ("digits", "0012", "0012"),
        ("count", "007", "7"),
        ("name", "Мария Петрова", "Мария Петрова"),
        ("phone", "+74951234567", "+74951234567"),
    ],
)
def test_values_become_canonical(kind: FieldType, raw: str, canonical: str) -> None:
    assert parse_field(Field("it", kind, values=("good", "bad")), raw, MOSCOW) == canonical


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("year", "53"),
        ("year", "2154"),
        ("year", "١٩٥٤"),
        ("date", "30.02.2026"),
        ("date", "2026-13-01"),
        ("date", "18.11.26"),
        ("date", "2026-11-18 14:05"),
        ("datetime", "15:07"),
        ("datetime", "2026-12-01"),
        ("datetime", "2026-11-18 25:05"),
        ("datetime", "2026-11-18 14:05 +99:00"),
        ("datetime", "0001-01-01 00:00 +14:00"),
        ("choice", "better"),
        ("text", "x" * 201),
        ("text", "a\u202eb"),
        ("digits", "12a"),
        ("digits", "1" * 21),
        ("count", "-1"),
        ("count", "1000000"),
        ("phone", "84951234567"),
    ],
)
def test_a_refusal_names_the_field_and_not_the_value(kind: FieldType, raw: str) -> None:
    with pytest.raises(ValueError, match=r"^it is not ") as refused:
        parse_field(Field("it", kind, values=("good", "bad")), raw, MOSCOW)
    assert raw not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("raw", ["", "   ", "\t\n"])
@pytest.mark.parametrize("kind", ["year", "date", "datetime", "choice", "text", "digits", "count"])
def test_a_blank_is_never_a_value(kind: FieldType, raw: str) -> None:
    with pytest.raises(ValueError, match="it is blank"):
        parse_field(Field("it", kind, values=("good",)), raw, MOSCOW)


def test_a_zone_may_be_handed_in_ready() -> None:
    moment = parse_field(Field("it", "datetime"), "2026-07-01 12:00", ZoneInfo("Europe/Paris"))
    assert moment == "2026-07-01T12:00:00+02:00"


@pytest.mark.parametrize(
    ("kind", "spoken"), [("year", "year"), ("datetime", "datetime"), ("place", "place"), ("choice", "")]
)
def test_a_field_knows_how_it_is_spoken(kind: FieldType, spoken: str) -> None:
    assert Field("it", kind).kind == spoken


def test_fields_are_private_unless_declared_otherwise() -> None:
    assert Field("it", "year").private


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # 15:00 in Moscow


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        ("year", "1900", ""),
        ("year", "2026", ""),
        ("year", "2027", "it is not one of the last 130 years"),
        ("date", "1900-01-01", ""),
        ("date", "31.12.1899", "it is not a date from 1900 until today"),
        ("date", "2026-11-22", ""),
        ("date", "2026-11-23", ""),  # today, further east
        ("date", "2026-11-24", "it is not a date from 1900 until today"),
        ("date", "1820-11-20", "it is not a date from 1900 until today"),
        ("datetime", "1900-01-01 00:00", ""),
        ("datetime", "1899-12-31 23:59", "it is not a time from 1900 until now"),
        ("datetime", "2026-11-23 15:00", ""),
        ("datetime", "2026-11-23 15:01", "it is not a time from 1900 until now"),
        ("datetime", "2026-11-23T12:01Z", "it is not a time from 1900 until now"),
    ],
)
def test_what_has_not_happened_yet_or_too_long_ago_is_refused(kind: FieldType, raw: str, reason: str) -> None:
    field = Field("it", kind)
    assert parse_field(field, raw, MOSCOW)  # without a now, nothing is compared with it
    if reason:
        with pytest.raises(ValueError, match=reason):
            parse_field(field, raw, MOSCOW, NOON)
    else:
        assert parse_field(field, raw, MOSCOW, NOON) == parse_field(field, raw, MOSCOW)


def test_an_appointment_may_lie_ahead() -> None:
    now = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    field = Field("visit", "date", future=True)
    assert parse_field(field, "05.03.2026", MOSCOW, now) == "2026-03-05"


def test_nobody_is_older_than_130() -> None:
    field, later = Field("it", "year"), NOON.replace(year=2050)
    assert parse_field(field, "1920", MOSCOW, later) == "1920"
    with pytest.raises(ValueError, match="it is not one of the last 130 years"):
        parse_field(field, "1919", MOSCOW, later)
