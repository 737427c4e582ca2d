"""A home that is served by `dialer serve` in a process of its own, and a key for it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaigns.store.creation import create_database

START_SECONDS = 30.0
END_SECONDS = 20.0
PER_SECOND = 100_000  # requests that the key may make: what is measured is the work, not the limit
DIALER = (sys.executable, "-m", "campaigns.cli")
_HOME = """\
[[trunks]]
name = "main"
uri = "sip:127.0.0.1:5060"
[api]
listen = "127.0.0.1:{port}"
[database]
url = "{url}"
{more}"""


@dataclass(frozen=True)
class Served:
    """Where it listens, and a laboratory's key."""

    home: Path
    port: int
    key: str
    process: "subprocess.Popen[bytes]"

    def cpu_seconds(self) -> float:
        """Of the process that serves, so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: Path, url: str, more: str = "") -> Iterator[Served]:
    """more: lines of dialer.toml besides."""
    port = free_port()
    home = folder / "home"
    home.mkdir()
    (home / "dialer.toml").write_text(_HOME.format(port=port, url=url, more=more), encoding="utf-8")
    create_database(url)
    made = _dialer("keys", "add", "bench", "--role", "laboratory", "--per-second", PER_SECOND, "--home", home)
    with open(folder / "served.log", "wb") as log:
        process = subprocess.Popen([*DIALER, "serve", "--home", str(home)], stdout=log, stderr=log)
    try:
        await_port(port, process)
        yield Served(home, port, made.splitlines()[-1], process)
    finally:
        process.terminate()
        process.wait(END_SECONDS)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _dialer(*words: object) -> str:
    done = subprocess.run([*DIALER, *map(str, words)], check=True, capture_output=True, text=True)
    return done.stdout


def await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until it listens there. Raises RuntimeError when it ends before that, or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("dialer serve did not begin to listen: see served.log in the bench's folder.")
