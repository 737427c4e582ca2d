"""How each fixed prompt begins, so that it is known on the wire even where it cuts another one short."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FRAME = 160  # samples of one packet
ALIKE = 0.99  # normalized correlation; libraries round A-law differently, so bytes do not match
SPEECH_DBFS = -45.0  # a packet louder than this holds speech

Samples = NDArray[np.int16]


def is_speech(samples: Samples) -> bool:
    """Louder than the noise of a line."""
    loud = samples.astype(np.float64)
    power = float(np.mean(loud * loud)) if loud.size else 0.0
    return power > (32768 * 10 ** (SPEECH_DBFS / 20)) ** 2


class Beginnings:
    """The first packet with speech of each prompt."""

    def __init__(self, prompts: Sequence[Samples] = ()) -> None:
        frames = [frame for prompt in prompts if (frame := _first_speech(prompt)) is not None]
        self._frames = np.array([_normalized(frame) for frame in frames]).reshape(-1, FRAME)

    def holds(self, samples: Samples) -> bool:
        """Whether a prompt begins with this packet."""
        if not self._frames.size or samples.size != FRAME:
            return False
        return bool((self._frames @ _normalized(samples)).max() > ALIKE)


def read_prompts(folder: Path) -> Sequence[Samples]:
    """All WAV files below a folder; they are 8 kHz, mono, 16 bit, as the product makes them."""
    prompts = []
    for path in sorted(folder.rglob("*.wav")):
        with wave.open(str(path)) as file:
            prompts.append(np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16))
    return prompts


def _first_speech(prompt: Samples) -> Samples | None:
    frames = (prompt[at : at + FRAME] for at in range(0, prompt.size - FRAME + 1, FRAME))
    return next((frame for frame in frames if is_speech(frame)), None)


def _normalized(samples: Samples) -> NDArray[np.float64]:
    loud = samples.astype(np.float64)
    normalized: NDArray[np.float64] = loud / max(1.0, float(np.linalg.norm(loud)))
    return normalized
