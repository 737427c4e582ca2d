"""Whether a sound file has its end: decoders play what is left of a cut one without a word."""

import struct
from typing import Final

_STOPGAP: Final = 0x7FFFF000  # from here up, or 0: what programs write for a size that they do not know yet

# MPEG audio, ISO/IEC 11172-3 and 13818-3, layer III
_MPEG1: Final = 3
_KILOBITS: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KILOBITS_LOWER_RATES: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ID3_HEADER_BYTES: Final = 10
_MONO: Final = 3
_MP3_SIDE_BYTES: Final = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
_MP3_CHECKSUM_BYTES: Final = 2
_XING_HEAD_BYTES: Final = 12
_XING_TELLS_FRAMES: Final = 1
_TAGS: Final = (b"TAG", b"APETAGEX", b"LYRICS", b"ID3")

# Ogg, RFC 3533 section 6
_PAGE_HEADER_BYTES: Final = 27
_LAST_PAGE: Final = 4


def is_cut(kind: str, data: bytes) -> bool:
    """Whether the file ends before its own data says so; a FLAC file tells only when it is decoded."""
    match kind:
        case "wav":
            return _wav_is_cut(data)
        case "ogg":
            return _ogg_is_cut(data)
        case "mp3":
            return _mp3_is_cut(data)
    return False


def with_length(kind: str, data: bytes) -> bytes:
    """A WAV that was written in one go, its length not known before, with the length that it has."""
    at = _wav_samples_at(data) if kind == "wav" else 0
    if not at or not _is_streamed(data, at):
        return data
    whole, samples = (struct.pack("<I", len(data) - begin) for begin in (8, at))
    return data[:4] + whole + data[8 : at - 4] + samples + data[at:]


def _wav_is_cut(data: bytes) -> bool:
    at = _wav_samples_at(data)
    return at == 0 or (not _is_streamed(data, at) and _u32(data, at - 4) > len(data) - at)


def _wav_samples_at(data: bytes) -> int:
    """Where the samples begin; 0 when the file ends before them."""
    at = 12
    while at + 8 <= len(data):
        size = _u32(data, at + 4)
        if data[at : at + 4] == b"data":
            return at + 8
        at += 8 + size + size % 2
    return 0


def _is_streamed(data: bytes, at: int) -> bool:
    """The size before the samples is a stopgap, and that of the whole file is none either."""
    size = _u32(data, at - 4)
    return (size == 0 or size >= _STOPGAP) and _u32(data, 4) != len(data) - 8


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _ogg_is_cut(data: bytes) -> bool:
    """The last page is there to its end, and says that it is the last."""
    at = data.rfind(b"OggS")
    if at + _PAGE_HEADER_BYTES > len(data):
        return True
    segments = data[at + 26]
    sizes = data[at + _PAGE_HEADER_BYTES : at + _PAGE_HEADER_BYTES + segments]
    end = at + _PAGE_HEADER_BYTES + segments + sum(sizes)
    return end > len(data) or not data[at + 5] & _LAST_PAGE


def _mp3_is_cut(data: bytes) -> bool:
    """The last frame is longer than what is left of the file, or the first tells of more frames."""
    at = behind_id3(data)
    told = _mp3_frames_told(data, at)
    count = 0
    while size := _mp3_frame_bytes(data[at : at + 4]):
        at += size
        count += 1
    return at > len(data) or (count < told and _ends_at(data, at))


def _mp3_frames_told(data: bytes, at: int) -> int:
    """The number of frames, without itself, that a first frame of Xing or LAME tells; 0 where none does."""
    header = data[at : at + 4]
    if not _mp3_frame_bytes(header):
        return 0
    at += 4 + _MP3_SIDE_BYTES[header[1] >> 3 & 3 == _MPEG1, header[3] >> 6 == _MONO]
    at += 0 if header[1] & 1 else _MP3_CHECKSUM_BYTES
    tag = data[at : at + _XING_HEAD_BYTES]
    told = len(tag) == _XING_HEAD_BYTES and tag[:4] in (b"Xing", b"Info") and tag[7] & _XING_TELLS_FRAMES
    return int.from_bytes(tag[8:], "big") if told else 0


def _ends_at(data: bytes, at: int) -> bool:
    """No sound follows that a decoder would find: nothing, or what is known to be a tag."""
    return at >= len(data) or data.startswith(_TAGS, at)


def behind_id3(data: bytes) -> int:
    """Where the sound begins behind a tag, which some put before any kind of file."""
    if not data.startswith(b"ID3") or len(data) < _ID3_HEADER_BYTES:
        return 0
    size = 0
    for byte in data[6:_ID3_HEADER_BYTES]:  # seven bits each
        size = size << 7 | byte & 0x7F
    return _ID3_HEADER_BYTES + size


def _mp3_frame_bytes(header: bytes) -> int:
    """The length of the frame with this header; 0 when it is none of layer III, or of a free length."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, kilobits = header[1] >> 3 & 3, header[2] >> 2 & 3, header[2] >> 4
    if version not in _RATES_HZ or rate == 3 or kilobits in (0, 15):
        return 0
    padding = header[2] >> 1 & 1
    if version == _MPEG1:
        return 144_000 * _KILOBITS[kilobits] // _RATES_HZ[version][rate] + padding
    return 72_000 * _KILOBITS_LOWER_RATES[kilobits] // _RATES_HZ[version][rate] + padding
