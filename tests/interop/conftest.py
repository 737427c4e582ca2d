"""One pool of lines and one SIPp for a module; a prompt to play."""

import random
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk
from tests.interop.desk import Desk

MakeDesk = Callable[..., Desk]
RTP_PORTS = range(26400, 30000, 900)  # one of these blocks for a pool: a far end before may still send


@pytest.fixture(scope="module")
def make_desk() -> Iterator[MakeDesk]:
    """Starts lines for trunks; stops them when the module is done."""
    pools: list[LinePool] = []

    def make(*trunks: Trunk, count: int = 8, heartbeat_seconds: float = 10.0) -> Desk:
        rtp_port = random.choice(RTP_PORTS)
        ports = (15500, 15990, rtp_port, rtp_port + RTP_PORTS.step - 1)
        pool = LinePool(
            LineSettings(trunks, count, *ports, start_seconds=30.0, heartbeat_seconds=heartbeat_seconds)
        )
        pools.append(pool)
        pool.start()
        return Desk(pool)

    yield make
    for pool in pools:
        pool.stop()


@pytest.fixture(scope="session")
def prompt(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One second of sound, 8 kHz mono."""
    path: Path = tmp_path_factory.mktemp("prompts") / "second.wav"
    t = np.arange(8000) / 8000
    sound = (6000 * np.sin(2 * np.pi * 300 * t) * np.abs(np.sin(2 * np.pi * 3 * t))).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(sound.tobytes())
    return str(path)
