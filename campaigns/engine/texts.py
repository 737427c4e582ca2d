"""The texts of a script with the values that they speak, as the studio takes them."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from campaigns.errors import Unspeakable, as_clause
from campaigns.flows.reach import sayable
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from prompts.errors import PromptError
from prompts.spoken.sentences import Phrase, sentences_of
from prompts.spoken.templates import Fixed, Key, parse
from prompts.studio import Text, Value, ValueKind

HOUSE: Final = frozenset({"institution", "call_back"})
"""Values that are settings of the house: the same for every contact."""

_KEY: Final = "key·{}"  # a word, where the cutting of sentences must see one
_KEYS: Final = re.compile(r"key·([0-9*#])")


@dataclass(frozen=True)
class Sample:
    """A text as it is said to a made-up contact; `number` counts its sentences from 1, 0 is the whole."""

    campaign: str
    language: str
    id: str
    text: Text
    number: int = 0

    @property
    def where(self) -> str:
        """In which text of which campaign, for a complaint."""
        sentence = f", sentence {self.number}" if self.number else ""
        return f'{self.campaign}: the text "{self.id}" in {self.language}{sentence}'

    def unspeakable(self, error: Exception) -> Unspeakable:
        """The error of the studio, with the place that it does not know."""
        return Unspeakable(f"{self.where} cannot be spoken: {as_clause(str(error))}")

    def sentences(self) -> tuple["Sample", ...]:
        """The same, sentence by sentence. Raises Unspeakable."""
        try:
            parts = sentences_of(self.language, list(_raw_phrases(self.text.template)))
        except PromptError as error:
            raise self.unspeakable(error) from error
        return tuple(
            Sample(
                self.campaign,
                self.language,
                self.id,
                Text(self.language, _KEYS.sub(r"{key:\1}", part.words), self.text.values),
                number,
            )
            for number, part in enumerate(parts, start=1)
        )


def samples(script: Script, language: str, house: Mapping[str, str]) -> tuple[Sample, ...]:
    """Everything that anybody can hear in this language; only the values of the house are real.

    No value belongs to a contact, so all audio of samples may be shared.
    """
    values = {**example_values(script, language), **house}
    return tuple(
        Sample(script.name, language, name, text_of(script, name, language, values, values.keys()))
        for name in sayable(script)
    )


def text_of(
    script: Script, name: str, language: str, values: Mapping[str, str], shared: Collection[str] = HOUSE
) -> Text:
    """One text with just the values that it speaks. Raises Unspeakable when the language has no wording."""
    wording = script.texts[name].wording
    if language not in wording:
        raise Unspeakable(
            f'The campaign {script.name} has no text "{name}" in {language}: add it to its file.'
        )
    spoken = script.spoken_values(name, language, values)
    return Text(
        language,
        wording[language],
        {value: Value(cast(ValueKind, kind), raw, value in shared) for value, (kind, raw) in spoken.items()},
    )


def _raw_phrases(template: str) -> Iterator[Phrase]:
    """The template as the phrases that it will be spoken in, its placeholders still in braces."""
    run = ""
    for part in parse(template):
        match part:
            case Fixed():
                run += part.words
            case Key():
                run += _KEY.format(part.key)
            case _:
                yield Phrase(run)
                yield Phrase(f"{{{part.name}:{part.kind}}}" if part.kind else f"{{{part.name}}}", value=True)
                run = ""
    yield Phrase(run)
