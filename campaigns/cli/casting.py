"""Who speaks what of a campaign, as rows for tables, JSON and a studio speaker."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from campaigns.assemble import house_values, open_studio
from campaigns.cli.rendering import all_samples
from campaigns.engine.auditions import Heard, cast, engines_of, phrases_of, shares, too_long
from campaigns.engine.texts import HOUSE, Sample, text_of
from campaigns.errors import Unspeakable
from campaigns.flows.reach import sayable
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.wording import placeholders
from campaigns.settings import Home
from prompts.errors import PromptError
from prompts.studio import Studio


def listed(home: Home, script: Script) -> list[dict[str, Any]]:
    """A row for each text and language; one that nobody can speak says why in the place of its words."""
    studio = open_studio(home)
    return [_row(script, sample, studio) for sample in all_samples(home, script)]


def studio_lines(home: Home, script: Script, language: str) -> list[tuple[str, str]]:
    """File and words of all that is the same for every contact: whole sentences, and phrases of the others.

    Raises Unspeakable.
    """
    values = {**example_values(script, language), **house_values(home, language)}
    found: dict[str, str] = {}
    for name in sayable(script):
        sample = Sample(script.name, language, name, text_of(script, name, language, values))
        for number, words in enumerate(_fixed_words(sample), start=1):
            found.setdefault(words, f"{script.name}.{name}.{number}.wav")
    return [(file, words) for words, file in found.items()]


def figures(heard: Sequence[Heard]) -> list[dict[str, Any]]:
    """For each language how many sentences, how long, and whose."""
    rows = []
    for language, group in groupby(heard, key=lambda sentence: sentence.sample.language):
        sentences = list(group)
        spoken = shares(part for sentence in sentences for part in sentence.parts)
        rows.append(
            {
                "language": language,
                "sentences": len(sentences),
                "seconds": round(sum(sentence.seconds for sentence in sentences), 1),
                "long": sum(bool(too_long(sentence)) for sentence in sentences),
                "spoken_by": {engine: round(share, 4) for engine, share in spoken.items()},
            }
        )
    return rows


def _row(script: Script, sample: Sample, studio: Studio) -> dict[str, Any]:
    row: dict[str, Any] = {
        "text": sample.id,
        "language": sample.language,
        "said_to": "the verified person" if script.texts[sample.id].private else "anyone",
    }
    try:
        parts = cast(studio, sample)
    except Unspeakable as error:
        return row | {"spoken_by": [], "words": "", "problem": str(error), "parts": []}
    return row | {
        "spoken_by": engines_of(parts),
        "words": studio.wording(sample.text),
        "problem": "",
        "parts": [{"engine": part.engine, "words": part.words, "fixed": part.fixed} for part in parts],
    }


def _fixed_words(text: Sample) -> list[str]:
    """Sentences whose values are at most those of the house, and the fixed phrases of all others."""
    words: list[str] = []
    for sentence in text.sentences():
        try:
            phrases = phrases_of(sentence.text)
        except PromptError as error:
            raise sentence.unspeakable(error) from error
        if {place.name for place in placeholders(sentence.text.template)} <= HOUSE:
            words.append(" ".join(phrase.words for phrase in phrases))
        else:
            words += [phrase.words for phrase in phrases if not phrase.value]
    return words
