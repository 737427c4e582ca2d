"""What the words around a value ask of it."""

import pytest

from prompts.spoken.ru_context import agreement, case_asked, counted_noun, last_word, near, next_word, pressed
from prompts.spoken.ru_numbers import Case, Gender


@pytest.mark.parametrize(
    ("before", "case"),
    [
        ("", None),
        ("Приём ", None),
        ("Приём до ", "g"),
        ("ДО ", "g"),
        ("не позднее ", "g"),
        ("с «", "g"),
        ("до, ", None),
        ("к ", "d"),
        ("через ", "a"),
        ("Примите ", "a"),
        ("Сдайте ", "a"),
        ("оплатить ", "a"),
        ("о визите ", None),
        ("перед ", "i"),
        ("между ", "i"),
        ("между двумя и ", "i"),
        ("Между нами. Встреча и ", None),
        ("при ", "p"),
        ("от минус ", "g"),
        ("до примерно ", "g"),
        ("завод ", None),
        ("после\u0301 ", "g"),
    ],
)
def test_case_asked(before: str, case: Case | None) -> None:
    assert case_asked(before) == case


@pytest.mark.parametrize(
    ("number", "before", "after", "form"),
    [
        (2, "", " недели", ("f", "n")),
        (2, "", " новые заявки", ("f", "n")),
        (2, "от ", " до трёх", ("m", "g")),
        (2, "в ", " клиниках", ("f", "p")),
        (2, "с ", " врачами", ("m", "i")),
        (2, "к ", " заявкам", ("f", "d")),
        (1, "по ", " таблетке", ("f", "d")),
        (2, "по ", " таблетки", ("f", "a")),
        (11, "по ", " капель", ("f", "a")),
        (1, "", ". Неделя", ("m", "n")),
        (3, "", " там", ("m", "n")),
        (1, "", " отделение", ("n", "n")),
    ],
)
def test_agreement(number: int, before: str, after: str, form: tuple[Gender, Case]) -> None:
    assert agreement(number, before, after) == form


@pytest.mark.parametrize(
    ("words", "last", "first"),
    [("до ", "до", "до"), (" «Дня» ", "", "дня"), ("В го́д", "год", "в"), ("1 год.", "", ""), ("", "", "")],
)
def test_neighbours(words: str, last: str, first: str) -> None:
    assert (last_word(words), next_word(words)) == (last, first)


def test_a_noun_is_looked_for_past_two_adjectives_only() -> None:
    assert counted_noun(" новые срочные заявки") == "заявки"
    assert counted_noun(" новые срочные важные заявки") == ""


@pytest.mark.parametrize(
    ("before", "asked"),
    [("Нажмите ", True), ("нажав один или ", True), ("Нажмите. Потом ", False), ("пожмите ", False)],
)
def test_pressed(before: str, asked: bool) -> None:
    assert pressed(before) is asked


def test_only_the_nearest_words_are_looked_through() -> None:
    assert len(near("до " * 1000)) < 200
    assert case_asked("между тем " * 1000 + "до ") == "g"
