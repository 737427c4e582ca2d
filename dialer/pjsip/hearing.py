"""What the far end says: the beep of a machine, and keys by their tones where nothing else brings them.

A port in Python costs 5 ms of CPU a call-second, nearly all of it the crossing. So the ear for beeps, which
every call has, is a recorder of the library's own, whose file lies in memory and has no name; the loop's
thread reads it. Keys have to stop a prompt at once and need such a port; few far ends do.
"""

import contextlib
import ctypes
import itertools
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialer.digits import KeyPacket
from dialer.listen.beep import BeepDetector
from dialer.listen.inband import ToneKeys
from dialer.pjsip.calls import KEY
from dialer.pjsip.endpoint import FRAME_MS, RATE_HZ
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy, disconnect
from dialer.pjsip.loop import Loop, guarded

LOOK_SECONDS = 0.5  # a look costs more than what it hears; all ears of a process look in the same round
MEMORY_FOLDER = "/dev/shm"  # tmpfs
FILE_PREFIX = "dialer-ear-"  # then the process, and a number
HEADER_BYTES = 44
MOST_BYTES = 64_000  # of one look: 4 s of audio, after a stall
PAGE_BYTES = 4096
_PUNCH_HOLE_KEEP_SIZE = 3  # fallocate(2): FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
_SILENCE: NDArray[np.int16] = np.zeros(RATE_HZ * FRAME_MS // 1000, np.int16)
_numbers = itertools.count(1)
_libc = ctypes.CDLL(None, use_errno=True)
_libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]


class Hearing:
    """All that listens to one call, from its answer on; used from the loop's thread."""

    def __init__(self, loop: Loop, key: str) -> None:
        self._loop = loop
        self._key = key
        self._ear: Ear | None = None
        self._tones: TonePort | None = None
        self._person = False

    @property
    def look_at(self) -> float:
        """When `look` has something to do; never comes when there is nothing to listen for."""
        return math.inf if self._ear is None else self._ear.look_at

    def listen_to(self, source: Any, tones: bool, now: float) -> None:
        """The audio of the call, again after each change of its media; `tones`: keys come as tones only."""
        if self._ear is None and not self._person:
            self._ear = Ear.opened(now)
        if self._ear is not None:
            self._ear.listen_to(source)
        if tones and self._tones is None:
            self._tones = TonePort(self._loop, self._key)
        if self._tones is not None and not tones:
            self._tones.close()
            self._tones = None
        if self._tones is not None:
            self._tones.listen_to(source)

    def look(self, now: float) -> bool:
        """Hear what was said since the last look; True once, when a beep ended with nobody there."""
        if self._ear is None or not self._ear.look(now):
            return False
        self.meet_person()
        return True

    def meet_person(self) -> None:
        """A key was pressed, or the beep was heard: beeps mean nothing any more."""
        self._person = True
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def close(self) -> None:
        """Stop listening; again does nothing."""
        self.meet_person()
        if self._tones is not None:
            self._tones.close()
            self._tones = None


class Ear:
    """A recorder that writes into memory, read every LOOK_SECONDS; what was read is given back at once.

    The file loses its name as soon as it is open. A process that is killed in that very moment leaves an
    empty one behind, which the next process takes away.
    """

    def __init__(self, recorder: Any, descriptor: int, now: float) -> None:
        self._recorder = recorder
        self._descriptor = descriptor
        self._source: Any = None
        self._detector = BeepDetector(rate_hz=RATE_HZ)
        self._read = HEADER_BYTES
        self._freed = 0
        self.look_at = _next_look(now)

    @classmethod
    def opened(cls, now: float) -> "Ear | None":
        """One that can listen; None where memory or recorders have run out: then no beep is heard."""
        number = next(_numbers)
        if number == 1:
            remove_orphans()
        path = Path(MEMORY_FOLDER, f"{FILE_PREFIX}{os.getpid()}-{number}.wav")
        recorder = pj.AudioMediaRecorder()
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        try:
            recorder.createRecorder(str(path))
        except pj.Error:
            os.close(descriptor)
            return None
        finally:
            path.unlink(missing_ok=True)
        return cls(recorder, descriptor, now)

    def listen_to(self, source: Any) -> None:
        """The audio of the call; again after each change of its media."""
        self._source = source
        source.startTransmit(self._recorder)

    def look(self, now: float) -> bool:
        """Whether a beep has ended since the last look."""
        if now < self.look_at:
            return False
        self.look_at = _next_look(now)
        data = os.pread(self._descriptor, MOST_BYTES, self._read)
        data = data[: len(data) & ~1]
        self._read += len(data)
        self._give_back()
        return self._detector.feed(np.frombuffer(data, np.int16))

    def _give_back(self) -> None:
        until = self._read // PAGE_BYTES * PAGE_BYTES
        if until > self._freed:
            _libc.fallocate(self._descriptor, _PUNCH_HOLE_KEEP_SIZE, self._freed, until - self._freed)
            self._freed = until

    def close(self) -> None:
        """Stop listening, only once."""
        if self._source is not None:
            disconnect(self._source, self._recorder)
        destroy(pj.AudioMediaRecorder, self._recorder)
        os.close(self._descriptor)


def remove_orphans() -> None:
    """Take away the files of processes that were killed before they could."""
    with contextlib.suppress(OSError):
        for path in Path(MEMORY_FOLDER).glob(f"{FILE_PREFIX}*"):
            if not Path("/proc", path.name.removeprefix(FILE_PREFIX).partition("-")[0]).exists():
                path.unlink(missing_ok=True)


def _next_look(now: float) -> float:
    return (math.floor(now / LOOK_SECONDS) + 1) * LOOK_SECONDS


class TonePort(pj.AudioMediaPort):  # type: ignore[misc]
    """Posts `(KEY, key, KeyPacket)` for each key that was pressed. The clock thread calls it."""

    def __init__(self, loop: Loop, key: str) -> None:
        super().__init__()
        self.loop = loop
        self.key = key
        self._keys = ToneKeys()
        self._source: Any = None
        audio = pj.MediaFormatAudio()
        audio.init(pj.PJMEDIA_FORMAT_L16, RATE_HZ, 1, FRAME_MS * 1000, 16)
        self.createPort("tones", audio)

    @guarded
    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        for pressed in self._keys.feed(_samples(frame)):
            self.loop.post(KEY, self.key, KeyPacket(pressed, "inband"))

    def listen_to(self, source: Any) -> None:
        """The audio of the call; again after each change of its media."""
        self._source = source
        source.startTransmit(self)

    def close(self) -> None:
        """Stop listening and destroy the port, only once."""
        if self._source is not None:
            disconnect(self._source, self)
        destroy(pj.AudioMediaPort, self)


def _samples(frame: Any) -> NDArray[np.int16]:
    """A copy of a frame, read through its begin and end pointers: 30 times as fast as element by element.

    Works only inside the callback. A frame without audio (nobody sends) is as long a silence.
    """
    if frame.type != pj.PJMEDIA_FRAME_TYPE_AUDIO or not frame.size:
        return _SILENCE
    pointers = ctypes.cast(int(frame.buf.this), ctypes.POINTER(ctypes.c_uint64))
    return np.frombuffer(ctypes.string_at(pointers[0], pointers[1] - pointers[0]), dtype=np.int16)
