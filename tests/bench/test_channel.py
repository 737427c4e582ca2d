"""The line that the bench speaks over."""

import numpy as np
import pytest

from bench.channel import DBFS_AT_0_DBM0, PACKET, Line, concealed, through
from prompts.audio import Clip
from tests.prompts.signals import power_dbfs, silence, sine

CLEAN = Line(lost=0.0, noise_dbm0=-200.0)


def test_a_clean_line_changes_speech_as_little_as_a_law_does() -> None:
    clip = sine(-20.0, 1.0)
    error = through(CLEAN, clip).samples - clip.samples
    assert -60.0 < power_dbfs(error) < -53.0  # ITU-T G.712 asks for 33 dB between speech and what A-law adds


def test_the_line_adds_its_noise() -> None:
    heard = through(Line(lost=0.0, noise_dbm0=-45.0), silence(2.0))
    assert power_dbfs(heard.samples) == pytest.approx(-45.0 + DBFS_AT_0_DBM0, abs=0.2)


def test_the_same_line_spoils_the_same_packets() -> None:
    clip = sine(-20.0, 2.0)
    assert np.array_equal(through(Line(), clip).samples, through(Line(), clip).samples)
    assert not np.array_equal(through(Line(), clip).samples, through(Line(seed=6), clip).samples)


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_as_many_packets_are_lost_as_were_asked_for(share: float) -> None:
    clip = Clip(np.random.default_rng(1).uniform(-0.5, 0.5, 4000 * PACKET), 8000)
    kept, lossy = (through(Line(lost, -200.0), clip).samples for lost in (0.0, share))
    changed = (kept != lossy).reshape(-1, PACKET).any(axis=1).mean()
    assert changed == pytest.approx(share, rel=0.35)


def test_a_clip_keeps_its_length_also_when_its_last_packet_is_short() -> None:
    assert len(through(Line(), sine(-20.0, 0.033)).samples) == 264


def test_a_lost_packet_repeats_the_last_and_fades_to_silence() -> None:
    samples = np.repeat([0.5, 0.1, 0.2, 0.3, 0.4], PACKET)
    heard = concealed(samples, np.array([False, True, True, True, False]))
    halves = [0.5, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0, 0.4, 0.4]
    assert heard == pytest.approx(np.repeat(halves, PACKET // 2))


def test_what_is_lost_at_the_beginning_is_silence() -> None:
    assert not concealed(np.full(PACKET, 0.5), np.array([True])).any()
