"""Who would speak and who did, also with an engine at rest; and a text whose owner goes meanwhile."""

from dataclasses import dataclass

import pytest

from prompts.audio import Clip
from prompts.engines.chain import Chain
from prompts.engines.protocol import SpokenText
from prompts.errors import CacheError
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text
from tests.prompts.test_studio import OPENING, PERSONAL, SHORT, Told, settings

__all__ = ["settings"]


def test_who_rests_is_cast_for_what_is_kept_alone(settings: SpeechSettings) -> None:
    distant, near = Told("net"), Told("near")
    studio = Studio(settings, Chain(online=(distant,), local=(near,)))
    studio.render(Text("ru", "Спасибо."))
    distant.resting = distant.failing = True
    for template, engines in (("Спасибо.", {"net"}), ("До свидания.", {"near"}), (SHORT.template, {"near"})):
        text = Text("ru", template)
        assert {part.engine for part in studio.cast(text)} == engines
        assert {part.engine for part in studio.rendered(text).parts} == engines
    distant.unnamed = True
    studio = Studio(settings, Chain(online=(distant,), local=(near,)))
    assert {part.engine for part in studio.cast(Text("ru", "Спасибо."))} == {"near"}


def test_what_is_forgotten_while_it_is_rendered_is_told_and_leaves_nothing(settings: SpeechSettings) -> None:
    @dataclass
    class Slow(Told):
        def speak(self, text: SpokenText) -> Clip:
            Studio(settings).forget("c1")
            return super().speak(text)

    studio = Studio(settings, Chain(local=(Slow(),)))
    with pytest.raises(CacheError, match="forgotten"):
        studio.render(PERSONAL, "c1")
    assert studio.owners() == ()


def test_cast_and_rendered_tell_who_speaks_what(settings: SpeechSettings) -> None:
    studio = Studio(settings, Chain(local=(Told("pack", knowing="о"), Told("other"))))
    parts = studio.cast(OPENING)
    assert [(part.engine, part.words, part.fixed) for part in parts] == [
        ("pack", "Это поликлиника.", False),
        ("pack", "Добрый день.", True),
        ("pack", "Кому: Иванова Анна.", False),
    ]
    assert list(settings.folder.rglob("*.wav")) == []
    assert studio.rendered(OPENING, "c1").parts == parts
