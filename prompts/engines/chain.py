"""Which engine speaks what: whole sentences where one can, else whole phrases, never single words."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from prompts.audio import Clip
from prompts.engines.espeak import Espeak
from prompts.engines.festival import Festival
from prompts.engines.gtts import Gtts
from prompts.engines.pack import Pack
from prompts.engines.piper import Piper
from prompts.engines.protocol import Engine, FixedText, OnlineEngine, SpokenText, ValueText
from prompts.engines.recordings import Recordings
from prompts.engines.rhvoice import RHVoice
from prompts.engines.tone import Tone
from prompts.errors import NoVoice
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import SENTENCE_PAUSE_SECONDS, Phrase, Sentence, pause_seconds


@dataclass(frozen=True)
class Take:
    """One engine's turn: one or more sentences, or neighbouring phrases of one."""

    engine: str
    text: SpokenText
    pause_seconds: float  # the silence behind it
    identity: Callable[[], tuple[str, ...]]
    speak: Callable[[], Clip]


@dataclass(frozen=True)
class Chain:
    """The best voice first; the network hears fixed sentences only, as the types say.

    recorded come before online, online before local.
    """

    recorded: Sequence[Engine] = ()
    online: Sequence[OnlineEngine] = ()
    local: Sequence[Engine] = ()

    def cast(self, sentences: Sequence[Sentence], without: Collection[str] = ()) -> tuple[Take, ...]:
        """Who speaks the sentences of a text, leaving out engines that failed it. Raises NoVoice.

        A recording may hold several sentences; the longest run that one holds is taken. Any other sentence is
        cast by itself.
        """
        takes: list[Take] = []
        at = 0
        while at < len(sentences):
            found = self._recorded_run(sentences[at:], without)
            takes += found[1] if found else self.takes(sentences[at], without)
            at += found[0] if found else 1
        return tuple(takes)

    @property
    def resting(self) -> frozenset[str]:
        """The engines on the network that say nothing new for a while."""
        return frozenset(distant.name for distant in self.online if distant.resting)

    def takes(self, sentence: Sentence, without: Collection[str] = ()) -> tuple[Take, ...]:
        """Who speaks one sentence, leaving out engines that failed it. Raises NoVoice.

        Each phrase goes to the first engine that knows it; neighbours of one engine are one take, so that the
        voice can carry its melody over them.
        """
        if sentence.fixed:
            return (self._whole(FixedText(sentence.language, sentence.words), without),)
        chosen = [
            (self._local(_text(sentence.language, [phrase]), without), phrase) for phrase in sentence.phrases
        ]
        turns: list[tuple[Engine, list[Phrase]]] = []
        for engine, group in groupby(chosen, key=lambda choice: choice[0]):
            phrases = [phrase for _, phrase in group]
            if engine.knows(_text(sentence.language, phrases)):
                turns.append((engine, phrases))
            else:
                turns += [(engine, [phrase]) for phrase in phrases]
        inner = [_inner(engine, sentence.language, phrases) for engine, phrases in turns[:-1]]
        engine, phrases = turns[-1]
        return (*inner, _take(engine, _text(sentence.language, phrases), SENTENCE_PAUSE_SECONDS))

    def _recorded_run(
        self, sentences: Sequence[Sentence], without: Collection[str]
    ) -> tuple[int, tuple[Take]] | None:
        """How many of these sentences, from the first on, a recording holds, and its take."""
        for recorded in self.recorded if sentences else ():
            if recorded.name in without:
                continue
            for count in range(len(sentences), 0, -1):
                phrases = [phrase for sentence in sentences[:count] for phrase in sentence.phrases]
                text = _text(sentences[0].language, phrases)
                if recorded.knows(text):
                    return count, (_take(recorded, text, SENTENCE_PAUSE_SECONDS),)
        return None

    def _whole(self, text: FixedText, without: Collection[str]) -> Take:
        for distant in self.online:
            if distant.name not in without and distant.knows(text):
                return Take(
                    distant.name,
                    text,
                    SENTENCE_PAUSE_SECONDS,
                    partial(distant.identity, text.language),
                    partial(distant.speak, text),
                )
        return _take(self._local(text, without), text, SENTENCE_PAUSE_SECONDS)

    def _local(self, text: SpokenText, without: Collection[str]) -> Engine:
        for engine in (*self.recorded, *self.local):
            if engine.name not in without and engine.knows(text):
                return engine
        raise NoVoice(f"No voice can say a text in {text.language}: run the doctor to see which there are.")


def chain_of(settings: SpeechSettings) -> Chain:
    """The engines that the settings ask for; none is loaded before its first sentence.

    One order for all languages, as each engine knows which it speaks.
    """
    online = (Gtts(settings.online_timeout_seconds),) if settings.online else ()
    match settings.engine:
        case "best":
            recorded = (Recordings(settings.recordings),) if settings.recordings else ()
            local = (Piper(settings.voices), RHVoice(), Pack(), Festival(), Espeak(settings.words_per_minute))
            return Chain(recorded, online, local)
        case "espeak":
            return Chain(online=online, local=(Espeak(settings.words_per_minute),))
        case "tone":
            return Chain(online=online, local=(Tone(),))


def _text(language: str, phrases: Sequence[Phrase]) -> SpokenText:
    words = " ".join(phrase.words for phrase in phrases)
    if any(phrase.value for phrase in phrases):
        return ValueText(language, words, any(phrase.private for phrase in phrases))
    return FixedText(language, words)


def _inner(engine: Engine, language: str, phrases: Sequence[Phrase]) -> Take:
    """A take that ends within its sentence: a comma keeps the voice from falling as at its end."""
    text = _text(language, phrases)
    unfinished = replace(text, words=f"{text.words},") if text.words[-1:].isalpha() else text
    return _take(engine, unfinished, pause_seconds(text.words))


def _take(engine: Engine, text: SpokenText, pause: float) -> Take:
    return Take(
        engine.name, text, pause, partial(engine.identity, text.language), partial(engine.speak, text)
    )
