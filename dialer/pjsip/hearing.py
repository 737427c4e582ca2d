"""What the far end says, sample by sample, for the beep of an answering machine."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialer.listen.beep import BeepDetector
from dialer.pjsip.endpoint import RATE_HZ
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy, disconnect
from dialer.pjsip.loop import Loop, guarded

BEEP = "beep"
FRAME_MS = 100  # five ticks of the clock: a crossing to Python costs more than all that the detector does
_SILENCE: NDArray[np.int16] = np.zeros(RATE_HZ * FRAME_MS // 1000, np.int16)


class BeepPort(pj.AudioMediaPort):  # type: ignore[misc]
    """Listens until it has heard a beep; posts `(BEEP, key)` once. The clock thread calls it."""

    def __init__(self, loop: Loop, key: str) -> None:
        super().__init__()
        self.loop = loop
        self.key = key
        self._detector = BeepDetector(rate_hz=RATE_HZ)
        self._heard = False

    @guarded
    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802
        if not self._heard and self._detector.feed(_samples(frame)):
            self._heard = True
            self.loop.post(BEEP, self.key)


class Ear:
    """The listening port of one call; `close` as soon as it has heard enough."""

    def __init__(self, loop: Loop, key: str) -> None:
        self._port: BeepPort | None = BeepPort(loop, key)
        audio = pj.MediaFormatAudio()
        audio.init(pj.PJMEDIA_FORMAT_L16, RATE_HZ, 1, FRAME_MS * 1000, 16)
        self._port.createPort("ear", audio)
        self._source: Any = None

    def listen_to(self, source: Any) -> None:
        """The audio of the call; again after each change of its media."""
        if self._port is not None:
            self._source = source
            source.startTransmit(self._port)

    def close(self) -> None:
        """Stop listening and destroy the port; again does nothing."""
        port, self._port = self._port, None
        if port is not None:
            if self._source is not None:
                disconnect(self._source, port)
            destroy(pj.AudioMediaPort, port)


def _samples(frame: Any) -> NDArray[np.int16]:
    """A copy of a frame, read through its begin and end pointers: 30 times as fast as element by element.

    Works only inside the callback. A frame without audio (nobody sends) is as long a silence.
    """
    if frame.type != pj.PJMEDIA_FRAME_TYPE_AUDIO or not frame.size:
        return _SILENCE
    pointers = ctypes.cast(int(frame.buf.this), ctypes.POINTER(ctypes.c_uint64))
    return np.frombuffer(ctypes.string_at(pointers[0], pointers[1] - pointers[0]), dtype=np.int16)
