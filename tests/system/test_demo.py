"""The demonstration as a newcomer runs it: real processes, real SIP and RTP, and the proof at its end."""

import subprocess
import wave
from pathlib import Path

import pytest

from tests.system.commands import DIALER

PROMISED_SECONDS = 180.0  # to a newcomer, on a machine that does nothing else
PATIENCE_SECONDS = 300.0  # beside other tests


@pytest.mark.timeout(PATIENCE_SECONDS + 60)
@pytest.mark.parametrize(
    "seconds", [PATIENCE_SECONDS, pytest.param(PROMISED_SECONDS, marks=pytest.mark.soak)]
)
def test_the_demonstration_is_true_and_leaves_what_it_promises(tmp_path: Path, seconds: float) -> None:
    home = tmp_path / "demo"
    done = subprocess.run(
        [str(DIALER), "demo", "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The database says what the phones did: 24 calls compared." in done.stdout
    assert "<svg" in (home / "report.html").read_text(encoding="utf-8")
    assert (home / "dialer.db").exists()
    with wave.open(str(home / "call.wav")) as call:
        assert (call.getframerate(), call.getnchannels()) == (8000, 1)
        assert call.getnframes() > 10 * 8000


def test_a_folder_that_is_no_demonstration_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    done = subprocess.run(
        [str(DIALER), "demo", "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "is no demonstration" in done.stderr
    assert precious.read_text() == "mine"
