"""Captures loopback packets with tcpdump while something runs."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

STOP_SECONDS = 10.0
BUFFER_KB = 32768


class CaptureFailed(Exception):
    """Nothing was captured, or not all; the message is one plain sentence."""


@contextlib.contextmanager
def captured(path: Path, ports: str, snap_bytes: int = 0) -> Iterator[None]:
    """Write the UDP packets on loopback that match `ports`, a tcpdump expression. Raises CaptureFailed.

    Of each packet all is kept, or its first `snap_bytes`.
    """
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        raise CaptureFailed("tcpdump is not installed: apt-get install tcpdump.")
    kept = ["-s", str(snap_bytes)] if snap_bytes else []
    where = ["-w", str(path), f"udp and ({ports})"]
    command = [tcpdump, "-i", "lo", "-n", "-B", str(BUFFER_KB), *kept, *where]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    first = process.stderr.readline()
    if "listening" not in first:
        process.kill()
        raise CaptureFailed(f"tcpdump cannot capture (it needs root): {first.strip()}")
    try:
        yield
    finally:
        process.terminate()
        _, said = process.communicate(timeout=STOP_SECONDS)
    if (lost := re.search(r"(\d+) packets? dropped by kernel", said)) and int(lost[1]):
        raise CaptureFailed(f"tcpdump lost {lost[1]} packets: the machine is too busy to measure.")
