"""The sound of a voice pack: clips read out of the middle of its Ogg files."""

import mmap
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from prompts.audio import Samples
from prompts.engines.pack_units import Unit
from prompts.errors import EngineError

MOST_OPEN: Final = 8  # shelves with a decoder at hand; each takes a few hundred kB
SUFFIX: Final = ".ogg"


class Shelves:
    """Reads clips; safe among threads, and in a forked child, as nothing shares a place in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: OrderedDict[str, soundfile.SoundFile] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, unit: Unit) -> Samples:
        """The clip at its level. Raises EngineError when its shelf is not there or damaged."""
        shelf = unit.shelf
        with self._lock:
            try:
                sound = self._opened(shelf)
                sound.seek(unit.start)
                samples = sound.read(unit.length, dtype="float64")
            except (OSError, ValueError, soundfile.LibsndfileError) as error:
                raise EngineError(
                    f"The voice pack cannot read {self._folder / shelf}{SUFFIX}: install the package again."
                ) from error
        if len(samples) != unit.length:
            raise EngineError(
                f"{self._folder / shelf}{SUFFIX} of the voice pack is too short: install the package again."
            )
        return np.asarray(samples * 10 ** (unit.gain_db / 20), dtype=np.float64)

    def _opened(self, shelf: str) -> soundfile.SoundFile:
        if shelf not in self._open:
            with (self._folder / f"{shelf}{SUFFIX}").open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._open[shelf] = soundfile.SoundFile(content)
            if len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(shelf)
        return self._open[shelf]
