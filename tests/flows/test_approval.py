"""What a campaign says, as digests."""

import shutil
from pathlib import Path

import pytest

from campaigns.flows.approval import changed_texts, digest_of, texts_said
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.script import Script

SHIPPED = "abandoned-callback"


def changed(folder: Path, old: str, new: str) -> Script:
    """The shipped campaign with something replaced once."""
    path = Path(shutil.copy(find_scripts(LIBRARY)[SHIPPED], folder))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_script(path)


@pytest.fixture
def said() -> dict[str, str]:
    return dict(texts_said(load_script(find_scripts(LIBRARY)[SHIPPED])))


def test_every_wording_has_a_digest(said: dict[str, str]) -> None:
    script = load_script(find_scripts(LIBRARY)[SHIPPED])
    assert len(said) == len(script.texts) * len(script.languages)
    assert all(len(digest) == 16 for digest in said.values())


def test_another_wording_is_another_text(tmp_path: Path, said: dict[str, str]) -> None:
    other = texts_said(changed(tmp_path, "{institution}", "{institution}, hello"))
    [name] = changed_texts(said, other)
    assert name in said
    assert digest_of(said) != digest_of(other)


@pytest.mark.parametrize(
    ("old", "new"), [("attempts: ", "attempts: 1"), ("title: ", "title: Another "), ("name:", "# why\nname:")]
)
def test_what_nobody_hears_changes_no_text(tmp_path: Path, said: dict[str, str], old: str, new: str) -> None:
    assert digest_of(texts_said(changed(tmp_path, old, new))) == digest_of(said)


@pytest.mark.parametrize(
    ("before", "now", "names"),
    [
        ({}, {}, ()),
        ({"a ru": "1"}, {"a ru": "1"}, ()),
        ({"a ru": "1"}, {"a ru": "2"}, ("a ru",)),
        ({"a ru": "1"}, {}, ("a ru",)),
        ({}, {"b en": "1", "a ru": "1"}, ("a ru", "b en")),
    ],
)
def test_texts_that_changed_are_named(
    before: dict[str, str], now: dict[str, str], names: tuple[str, ...]
) -> None:
    assert changed_texts(before, now) == names
    assert (digest_of(before) == digest_of(now)) == (not names)
