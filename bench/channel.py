"""What a telephone line does to speech: A-law, lost packets, noise (pure)."""

from dataclasses import dataclass

import numpy as np

from prompts.audio import Clip, Samples
from tests.sipp.g711 import decode, encode

RATE_HZ = 8000
PACKET = 160  # samples; 20 ms
HALF_PACKET = PACKET // 2
# ITU-T G.711 Appendix I, simplified: a lost packet repeats the last one that came, not the last pitch period;
# as there, each further 10 ms is a fifth quieter, and after 60 ms there is silence.
CONCEALED_GAINS = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)  # by 10 ms
DBFS_AT_0_DBM0 = -6.15  # A-law: the largest sine is +3.14 dBm0; 0 dBFS is a full-scale square wave


@dataclass(frozen=True)
class Line:
    """A bad line: `lost` is the share of packets, at random; white noise at the far end."""

    lost: float = 0.01
    noise_dbm0: float = -45.0
    seed: int = 5


def through(line: Line, clip: Clip) -> Clip:
    """What the far end hears of a clip of 8 kHz: as long as the clip, and in step with it."""
    dice = np.random.default_rng(line.seed)
    sent = np.clip(np.rint(clip.samples * 32768), -32768, 32767).astype(np.int16)
    came = decode(encode(sent, "PCMA"), "PCMA").astype(np.float64) / 32768
    packets = -(-len(came) // PACKET)
    heard = concealed(came, dice.random(packets) < line.lost)
    level = 10 ** ((line.noise_dbm0 + DBFS_AT_0_DBM0) / 20)
    return Clip(heard + level * dice.standard_normal(len(heard)), RATE_HZ)


def concealed(samples: Samples, lost: np.typing.NDArray[np.bool_]) -> Samples:
    """Each lost packet is filled with the last one that came, quieter and quieter."""
    padded = np.zeros(len(lost) * PACKET)
    padded[: len(samples)] = samples
    packets = padded.reshape(-1, PACKET)
    last, missing = np.zeros(PACKET), 0
    for at, gone in enumerate(lost):
        if not gone:
            last, missing = packets[at].copy(), 0
            continue
        for half in (slice(0, HALF_PACKET), slice(HALF_PACKET, PACKET)):
            packets[at, half] = last[half] * CONCEALED_GAINS[min(missing, len(CONCEALED_GAINS) - 1)]
            missing += 1
    return padded[: len(samples)]
