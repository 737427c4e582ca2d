import struct
import wave
from pathlib import Path

import pytest

from dialer.recordings import BYTES_PER_SECOND, NotRepairable, has_room, is_cut, is_finished, repair_wav


def recording(path: Path, samples: bytes, riff: int = 0, data: int = 0, extra: bytes = b"") -> Path:
    """A file as a killed line process leaves it: lengths 0 in the header."""
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", riff)
        + b"WAVE"
        + form
        + extra
        + b"data"
        + struct.pack("<I", data)
        + samples
    )
    return path


@pytest.mark.parametrize(
    "extra", [b"", b"LIST" + struct.pack("<I", 3) + b"abc\0"], ids=["plain", "other chunk"]
)
@pytest.mark.parametrize(("samples", "frames"), [(b"\1\0" * 8000, 8000), (b"\1\0" * 5 + b"\1", 5), (b"", 0)])
def test_a_recording_that_was_cut_off_can_be_read_again(
    tmp_path: Path, samples: bytes, frames: int, extra: bytes
) -> None:
    path = recording(tmp_path / "a.wav", samples, extra=extra)
    assert repair_wav(path)
    with wave.open(str(path)) as file:
        assert file.getnframes() == frames
        assert len(file.readframes(frames + 10)) == 2 * frames
    assert is_finished(path)
    assert not repair_wav(path)


def test_a_good_recording_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "good.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * 100)
    before = path.read_bytes()
    assert not repair_wav(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"x" * 100, b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff" + b"\0" * 60]
)
def test_what_is_no_wav_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.wav"
    path.write_bytes(content)
    with pytest.raises(NotRepairable, match=r"other\.wav"):
        repair_wav(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("recorded_seconds", "call_seconds", "cut"),
    [
        (10, 10, False),
        (9, 10, False),
        (7, 10, True),
        (0, 1, False),
        (0, 3, True),
        (95, 100, False),
        (80, 100, True),
    ],
)
def test_a_recording_much_shorter_than_its_call_is_cut(
    tmp_path: Path, recorded_seconds: int, call_seconds: float, cut: bool
) -> None:
    path = recording(tmp_path / "a.wav", bytes(BYTES_PER_SECOND * recorded_seconds))
    assert is_cut(path, call_seconds) == cut


def test_a_recording_that_is_gone_is_cut_and_not_finished(tmp_path: Path) -> None:
    assert is_cut(tmp_path / "none.wav", 1)
    assert not is_finished(tmp_path / "none.wav")


def test_a_recording_is_finished_when_its_header_says_so(tmp_path: Path) -> None:
    assert not is_finished(recording(tmp_path / "a.wav", b"\0\0"))
    assert is_finished(recording(tmp_path / "b.wav", b"\0\0", riff=38, data=2))


def test_room_is_what_the_disk_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_room(tmp_path)
    monkeypatch.setattr("dialer.recordings.NEEDED_BYTES", 1 << 80)
    assert not has_room(tmp_path)
