"""Values of the closed kinds: which are whole, and that the rest is made of parts."""

import pytest

from prompts.packing.values import value_wishes
from prompts.packing.wanted import CLOSED_FORMS, PACKED, wanted
from prompts.packing.wishes import Wish, each_once
from prompts.spoken.wording import LANGUAGES


def wishes(language: str) -> list[Wish]:
    return list(each_once(value_wishes(LANGUAGES[language])))


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ru", ["третьего декабря.", "третьего декабря,", "двадцать девятого февраля."]),
        ("ru", ["в четырнадцать ноль пять,", "в четырнадцать тридцать.", "четырнадцать тридцать."]),
        ("ru", ["в четырнадцать,", "ноль семь,", "ноль семь."]),
        ("ru", ["тысяча девятьсот пятьдесят четвёртый год.", "две тысячи двадцать шестой год."]),
        ("ru", ["триста сорок пять,", "ноль ноль семь,", "шестьдесят семь.", "восемь,", "ноль."]),
        ("ru", ["нажмите звёздочку.", "решётка.", "одного,", "пяти."]),
        ("ru", ["тридцать шесть и шесть.", "тридцать восемь градусов."]),
        ("ru", ["один рубль.", "пятьдесят рублей,", "двадцать одна копейка."]),
        ("en", ["December third.", "February twenty-ninth."]),
        ("en", ["two oh five PM,", "noon,", "oh seven AM."]),
        ("en", ["nineteen fifty-four.", "press star.", "nine one,", "plus seven,"]),
        ("en", ["thirty-six point six degrees.", "fifty rubles.", "and thirty kopecks."]),
    ],
)
def test_whole_values(language: str, texts: list[str]) -> None:
    assert set(texts) - {wish.text for wish in wishes(language)} == set()


@pytest.mark.parametrize("language", PACKED)
def test_values_are_words_alone(language: str) -> None:
    """No digit and no sign reaches the voice, and none is left blank by a cut."""
    for wish in wishes(language):
        assert wish.sort == "closed"
        assert LANGUAGES[language].unspeakable.search(wish.text) is None
        assert wish.words
        assert wish.text[:-1] == wish.text[:-1].strip(" ,")


@pytest.mark.parametrize("language", PACKED)
def test_what_is_not_whole_is_made_of_parts(language: str) -> None:
    """The parts are single words for the most part: none of them is a long form of its own."""
    parts = [wish for wish in wanted(language, ()) if wish.shelf == "parts"]
    assert 10 < len(parts) < 600
    assert all(wish.words.count(" ") <= 1 for wish in parts)
    assert len(list(CLOSED_FORMS[language]())) > len(parts)
