"""Wishes: what a voice is given, and under which words it is found."""

import pytest

from prompts.packing.wishes import Wish, as_written, each_once, wish


@pytest.mark.parametrize(
    ("written", "text", "ending"),
    [
        ("Спасибо.", "Спасибо.", "."),
        ("Кому:", "Кому,", ","),
        ("Вы звонили нам", "Вы звонили нам,", ","),
        ("Мы решили?!", "Мы решили?", "?"),
        ("Да!", "Да.", "."),
        ("это «Мир».", "это «Мир.", "."),
    ],
)
def test_the_ending_follows_the_punctuation(written: str, text: str, ending: str) -> None:
    made = as_written(written, "fixed", "phrases")
    assert (made.text, made.ending) == (text, ending)


def test_the_words_are_folded() -> None:
    assert wish("Фёдоров", ",", "name", "surname").words == "федоров"
    assert wish("twenty-five rubles", ".", "closed", "money").words == "twenty five rubles"


def test_the_first_of_the_same_is_kept() -> None:
    wishes = [
        Wish("Фёдоров,", "name", "surname"),
        Wish("Федоров,", "name", "surname"),
        Wish("Федоров.", "name", "given"),
        Wish("фёдоров,", "closed", "parts"),
        Wish("…,", "closed", "parts"),
    ]
    assert list(each_once(wishes)) == [wishes[0], wishes[2]]
