"""A shelf is exact to the sample, small, and the same each time."""

import io

import numpy as np
import pytest
import soundfile

from prompts.packing.shelf_file import SPACE_SECONDS, shelf_bytes, with_serial
from tests.prompts.packing.small_pack import RATE_HZ, beep

CLIPS = [beep(number) for number in range(12)]


@pytest.fixture(scope="module")
def shelf() -> tuple[bytes, list[int]]:
    return shelf_bytes(CLIPS, RATE_HZ)


def test_clips_begin_where_it_says(shelf: tuple[bytes, list[int]]) -> None:
    content, starts = shelf
    space = round(SPACE_SECONDS * RATE_HZ)
    lengths = [len(clip) + space for clip in CLIPS]
    assert starts == [sum(lengths[:number]) for number in range(len(CLIPS))]
    sound, rate_hz = soundfile.read(io.BytesIO(content))
    assert rate_hz == RATE_HZ
    assert len(sound) == sum(lengths)
    for clip, start in zip(CLIPS, starts, strict=True):
        assert np.corrcoef(sound[start : start + len(clip)], clip)[0, 1] > 0.95
        assert np.abs(sound[start + len(clip) + space // 2]) < 0.02  # nothing smears over the space


def test_it_is_made_alike_each_time(shelf: tuple[bytes, list[int]]) -> None:
    assert shelf_bytes(CLIPS, RATE_HZ) == shelf


def test_the_serial_changes_the_pages_and_not_the_sound(shelf: tuple[bytes, list[int]]) -> None:
    content, _ = shelf
    other = with_serial(content, 7)
    assert other != content
    assert with_serial(other, 1) == content
    assert np.array_equal(soundfile.read(io.BytesIO(other))[0], soundfile.read(io.BytesIO(content))[0])


def test_a_page_with_a_wrong_checksum_is_not_what_we_write(shelf: tuple[bytes, list[int]]) -> None:
    """The decoder checks each page: so the checksums that `with_serial` writes are right."""
    content, _ = shelf
    sound = soundfile.read(io.BytesIO(content))[0]
    broken = bytearray(content)
    last = content.rindex(b"OggS")
    broken[last + 22] ^= 0xFF
    try:
        heard = soundfile.read(io.BytesIO(bytes(broken)))[0]
    except soundfile.LibsndfileError:
        return
    assert len(heard) < len(sound)
