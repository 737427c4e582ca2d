"""`dialer queue --from-queue-log` and its like: calls that inbound queues lost, once or as they are lost."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from rich.progress import Progress as Bar

from campaigns.cli.options import errors, print_json, say, tell
from campaigns.errors import CampaignsError
from campaigns.flows.script import Script
from campaigns.intake import log_rejects
from campaigns.intake.callbacks import lost_calls
from campaigns.intake.callcenter import Callcenter
from campaigns.intake.contact_file import IntakeDefaults
from campaigns.intake.follow import LogIntake, Progress, follow
from campaigns.intake.log_format import LogFormat
from campaigns.intake.log_reading import Reading
from campaigns.intake.lost_calls_csv import read_lost_calls
from campaigns.intake.queue_log import QueueLog
from campaigns.rules.lost_calls import Taken
from campaigns.settings import Home
from campaigns.store.database import Database
from campaigns.store.lost_calls import LostCalls
from campaigns.words import LostCallFate

CSV_SOURCE = "file"  # its calls are told apart by their ids, whatever the file is called
FAULTS_SHOWN = 20

FATES: Mapping[LostCallFate, str] = {
    "callback": "to be called back",
    "joined": "joined with one that is called back",
    "got_through": "got through later",
    "misdial": "hung up at once",
    "withheld": "with a withheld number",
    "unusable": "without a number that can be called",
    "too_late": "too long ago",
}
"""In this order they are told."""


@dataclass(frozen=True)
class Sources:
    """What the options name. source: what the log is called in the records; "": its host and path."""

    queue_logs: Sequence[Path] = ()
    callcenters: Sequence[Path] = ()
    files: Sequence[Path] = ()
    source: str = ""

    @property
    def count(self) -> int:
        return len(self.queue_logs) + len(self.callcenters) + len(self.files)


@dataclass(frozen=True)
class Account:
    """What one look at one log or file came to."""

    path: Path
    read: int = 0
    broken: int = 0
    rejects: Path | None = None
    taken: Taken = field(default_factory=Taken)
    notices: Sequence[str] = ()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to tell."""
        return not (sum(self.taken.fates.values()) or self.taken.dropped or self.broken or self.notices)


