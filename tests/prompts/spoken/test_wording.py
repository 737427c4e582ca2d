"""Whole texts, and every way in which one cannot be spoken: one plain sentence without the value."""

import re
import unicodedata
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.errors import BadTemplate, BadValue, TextError, UnknownLanguage
from prompts.spoken.ru import RUSSIAN
from prompts.spoken.texts import Text, Value, ValueKind
from prompts.spoken.wording import (
    LANGUAGES,
    LONGEST_TEXT,
    LONGEST_VALUE,
    TOLD_BEFORE,
    _said_again,
    wording_of,
)

VALUES = {
    "full_name": Value("name", "Иванова Анна"),
    "institution": Value("place", "ГП № 5", shared=True),
    "called_at": Value("datetime", "2024-12-03T14:05:00+05:00"),
    "call_back": Value("phone", "+79123456789"),
}


def words(language: str, template: str) -> str:
    return wording_of(Text(language, template, VALUES)).words


@pytest.mark.parametrize(
    ("language", "template", "said"),
    [
        ("ru", "Это {institution}.", "Это городская поликлиника номер пять."),
        (
            "ru",
            "Вы звонили в {called_at:time}, {called_at:date}.",
            "Вы звонили в четырнадцать ноль пять, третьего декабря.",
        ),
        ("ru", "В конце  нажмите\n{key:#} .", "В конце нажмите решётку."),
        ("ru", "Нажмите кнопку от {key:1} до {key:5}.", "Нажмите кнопку от одного до пяти."),
        ("en", "You called at {called_at:time}, {full_name}.", "You called at two oh five PM, Ivanova Anna."),
        ("en", "Press {key:*}.", "Press star."),
    ],
)
def test_spoken_texts(language: str, template: str, said: str) -> None:
    assert words(language, template) == said


@pytest.mark.parametrize(
    ("template", "private"),
    [
        ("Нажмите {key:1}.", False),
        ("Добрый день.", False),
        ("Это {institution}.", False),
        ("Вы звонили {called_at}.", False),
        ("Ваш код {called_at:digits}.", True),
        ("Звоните по номеру {call_back}.", True),
        ("{key:1} {full_name}", True),
        ("Это {institution}. Кому: {full_name}.", True),
    ],
)
def test_a_text_is_private_when_a_value_of_one_contact_stands_in_it(template: str, private: bool) -> None:
    values = {**VALUES, "called_at": Value("date", "2024-12-03")}
    if "digits" in template:
        values["called_at"] = Value("date", "2024")
    assert wording_of(Text("ru", template, values)).private is private


@pytest.mark.parametrize(
    ("template", "sentences"),
    [
        ("Нажмите {key:1}. Ждём.", [["Нажмите один."], ["Ждём."]]),
        ("Это {institution}. Ждём.", [["Это", "городская поликлиника номер пять."], ["Ждём."]]),
        ("Нажмите{key:1}или{key:2}.", [["Нажмите один или два."]]),
        ("{key:1}{key:2}", [["один два"]]),
        ("Нажмите «{key:*}».", [["Нажмите «звёздочку»."]]),
    ],
)
def test_sentences_and_phrases(template: str, sentences: list[list[str]]) -> None:
    cut = wording_of(Text("ru", template, VALUES)).sentences
    assert [[phrase.words for phrase in sentence.phrases] for sentence in cut] == sentences


@pytest.mark.parametrize(
    ("kind", "slot", "shared", "private"),
    [
        ("digits", "count", False, True),
        ("text", "date", False, True),
        ("date", "digits", False, True),
        ("digits", "count", True, False),
        ("datetime", "time", False, False),
    ],
)
def test_a_place_for_a_value_makes_no_private_value_common(
    kind: ValueKind, slot: str, shared: bool, private: bool
) -> None:
    value = Value(kind, "2024-12-03T14:05" if kind == "datetime" else "20241203", shared)
    assert wording_of(Text("ru", f"Это {{x:{slot}}}.", {"x": value})).private is private


def test_a_form_is_told_the_clause_before_a_value_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def bent(kind: ValueKind, raw: str, before: str, after: str) -> str:
        told.append(before)
        return "сказано"

    monkeypatch.setitem(LANGUAGES, "ru", replace(RUSSIAN, in_context=bent))
    wording_of(Text("ru", "Да {a}. " * 200, {"a": Value("name", "Анна")}))
    assert (told[0], told[1]) == ("Да ", "Да сказано. Да ")
    assert {len(before) for before in told[20:]} == {TOLD_BEFORE}
    assert told[-1].endswith("сказано. Да ")


def test_the_words_about_a_value_are_told_to_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, str, str]] = []

    def bent(kind: ValueKind, raw: str, before: str, after: str) -> str:
        told.append((kind, raw, before, after))
        return "сказано"

    monkeypatch.setitem(LANGUAGES, "ru", replace(RUSSIAN, in_context=bent))
    values = {"a": Value("count", "3"), "b": Value("date", "2024-12-03")}
    assert wording_of(Text("ru", "Нажмите {key:1}, от {a} до {b:count}.", values)).words.count("сказано") == 2
    assert told == [
        ("count", "3", "Нажмите один, от ", " до "),
        ("count", "2024-12-03", "Нажмите один, от сказано до ", "."),
    ]


