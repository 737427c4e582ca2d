"""A clinic that calls back: its queue_log, its operators, and the engines that it starts and kills."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlmodel import col, select

from bench.machine import descendants
from campaigns.demo.stage import zone_at_noon
from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.models import Attempt, Contact, OperatorCall
from campaigns.store import attempts, campaigns, contacts, tasks
from campaigns.store.database import open_database
from tests.sipp.ports import HOST
from tests.system.commands import DIALER, Desk
from tests.system.families import still_there

CAMPAIGN = "abandoned-callback"
SHIPPED = "connect: {mode: operator_first}"
LINES = 4  # of one process with pip's PJSIP
LOST_SECONDS_AGO = 120
WAITED_SECONDS = 60
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 45.0  # of a machine on which other tests run as well
STOP_SECONDS = 30.0
GONE_SECONDS = 15.0
SIP_PORTS, RTP_PORTS = (14600, 14699), (17600, 17799)


class Clinic:
    """`with Clinic(folder, home, trunk) as clinic:` has a home of its own; its engines end with it.

    trunk: where patients are called, and phones of operators at the same host. rules: of the campaign's
    `connect`.
    """

    def __init__(self, folder: Path, trunk: str, rules: str = "{mode: operator_first}") -> None:
        self._desk = Desk(folder)
        self.home = self._desk.home
        (self.home / "dialer.toml").write_text(
            f'[[trunks]]\nname = "town"\nuri = "{trunk}"\nnetworks = ["{HOST}"]\n'
            f"max_calls = {LINES}\ncalls_per_second = 20\n"
            f"[lines]\ncount = {LINES}\nsip_ports = {list(SIP_PORTS)}\nrtp_ports = {list(RTP_PORTS)}\n"
            f'[engine]\nring_seconds = 15\ntime_zone = "{zone_at_noon(datetime.now(UTC))}"\n',
            encoding="utf-8",
        )
        script = find_scripts(LIBRARY)[CAMPAIGN].read_text(encoding="utf-8")
        assert SHIPPED in script
        own = self.home / "campaigns" / f"{CAMPAIGN}.yaml"
        own.write_text(script.replace(SHIPPED, f"connect: {rules}"), encoding="utf-8")
        self.database = open_database(f"sqlite:///{self.home / 'dialer.db'}")
        self.engine: subprocess.Popen[bytes] | None = None
        self._families: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.engine is not None and self.engine.poll() is None:
            self.kill()
        for pid in still_there(self._families):
            os.kill(pid, signal.SIGKILL)
        self.database.close()

    # ------------------------------------------------------------ what people do

    def employ(self, name: str, address: str) -> None:
        """An operator comes to work."""
        self._desk.run("operators", "add", name, "--address", address)
        self._desk.run("operators", "on", name)

    def lose(self, *numbers: str) -> None:
        """Calls of these numbers have waited in the inbound queue in vain."""
        at = int(time.time()) - LOST_SECONDS_AGO
        lines = [
            line
            for count, number in enumerate(numbers)
            for line in (
                f"{at + count}|{at}.{count}|desk|NONE|ENTERQUEUE||{number}|1",
                f"{at + count + WAITED_SECONDS}|{at}.{count}|desk|NONE|ABANDON|1|1|{WAITED_SECONDS}",
            )
        ]
        log = self.home.parent / "queue_log"
        log.write_text("\n".join(lines) + "\n", encoding="utf-8")
        said = self._desk.run("queue", CAMPAIGN, "--from-queue-log", str(log)).stdout
        assert f"{len(numbers)} to be called back" in said, said
        campaigns.move(self.database, CAMPAIGN, "running", datetime.now(UTC))

    def data(self, *words: str) -> Any:
        """What a command says."""
        return self._desk.data(*words)

    # ------------------------------------------------------------ the engine

    def run(self, *words: str) -> None:
        """Start `dialer run`."""
        command = [os.fspath(DIALER), "run", *words, "--home", os.fspath(self.home)]
        with (self.home / "engine.log").open("ab") as log:
            self.engine = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def kill(self) -> list[int]:
        """kill -9 of the engine alone; the processes that it leaves behind."""
        assert self.engine is not None
        left = descendants(self.engine.pid)
        self._families += left
        self.engine.kill()
        self.engine.wait()
        return left

    def stop(self) -> None:
        """As a service is stopped."""
        assert self.engine is not None
        self._families += descendants(self.engine.pid)
        self.engine.send_signal(signal.SIGTERM)
        assert self.engine.wait(STOP_SECONDS) == 0, self.said

    def ended(self) -> None:
        """Until a run ends by itself, as `--until-idle` does."""
        assert self.engine is not None
        self.engine.wait(PATIENCE_SECONDS)
        assert self.engine.returncode == 0, self.said

    def all_gone(self, processes: Sequence[int]) -> None:
        """Until none of these runs any more."""
        self.until(lambda: not still_there(list(processes)), GONE_SECONDS)

    def until(
        self, seen: Callable[[], bool], seconds: float = PATIENCE_SECONDS, every: float = LOOK_SECONDS
    ) -> None:
        """Until that is so; the engine is another process, which tells nobody."""
        until = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < until, f"it did not happen: {self.results()}\n{self.said[-3000:]}"
            time.sleep(every)

    @property
    def said(self) -> str:
        """By all engines together."""
        return (self.home / "engine.log").read_text(encoding="utf-8", errors="replace")

    # ------------------------------------------------------------ the record

    def operator_calls(self) -> Sequence[OperatorCall]:
        """Every call of an operator's phone, in order."""
        with self.database.read() as session:
            return list(session.exec(select(OperatorCall).order_by(col(OperatorCall.id))))

    def results(self) -> list[str | None]:
        """What each of them came to; None: it is in progress."""
        return [call.result for call in self.operator_calls()]

    def bridged(self) -> bool:
        """Whether somebody talks, or has talked, as far as the record says."""
        return any(call.bridged_at for call in self.operator_calls())

    def attempts(self) -> list[Attempt]:
        """Every call of a patient."""
        return [attempt for attempt, _ in attempts.listing(self.database, CAMPAIGN)]

    def contact(self) -> Contact:
        """The only one."""
        [only] = contacts.listing(self.database, CAMPAIGN)
        return only

    def tasks(self) -> list[str]:
        """Why a human is needed."""
        return [task.reason for task in tasks.listing(self.database)]
