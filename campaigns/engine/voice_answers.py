"""What people say to a question: where it is kept, and what is left of it when a line or the engine dies."""

import wave
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from campaigns.flows.script import Script
from campaigns.flows.turns import Replied
from campaigns.flows.verbs.record import RecordStep
from dialer.listen.voice import VoiceDetector
from dialer.recordings import RATE_HZ, NotRepairable, repair_wav

FOLDER: Final = "answers"  # in that of the recordings


def answer_name(call: str, question: str) -> str:
    """The file of one answer, relative to the folder of the recordings; question: as the line knows it.

    No two answers have a name in common, for no two questions of a call have an id in common.
    """
    return f"{FOLDER}/call-{call}-{question}.wav"


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


def left_behind(recordings: Path, call: str, script: Script, known: Mapping[str, str]) -> Sequence[Replied]:
    """What was being said in a call when the engine died; known: question -> answer that was written down."""
    questions = {name: step.answer for name, step in script.steps.items() if isinstance(step, RecordStep)}
    replies = []
    for path in sorted((recordings / FOLDER).glob(f"call-{call}-*-*.wav")):
        name, step = f"{FOLDER}/{path.name}", path.stem.split("-", 3)[3]
        if step in questions and name not in known.values() and rescued(recordings, name):
            replies.append(Replied(questions[step], name))
    return replies


def _voice_seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    detector = VoiceDetector(RATE_HZ)
    detector.feed(samples)
    return detector.voice_seconds
