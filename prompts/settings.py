"""What the studio needs to know, as typed values handed down by whoever opens it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EngineName = Literal["espeak", "tone"]


@dataclass(frozen=True)
class SpeechSettings:
    """Where finished audio is kept and how it is made."""

    folder: Path  # finished audio: folder/fixed and folder/personal
    online: bool = False  # True: gTTS speaks texts that hold no value
    online_timeout_seconds: float = 5.0
    rate_hz: int = 8000
    level_dbfs: float = -20.0  # active speech level, ITU-T P.56; 0 dBFS is a full-scale square wave
    words_per_minute: int = 150
    engine: EngineName = "espeak"  # the offline voice; tone beeps instead of speaking, for tests
