"""Many laboratories at once against a real `dialer run`, while it calls and while it is killed."""

import asyncio
import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from campaigns.flows.loader import LIBRARY
from campaigns.models import Contact
from campaigns.store.database import open_database
from tests.courier.receivers import closed_port
from tests.doors.senders import CAMPAIGN, Laboratory
from tests.sipp.behaviours import Answers
from tests.sipp.patients import SippPatients, needs_sipp
from tests.system.commands import Desk

LINES = "[lines]\nsip_ports = [14900, 15099]\nrtp_ports = [22000, 23999]\n"
YEAR = ((1500, "1"), (300, "9"), (300, "5"), (300, "4"))
HEARS_AND_MARKS = Answers(keys=((1500, "1"), *YEAR, (2500, "2"), (1500, "5")))
PATIENTS = [f"+791234567{number:02d}" for number in range(4)]
OF_MLLP = "lab-results"  # a campaign that nobody launches: whom laboratories name there is not called
PATIENCE_SECONDS = 100.0  # also on a machine that has much else to do


class Running:
    """`dialer run` in a process of its own, and what it tells."""

    def __init__(self, desk: Desk) -> None:
        self.process = desk.start("run")
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read, args=(pipe,), daemon=True)
            for pipe in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def wait_for(self, *parts: str) -> None:
        """Until it has told all of these."""
        missing, until = set(parts), time.monotonic() + PATIENCE_SECONDS
        while missing:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{missing} was not told, but: {''.join(self.said)}") from None
            missing -= {part for part in missing if part in line}

    def kill_doors(self) -> None:
        """The process that serves, not the engine."""
        os.kill(_serving(self.process.pid), signal.SIGKILL)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_SECONDS)
        for reader in self._readers:
            reader.join(PATIENCE_SECONDS)
        return code

    def close(self) -> None:
        """Whatever became of the test, it is not left behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _read(self, pipe: object) -> None:
        for line in pipe:  # type: ignore[attr-defined]
            self.said.append(line)
            self._lines.put(line)


def _serving(engine: int) -> int:
    threads = Path(f"/proc/{engine}/task").iterdir()  # a child is of the thread that started it
    children = [pid for thread in threads for pid in (thread / "children").read_text().split()]
    [found] = [pid for pid in children if b"--beside-engine" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return int(found)


@pytest.mark.sipp
@pytest.mark.timeout(400)
@needs_sipp()
@pytest.mark.parametrize(
    ("seconds", "senders", "kills"),
    [
        (1.5, (1, 5, 4), ("doors",)),
        pytest.param(60.0, (10, 20, 20), (), marks=pytest.mark.soak),
        pytest.param(60.0, (10, 20, 20), ("doors", "engine", "doors"), marks=pytest.mark.soak),
    ],
)
def test_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path, seconds: float, senders: tuple[int, int, int], kills: Sequence[str]
) -> None:
    api, mllp = closed_port(), closed_port()
    doors = (
        f'[api]\nlisten = "127.0.0.1:{api}"\n[mllp]\nlisten = "127.0.0.1:{mllp}"\ncampaign = "{OF_MLLP}"\n'
    )
    with ExitStack() as stack:
        sipp = stack.enter_context(
            SippPatients(dict.fromkeys(PATIENTS, HEARS_AND_MARKS), seconds=5 * PATIENCE_SECONDS + 3 * seconds)
        )
        desk = Desk(tmp_path, sipp.uri, settings=LINES + doors)
        script = (LIBRARY / f"{CAMPAIGN}.yaml").read_text(encoding="utf-8")
        own = desk.home / "campaigns" / f"{OF_MLLP}.yaml"
        own.write_text(script.replace(f"name: {CAMPAIGN}", f"name: {OF_MLLP}"), encoding="utf-8")
        key = desk.run("keys", "add", "lab", "--role", "laboratory").stdout.split()[-1]
        desk.queue([f"P{place},{number}" for place, number in enumerate(PATIENTS)])
        desk.run("campaign", "launch", CAMPAIGN)
        runs = [stack.enter_context(closing(Running(desk)))]
        runs[0].wait_for("Open: the API", "Open: HL7")
        later = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        until = time.monotonic() + seconds + PATIENCE_SECONDS * bool(kills)
        lab = Laboratory(f"http://127.0.0.1:{api}", ("127.0.0.1", mllp), key, later, until)
        sending = threading.Thread(target=lambda: asyncio.run(lab.send(*senders)))
        sending.start()
        for kill in kills:
            _let_send(lab, seconds / (1 + len(kills)))
            if kill == "doors":
                runs[-1].kill_doors()
                runs[-1].wait_for("ended by itself (signal 9)", "Open: the API", "Open: HL7")
            else:
                runs[-1].end(signal.SIGKILL)
                runs.append(stack.enter_context(closing(Running(desk))))
                runs[-1].wait_for("Open: the API", "Open: HL7")
        lab.until = time.monotonic() + seconds / (1 + len(kills))
        sending.join(seconds + PATIENCE_SECONDS)
        assert not sending.is_alive()
        sipp.wait_until(lambda seen: sum(line.what == "answered" for line in seen) >= len(PATIENTS), 60)
        assert runs[-1].end(signal.SIGTERM) == 0
        seen = sipp.report()
    assert lab.odd == []
    stored = _stored(desk)
    assert len(stored) == len(set(stored))
    assert lab.safe <= set(stored)
    assert set(stored) - lab.safe <= {f"P{place}" for place in range(len(PATIENTS))}
    assert len(lab.safe) > 50 * seconds / 10
    if "engine" not in kills:
        assert seen.calls == len(PATIENTS)
        assert desk.report()["outcomes"] == {"completed": len(PATIENTS)}
    said = "".join(line for run in runs for line in run.said)
    assert "Traceback" not in said
    for secret in ("Иванова", "+7922", "+7912", "1954", key):
        assert secret not in said


def _let_send(lab: Laboratory, seconds: float) -> None:
    """Until it has sent for so long, and something of it is safe."""
    until, before = time.monotonic() + seconds, len(lab.safe)
    while time.monotonic() < until or len(lab.safe) == before:
        threading.Event().wait(0.02)


def _stored(desk: Desk) -> list[str]:
    with (
        closing(open_database(f"sqlite:///{desk.home / 'dialer.db'}")) as database,
        database.read() as session,
    ):
        return list(session.exec(select(col(Contact.external_id))))
