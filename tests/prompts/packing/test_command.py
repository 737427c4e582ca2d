"""The command that makes the packs."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns.cli.prompts import app
from campaigns.cli.voicepack import shipped_texts
from prompts.engines.pack import Pack
from prompts.engines.protocol import FixedText
from prompts.packing import wanted
from prompts.packing.wishes import Wish, wish
from prompts.spoken.texts import Text


def few(language: str, texts: Iterable[Text]) -> tuple[Wish, ...]:
    words = {"ru": "Спасибо", "en": "Thank you"}[language]
    return tuple(wish(words, ending, "fixed", "phrases") for ending in (".", "?"))


@pytest.mark.parametrize(("chosen", "languages"), [([], ["ru", "en"]), (["--language", "en"], ["en"])])
def test_it_makes_the_packs_of_the_languages_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str], languages: list[str]
) -> None:
    monkeypatch.setattr(wanted, "wanted", few)
    done = CliRunner().invoke(app, ["pack", "--voice", "espeak", "-o", str(tmp_path), *chosen])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(languages)
    assert done.output.count("has 2 clips in 0.0 MB.") == len(languages)
    assert Pack(tmp_path).knows(FixedText("en", "Thank you."))


def test_a_language_without_a_pack_is_wrong_use(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["pack", "--language", "kk", "-o", str(tmp_path)])
    assert done.exit_code == 2
    assert "ru" in done.output


def test_the_shipped_texts_hold_no_real_person() -> None:
    texts = shipped_texts()
    assert {text.language for text in texts} >= {"ru", "en"}
    shared = {name for text in texts for name, value in text.values.items() if value.shared}
    assert shared == {"institution", "call_back"}
