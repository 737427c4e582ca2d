"""English values as they are said: pairs."""

from typing import get_args

import pytest

from prompts.spoken.en import ENGLISH, key_said
from prompts.spoken.texts import ValueKind

PAIRS: list[tuple[ValueKind, str, str]] = [
    ("date", "2024-12-03", "December third"),
    ("date", "2024-05-31T10:00:00+05:00", "May thirty-first"),
    ("time", "14:05", "two oh five PM"),
    ("time", "14:00", "two PM"),
    ("time", "09:30", "nine thirty AM"),
    ("time", "12:00", "noon"),
    ("time", "12:15", "twelve fifteen PM"),
    ("time", "00:00", "midnight"),
    ("time", "00:45", "twelve forty-five AM"),
    ("time", "2024-12-03T14:05:00+05:00", "two oh five PM"),
    ("datetime", "2024-12-03T14:05:00+05:00", "December third at two oh five PM"),
    ("year", "1954", "nineteen fifty-four"),
    ("year", "2005", "two thousand and five"),
    ("year", "1900", "nineteen hundred"),
    ("phone", "+79123456789", "plus seven, nine one two, three four five, six seven, eight nine"),
    ("phone", "+12025550123", "plus one, two zero two, five five five, zero one, two three"),
    ("phone", "112", "one one two"),
    ("digits", "0407", "zero, four, zero, seven"),
    ("count", "21", "twenty-one"),
    ("count", "1005", "one thousand and five"),
    ("money", "1250.50", "one thousand two hundred and fifty rubles and fifty kopecks"),
    ("money", "1", "one ruble"),
    ("money", "-0.01", "minus zero rubles and one kopeck"),
    ("temperature", "36.6", "thirty-six point six degrees"),
    ("temperature", "-1", "minus one degree"),
    ("name", "John O'Neil-Smith", "John O'Neil-Smith"),
    ("name", "JOHN SMITH", "John Smith"),
    ("name", "Иванова Анна Петровна", "Ivanova Anna Petrovna"),
    ("name", "Щербаков Дмитрий", "Shcherbakov Dmitry"),
    ("name", "ЕЛЕНА ЮРЬЕВА", "Yelena Yuryeva"),
    ("name", "Салтыков-Щедрин М. Е.", "Saltykov-Shchedrin M Ye"),
    ("name", "Renée Müller", "Renee Muller"),
    ("place", "City Hospital No. 5", "City Hospital number five"),
    ("place", "Поликлиника № 5", "Poliklinika number five"),
    ("place", "12 Main Ave., Bldg. 3", "twelve Main Avenue, Building three"),
    ("text", "95% at 38°C", "ninety-five percent at thirty-eight degrees"),
    ("text", "COVID-19", "COVID nineteen"),
    ("text", "3rd floor", "third floor"),
    ("text", "24/7", "twenty-four slash seven"),
    ("text", "0.5", "zero point five"),
    ("text", "room 007", "room zero zero seven"),
    ("text", "bread & milk", "bread and milk"),
]


@pytest.mark.parametrize(("kind", "raw", "said"), PAIRS)
def test_said(kind: ValueKind, raw: str, said: str) -> None:
    assert " ".join(ENGLISH.forms[kind](raw).split()) == said
    assert ENGLISH.unspeakable.search(said) is None


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "12/03/2024"),
        ("time", "2 PM"),
        ("year", "54"),
        ("phone", "call us"),
        ("digits", "12a"),
        ("count", "many"),
        ("money", "inf"),
        ("temperature", "warm"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(kind: ValueKind, raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ENGLISH.forms[kind](raw)


@pytest.mark.parametrize(("key", "said"), [("1", "one"), ("0", "zero"), ("*", "star"), ("#", "pound")])
def test_keys(key: str, said: str) -> None:
    assert key_said(key, "press ") == said


def test_every_kind_has_a_form() -> None:
    assert set(ENGLISH.forms) == set(get_args(ValueKind))
