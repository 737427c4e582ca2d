"""`dialer queue`: contacts from files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

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
from campaigns.intake.csv_file import Counts, IntakeDefaults, queue_csv
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store.database import Database

Files = Annotated[list[Path], typer.Argument(help="CSV files: UTF-8 or Windows-1251, comma or semicolon.")]


def queue(campaign: CampaignName, files: Files, home: HomeOption, as_json: JsonOption = False) -> None:
    """Queue contacts from CSV files. What was queued before is known and added only once."""
    settings, database = open_home(home)
    script = script_named(settings, campaign)
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
