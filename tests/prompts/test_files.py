"""Sound files as people bring them: good ones of all kinds, and each way of being none."""

import io
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from prompts.audio import Clip, Samples, read_audio, read_wav, wav_bytes
from prompts.errors import AudioError
from prompts.wholeness import is_cut
from tests.prompts.signals import noise, silence, sine

MP3 = (Path(__file__).parent / "engines" / "two_seconds.mp3").read_bytes()
TONE = sine(-20.0, 0.5, rate_hz=22050)


def written(kind: str, subtype: str, samples: Samples = TONE.samples, rate_hz: int = TONE.rate_hz) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate_hz, format=kind, subtype=subtype)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "subtype", "error"),
    [
        ("WAV", "PCM_U8", 0.01),
        ("WAV", "PCM_16", 1e-4),
        ("WAV", "PCM_24", 1e-6),
        ("WAV", "PCM_32", 1e-8),
        ("WAV", "FLOAT", 1e-7),
        ("WAV", "DOUBLE", 1e-12),
        ("WAV", "ALAW", 0.01),
        ("WAV", "ULAW", 0.01),
        ("WAVEX", "PCM_16", 1e-4),
        ("RF64", "PCM_16", 1e-4),
        ("FLAC", "PCM_16", 1e-4),
        ("FLAC", "PCM_24", 1e-6),
    ],
)
def test_exact_formats_come_back_sample_by_sample(kind: str, subtype: str, error: float) -> None:
    clip = read_audio(written(kind, subtype), "x")
    assert clip.rate_hz == 22050
    assert np.abs(clip.samples - TONE.samples).max() < error


@pytest.mark.parametrize(("kind", "subtype"), [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")])
def test_formats_that_lose_keep_the_tone(kind: str, subtype: str) -> None:
    rate_hz = 48000 if subtype == "OPUS" else 44100
    clip = read_audio(written(kind, subtype, sine(-20.0, 1.0, 440.0, rate_hz).samples, rate_hz), "x")
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert clip.seconds == pytest.approx(1.0, abs=0.06)
    assert spectrum.argmax() / clip.seconds == pytest.approx(440.0, abs=2.0)


def test_an_mp3_of_a_lower_rate_is_read() -> None:
    assert read_audio(MP3, "x").seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("tag", [b"TAG" + bytes(125), b"", b"junk behind the sound"])
def test_tags_round_an_mp3_do_no_harm(tag: bytes) -> None:
    before = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
    assert read_audio(before + MP3 + tag, "x").seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ("left", "right", "level"), [(1.0, 1.0, 1.0), (1.0, 0.0, 0.5), (1.0, -1.0, 1.0), (0.0, 1.0, 0.5)]
)
def test_two_channels_become_one_and_never_none(left: float, right: float, level: float) -> None:
    stereo = np.stack([TONE.samples * left, TONE.samples * right], axis=1)
    clip = read_audio(written("WAV", "DOUBLE", stereo), "x")
    assert np.abs(clip.samples).max() == pytest.approx(level * np.abs(TONE.samples).max(), rel=1e-6)


@pytest.mark.parametrize("stopgap", [0, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_that_was_streamed_has_the_length_of_its_samples(stopgap: int) -> None:
    data = bytearray(written("WAV", "PCM_16"))
    at = data.index(b"data")
    data[4:8] = data[at + 4 : at + 8] = struct.pack("<I", stopgap)
    assert read_audio(bytes(data), "x").seconds == pytest.approx(0.5, abs=1e-3)


# ---------------------------------------------------------------- none


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"hello", "is no WAV, MP3, OGG or FLAC"),
        (b"\xff", "is no WAV"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(500), "is no WAV"),
        (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(500), "is no WAV"),
        (b"RIFF\x00\x00\x00\x00WAVE", "is cut off"),
        (b"RIFF\x10\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd", "is damaged"),
        (b"ID3", "is damaged"),
        (b"\xff\xfb" + bytes(range(256)) * 4, "is damaged"),
        (b"OggS" + bytes(10), "is cut off"),
        (b"fLaC" + bytes(100), "is damaged"),
        (wav_bytes(silence(0.0)), "has no length"),
        (wav_bytes(silence(1.0)), "is silent"),
        (wav_bytes(noise(-75.0, 1.0)), "is silent"),
        (written("WAV", "FLOAT", np.full(4000, np.nan)), "no numbers"),
        (written("WAV", "PCM_16", TONE.samples, 4000), "4000 samples a second"),
        (wav_bytes(Clip(np.tile([0.1, -0.1], 8000 * 151), 8000)), "longer than 300 s"),
    ],
)
def test_what_is_no_recording_is_told_in_a_sentence_that_names_it(data: bytes, sentence: str) -> None:
    with pytest.raises(AudioError, match=rf"^ru/один\.wav.*{sentence}.*\.$"):
        read_audio(data, "ru/один.wav")


