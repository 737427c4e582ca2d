"""Nodes as processes of their own, each with a home; a campaign for them, and what is left to judge by."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.machine import descendants
from campaigns.demo.stage import zone_at_noon
from campaigns.store import campaigns, contacts
from campaigns.store.database import Database
from tests.chaos.plan import CAMPAIGN, Person, Plan, number
from tests.chaos.scene import GONE_SECONDS, queued
from tests.sipp.behaviours import Answers
from tests.system.commands import DIALER
from tests.system.families import still_there

PEOPLE = 8
LINES = 4  # of each node
TRUNK_CALLS = LINES + 2  # of all nodes together: what one leaves open, others cannot use
LOOK_SECONDS = 0.1
LATER = "later"  # a campaign whose window opens soon, but not while the test lasts
OPENS_IN = timedelta(minutes=5)
FIRST_PORTS, PORTS = (14900, 17900), 50  # apart from those of the chaos tests
HEARS = Answers(keys=((700, "1"), (6000, "2")), ring_ms=300, press_ms=100)
"""Says that it is them; the key after the message comes late enough for a node that stood still for 2 s."""

QUICK = Answers(keys=((700, "1"), (3000, "2")), ring_ms=300, press_ms=100)

EVERYBODY = Plan(
    seed=0,
    people=[Person(f"C-{place}", number(place), hears=True) for place in range(PEOPLE)],
    patients={number(place): HEARS for place in range(PEOPLE + 1)},
    harms=(),
)
NOT_YET = Person("L-1", number(PEOPLE), hears=True)


@dataclass
class Node:
    """One machine: its home, and the engine that runs on it."""

    name: str
    home: Path
    command: Sequence[str]
    _process: subprocess.Popen[bytes] | None = None
    _family: list[int] = field(default_factory=list)
    _asked: bool = False

    def start(self) -> None:
        """Begin to work, as a service would."""
        with (self.home / "engine.log").open("ab") as log:
            self._process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def kill(self) -> None:
        """Without a word."""
        assert self._process is not None
        self._family += descendants(self._process.pid)
        self._process.kill()
        self._process.wait()

    def ask_to_stop(self) -> None:
        """Politely; unless it was asked already, for that would be an order."""
        if self._process is not None and self._process.poll() is None and not self._asked:
            self._asked = True
            self._family += descendants(self._process.pid)
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Politely, then not; its exit code, 0 for one that never ran."""
        self.ask_to_stop()
        if self._process is None:
            return 0
        try:
            return self._process.wait(20.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def left_behind(self) -> int:
        """How many of its processes are there still, after a while."""
        wait_for(lambda: not still_there(self._family), GONE_SECONDS)
        left = still_there(self._family)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return len(left)

    @property
    def said(self) -> str:
        """All that it ever told."""
        return (self.home / "engine.log").read_text(encoding="utf-8", errors="replace")


def node(
    name: str, folder: Path, speaking: Path, trunk: str, url: str, minutes_off: float | None = None
) -> Node:
    """A machine that is not switched on. minutes_off: of its clock, with neighbours that wait less."""
    home = folder / name
    shutil.copytree(speaking, home)
    sip, rtp = (first + PORTS * (ord(name) - ord("a")) for first in FIRST_PORTS)
    (home / "dialer.toml").write_text(
        f'[[trunks]]\nname = "sipp"\nuri = "{trunk}"\nmax_calls = {TRUNK_CALLS}\ncalls_per_second = 20\n'
        f"[lines]\ncount = {LINES}\nsip_ports = [{sip}, {sip + PORTS - 1}]\n"
        f"rtp_ports = [{rtp}, {rtp + PORTS - 1}]\n"
        f'[engine]\nring_seconds = 15\nnode = "{name}"\n[database]\nurl = "{url}"\n'
    )
    opens = (datetime.now(UTC) + OPENS_IN).strftime("12:%M" if _same_hour() else "13:%M")
    script = (home / "campaigns" / f"{CAMPAIGN}.yaml").read_text(encoding="utf-8")
    later = script.replace(f"name: {CAMPAIGN}", f"name: {LATER}").replace('"9:00-', f'"{opens}-')
    (home / "campaigns" / f"{LATER}.yaml").write_text(later, encoding="utf-8")
    usual = [os.fspath(DIALER), "run", "--home", os.fspath(home)]
    odd = [sys.executable, "-m", "tests.nodes.runner", os.fspath(home), str(minutes_off)]
    return Node(name, home, usual if minutes_off is None else odd)


def furnish(database: Database) -> None:
    """Everybody is queued, and both campaigns run."""
    now = datetime.now(UTC)
    zone = zone_at_noon(now)
    everybody = [queued(who, zone) for who in EVERYBODY.people]
    contacts.add(database, [*everybody, queued(NOT_YET, zone, LATER)], now)
    for name in (CAMPAIGN, LATER):
        campaigns.move(database, name, "running", now)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_SECONDS)  # the product is another process: there is nothing to wait on
    return True


def _same_hour() -> bool:
    """Whether the later window opens in the hour that it is: it is twelve something where people live."""
    now = datetime.now(UTC)
    return (now + OPENS_IN).hour == now.hour
