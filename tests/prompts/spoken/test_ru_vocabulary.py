"""The closed forms: each once, sayable, and enough for every value of the closed kinds."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from prompts.spoken.ru import RUSSIAN, key_said, said
from prompts.spoken.ru_vocabulary import KINDS, closed_forms
from prompts.spoken.texts import ValueKind

FORMS = frozenset(closed_forms())
MOST_WORDS = max(form.count(" ") + 1 for form in FORMS)
PLACES = ("", "до ", "к ", "на ", "между ", "при ")


def covered(words: list[str]) -> bool:
    """Whether the words are a row of closed forms, the longest taken first."""
    at = 0
    while at < len(words):
        sizes = range(min(MOST_WORDS, len(words) - at), 0, -1)
        size = next((size for size in sizes if " ".join(words[at : at + size]) in FORMS), 0)
        if not size:
            return False
        at += size
    return True


def values() -> Iterator[tuple[ValueKind, str]]:
    """Values over the whole range of each closed kind."""
    days = (date(2024, 1, 1) + timedelta(days=at) for at in range(366))
    yield from (("date", day.isoformat()) for day in days)
    yield from (("time", f"{minute // 60:02}:{minute % 60:02}") for minute in range(24 * 60))
    yield from (("count", str(number)) for number in (*range(1000), 1000, 2001, 21000, 999_999, 5_000_000))
    yield from (("year", str(year)) for year in range(1900, 2036))
    yield from (("temperature", f"{tenths / 10:.1f}") for tenths in (-55, 0, 15, 215, *range(340, 421)))
    yield from (("money", f"{kopecks / 100:.2f}") for kopecks in (0, 1, 99, 100, 2101, 125_050, 100_000_000))
    yield from (("digits", str(number)) for number in (7, 1954, 9876543210))
    yield from (("phone", number) for number in ("+79120050107", "+73452123456", "+12025550123", "112", "03"))


@pytest.mark.parametrize("before", PLACES)
def test_every_closed_value_is_a_row_of_closed_forms(before: str) -> None:
    spoken = {(kind, raw): said(kind, raw, before).replace(",", "").split() for kind, raw in values()}
    assert [value for value, words in spoken.items() if not covered(words)] == []


@pytest.mark.parametrize("before", [*PLACES, "нажмите "])
def test_every_key_is_a_closed_form(before: str) -> None:
    assert {key_said(key, before) for key in "0123456789*#"} <= FORMS


def test_each_form_comes_once_and_always_in_the_same_order() -> None:
    forms = list(closed_forms())
    assert len(forms) == len(FORMS)
    assert forms == list(closed_forms())


def test_each_form_can_be_said() -> None:
    assert [form for form in FORMS if RUSSIAN.unspeakable.search(form) or form != form.strip()] == []


def test_each_kind_has_forms() -> None:
    assert [kind for kind, forms in KINDS.items() if not set(forms())] == []
