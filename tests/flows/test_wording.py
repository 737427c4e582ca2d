"""Placeholders: found, checked and filled."""

import pytest

from campaigns.flows.wording import Placeholder, fill, keys_named, malformed, placeholders


def test_values_and_keys_are_told_apart() -> None:
    template = "{full_name}, {seen:time}: {key:1}, {key:0}"
    assert placeholders(template) == (Placeholder("full_name"), Placeholder("seen", "time"))
    assert keys_named(template) == {"0", "1"}


@pytest.mark.parametrize(
    ("template", "strange"),
    [
        ("{Name}", "{Name}"),
        ("{a b}", "{a b}"),
        ("{}", "{}"),
        ("{key:12}", "{key:12}"),
        ("{name", "{"),
        ("name}", "}"),
        ("{a:date} {key:1} {b}", None),
    ],
)
def test_what_is_no_placeholder_is_found(template: str, strange: str | None) -> None:
    assert malformed(template) == strange


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("Press {key:1}, {full_name}.", "Press 1, Mary."),
        ("{seen}", "2026-11-18T14:05:00+03:00"),
        ("{seen:time} on {seen:date}", "14:05 on 2026-11-18"),
        ("{nobody}", "<nobody>"),
    ],
)
def test_templates_are_filled(template: str, filled: str) -> None:
    assert fill(template, {"full_name": "Mary", "seen": "2026-11-18T14:05:00+03:00"}) == filled
