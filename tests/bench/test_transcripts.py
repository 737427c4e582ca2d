"""What counts as the same word, and how many are wrong."""

import pytest

from bench.transcripts import NONE, Errors, canonical, distance, letter_errors, word_errors


@pytest.mark.parametrize(
    ("language", "said", "understood"),
    [
        ("ru", "Нажмите один.", "нажмите 1"),
        ("ru", "Анализ взят третьего декабря.", "Анализ взят 3 декабря"),
        ("ru", "двадцать первого мая", "21-го мая"),
        ("ru", "от одного до пяти", "от 1 до 5."),
        ("ru", "в пятнадцать ноль пять", "в 15:05"),
        ("ru", "в четырнадцать часов", "в 14 часа"),
        ("ru", "тысяча девятьсот пятьдесят четвёртый год", "1954 год"),
        ("ru", "две тысячи двадцать шестого года", "2026 г."),
        ("ru", "восемь, триста сорок пять, двести пятьдесят, ноль ноль, ноль ноль", "8 345 250-00-00"),
        ("ru", "восемь, триста, сорок пять", "8-300-45"),
        ("ru", "звоните один один два", "звоните 112"),
        ("ru", "четыре цифры", "4 цифры"),
        ("ru", "десять пять", "10 5"),
        ("ru", "сто пять тысяч двести", "105200"),
        ("ru", "Ещё раз: звёздочку!", "еще раз, звездочку"),
        ("ru", "мочи\u0301", "мочи"),
        ("en", "Press one.", "press 1"),
        ("en", "on December third", "on December 3rd"),
        ("en", "nineteen fifty-four", "1954"),
        ("en", "two thousand twenty six", "2026"),
        ("en", "call one one two", "Call 112."),
        ("en", "two hundred five", "205"),
        ("en", "at three fifteen p.m.", "at 3:15 PM"),
    ],
)
def test_the_same_words_are_no_error(language: str, said: str, understood: str) -> None:
    assert canonical(understood, language) == canonical(said, language)
    assert word_errors(said, understood, language).wrong == 0


@pytest.mark.parametrize(
    ("said", "understood", "wrong", "of"),
    [
        ("Нажмите один.", "нажмите два", 1, 2),
        ("Нажмите один.", "", 2, 2),
        ("Да", "да да да", 2, 1),
        ("год не подошёл", "год подошел", 1, 3),
        ("двадцать пять", "26", 1, 2),
        ("двадцать пять", "20 5", 1, 2),
        ("", "да", 1, 0),
    ],
)
def test_wrong_words_are_counted(said: str, understood: str, wrong: int, of: int) -> None:
    assert word_errors(said, understood, "ru") == Errors(wrong, of)


def test_letters_are_counted_with_their_blanks() -> None:
    assert letter_errors("год не подошёл", "годне подошел", "ru") == Errors(1, 14)


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "", 3),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("ab", "ba", 2),
    ],
)
def test_distance_is_the_fewest_steps(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == steps


def test_errors_add_up_by_words_and_not_by_sentences() -> None:
    total = sum([Errors(1, 2), Errors(0, 8)], NONE)
    assert total.rate == 0.1
    assert NONE.rate == 0.0
