"""WAV files that are being recorded: the room they need, and the header that a crash left unfinished."""

import os
import struct
from pathlib import Path

from dialer.errors import DialerError

RATE_HZ = 8000
BYTES_PER_SECOND = RATE_HZ * 2
NEEDED_BYTES = 16_000_000  # a quarter of an hour of one call; with less room the disk is as good as full
SHORT_SECONDS = 2.0  # so much may be missing at the end of a recording before it is called cut

_RIFF_HEADER = struct.Struct("<4sI4s")
_CHUNK_HEADER = struct.Struct("<4sI")


class NotRepairable(DialerError):
    """The file is no WAV file."""


def has_room(folder: Path) -> bool:
    """Whether the disk of this folder has room for a recording. Raises OSError."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize >= NEEDED_BYTES


def is_cut(path: Path, seconds: float) -> bool:
    """Whether a finished recording is much shorter than the time it was made in."""
    try:
        recorded = path.stat().st_size / BYTES_PER_SECOND
    except OSError:
        return True
    return recorded < seconds - max(SHORT_SECONDS, 0.1 * seconds)


def is_finished(path: Path) -> bool:
    """Whether the lengths in the header of a recording have been written: the last thing that happens."""
    try:
        with path.open("rb") as file:
            head = file.read(_RIFF_HEADER.size)
    except OSError:
        return False
    return len(head) == _RIFF_HEADER.size and _RIFF_HEADER.unpack(head)[1] != 0


def repair_wav(path: Path) -> bool:
    """Set the lengths in the header of a WAV file to what the file holds; True when something was changed.

    The library writes them only when a recording is closed in good order. Raises NotRepairable and OSError.
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(_RIFF_HEADER.size)
        if len(head) < _RIFF_HEADER.size or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise NotRepairable(f"{path.name} is no WAV file.")
        data_at, stored_bytes = _find_data(path.name, size, file.read(4096))
        data_bytes = (size - data_at) & ~1
        if stored_bytes == data_bytes and _RIFF_HEADER.unpack(head)[1] == data_at + data_bytes - 8:
            return False
        file.seek(0)
        file.write(_RIFF_HEADER.pack(b"RIFF", data_at + data_bytes - 8, b"WAVE"))
        file.seek(data_at - _CHUNK_HEADER.size)
        file.write(_CHUNK_HEADER.pack(b"data", data_bytes))
        file.truncate(data_at + data_bytes)
        file.flush()
        os.fsync(file.fileno())
    return True


def _find_data(name: str, size: int, chunks: bytes) -> tuple[int, int]:
    """Where the samples begin in the file, and how many bytes of them the header claims."""
    offset = 0
    while offset + _CHUNK_HEADER.size <= len(chunks):
        kind, length = _CHUNK_HEADER.unpack_from(chunks, offset)
        offset += _CHUNK_HEADER.size
        if kind == b"data":
            return _RIFF_HEADER.size + offset, length
        offset += length + (length & 1)
    raise NotRepairable(f"{name} has no samples, though it is {size} bytes long.")
