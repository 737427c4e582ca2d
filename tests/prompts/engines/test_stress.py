"""Stress marks for the voices that honour them."""

import pytest

from prompts.engines.lexicon import PHONEMES, STRESS_MARK
from prompts.engines.stress import stressed


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("Отмените запись.", "Отмени\u0301те запись."),
        ("сорок пять", "со\u0301рок пять"),
        ("Кудряшова, Гущин!", "Кудряшо\u0301ва, Гу\u0301щин!"),
        ("КРАСИЛЬНИКОВ", "КРАСИ\u0301ЛЬНИКОВ"),
        ("примените", "примени\u0301те"),
        ("отмене\u0301те", "отмене\u0301те"),
        ("сорока", "сорока"),
        ("спасибо", "спасибо"),
    ],
)
def test_words_that_need_it_are_marked(words: str, marked: str) -> None:
    assert stressed("ru", words) == marked


@pytest.mark.parametrize("word", sorted(PHONEMES["ru"]))
def test_every_word_of_the_lexicon_gets_one_mark(word: str) -> None:
    marked = stressed("ru", word)
    assert marked.count(STRESS_MARK) == 1
    assert marked.replace(STRESS_MARK, "") == word
    assert marked[marked.index(STRESS_MARK) - 1] in "аеёиоуыэюя"


def test_other_languages_stay() -> None:
    assert stressed("en", "сорок") == "сорок"