@dataclass(frozen=True)
class Desk:
    """One campaign that calls back, and where its settings and records are."""

    home: Home
    db: Database
    script: Script

    def take_in(self, sources: Sources, *, as_json: bool) -> bool:
        """Take in what is new; False when one of the sources is of no use."""
        accounts: list[Account] = []
        for look in self._looks(sources):
            try:
                accounts.append(look())
            except CampaignsError as error:
                tell(str(error))
                continue
            if not as_json:
                _show(accounts[-1])
        if as_json:
            print_json([_as_data(account) for account in accounts])
        return len(accounts) == sources.count

    def follow(self, sources: Sources) -> None:
        """Take in what is new, then whatever is lost, until Ctrl-C. Raises what is wrong at the beginning."""
        logs = self._logs(sources)
        for log in logs:
            _show(self._account(_look(log)))
        over = threading.Event()

        def heed(_signal: int, _frame: FrameType | None) -> None:
            over.set()

        signal.signal(signal.SIGINT, heed)
        signal.signal(signal.SIGTERM, heed)
        say("Waiting for calls that are lost; Ctrl-C ends it.")
        follow(logs, lambda: datetime.now(UTC), over.wait, self._tell, tell)
        for log in logs:
            log.shelf.let_go(datetime.now(UTC))

    def try_out(self, sources: Sources, *, as_json: bool) -> None:
        """Say what would become of each loss that is new, and write nothing."""
        now = datetime.now(UTC)
        accounts = [self._tried(log.trial(now)) for log in self._logs(sources)]
        for path in sources.files:
            rows = read_lost_calls(path, self._defaults, now, trial=True)
            notices = [f"line {line}: {'; '.join(why)}" for line, why in rows.faults[:FAULTS_SHOWN]]
            taken = self._kept(sources.source or CSV_SOURCE).trial(rows.folded, now)
            accounts.append(Account(path, rows.rows, len(rows.faults), None, taken, notices))
        if as_json:
            print_json([_as_data(account) for account in accounts])
            return
        for account in accounts:
            _show(account)
        say("Nothing was written: this is what would become of them.")

    @property
    def _defaults(self) -> IntakeDefaults:
        return IntakeDefaults(self.home.file.engine.country, self.home.file.engine.time_zone)

    def _looks(self, sources: Sources) -> Iterator[Callable[[], Account]]:
        for log in self._logs(sources):
            yield lambda log=log: self._once(log)  # type: ignore[misc]
        for path in sources.files:
            yield lambda path=path: self._file(path, sources.source)  # type: ignore[misc]

    def _logs(self, sources: Sources) -> list[LogIntake]:
        country = self.home.file.engine.country
        formats: list[tuple[Path, Callable[[], LogFormat]]] = [
            *((path, lambda: QueueLog(country)) for path in sources.queue_logs),
            *((path, lambda: Callcenter(country)) for path in sources.callcenters),
        ]
        return [
            LogIntake(path, make, self._kept(sources.source or self._source(path))) for path, make in formats
        ]

    def _source(self, path: Path) -> str:
        """Two hosts with one database have their logs in the same place."""
        return f"{self.home.file.engine.node or socket.gethostname()}:{path.resolve()}"

    def _file(self, path: Path, source: str) -> Account:
        now = datetime.now(UTC)
        rows = read_lost_calls(path, self._defaults, now)
        taken = self._kept(source or CSV_SOURCE).take_in(rows.folded, None, None, now)
        notices = [rows.complaint] if rows.complaint else []
        return Account(path, rows.rows, len(rows.faults), rows.rejects_path, taken, notices)

    def _once(self, log: LogIntake) -> Account:
        account = self._account(_look(log))
        log.shelf.let_go(datetime.now(UTC))
        return account

    def _account(self, progress: Progress) -> Account:
        reading = progress.reading
        kept = log_rejects.keep(self.home.folder, progress.path, reading.faults)
        notices = (*_notices(progress.path, reading), *((kept.complaint,) if kept.complaint else ()))
        return Account(progress.path, reading.lines, reading.broken, kept.path, progress.taken, notices)

    def _tell(self, progress: Progress) -> None:
        account = self._account(progress)
        if not account.idle:
            _show(account)

    def _tried(self, progress: Progress) -> Account:
        reading = progress.reading
        faults = [f"line {fault.line}: {fault.reason}" for fault in reading.faults[:FAULTS_SHOWN]]
        notices = (*_notices(progress.path, reading), *faults)
        return Account(progress.path, reading.lines, reading.broken, None, progress.taken, notices)

    def _kept(self, source: str) -> LostCalls:
        misdial = timedelta(seconds=self.home.file.queue.misdial_seconds)
        return lost_calls(self.db, self.script, source, self._defaults, misdial, datetime.now(UTC))


def _look(log: LogIntake) -> Progress:
    """The first look may take a while, where somebody looks on."""
    with Bar(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(log.path.name, total=None)
        return log.look(
            datetime.now(UTC), lambda lines: bar.update(task, description=f"{log.path.name}: {lines} lines")
        )


def _notices(path: Path, reading: Reading) -> tuple[str, ...]:
    """What is amiss with a log, in sentences."""
    instead = (
        "are counted as written when they were read" if reading.live else "have the time of the one before"
    )
    jumped = f"The clock of {path} jumped at {reading.jumps} lines: they {instead}."
    unfinished = f"The last line of {path} has no end yet: it is read when it has."
    return tuple(
        sentence
        for sentence, holds in (
            (reading.notice, reading.notice),
            (jumped, reading.jumps),
            (unfinished, reading.unfinished),
        )
        if holds
    )


def _show(account: Account) -> None:
    """One line of figures, then where to look."""
    fates = account.taken.fates
    lost = ", ".join(f"{fates[fate]} {words}" for fate, words in FATES.items() if fates.get(fate))
    parts = [f"{account.read} lines read", f"{account.broken} broken", f"{sum(fates.values())} calls lost"]
    if account.taken.known:
        parts.append(f"{account.taken.known} known already")
    if account.taken.dropped:
        parts.append(f"{account.taken.dropped} callbacks dropped, for their numbers got through")
    say(f"{account.path}: {', '.join(parts)}{': ' if lost else ''}{lost}.")
    if account.rejects:
        say(f"What is wrong stands in {account.rejects}, line by line.")
    for notice in account.notices:
        tell(notice)


def _as_data(account: Account) -> dict[str, Any]:
    return {
        "file": str(account.path),
        "lines": account.read,
        "broken": account.broken,
        "rejects": str(account.rejects) if account.rejects else None,
        "lost": {fate: account.taken.fates.get(fate, 0) for fate in FATES},
        "known": account.taken.known,
        "dropped": account.taken.dropped,
        "notices": list(account.notices),
    }
