"""The keys of a telephone are heard by their tones as ITU-T Q.24 wants it, and speech presses none."""

from collections.abc import Iterable

import numpy as np
import pytest

from dialer.listen.inband import HIGH_HZ, LOW_HZ, PAD, RATE_HZ, ToneKeys
from tests.dialer_listen.sounds import Samples, glide, mixed, noise, silence, speech, through_a_law, tones

KEYS = [(row, column) for row in range(4) for column in range(3)]
FULL_SCALE = 32768
DBM0_DBFS = -6.15  # a sine of 0 dBm0 (ITU-T G.711), RMS


def dual(
    row: int,
    column: int,
    seconds: float = 0.06,
    low_dbm0: float = -10.0,
    high_dbm0: float = -10.0,
    low_off: float = 0.0,
    high_off: float = 0.0,
) -> Samples:
    """Two tones; levels each, and how far they are from where they should be, as a share."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    low = np.sin(2 * np.pi * LOW_HZ[row] * (1 + low_off) * time + row)
    high = np.sin(2 * np.pi * HIGH_HZ[column] * (1 + high_off) * time + 2 * column)
    sizes = [FULL_SCALE * np.sqrt(2) * 10 ** ((dbm0 + DBM0_DBFS) / 20) for dbm0 in (low_dbm0, high_dbm0)]
    both: Samples = np.clip(sizes[0] * low + sizes[1] * high, -32767, 32767).astype(np.int16)
    return both


def heard(*sounds: Samples, size: int = 160) -> str:
    line = through_a_law(np.concatenate((silence(0.0371), *sounds, silence(0.1))))
    ear = ToneKeys()
    return "".join(ear.feed(line[at : at + size]) for at in range(0, line.size, size))


def share_heard(sounds: Iterable[tuple[str, Samples]]) -> float:
    hits = [heard(sound) == key for key, sound in sounds]
    return sum(hits) / len(hits)


def each_key(**how: float) -> list[tuple[str, Samples]]:
    return [(PAD[row][column], dual(row, column, **how)) for row, column in KEYS]


@pytest.mark.parametrize("seconds", [0.04, 0.05, 0.1, 1.0])
def test_a_press_of_40_ms_or_more_is_one_key(seconds: float) -> None:
    assert share_heard(each_key(seconds=seconds)) == 1


@pytest.mark.parametrize("seconds", [0.005, 0.015, 0.02, 0.023])
def test_a_press_of_less_than_23_ms_is_none(seconds: float) -> None:
    assert {heard(sound) for _, sound in each_key(seconds=seconds)} == {""}


@pytest.mark.parametrize(
    ("low_dbm0", "high_dbm0", "share"),
    [(-3, -3, 1), (-25, -25, 1), (-10, -18, 1), (-14, -10, 1), (-38, -38, 0), (-10, -22, 0), (-17, -10, 0)],
    ids=["loud", "quiet", "twist", "reverse twist", "too quiet", "too much twist", "too much reverse twist"],
)
def test_levels_and_twist(low_dbm0: float, high_dbm0: float, share: float) -> None:
    assert share_heard(each_key(seconds=0.04, low_dbm0=low_dbm0, high_dbm0=high_dbm0)) == share


@pytest.mark.parametrize(
    ("off", "share"), [(0.0, 1), (0.015, 1), (-0.015, 1), (0.035, 0), (-0.035, 0), (0.05, 0)]
)
def test_frequencies_may_be_off_by_a_little(off: float, share: float) -> None:
    assert share_heard(each_key(low_off=off)) == share
    assert share_heard(each_key(high_off=off)) == share
    assert share_heard(each_key(low_off=off, high_off=-off)) == share


@pytest.mark.parametrize(("gap_seconds", "keys"), [(0.005, "5"), (0.01, "5"), (0.03, "55"), (0.04, "55")])
def test_an_interruption_is_no_pause(gap_seconds: float, keys: str) -> None:
    assert heard(dual(1, 1), silence(gap_seconds), dual(1, 1)) == keys


def test_other_keys_need_no_pause_between_them() -> None:
    assert heard(dual(0, 0), dual(1, 1), dual(0, 0), dual(3, 2)) == "151#"


@pytest.mark.parametrize("snr_db", [24, 15, 12])
def test_over_the_noise_of_a_line(snr_db: float) -> None:
    level = -10 + DBM0_DBFS + 3 - snr_db
    noisy = [(key, mixed(sound, noise(0.06, level, seed))) for seed, (key, sound) in enumerate(each_key())]
    assert share_heard(noisy) == 1


@pytest.mark.parametrize("size", [1, 7, 80, 160, 163, 320, 4000])
def test_the_size_of_the_pieces_does_not_matter(size: int) -> None:
    assert heard(dual(0, 0), silence(0.05), dual(3, 1), silence(0.05), dual(3, 1), size=size) == "100"


def test_it_is_told_within_40_ms() -> None:
    line = np.concatenate((silence(0.1), dual(2, 0, seconds=0.2)))
    ear = ToneKeys()
    told = [at for at in range(0, line.size, 40) if ear.feed(line[at : at + 40])]
    assert len(told) == 1
    assert told[0] / RATE_HZ - 0.1 < 0.04


NO_KEYS = {
    "silence": silence(2),
    "noise": noise(5, -20),
    "A to D": np.concatenate([dual(row, 3, 0.1) for row in range(4)]),
    "one tone": tones([770], 0.5),
    "one tone and its octave": tones([697, 1394], 0.5),
    "two low tones": tones([697, 941], 0.5),
    "three tones": tones([697, 1209, 1477], 0.5),
    "a key with a third tone": tones([770, 1336, 2100], 0.5),
    "ring-back of North America": tones([440, 480], 2.0),
    "busy of North America": tones([480, 620], 0.5),
    "dial tone": tones([350, 440], 2.0),
    "a fax": tones([1100], 1.0),
    "the answer tone of a modem": tones([2100], 1.0),
    "special information tone": np.concatenate(
        (tones([950], 0.33), tones([1400], 0.33), tones([1800], 0.33))
    ),
    "a glide": glide(600, 1600, 1.0),
}


@pytest.mark.parametrize("name", NO_KEYS)
def test_what_is_no_key(name: str) -> None:
    assert heard(NO_KEYS[name]) == ""


TALK = {
    "ru": "Алло, кто это говорит? Слушаю вас. У меня болит рука; ой-ой-ой, ууу, ааа, иии. Один два три.",
    "en-us": "Hello, nobody can take your call right now. Two, zero, oh, ooh, eee. We were away a year.",
    "fi": "Hyvää päivää, en voi nyt vastata puhelimeen. Jätä viesti äänimerkin jälkeen. Kiitos paljon.",
}


@pytest.mark.parametrize("pitch", [10, 40, 70, 99])
@pytest.mark.parametrize("language", TALK)
def test_nobody_talks_a_key(language: str, pitch: int) -> None:
    spoken = speech(language, TALK[language], pitch)
    assert spoken.size > 3 * RATE_HZ
    assert heard(spoken) == ""


def test_a_key_is_heard_after_words() -> None:
    assert heard(speech("ru", TALK["ru"]), silence(0.1), dual(1, 2, 0.08)) == "6"
