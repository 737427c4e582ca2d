"""The opt-out key may refuse one campaign only, and then the words must not promise more."""

from pathlib import Path

import pytest

from campaigns.flows.run import Conversation
from campaigns.flows.turns import OptedOut
from tests.flows.scripts import RIGHT, VALUES, faults, load

OWN_WORDS = ("texts:\n", "texts:\n  opted_out: {ru: Не спросим., en: We will not ask.}\n")


@pytest.mark.parametrize(
    ("scope", "own_words", "campaign_only"),
    [("", False, False), ("all", False, False), ("campaign", True, True)],
)
def test_what_the_key_refuses(tmp_path: Path, scope: str, own_words: bool, campaign_only: bool) -> None:
    text = RIGHT.replace(*OWN_WORDS) if own_words else RIGHT
    script = load(tmp_path, f"opt_out_scope: {scope}\n{text}" if scope else text)
    conversation = Conversation(script, VALUES, 0)
    conversation.begin()
    assert conversation.keys("9").facts == (OptedOut(campaign_only=campaign_only),)


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("opt_out_scope: campaign\n", 'write a text "opted_out" that promises less'),
        ("opt_out_scope: clinic\n", 'opt_out_scope cannot be "clinic"; it can be: all, campaign'),
    ],
)
def test_what_is_refused(tmp_path: Path, head: str, sentence: str) -> None:
    [(line, told)] = faults(tmp_path, head + RIGHT)
    assert (line, sentence in told) == (1, True), told
