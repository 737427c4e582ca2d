"""Which engine speaks what: whole sentences where one can, else whole phrases, never single words."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from prompts.audio import Clip
from prompts.engines.espeak import Espeak
from prompts.engines.gtts import Gtts
from prompts.engines.protocol import Engine, FixedText, OnlineEngine, SpokenText, ValueText
from prompts.engines.tone import Tone
from prompts.errors import NoVoice
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import Phrase, Sentence


@dataclass(frozen=True)
class Take:
    """One engine's turn: a sentence, or neighbouring phrases of it."""

    engine: str
    text: SpokenText
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

    def takes(self, sentence: Sentence, without: Collection[str] = ()) -> tuple[Take, ...]:
        """Who speaks the sentence, leaving out engines that failed it. Raises NoVoice.

        Each phrase goes to the first engine that knows it; neighbours of one engine are one take.
        """
        if sentence.fixed:
            return (self._whole(FixedText(sentence.language, sentence.words), without),)
        chosen = [(self._local(_text(sentence, [phrase]), without), phrase) for phrase in sentence.phrases]
        takes: list[Take] = []
        for engine, turns in groupby(chosen, key=lambda turn: turn[0]):
            phrases = [phrase for _, phrase in turns]
            together = _text(sentence, phrases)
            texts = [together] if engine.knows(together) else [_text(sentence, [one]) for one in phrases]
            takes += [_take(engine, text) for text in texts]
        return tuple(takes)

    def _whole(self, text: FixedText, without: Collection[str]) -> Take:
        for recorded in self.recorded:
            if recorded.name not in without and recorded.knows(text):
                return _take(recorded, text)
        for distant in self.online:
            if distant.name not in without and distant.knows(text):
                return Take(
                    distant.name, text, partial(distant.identity, text.language), partial(distant.speak, text)
                )
        return _take(self._local(text, without), text)

    def _local(self, text: SpokenText, without: Collection[str]) -> Engine:
        for engine in (*self.recorded, *self.local):
            if engine.name not in without and engine.knows(text):
                return engine
        raise NoVoice(f"No voice can say a text in {text.language}: run the doctor to see which there are.")


def chain_of(settings: SpeechSettings) -> Chain:
    """The engines that the settings ask for; none is loaded before its first sentence."""
    online = (Gtts(settings.online_timeout_seconds),) if settings.online else ()
    match settings.engine:
        case "best":
            return Chain(online=online, local=(Espeak(settings.words_per_minute),))
        case "espeak":
            return Chain(online=online, local=(Espeak(settings.words_per_minute),))
        case "tone":
            return Chain(online=online, local=(Tone(),))


def _text(sentence: Sentence, phrases: Sequence[Phrase]) -> SpokenText:
    words = " ".join(phrase.words for phrase in phrases)
    if any(phrase.value for phrase in phrases):
        return ValueText(sentence.language, words, any(phrase.private for phrase in phrases))
    return FixedText(sentence.language, words)


def _take(engine: Engine, text: SpokenText) -> Take:
    return Take(engine.name, text, partial(engine.identity, text.language), partial(engine.speak, text))
