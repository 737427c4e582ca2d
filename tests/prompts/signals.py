"""Sounds of known level for the tests, and the P.56 meter written out sample by sample."""

import numpy as np

from prompts.audio import Clip, Samples


def sine(rms_dbfs: float, seconds: float, pitch_hz: float = 440.0, rate_hz: int = 8000) -> Clip:
    when = np.arange(round(seconds * rate_hz)) / rate_hz
    return Clip(np.sqrt(2) * 10 ** (rms_dbfs / 20) * np.sin(2 * np.pi * pitch_hz * when), rate_hz)


def noise(rms_dbfs: float, seconds: float, rate_hz: int = 8000, seed: int = 1) -> Clip:
    raw = np.random.default_rng(seed).standard_normal(round(seconds * rate_hz))
    return Clip(raw / np.sqrt(np.mean(raw**2)) * 10 ** (rms_dbfs / 20), rate_hz)


def silence(seconds: float, rate_hz: int = 8000) -> Clip:
    return Clip(np.zeros(round(seconds * rate_hz)), rate_hz)


def joined(*clips: Clip) -> Clip:
    return Clip(np.concatenate([clip.samples for clip in clips]), clips[0].rate_hz)


def bursts(rms_dbfs: float, on_seconds: float, off_seconds: float, times: int, rate_hz: int = 8000) -> Clip:
    pieces = []
    for seed in range(times):
        pieces += [noise(rms_dbfs, on_seconds, rate_hz, seed), silence(off_seconds, rate_hz)]
    return joined(*pieces)


def power_dbfs(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(samples))))


def starts_after_seconds(clip: Clip) -> float:
    """When the first 10 ms frame within 30 dB of the loudest one begins."""
    frame = clip.rate_hz // 100
    count = len(clip.samples) // frame
    power = np.square(clip.samples[: count * frame]).reshape(count, frame).mean(axis=1)
    return float(np.flatnonzero(power > power.max() / 1000)[0] / 100)


def p56_sample_by_sample(clip: Clip) -> tuple[float, float] | None:
    """ITU-T P.56 7.2, as the recommendation tells it: one sample after another, 15 counters."""
    decay = float(np.exp(-1 / (clip.rate_hz * 0.03)))
    hangover = round(0.2 * clip.rate_hz)
    thresholds = [0.5 ** (15 - j) for j in range(15)]
    active, hang = [0] * 15, [hangover] * 15
    p = q = squares = 0.0
    for sample in clip.samples.tolist():
        squares += sample * sample
        p = decay * p + (1 - decay) * abs(sample)
        q = decay * q + (1 - decay) * p
        for j, threshold in enumerate(thresholds):
            if q >= threshold:
                active[j], hang[j] = active[j] + 1, 0
            elif hang[j] < hangover:
                active[j], hang[j] = active[j] + 1, hang[j] + 1
    levels = [10 * np.log10(squares / count) if count else None for count in active]
    for j in range(1, 15):
        here, before = levels[j], levels[j - 1]
        if here is None or before is None:
            return None
        margin, margin_before = here - 20 * np.log10(thresholds[j]), before - 20 * np.log10(thresholds[j - 1])
        if margin <= 15.9:
            if margin_before < 15.9:
                return None
            share = (margin_before - 15.9) / (margin_before - margin)
            level = before + share * (here - before)
            return float(level), float(squares / len(clip.samples) / 10 ** (level / 10))
    return None
