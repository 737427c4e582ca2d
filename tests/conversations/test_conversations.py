"""Plays every golden conversation; `--rewrite-conversations` writes them anew.

A new one needs only title, campaign, language, contact and, under talk, what the callee does.
"""

from functools import cache
from pathlib import Path

import pytest

from campaigns.flows.golden import campaign_of, replay
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.script import Script
from campaigns.flows.standard import TO_OPERATORS

CONVERSATIONS = sorted(Path(__file__).parent.glob("*.yaml"))


@cache
def _script(name: str) -> Script:
    return load_script(find_scripts(LIBRARY)[name])


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversation_goes_as_written(path: Path, pytestconfig: pytest.Config) -> None:
    written = path.read_text(encoding="utf-8")
    played = replay(_script(campaign_of(written)), written)
    if pytestconfig.getoption("--rewrite-conversations"):
        path.write_text(played, encoding="utf-8")
        return
    assert played == written


def test_every_shipped_campaign_has_conversations_in_both_languages() -> None:
    texts = [path.read_text(encoding="utf-8") for path in CONVERSATIONS]
    told = {(campaign_of(text), "\nlanguage: ru\n" in text) for text in texts}
    assert told == {(name, russian) for name in find_scripts(LIBRARY) for russian in (True, False)}


def test_every_text_of_the_shipped_campaigns_is_said_in_some_conversation() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in CONVERSATIONS)
    for name, path in find_scripts(LIBRARY).items():
        script = load_script(path)
        for text in script.texts.values():
            first = text.wording["ru"].split("{")[0].strip()
            assert first in said or text.id in TO_OPERATORS, f"{name}: nobody is told {text.id}"
