"""The process beside the engine: started, started again, and never left behind."""

import os
import queue
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from campaigns.doors import watch
from campaigns.doors.watch import Watched, has_doors
from campaigns.settings import Home, SettingsFile

PATIENCE_SECONDS = 30.0

LIVES = "import os, sys; print('here', os.getpid(), flush=True); sys.stdin.read()"
DEAF = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); {LIVES}; time.sleep(600)"


class Heard:
    """What was told, in its order."""

    def __init__(self) -> None:
        self._said: queue.Queue[str] = queue.Queue()
        self.tell = self._said.put

    def next(self) -> str:
        return self._said.get(timeout=PATIENCE_SECONDS)

    def pid(self) -> int:
        return int(self.next().removeprefix("here "))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    monkeypatch.setattr(watch, "FIRST_WAIT_SECONDS", 0.01)
    return Heard()


@pytest.fixture
def watched(heard: Heard) -> Iterator[Watched]:
    made = Watched(_python(LIVES), heard.tell)
    made.start()
    yield made
    made.stop()


def _python(program: str) -> Sequence[str]:
    return [sys.executable, "-c", program]


def _gone(pid: int) -> bool:
    """Whether the process ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle):
        return bool(select.select([handle], [], [], PATIENCE_SECONDS)[0])


def test_it_ends_when_it_is_told_to(watched: Watched, heard: Heard) -> None:
    pid = heard.pid()
    watched.stop()
    assert _gone(pid)
    watched.stop()


def test_who_dies_is_started_again_and_it_is_said(watched: Watched, heard: Heard) -> None:
    first = heard.pid()
    os.kill(first, signal.SIGKILL)
    assert heard.next().startswith("What serves other systems ended by itself (signal 9) and is started")
    assert heard.pid() != first


def test_who_hangs_is_killed_and_started_again(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SILENT_SECONDS", 0.05)
    made = Watched(_python(f"print(chr(6)); {LIVES}"), heard.tell)
    made.start()
    first = heard.pid()
    assert heard.next().startswith(
        "What serves other systems gave no sign of life for 20 s, was ended and is"
    )
    assert _gone(first)
    assert heard.pid() != first
    made.stop()


def test_signs_of_life_are_heard_and_not_told(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SILENT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(watch, "STARTING_SECONDS", PATIENCE_SECONDS)
    beats = "from campaigns.doors.beats import beat; beat(); beat()"
    made = Watched(_python(f"{beats}; {LIVES}; print('half a line', end='')"), heard.tell)
    made.start()
    pid = heard.pid()
    made.stop()
    assert _gone(pid)
    assert heard.next() == "half a line"


def test_who_cannot_be_started_is_tried_again_and_keeps_nobody(heard: Heard) -> None:
    made = Watched(["/nonexistent/program"], heard.tell)
    made.start()
    assert "could not be started" in heard.next()
    assert "could not be started" in heard.next()
    made.stop()


def test_who_does_not_end_is_killed(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PARTING_SECONDS", 0.05)
    made = Watched(_python(DEAF), heard.tell)
    made.start()
    pid = heard.pid()
    made.stop()
    assert _gone(pid)


def test_it_does_not_outlive_an_engine_that_is_killed() -> None:
    program = f"""
import threading
from campaigns.doors.watch import Watched
Watched([{sys.executable!r}, "-c", {LIVES!r}], lambda line: print(line, flush=True)).start()
threading.Event().wait()
"""
    engine = subprocess.Popen(_python(program), stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    pid = int(engine.stdout.readline().removeprefix("here "))
    engine.kill()
    engine.communicate()
    assert _gone(pid)


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, False),
        ({"api": {"listen": "127.0.0.1:8080"}}, True),
        ({"mllp": {"listen": "127.0.0.1:2575", "campaign": "covid-results"}}, True),
        (
            {"fhir_servers": [{"name": "r", "url": "https://f.example", "campaign": "covid-results"}]},
            True,
        ),
    ],
)
def test_a_home_that_serves_nothing_has_no_such_process(
    tables: dict[str, object], expected: bool, tmp_path: Path
) -> None:
    trunks = [{"name": "main", "uri": "sip:127.0.0.1"}]
    home = Home(tmp_path, SettingsFile.model_validate({"trunks": trunks, **tables}))
    assert has_doors(home) is expected