MP3_TONE = written("MP3", "MPEG_LAYER_III", noise(-20.0, 2.0, 44100).samples, 44100)
WHOLE = {
    "wav": written("WAV", "PCM_16"),
    "ogg": written("OGG", "VORBIS", noise(-20.0, 2.0, 22050).samples),
    "opus": written("OGG", "OPUS", noise(-20.0, 2.0, 48000).samples, 48000),
    "flac": written("FLAC", "PCM_16", noise(-20.0, 2.0, 22050).samples),
    "mp3": MP3,
    "mp3 of 44.1 kHz": MP3_TONE,
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("share", [0.3, 0.61, 0.97])
def test_a_file_without_its_end_is_refused(kind: str, share: float) -> None:
    data = WHOLE[kind]
    assert read_audio(data, "x").seconds > 0.4
    with pytest.raises(AudioError, match=r"(is cut off|is damaged).*\.$"):
        read_audio(data[: round(len(data) * share)], "x")


def whole_frames(sound: bytes, end: int) -> bool:
    """Whether the MP3 up to here would be whole if its first frame told no number of frames."""
    mute = sound[:60].replace(b"Info", b"none").replace(b"Xing", b"none") + sound[60:end]
    return mute[:60] != sound[:60] and not is_cut("mp3", mute)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("tag", [b"", b"TAG" + bytes(125)])
def test_an_mp3_cut_between_two_frames_is_refused(share: float, tag: bytes) -> None:
    sound = written("MP3", "MPEG_LAYER_III", noise(-20.0, 4.8, 44100).samples, 44100)
    cuts = [
        at for at in range(4, len(sound), 1) if sound[at : at + 2] == sound[:2] and whole_frames(sound, at)
    ]
    at = cuts[round(len(cuts) * share)]
    assert read_audio(sound + tag, "x").seconds == pytest.approx(4.8, abs=0.1)
    with pytest.raises(AudioError, match="is cut off"):
        read_audio(sound[:at] + tag, "x")


@pytest.mark.parametrize("before", [b"", b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)])
@pytest.mark.parametrize("kind", ["flac", "ogg", "wav"])
def test_a_tag_before_another_kind_of_file_does_no_harm(before: bytes, kind: str) -> None:
    assert read_audio(before + WHOLE[kind], "x").seconds > 0.4


def streamed_flac(seconds: float) -> bytes:
    """As an encoder writes it to a pipe: the count of samples in its first block stays 0."""
    data = bytearray(written("FLAC", "PCM_16", noise(-20.0, seconds, 8000).samples, 8000))
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    return bytes(data)


def test_a_flac_that_does_not_tell_its_length_is_read_to_its_end() -> None:
    assert read_audio(streamed_flac(2.5), "x").seconds == pytest.approx(2.5)
    with pytest.raises(AudioError, match="longer than 300 s"):
        read_audio(streamed_flac(301.0), "x")


@pytest.mark.parametrize("read", [read_wav, lambda data: read_audio(data, "x")])
def test_our_own_wav_is_mono_16_bit_and_comes_back(read: Callable[[bytes], Clip]) -> None:
    clip = sine(-20.0, 0.5)
    data = wav_bytes(clip)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() == 4000
    back = read(data)
    assert back.rate_hz == 8000
    assert np.abs(back.samples - clip.samples).max() <= 1 / 32768


def test_samples_beyond_full_scale_do_not_wrap() -> None:
    clip = read_wav(wav_bytes(Clip(np.array([2.0, -2.0, 0.5]), 8000)))
    assert clip.samples.tolist() == pytest.approx([1.0, -1.0, 0.5], abs=1e-4)


@pytest.mark.parametrize("data", [b"", b"RIFF", wav_bytes(sine(-20.0, 0.5))[:-1], wav_bytes(silence(0.0))])
def test_what_is_half_in_the_cache_is_refused(data: bytes) -> None:
    with pytest.raises(AudioError, match=r"\.$"):
        read_wav(data)