def test_dates_are_worded_once_and_names_are_not_kept_in_memory() -> None:
    def remembered(template: str, **values: Value) -> int:
        before = _said_again.cache_info().currsize
        for _ in range(2):
            wording_of(Text("ru", template, values))
        return _said_again.cache_info().currsize - before

    day, name = Value("date", "1871-02-03"), Value("name", "Заволокина Секлетинья")
    assert remembered("Взят {day}.", day=day) == 1
    assert remembered("Кому: {name}.", name=name) == 0
    assert (
        remembered("Кому: {name}, к {day}.", name=name, day=day) == 0
    )  # a form may be told the words before


def test_words_are_hidden_when_a_wording_or_value_is_shown() -> None:
    assert "Иванова" not in repr(wording_of(Text("ru", "{full_name}", VALUES)))
    assert "Иванова" not in repr(Text("ru", "{full_name}", VALUES))


def test_letters_are_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Который мой")
    assert words("ru", decomposed) == "Который мой"


@pytest.mark.parametrize(
    ("language", "template", "told"),
    [
        ("ru", "Нажмите 1.", '"1" at character 9'),
        ("ru", "Тест на COVID", '"C" at character 9'),
        ("ru", "Скидка сто %", '"%" at character 12'),
        ("ru", "Дом №", "U+2116 NUMERO SIGN at character 5"),
        ("ru", "Да/нет", '"/"'),
        ("ru", "Привет 😀", "U+1F600 GRINNING FACE"),
        ("ru", "Привет\a", "U+0007"),
        ("ru", "При\u00advet", "U+00AD SOFT HYPHEN at character 4"),
        ("ru", "Привет\ud800", "U+D800 at character 7"),
        ("ru", "Привет\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("ru", "\ue000", "U+E000"),
        ("ru", "{key:1} и 2", '"2" at character 11'),
        ("en", "Press 1", '"1" at character 7'),
        ("en", "Привет", "U+041F"),
        ("en", "100%", '"1"'),
        ("ru", "...", "no word"),
        ("ru", "", "no word"),
        ("ru", "а" * (LONGEST_TEXT + 1), "shorten"),
    ],
)
def test_fixed_residue_is_refused_and_named(language: str, template: str, told: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        words(language, template)
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("language", ["de", "", "RU", "ru-RU", "x\n" * 5000])
def test_unknown_languages_are_refused(language: str) -> None:
    with pytest.raises(UnknownLanguage, match=r"use one of en, .*ru\.$") as caught:
        words(language, "Hallo")
    assert len(str(caught.value).splitlines()[0]) < 150


@pytest.mark.parametrize(
    ("value", "template", "told"),
    [
        (None, "{x}", "no value for {x}"),
        (Value("name", "   "), "{x}", "no value for {x}"),
        (Value("date", "SECRET"), "{x}", "{x} cannot be said as date"),
        (Value("name", "Иванова"), "{x:phone}", "{x} cannot be said as phone"),
        (Value("name", "😀😀"), "{x}", "nothing that can be spoken"),
        (Value("name", "山田太郎"), "{x}", "nothing that can be spoken"),
        (Value("text", "..."), "{x}", "nothing that can be spoken"),
        (Value("text", "SECRET" * LONGEST_VALUE), "{x}", "longer than"),
        (Value("count", "9" * 250), "{x}", "cannot be said as count"),
        (Value("count", "1e999999"), "{x}", "cannot be said as count"),
        (Value(cast(ValueKind, "colour"), "red"), "{x}", "cannot be said as colour"),
        (Value("name", "\ud800"), "{x}", "nothing that can be spoken"),
    ],
)
def test_values_that_cannot_be_said(value: Value | None, template: str, told: str) -> None:
    with pytest.raises(BadValue) as caught:
        wording_of(Text("ru", template, {"x": value} if value else {}))
    assert told in str(caught.value)
    assert value is None or not value.raw.strip() or value.raw not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None  # it would show the value where a logger prints it


def test_residue_that_a_form_lets_through_is_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    careless = replace(RUSSIAN, forms={**RUSSIAN.forms, "name": lambda raw: raw})
    monkeypatch.setitem(LANGUAGES, "ru", careless)
    said = wording_of(Text("ru", "{x}", {"x": Value("name", "Анна 2 / Eva")})).words
    assert re.findall(r"\w+", said) == ["Анна", "два", "Ева"]


@given(
    language=st.sampled_from(sorted(LANGUAGES)),
    kind=st.sampled_from(["name", "place", "text"]),
    raw=st.text(min_size=1, max_size=60),
)
def test_no_value_brings_residue_to_a_voice(language: str, kind: ValueKind, raw: str) -> None:
    try:
        said = wording_of(Text(language, "{x}", {"x": Value(kind, raw)})).words
    except TextError:
        return  # told, not spoken
    assert LANGUAGES[language].unspeakable.search(said) is None
