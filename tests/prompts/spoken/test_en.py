"""English values as they are said: a table of lines, and what is refused."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.spoken.en import ENGLISH, key_said
from prompts.spoken.en_values import in_pairs
from prompts.spoken.texts import ValueKind
from tests.prompts.spoken.lines_en import LINES


@pytest.mark.parametrize(("kind", "raw", "said"), LINES)
def test_said(kind: ValueKind, raw: str, said: str) -> None:
    assert " ".join(ENGLISH.forms[kind](raw).split()) == said
    assert ENGLISH.unspeakable.search(said) is None


def test_the_table_is_long_enough_and_has_every_kind() -> None:
    assert len(LINES) >= 100
    assert {kind for kind, _, _ in LINES} == set(get_args(ValueKind))


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "12/03/2024"),
        ("date", "2024-02-30"),
        ("time", "2 PM"),
        ("time", "25:00"),
        ("year", "54"),
        ("phone", "call us"),
        ("digits", "12a"),
        ("count", "many"),
        ("count", "1.5"),
        ("count", "1e15"),
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


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (7, "seven"),
        (80, "eighty"),
        (100, "one hundred"),
        (105, "one oh five"),
        (120, "one twenty"),
        (300, "three hundred"),
        (1000, "one thousand"),
        (1200, "twelve hundred"),
        (1205, "twelve oh five"),
        (2000, "two thousand"),
    ],
)
def test_numbers_off_a_door(number: int, said: str) -> None:
    assert in_pairs(number) == said


def test_every_kind_has_a_form() -> None:
    assert set(ENGLISH.forms) == set(get_args(ValueKind))


@given(kind=st.sampled_from(["name", "place", "text"]), raw=st.text(max_size=80))
def test_no_text_leaves_a_figure_or_raises(kind: ValueKind, raw: str) -> None:
    assert not any(character.isdigit() and character.isascii() for character in ENGLISH.forms[kind](raw))


@given(st.from_regex(r"[0-9$€/.:, +()x°%-]{1,30}", fullmatch=True))
def test_figures_and_signs_in_any_order_are_said(raw: str) -> None:
    assert ENGLISH.unspeakable.search(ENGLISH.spelled(raw)) is None
