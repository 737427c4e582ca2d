"""The page on which every sentence of a campaign can be heard; it needs no network."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from markupsafe import Markup

from campaigns.engine.auditions import Heard, shares, too_long
from campaigns.flows.script import Script
from campaigns.web.pages import page
from prompts.audio import outline
from prompts.spoken.sentences import Phrase
from prompts.studio import Part

LANGUAGE_NAMES: Final[Mapping[str, str]] = {"ru": "Русский", "en": "English", "kk": "Қазақша"}
COLOURS: Final[Mapping[str, str]] = {
    "recordings": "#0b6e4f",
    "gtts": "#b0307a",
    "piper": "#6a3fb5",
    "rhvoice": "#1f5fbf",
    "pack": "#7d6a00",
    "festival": "#96600c",
    "espeak": "#a8321f",
}
OTHER_COLOUR: Final = "#4a4a4a"
WAVE_POINTS: Final = 150
WAVE_HEIGHT: Final = 44.0
LOUDEST: Final = 0.55  # speech at -20 dBFS seldom peaks higher


@dataclass(frozen=True)
class Stretch:
    """Words of one engine; `value`: they are a value, such as a name."""

    words: str
    engine: str
    value: bool


@dataclass(frozen=True)
class Sentence:
    """One line of the page; `sound` is the name of its audio."""

    number: int
    sound: str
    stretches: Sequence[Stretch]
    engines: str
    seconds: float
    level_dbfs: float | None
    wave: str  # an SVG path, WAVE_POINTS wide and WAVE_HEIGHT high
    warning: str


@dataclass(frozen=True)
class Card:
    """One text of the campaign."""

    id: str
    private: bool
    seconds: float
    sentences: Sequence[Sentence]

    @property
    def long(self) -> int:
        """How many of its sentences are hard to follow."""
        return sum(bool(sentence.warning) for sentence in self.sentences)


@dataclass(frozen=True)
class Section:
    """All texts in one language."""

    language: str
    name: str
    cards: Sequence[Card]
    seconds: float
    sentences: int
    shares: Mapping[str, float]


def voices_page(script: Script, heard: Sequence[Heard], made_at: datetime) -> str:
    """One HTML page with its audio inside; `heard` are sentences, text by text and language by language."""
    sounds = _Sounds()
    by_language = groupby(heard, key=lambda sentence: sentence.sample.language)
    sections = [_section(script, language, list(found), sounds) for language, found in by_language]
    return page(
        "voices.html",
        made_at,
        script=script,
        sections=sections,
        sounds=sounds.data,
        colours={**COLOURS, **{name: OTHER_COLOUR for name in _strangers(sections)}},
        points=WAVE_POINTS,
        height=WAVE_HEIGHT,
    )


class _Sounds:
    """The audio of the page, each clip once however often it is said."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}

    def name(self, wav: bytes) -> str:
        return self._names.setdefault(wav, f"s{len(self._names)}")

    @property
    def data(self) -> Mapping[str, Markup]:
        """Name -> WAV in base64, which holds nothing that HTML could mistake."""
        return {name: Markup(base64.b64encode(wav).decode()) for wav, name in self._names.items()}


def wave_path(clip_outline: Iterable[float]) -> str:
    """An SVG path: the loudness of each stretch of time, mirrored on the middle."""
    middle = WAVE_HEIGHT / 2
    heights = [max(0.6, min(1.0, peak / LOUDEST) * (middle - 1)) for peak in clip_outline]
    above = [f"{at},{middle - height:.1f}" for at, height in enumerate(heights)]
    below = [f"{at},{middle + height:.1f}" for at, height in enumerate(heights)]
    return "M" + "L".join([*above, *reversed(below)]) + "Z"


def stretches(parts: Sequence[Part], phrases: Sequence[Phrase]) -> Sequence[Stretch]:
    """The phrases in their order, each with the engine of the part that it is in."""
    found = []
    left = list(phrases)
    for part in parts:
        room = len(part.words)
        while left and room > 0:
            phrase = left.pop(0)
            found.append(Stretch(phrase.words, part.engine, phrase.value))
            room -= len(phrase.words) + 1
    return found


def _section(script: Script, language: str, heard: Sequence[Heard], sounds: _Sounds) -> Section:
    by_text = groupby(heard, key=lambda sentence: sentence.sample.id)
    return Section(
        language,
        LANGUAGE_NAMES.get(language, language),
        [_card(script, name, list(found), sounds) for name, found in by_text],
        sum(sentence.seconds for sentence in heard),
        len(heard),
        shares(part for sentence in heard for part in sentence.parts),
    )


def _card(script: Script, name: str, heard: Sequence[Heard], sounds: _Sounds) -> Card:
    return Card(
        name,
        script.texts[name].private,
        sum(sentence.seconds for sentence in heard),
        [_sentence(sentence, sounds) for sentence in heard],
    )


def _sentence(heard: Heard, sounds: _Sounds) -> Sentence:
    return Sentence(
        heard.sample.number,
        sounds.name(heard.wav),
        stretches(heard.parts, heard.phrases),
        ", ".join(heard.engines),
        heard.seconds,
        heard.level_dbfs,
        wave_path(outline(heard.clip, WAVE_POINTS)),
        too_long(heard),
    )


def _strangers(sections: Sequence[Section]) -> set[str]:
    """Engines without a colour of their own."""
    return {engine for section in sections for engine in section.shares} - COLOURS.keys()
