"""`dialer queue`: contacts from files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

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
from campaigns.intake.csv_file import Counts, IntakeDefaults, Tried, queue_csv, try_csv
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store.database import Database

Files = Annotated[list[Path], typer.Argument(help="CSV files: UTF-8 or Windows-1251, comma or semicolon.")]


DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be queued, and write nothing.")]
FAULTS_SHOWN = 20  # of a file that is wrong all over, a screenful is enough


def queue(
    campaign: CampaignName,
    files: Files,
    home: HomeOption,
    dry_run: DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Queue contacts from CSV files. What was queued before is known and added only once."""
    settings, database = open_home(home)
    script = script_named(settings, campaign)
    if dry_run:
        _try(settings, database, script, files, as_json)
        return
    results: list[tuple[Path, Counts]] = []
    failed = False
    for path in files:
        try:
            counts = _queue_one(settings, database, script, path)
        except CampaignsError as error:
            tell(str(error))
            failed = True
            continue
        results.append((path, counts))
        failed = failed or counts.new + counts.known == 0
    _show(results, as_json)
    if failed:
        raise typer.Exit(1)


def _queue_one(home: Home, database: Database, script: Script, path: Path) -> Counts:
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    with Progress(console=errors, transient=True) as progress:
        bar = progress.add_task(path.name, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        return queue_csv(database, script, path, defaults, datetime.now(UTC), advance)


def _try(home: Home, database: Database, script: Script, files: Sequence[Path], as_json: bool) -> None:
    """What each file would do by itself; exit 1 when one of them is of no use."""
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    tried: list[tuple[Path, Tried]] = []
    failed = False
    for path in files:
        try:
            tried.append((path, try_csv(database, script, path, defaults, datetime.now(UTC))))
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
        say(f"line {line}: {'; '.join(reasons)}")
    if wrong > FAULTS_SHOWN:
        say(f"and {wrong - FAULTS_SHOWN} more.")
    if found.ignored_columns:
        say(f"Not read, for the campaign has no such columns: {', '.join(found.ignored_columns)}.")


def _tried_as_data(path: Path, found: Tried) -> dict[str, Any]:
    faults = [{"line": line, "reasons": list(reasons)} for line, reasons in found.faults]
    return {"file": str(path), "queued": found.new, "known": found.known, "rejected": faults}


def _show(results: list[tuple[Path, Counts]], as_json: bool) -> None:
    if as_json:
        print_json([_as_data(path, counts) for path, counts in results])
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
