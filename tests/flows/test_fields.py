"""Raw values become canonical, or are refused without being repeated."""

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
