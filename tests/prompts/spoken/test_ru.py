"""Russian values as they are said: lines_ru.tsv, the keys, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.spoken.ru import RUSSIAN, key_said, said
from prompts.spoken.texts import KINDS, Text, Value, ValueKind
from prompts.spoken.wording import wording_of

LINES = Path(__file__).with_name("lines_ru.tsv")


def lines() -> Iterator[tuple[ValueKind, str, str, str, str]]:
    """Kind, value, the words before and behind it, how it is said."""
    for line in LINES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            kind, raw, around, expected = line.split("\t")
            before, _, after = around.partition("_")
            assert kind in KINDS
            yield cast(ValueKind, kind), raw, before, after, expected


@pytest.mark.parametrize(("kind", "raw", "before", "after", "expected"), list(lines()))
def test_said(kind: ValueKind, raw: str, before: str, after: str, expected: str) -> None:
    assert " ".join(said(kind, raw, before, after).split()) == expected
    assert RUSSIAN.unspeakable.search(expected) is None


def test_the_table_is_long_and_says_each_thing_once() -> None:
    asked = [line[:4] for line in lines()]
    assert len(asked) >= 200
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("kind", get_args(ValueKind))
def test_without_words_around_the_plain_form_is_said(kind: ValueKind) -> None:
    alone = {raw for of_kind, raw, before, after, _ in lines() if of_kind == kind and not before + after}
    assert alone
    assert [RUSSIAN.forms[kind](raw) for raw in alone] == [said(kind, raw, "") for raw in alone]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "03.12.2024"),
        ("date", "2024-02-30"),
        ("time", "25:00"),
        ("datetime", "вчера"),
        ("year", "54"),
        ("year", "١٩٥٤"),
        ("phone", "+7 912"),
        ("phone", "позвоните"),
        ("phone", "+999123456789"),
        ("digits", "12a"),
        ("digits", ""),
        ("count", "много"),
        ("count", "2.5"),
        ("money", "NaN"),
        ("money", "1e30"),
        ("temperature", "тепло"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(kind: ValueKind, raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        RUSSIAN.forms[kind](raw)


@pytest.mark.parametrize(
    ("before", "key", "expected"),
    [
        ("нажмите ", "1", "один"),
        ("нажмите ", "0", "ноль"),
        ("Нажмите ", "*", "звёздочку"),
        ("нажмите «", "*", "звёздочку"),
        ("нажмите на ", "#", "решётку"),
        ("нажмите один или ", "#", "решётку"),
        ("Нажмите четыре цифры, затем ", "#", "решётку"),
        ("Нажмите цифру. В конце — ", "#", "решётка"),
        ("клавиша ", "*", "звёздочка"),
        ("", "#", "решётка"),
        ("кнопку от ", "1", "одного"),
        ("до ", "5", "пяти"),
        ("от ", "0", "нуля"),
        ("после ", "#", "решётки"),
        ("между ", "2", "двумя"),
        ("между двумя и ", "4", "четырьмя"),
        ("к ", "*", "звёздочке"),
        ("завод ", "2", "два"),
    ],
)
def test_keys(before: str, key: str, expected: str) -> None:
    assert key_said(key, before) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Мы работаем с {open} до {close}.", "Мы работаем с девяти часов до восемнадцати тридцати."),
        ("Перезвоним между {open} и {close}.", "Перезвоним между девятью часами и восемнадцатью тридцатью."),
        ("Ждём вас {day} в {open}.", "Ждём вас третьего декабря в девять часов."),
        ("Вы записаны на {day}.", "Вы записаны на третье декабря."),
        ("Сегодня {day}.", "Сегодня третье декабря."),
        ("Сдайте анализ до {day} или к {later}.", "Сдайте анализ до третьего декабря или к пятому декабря."),
        ("Родились в {day:year}?", "Родились в две тысячи двадцать четвёртом году?"),
        ("Оплатите {sum} до {day}.", "Оплатите двадцать одну тысячу рублей до третьего декабря."),
        ("Если выше {heat}, звоните.", "Если выше тридцати семи и пяти, звоните."),
        ("{day} — день приёма.", "третьего декабря — день приёма."),
    ],
)
def test_values_bend_to_the_words_before_them(template: str, expected: str) -> None:
    values = {
        "open": Value("time", "09:00"),
        "close": Value("time", "18:30"),
        "day": Value("date", "2024-12-03"),
        "later": Value("date", "2024-12-05"),
        "sum": Value("money", "21000"),
        "heat": Value("temperature", "37.5"),
    }
    assert wording_of(Text("ru", template, values)).words == expected


@pytest.mark.parametrize("kind", ["name", "place", "text"])
@given(raw=st.text(alphabet='0123456789 .,:;/-–+№%°₽½«"()гдкмлсрубчпнИВХйяIVXAbr@\u0301😀', max_size=40))
def test_no_figures_or_latin_letters_are_left_of_anything(kind: ValueKind, raw: str) -> None:
    left = said(kind, raw, "до ", " дней")
    assert RUSSIAN.unspeakable.search(left) is None
    assert RUSSIAN.unspeakable.search(RUSSIAN.spelled(raw)) is None


def test_every_kind_has_a_form() -> None:
    assert set(RUSSIAN.forms) == set(get_args(ValueKind))
