"""Every text of a campaign is spoken to a made-up contact before anybody is called."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from campaigns.engine.renderer import unspoken
from campaigns.engine.texts import Sample
from prompts.audio import Clip, read_wav, speech_level
from prompts.errors import PromptError
from prompts.spoken.sentences import Phrase
from prompts.spoken.wording import wording_of
from prompts.studio import Part, Rendered, Studio, Text

OWNER: Final = "samples"  # of audio, should any of it count as personal; no contact is called so
MOST_WORDS: Final = 25  # of a sentence that an old person follows at first hearing
MOST_SECONDS: Final = 12.0


@dataclass(frozen=True)
class Heard:
    """A sentence, or a whole text, as patients hear it."""

    sample: Sample
    phrases: tuple[Phrase, ...]
    parts: tuple[Part, ...]
    clip: Clip
    wav: bytes

    @property
    def words(self) -> str:
        return " ".join(phrase.words for phrase in self.phrases)

    @property
    def seconds(self) -> float:
        return self.clip.seconds

    @property
    def level_dbfs(self) -> float | None:
        """ITU-T P.56 active level; None when it holds no speech."""
        level = speech_level(self.clip)
        return level.active_dbfs if level else None

    @property
    def engines(self) -> tuple[str, ...]:
        """Who speaks, in their order."""
        return engines_of(self.parts)


def rendered(studio: Studio, sample: Sample) -> Rendered:
    """The audio of a sample. Raises Unspeakable, which names campaign, text and reason."""
    try:
        return studio.rendered(sample.text, OWNER)
    except (PromptError, OSError) as error:
        raise sample.unspeakable(error) from error


def heard(studio: Studio, sample: Sample) -> Heard:
    """The same to listen to and to measure. Raises Unspeakable."""
    done = rendered(studio, sample)
    try:
        wav = done.path.read_bytes()
        return Heard(sample, phrases_of(sample.text), done.parts, read_wav(wav), wav)
    except (PromptError, OSError) as error:
        raise sample.unspeakable(error) from error


def cast(studio: Studio, sample: Sample) -> tuple[Part, ...]:
    """Who would speak it; nothing is rendered. Raises Unspeakable."""
    try:
        return studio.cast(sample.text)
    except PromptError as error:
        raise sample.unspeakable(error) from error


def problem_of(studio: Studio, texts: Mapping[str, Text]) -> str:
    """Why the first of these texts that nobody can speak cannot be spoken, "" when all can."""
    for name, text in texts.items():
        try:
            studio.cast(text)
        except PromptError as error:
            return unspoken(name, error)
    return ""


def too_long(sentence: Heard) -> str:
    """Why it is hard to follow by ear; "" when it is not."""
    words = len(sentence.words.split())
    if words > MOST_WORDS:
        return f"has {words} words, and more than {MOST_WORDS} are hard to follow by ear"
    if sentence.seconds > MOST_SECONDS:
        return f"takes {sentence.seconds:.1f} s, and more than {MOST_SECONDS:.0f} s are hard to follow by ear"
    return ""


def phrases_of(text: Text) -> tuple[Phrase, ...]:
    """The words as they are spoken, phrase by phrase. Raises TextError."""
    return tuple(phrase for sentence in wording_of(text).sentences for phrase in sentence.phrases)


def engines_of(parts: Iterable[Part]) -> tuple[str, ...]:
    """Who speaks these parts, each once, in the order in which they begin."""
    return tuple(dict.fromkeys(part.engine for part in parts))


def in_percent(spoken: Mapping[str, float]) -> str:
    """Shares in words, such as "pack 93.0 %, espeak 7.0 %"."""
    return ", ".join(f"{engine} {share * 100:.1f} %" for engine, share in spoken.items())


def shares(parts: Iterable[Part]) -> Mapping[str, float]:
    """Engine -> its share of the letters, 0 to 1, the largest first."""
    letters: Counter[str] = Counter()
    for part in parts:
        letters[part.engine] += sum(letter.isalpha() for letter in part.words)
    total = letters.total() or 1
    return {engine: count / total for engine, count in letters.most_common()}
