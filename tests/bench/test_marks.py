"""A packet tells which prompt it belongs to, by its first four bytes."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.marks import FRAME, LOUD, MARK_SAMPLES, SIGNS, SILENT, prompt, read_marks, write_prompt
from tests.sipp.g711 import encode


def starts(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    coded = np.frombuffer(encode(samples, "PCMA"), np.uint8)
    return coded.reshape(-1, FRAME)[:, :MARK_SAMPLES]


@pytest.mark.parametrize("number", range(len(SIGNS)))
def test_every_packet_of_a_prompt_is_known(number: int) -> None:
    assert set(read_marks(starts(prompt(number, 1.0)))) == {number}


def test_silence_and_other_sound_are_no_prompt() -> None:
    silence = np.zeros(FRAME, np.int16)
    quiet = np.full(FRAME, 1000, np.int16)
    mixed = np.tile(np.array([LOUD, -LOUD], np.int16), FRAME // 2)
    for samples in (silence, quiet, mixed):
        assert list(read_marks(starts(samples))) == [SILENT]


def test_another_rounding_changes_nothing() -> None:
    coded = starts(prompt(2, 0.1))
    assert set(read_marks(coded ^ np.uint8(1))) == {2}


def test_the_file_is_what_lines_play(tmp_path: Path) -> None:
    with wave.open(write_prompt(tmp_path / "p.wav", 0, 0.5)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() == 4000
