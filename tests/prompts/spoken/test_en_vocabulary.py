"""The enumerated English forms hold every value of the closed kinds."""

import re

import pytest

from prompts.spoken.en import ENGLISH
from prompts.spoken.en_vocabulary import closed_forms, forms_by_kind
from prompts.spoken.texts import ValueKind

FORMS = frozenset(closed_forms())


def test_each_form_stands_once_and_can_be_spoken() -> None:
    forms = list(closed_forms())
    assert len(forms) == len(set(forms))
    assert not [form for form in forms if ENGLISH.unspeakable.search(form) or form != form.strip(" ,.")]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "2023-02-28"),
        ("date", "2024-02-29"),
        ("time", "00:00"),
        ("time", "23:59"),
        ("count", "0"),
        ("count", "999"),
        ("year", "1900"),
        ("year", "2035"),
        ("temperature", "34"),
        ("temperature", "36.6"),
        ("temperature", "42.0"),
        ("money", "0"),
        ("money", "1"),
        ("money", "500"),
        ("money", "3000"),
        ("money", "0.99"),
    ],
)
def test_whole_values_are_in_it(kind: ValueKind, raw: str) -> None:
    assert ENGLISH.forms[kind](raw) in FORMS


@pytest.mark.parametrize(
    "raw", ["+79123456789", "+78005553535", "+12025550123", "+73452500000", "112", "103"]
)
def test_telephone_numbers_are_put_together_from_it(raw: str) -> None:
    groups = ENGLISH.forms["phone"](raw).split(", ")
    assert [group for group in groups if group not in FORMS] == []


@pytest.mark.parametrize("key", "0123456789*#")
def test_keys_are_in_it(key: str) -> None:
    assert ENGLISH.key(key, "press ") in FORMS


@pytest.mark.parametrize("rubles", [1005, 1250, 12_345, 99_099])
def test_amounts_are_put_together_from_it_without_a_word_cut(rubles: int) -> None:
    """Thousands, what follows them and the currency are forms of their own."""
    said = ENGLISH.forms["money"](str(rubles))
    parts = re.fullmatch(r"(.* thousand) (.*) (rubles)", said)
    assert parts is not None
    assert [part for part in parts.groups() if part not in FORMS] == []


@pytest.mark.parametrize("rubles", [100_001, 250_300, 999_999])
def test_large_amounts_have_their_thousands_in_two(rubles: int) -> None:
    parts = re.fullmatch(r"(.*) (thousand) (.*) (rubles)", ENGLISH.forms["money"](str(rubles)))
    assert parts is not None
    assert [part for part in parts.groups() if part not in FORMS] == []


def test_every_kind_gives_forms_that_differ() -> None:
    for kind, forms in forms_by_kind().items():
        listed = list(forms)
        assert listed, kind
        assert kind in ("keys", "phone", "money") or len(set(listed)) == len(listed), kind
