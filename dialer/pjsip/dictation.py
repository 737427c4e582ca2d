"""What the far end says to a question, alone, in a file of its own that is heard while it grows."""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dialer.listen.voice import VoiceDetector
from dialer.messages import Event, Fault, Listen, Listened
from dialer.pjsip.endpoint import RATE_HZ
from dialer.pjsip.recorder import CallRecorder, NotRecorded

LOOK_SECONDS = 0.25  # how often what was said is heard; all calls of a process in the same round
LAG_SECONDS = 0.5  # the library writes 4 kB at a time, which are a quarter of a second, and then we look
FINISHING_SECONDS = 0.01  # while the file is being finished, half a tick
HEADER_BYTES = 44


class Dictation:
    """All that is listened to in one call, one question after the other; used from the loop's thread.

    `tell` gets one Listened for each `end`, once the file is complete, and a Fault where there is none.
    """

    def __init__(self, call: str, tell: Callable[[Event], None]) -> None:
        self._call = call
        self._tell = tell
        self._asked: Listen | None = None
        self._answer: _Answer | None = None
        self._ended: Listened | None = None  # as the keypad tells it; the file knows better
        self._look_at = math.inf

    @property
    def look_at(self) -> float:
        """When `look` has something to do."""
        return self._look_at

    def ask(self, listen: Listen) -> None:
        """The next `begin` is for this one; what was recorded for another is dropped."""
        self.drop()
        self._asked = listen

    def begin(self, source: Any | None, now: float) -> bool:
        """Record from now on what this source says; again does nothing. False: no file can be had."""
        if self._asked is None or source is None:
            return True
        asked, self._asked = self._asked, None
        try:
            self._answer = _Answer(Path(asked.path))
        except NotRecorded as error:
            self._tell(Fault(self._call, str(error)))
            return False
        self._look_at = _next_look(now)
        self._answer.listen_to(source)
        return True

    def listen_to(self, source: Any) -> None:
        """The audio of the call; again after each change of its media."""
        if self._answer is not None and self._ended is None:
            self._answer.listen_to(source)

    def pause(self) -> None:
        """The far end holds us: what it plays is no answer."""
        if self._answer is not None and self._ended is None:
            self._answer.pause()

    def look(self, now: float) -> float:
        """Until when a voice was heard, in seconds of the file; finishes what has ended."""
        if now < self._look_at or self._answer is None:
            return 0.0
        if self._ended is not None:
            self.finished(now)
            return 0.0
        self._look_at = _next_look(now)
        return self._answer.look()

    def end(self, listened: Listened, now: float) -> None:
        """Enough was said. Where the call ended and nothing was said, nothing is told."""
        self._asked, self._ended = None, listened
        if self._answer is not None:
            self._answer.close()
        self.finished(now)

    def finished(self, now: float) -> bool:
        """After `end`: whether it was told; the file is kept only where somebody spoke."""
        if self._ended is None:
            return True
        if self._answer is not None and not self._is_complete(self._answer):
            self._look_at = now + FINISHING_SECONDS
            return False
        told = replace(self._ended, voice_seconds=round(self._answer.look(), 3) if self._answer else 0.0)
        if not told.voice_seconds:
            self.drop()
        self._forget()
        if told.voice_seconds or not told.left:
            self._tell(told)
        return True

    def drop(self) -> None:
        """What was said is not wanted after all: no file is left, nothing is told."""
        if self._answer is not None:
            self._answer.drop()
        self._forget()

    def _forget(self) -> None:
        if self._answer is not None:
            self._answer.release()
        self._asked = self._answer = self._ended = None
        self._look_at = math.inf

    def _is_complete(self, answer: "_Answer") -> bool:
        try:
            return answer.finished()
        except NotRecorded as error:
            self._tell(Fault(self._call, str(error)))
            return True


class _Answer:
    """One file and what is heard in it. Raises NotRecorded."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._recorder = CallRecorder(path, "What is said")
        self._closed = False
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            self._recorder.close()
            raise NotRecorded(f"What is said is not recorded: {error.strerror}.") from None
        self._read = HEADER_BYTES
        self._detector = VoiceDetector(RATE_HZ)
        self.listen_to, self.pause = self._recorder.listen_to, self._recorder.pause
        self.finished = self._recorder.finished

    def look(self) -> float:
        """Hear what was written since the last look."""
        data = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, self._read)
        data = data[: len(data) & ~1]
        self._read += len(data)
        self._detector.feed(np.frombuffer(data, np.int16))
        return self._detector.voice_seconds

    def close(self) -> None:
        """Stop recording; again does nothing."""
        if not self._closed:
            self._closed = True
            self._recorder.close()

    def drop(self) -> None:
        """Leave no file."""
        self.close()
        self._path.unlink(missing_ok=True)

    def release(self) -> None:
        """Nothing is heard any more."""
        self.close()
        os.close(self._descriptor)


def _next_look(now: float) -> float:
    return (math.floor(now / LOOK_SECONDS) + 1) * LOOK_SECONDS
