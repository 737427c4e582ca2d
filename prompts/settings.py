"""What the studio needs to know, as typed values handed down by whoever opens it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EngineName = Literal["best", "espeak", "tone"]


@dataclass(frozen=True)
class SpeechSettings:
    """Where finished audio is kept and how it is made."""

    folder: Path  # finished audio: folder/shared and folder/personal
    recordings: Path | None = None  # recordings/<language>/: sentences and phrases that people have spoken
    voices: Path | None = None  # Piper's voice files, such as ru_RU-dmitri-medium.onnx and its .onnx.json
    online: bool = False  # True: gTTS speaks sentences that hold no value
    online_timeout_seconds: float = 5.0
    rate_hz: int = 8000  # or 16000, for G.722
    level_dbfs: float = -20.0  # active speech level, ITU-T P.56; 0 dBFS is a full-scale square wave
    words_per_minute: int = 150
    cache_mb: int = 500  # finished audio beyond it goes, what was used longest ago first
    engine: EngineName = "best"  # the best that is here; or espeak alone; tone beeps, for tests
