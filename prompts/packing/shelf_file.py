"""One shelf of a pack: clips in one Ogg file that is the same, byte for byte, when it is made again."""

import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

from prompts.audio import Samples

Sound = npt.NDArray[np.float32]

CODEC: Final = "OPUS"
SMALLNESS: Final = (
    0.98  # of soundfile's compression level, 0 to 1: 11 kbit/s, where Vorbis takes 15 for the same
)
SPACE_SECONDS: Final = 0.03  # between clips, so that a codec smears none into the next
WRITTEN_AT_ONCE: Final = 8000  # samples; libsndfile keeps what it is given on its stack

# RFC 3533, section 6: the page header
_CAPTURE: Final = b"OggS"
_SERIAL: Final = slice(14, 18)
_CHECKSUM: Final = slice(22, 26)
_SEGMENTS_AT: Final = 26
_BITS_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def shelf_bytes(clips: Iterable[Sound], rate_hz: int) -> tuple[bytes, list[int]]:
    """The file, and where each clip begins in it, in samples."""
    out, starts, at = io.BytesIO(), [], 0
    space = np.zeros(round(SPACE_SECONDS * rate_hz), dtype=np.float32)
    with soundfile.SoundFile(
        out, "w", rate_hz, 1, format="OGG", subtype=CODEC, compression_level=SMALLNESS
    ) as sound:
        for clip in clips:
            starts.append(at)
            spaced = np.concatenate([clip, space])
            for block in range(0, len(spaced), WRITTEN_AT_ONCE):
                sound.write(spaced[block : block + WRITTEN_AT_ONCE])
            at += len(spaced)
    return with_serial(out.getvalue(), 1), starts


def heard(ogg: bytes) -> Samples:
    """What the file sounds like."""
    samples, _ = soundfile.read(io.BytesIO(ogg), dtype="float64")
    return np.asarray(samples, dtype=np.float64)


def with_serial(ogg: bytes, serial: int) -> bytes:
    """The same stream under this serial number; libsndfile draws one at random."""
    return b"".join(_numbered(page, serial) for page in _pages(ogg))


def _pages(ogg: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(ogg):
        assert ogg[at : at + 4] == _CAPTURE, "libsndfile writes one page behind the other"
        segments = ogg[at + _SEGMENTS_AT]
        body = at + _SEGMENTS_AT + 1 + segments
        end = body + sum(ogg[at + _SEGMENTS_AT + 1 : body])
        yield ogg[at:end]
        at = end


def _numbered(page: bytes, serial: int) -> bytes:
    fresh = bytearray(page)
    fresh[_SERIAL] = serial.to_bytes(4, "little")
    fresh[_CHECKSUM] = bytes(4)
    fresh[_CHECKSUM] = _crc(bytes(fresh)).to_bytes(4, "little")
    return bytes(fresh)


def _crc(data: bytes) -> int:
    """Ogg's CRC is that of zlib with the bits the other way round, from 0 and not inverted."""
    mirrored = zlib.crc32(data.translate(_BITS_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
