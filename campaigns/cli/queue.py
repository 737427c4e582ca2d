"""`dialer queue`: contacts from files, and lost calls from logs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from campaigns.cli.hl7 import FATES, entered, intake_of
from campaigns.cli.lost_calls import Desk, Sources
from campaigns.cli.options import (
    CampaignName,
    HomeOption,
    JsonOption,
    errors,
    open_home,
    print_json,
    say,
    tell,
)
from campaigns.errors import CampaignsError
from campaigns.flows.script import Script
from campaigns.intake.contact_file import Counts, IntakeDefaults, Tried, queue_file, try_file
from campaigns.intake.errors import IntakeError
from campaigns.intake.hl7_v2.file import Hl7Intake, is_hl7
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store.database import Database

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="CSV (UTF-8 or Windows-1251, comma or semicolon), JSON list, JSON lines, or HL7."),
]
QueueLogs = Annotated[
    list[Path] | None, typer.Option("--from-queue-log", help="A queue_log of Asterisk: the calls it lost.")
]
Callcenters = Annotated[
    list[Path] | None,
    typer.Option("--from-callcenter", help="Events of FreeSWITCH's callcenter: JSON lines or headers."),
]
LostCalls = Annotated[
    list[Path] | None,
    typer.Option("--from-lost-calls", help="A CSV of lost calls: phone, lost_at; queue, waited_seconds, id."),
]
Follow = Annotated[
    bool, typer.Option("--follow", help="Go on with what is written to the logs, until Ctrl-C.")
]
Source = Annotated[
    str, typer.Option("--source", help="What the log is called; else it is known by its host and path.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be queued, and write nothing.")]
FAULTS_SHOWN = 20  # of a file that is wrong all over, a screenful is enough


def queue(
    campaign: CampaignName,
    home: HomeOption,
    files: Files = None,
    queue_logs: QueueLogs = None,
    callcenters: Callcenters = None,
    lost_calls: LostCalls = None,
    follow: Follow = False,
    source: Source = "",
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Queue contacts from CSV or JSON files, or calls that an inbound queue lost; each only once."""
    sources = Sources(queue_logs or (), callcenters or (), lost_calls or (), source)
    _demand_sense(files or (), sources, follow, dry_run, as_json)
    settings, database = open_home(home)
    script = script_named(settings, campaign)
    if sources.count:
        _take_lost_calls(Desk(settings, database, script), sources, follow, dry_run, as_json)
    elif dry_run:
        _try(settings, database, script, files or (), as_json)
    else:
        _queue_all(settings, database, script, files or (), as_json)


def _demand_sense(
    files: Sequence[Path], sources: Sources, follow: bool, dry_run: bool, as_json: bool
) -> None:
    """Wrong use ends the command with 2."""
    complaints = {
        "Name a file to queue, or a log with --from-queue-log.": not files and not sources.count,
        "Queue contacts and lost calls with a command each.": bool(files and sources.count),
        "--follow needs a log, and goes with neither --dry-run, --json nor --from-lost-calls.": follow
        and bool(dry_run or as_json or sources.files or not sources.count),
        "--source names one log: give each a command of its own.": bool(sources.source)
        and sources.count != 1,
    }
    for sentence, holds in complaints.items():
        if holds:
            raise typer.BadParameter(sentence)


def _take_lost_calls(desk: Desk, sources: Sources, follow: bool, dry_run: bool, as_json: bool) -> None:
    if follow:
        desk.follow(sources)
    elif dry_run:
        desk.try_out(sources, as_json=as_json)
    elif not desk.take_in(sources, as_json=as_json):
        raise typer.Exit(1)


