"""ITU-T G.711: PCM to A-law and mu-law, and back."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def encode(samples: Samples, codec: str) -> bytes:
    """`codec` is PCMA or PCMU."""
    return (_to_a_law if codec == "PCMA" else _to_mu_law)(samples.astype(np.int32))


def decode(payload: bytes, codec: str) -> Samples:
    decoded: Samples = _TABLES[codec][np.frombuffer(payload, np.uint8)]
    return decoded


def _to_a_law(x: NDArray[np.int32]) -> bytes:
    size = np.where(x >= 0, x, -x - 1) >> 3
    segment = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    coded = segment << 4 | (size >> np.maximum(segment, 1)) & 15
    return bytes((coded ^ np.where(x >= 0, 0xD5, 0x55)).astype(np.uint8))


def _to_mu_law(x: NDArray[np.int32]) -> bytes:
    size = np.minimum(np.abs(x), 32635) + 132
    segment = np.floor(np.log2(size)).astype(np.int32) - 7
    coded = np.where(x < 0, 0x80, 0) | segment << 4 | (size >> (segment + 3)) & 15
    return bytes((~coded & 0xFF).astype(np.uint8))


def _a_law_table() -> Samples:
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 15
    size = np.where(segment == 0, step << 4 | 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _mu_law_table() -> Samples:
    code = ~np.arange(256) & 0xFF
    size = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -size, size).astype(np.int16)


_TABLES = {"PCMA": _a_law_table(), "PCMU": _mu_law_table()}
