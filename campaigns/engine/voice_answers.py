"""What people say to a question: where it is kept, and what is left of it when a line or the engine dies."""

import wave
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from campaigns.flows.script import Script
from campaigns.flows.verbs.record import RecordStep
from dialer.listen.voice import VoiceDetector
from dialer.recordings import RATE_HZ, NotRepairable, repair_wav

FOLDER: Final = "answers"  # in that of the recordings


@dataclass(frozen=True)
class LeftBehind:
    """What was being said at a step when the engine died; recording: its name, relative to the recordings."""

    step: str
    recording: str
    voice_seconds: float


def answer_name(attempt: str, question: str) -> str:
    """The file of one answer, relative to the folder of the recordings; question: as the line knows it.

    No two answers have a name in common, for no two questions of a call have an id in common. A call that
    goes on with the next person has an attempt for each, and the attempt says whose answer it is.
    """
    return f"{FOLDER}/call-{attempt}-{question}.wav"


def rescued(recordings: Path, name: str) -> float:
    """How long somebody speaks in a file that nobody finished, in seconds; it is mended.

    0.0: there is none, or nobody speaks in it; then it is taken away.
    """
    path = recordings / name
    seconds = 0.0
    with suppress(OSError, NotRepairable, wave.Error, EOFError):
        repair_wav(path)
        seconds = _voice_seconds(path)
    if not seconds:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return seconds


def left_behind(
    recordings: Path, attempt: int, script: Script, known: Mapping[str, str]
) -> Sequence[LeftBehind]:
    """What was being said in a call when the engine died, in the order of the call.

    known: question -> answer that was written down.
    """
    found = []
    for path in sorted((recordings / FOLDER).glob(f"call-{attempt}-*-*.wav"), key=_place):
        name, step = f"{FOLDER}/{path.name}", path.stem.split("-", 3)[3]
        if not isinstance(script.steps.get(step), RecordStep) or name in known.values():
            continue
        if seconds := rescued(recordings, name):
            found.append(LeftBehind(step, name, seconds))
    return found


def _place(path: Path) -> int:
    """Which of the call's questions it answers; 0 for a name that is none of ours."""
    number = path.stem.split("-", 3)[2]
    return int(number) if number.isdecimal() else 0


def _voice_seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    detector = VoiceDetector(RATE_HZ)
    detector.feed(samples)
    return detector.voice_seconds