def _queue_all(home: Home, database: Database, script: Script, files: Sequence[Path], as_json: bool) -> None:
    results: list[tuple[Path, Counts]] = []
    sent: list[dict[str, Any]] = []
    failed = False
    for path in files:
        try:
            if is_hl7(path):
                sent.append(_queue_hl7(intake_of(home, database, script.name), path, as_json))
                failed = failed or not any(count for fate, count in sent[-1].items() if fate in FATES)
                continue
            counts = _queue_one(home, database, script, path)
        except CampaignsError as error:
            tell(str(error))
            failed = True
            continue
        results.append((path, counts))
        failed = failed or counts.new + counts.known == 0
    _show(results, sent, as_json)
    if failed:
        raise typer.Exit(1)


def _queue_hl7(intake: Hl7Intake, path: Path, as_json: bool) -> dict[str, Any]:
    """The messages of a file, as if they came over MLLP: how many results met which fate."""
    counts = entered(intake, path)
    if not as_json:
        refused = f"{counts['refused']} messages refused" if counts["refused"] else ""
        done = [f"{counts[fate]} {words}" for fate, (_, words) in FATES.items() if counts[fate]]
        say(f"{path}: {', '.join((*done, *filter(None, [refused]))) or 'nothing for this campaign'}.")
    if counts["refused"]:
        tell(f"What is wrong with refused messages: dialer hl7 check {path}")
    return {"file": str(path), **counts}


def _queue_one(home: Home, database: Database, script: Script, path: Path) -> Counts:
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    with Progress(console=errors, transient=True) as progress:
        bar = progress.add_task(path.name, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        return queue_file(database, script, path, defaults, datetime.now(UTC), advance)


def _try(home: Home, database: Database, script: Script, files: Sequence[Path], as_json: bool) -> None:
    """What each file would do by itself; exit 1 when one of them is of no use."""
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    tried: list[tuple[Path, Tried]] = []
    failed = False
    for path in files:
        try:
            if is_hl7(path):
                raise IntakeError(f"{path} holds HL7 messages: try them with dialer hl7 check {path}")
            tried.append((path, try_file(database, script, path, defaults, datetime.now(UTC))))
        except CampaignsError as error:
            tell(str(error))
            failed = True
    if as_json:
        print_json([_tried_as_data(path, found) for path, found in tried])
    for path, found in () if as_json else tried:
        _show_tried(path, found)
    if failed or any(found.new + found.known == 0 for _, found in tried):
        raise typer.Exit(1)


def _show_tried(path: Path, found: Tried) -> None:
    wrong = len(found.faults)
    say(f"{path}: {found.new} would be queued, {found.known} are known already, {wrong} would be rejected.")
    for line, reasons in found.faults[:FAULTS_SHOWN]:
        say(f"{found.unit} {line}: {'; '.join(reasons)}")
    if wrong > FAULTS_SHOWN:
        say(f"and {wrong - FAULTS_SHOWN} more.")
    if found.ignored_columns:
        say(f"Not read, for the campaign has no such columns: {', '.join(found.ignored_columns)}.")


def _tried_as_data(path: Path, found: Tried) -> dict[str, Any]:
    faults = [{found.unit: line, "reasons": list(reasons)} for line, reasons in found.faults]
    return {"file": str(path), "queued": found.new, "known": found.known, "rejected": faults}


def _show(results: list[tuple[Path, Counts]], sent: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json([*(_as_data(path, counts) for path, counts in results), *sent])
        return
    for path, counts in results:
        say(f"{path}: {counts.new} queued, {counts.known} known already, {counts.rejected} rejected.")
        if counts.rejects_path:
            say(f"What is wrong stands in {counts.rejects_path}, line by line.")
        if counts.ignored_columns:
            say(f"Not read, for the campaign has no such columns: {', '.join(counts.ignored_columns)}.")
        if counts.complaint:
            tell(counts.complaint)


def _as_data(path: Path, counts: Counts) -> dict[str, str | int | None]:
    rejects = str(counts.rejects_path) if counts.rejects_path else None
    return {
        "file": str(path),
        "queued": counts.new,
        "known": counts.known,
        "rejected": counts.rejected,
        "rejects": rejects,
    }
