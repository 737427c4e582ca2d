"""Sound files: WAV, MP3, OGG and FLAC in, WAV out."""

import io
import struct
import warnings
from typing import Final

import miniaudio
import numpy as np

from prompts.clip import Clip, Samples
from prompts.errors import AudioError
from prompts.wholeness import behind_id3, is_cut, with_length

with warnings.catch_warnings():  # pydub looks for ffmpeg, which plain WAV does not need
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

LONGEST_SECONDS: Final = 300.0  # a prompt is a sentence; a file of an hour is a mistake
LOWEST_RATE_HZ: Final = 8000
SILENT: Final = 0.001  # -60 dBFS: no sample above it
CANCELLED: Final = 0.01  # of the louder channel's power is left: the channels are each other's opposite
_UNTAGGED: Final = ("flac", "ogg", "wav")  # a tag before these is none of theirs; decoders stumble over it
_FLAC_COUNT_AT: Final = 21  # 36 bits: how many samples; 0 when the encoder did not know, RFC 9639 section 8.2
_RIFF_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")  # RIFF, fmt and the head of data, as we write them


def read_audio(data: bytes, what: str) -> Clip:
    """A WAV, MP3, OGG or FLAC file of any rate from 8 kHz, bits and channels, mixed to one.

    `what` names it in the sentence. Raises AudioError: no such format, cut off, no length, silent, too long.
    """
    if not data:
        raise AudioError(f"{what} is empty: record it again.")
    bare = data[behind_id3(data) :]
    data = bare if _kind(bare) in _UNTAGGED else data
    kind = _kind(data)
    if kind == "":
        raise AudioError(f"{what} is no WAV, MP3, OGG or FLAC file: convert it to 16-bit WAV.")
    if is_cut(kind, data):
        raise AudioError(f"{what} is cut off, its end is missing: copy or save it again.")
    try:
        frames, rate_hz = _decoded(kind, data, what)
    except (miniaudio.MiniaudioError, RuntimeError) as error:  # soundfile's errors are RuntimeErrors
        raise AudioError(f"{what} is damaged and cannot be read: save it again as 16-bit WAV.") from error
    return _checked(frames, rate_hz, what)


def read_wav(data: bytes) -> Clip:
    """A WAV as `wav_bytes` makes it, at once; any other as `read_audio`. Raises AudioError."""
    if len(data) > _RIFF_HEADER.size:
        head = _RIFF_HEADER.unpack_from(data)
        ours = (head[0], head[2:7], head[10:12]) == (b"RIFF", (b"WAVE", b"fmt ", 16, 1, 1), (16, b"data"))
        if ours and head[12] == len(data) - _RIFF_HEADER.size:
            return Clip(np.frombuffer(data, "<i2", offset=_RIFF_HEADER.size) / 32768, head[7])
    return read_audio(data, "The audio")


def wav_bytes(clip: Clip) -> bytes:
    """A mono WAV of 16-bit samples."""
    pcm = np.clip(np.rint(clip.samples * 32768), -32768, 32767).astype("<i2")
    segment = AudioSegment(pcm.tobytes(), frame_rate=clip.rate_hz, sample_width=2, channels=1)
    out = io.BytesIO()
    segment.export(out, format="wav")
    return out.getvalue()


def _kind(data: bytes) -> str:
    """By its first bytes, whatever the file is called: wav, ogg, flac, mp3, or "" for none of these."""
    if not data:
        return ""
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    for kind, magic in (("ogg", b"OggS"), ("flac", b"fLaC"), ("mp3", b"ID3")):
        if data.startswith(magic):
            return kind
    return "mp3" if data[0] == 0xFF and len(data) > 1 and data[1] & 0xE6 == 0xE2 else ""


def _decoded(kind: str, data: bytes, what: str) -> tuple[Samples, int]:
    if kind == "mp3":
        return _mp3(data, what)
    if kind == "flac" and int.from_bytes(data[_FLAC_COUNT_AT : _FLAC_COUNT_AT + 5], "big") & 0xFFFFFFFFF == 0:
        return _frames_of(miniaudio.flac_read_f32(data))
    return _other(with_length(kind, data), what)


def _frames_of(sound: miniaudio.DecodedSoundFile) -> tuple[Samples, int]:
    return np.asarray(sound.samples, dtype=np.float64).reshape(-1, sound.nchannels), sound.sample_rate


def _mp3(data: bytes, what: str) -> tuple[Samples, int]:
    if miniaudio.mp3_get_info(data).duration > LONGEST_SECONDS:
        raise _too_long(what)
    return _frames_of(miniaudio.mp3_read_f32(data))


def _other(data: bytes, what: str) -> tuple[Samples, int]:
    import soundfile  # here: it takes a while to load, and no call needs it

    with soundfile.SoundFile(io.BytesIO(data)) as file:
        expected = file.frames
        if expected > LONGEST_SECONDS * file.samplerate:
            raise _too_long(what)
        frames = file.read(dtype="float64", always_2d=True)
        if len(frames) < expected:
            raise AudioError(f"{what} is cut off, its end is missing: copy or save it again.")
        return frames, file.samplerate


def _checked(frames: Samples, rate_hz: int, what: str) -> Clip:
    if len(frames) == 0:
        raise AudioError(f"{what} has no length: record it again.")
    if len(frames) > LONGEST_SECONDS * rate_hz:
        raise _too_long(what)
    if rate_hz < LOWEST_RATE_HZ:
        raise AudioError(f"{what} has {rate_hz} samples a second: record it with {LOWEST_RATE_HZ} or more.")
    if not np.isfinite(frames).all():
        raise AudioError(f"{what} holds samples that are no numbers: save it again as 16-bit WAV.")
    if np.abs(frames).max() < SILENT:
        raise AudioError(f"{what} is silent: record it again, louder.")
    return Clip(_mixed(frames), rate_hz)


def _mixed(frames: Samples) -> Samples:
    """One channel; of channels that cancel each other, the loudest."""
    if frames.shape[1] == 1:
        return frames[:, 0]
    mix: Samples = frames.mean(axis=1)
    powers = np.square(frames).mean(axis=0)
    return mix if np.square(mix).mean() > powers.max() * CANCELLED else frames[:, powers.argmax()]


def _too_long(what: str) -> AudioError:
    return AudioError(f"{what} is longer than {LONGEST_SECONDS:.0f} s: cut it to the words.")
