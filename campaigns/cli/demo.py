"""`dialer demo`: everything on this machine, and the proof that the records are true."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import typer

from campaigns.assemble import running_engine
from campaigns.cli.campaign import print_report
from campaigns.cli.options import console, say, tell
from campaigns.cli.run import heed_signals, watch
from campaigns.cli.tasks import tasks_table
from campaigns.demo.people import Person, people
from campaigns.demo.stage import CAMPAIGNS, free_ports, make_home, phone_log, phones_for, queue_people
from campaigns.demo.verdict import differences, read_records
from campaigns.settings import Home
from campaigns.store import attempts, figures, tasks
from campaigns.store.database import Database
from campaigns.web.report import report_page
from dialer.phones import read_log


def play(home: Path, patients: int) -> None:
    """Call simulated patients over real SIP and RTP, leave the records in `home`, and compare them."""
    began = time.monotonic()
    ports = free_ports()
    settings = make_home(home, ports)
    cast = people(patients)
    database = queue_people(settings, cast, datetime.now(UTC))
    say(f"{len(cast)} simulated patients, {len(CAMPAIGNS)} campaigns, everything under {home}.")
    with phones_for(cast, settings, ports), running_engine(settings, tell) as engine:
        heed_signals(engine)
        watch(engine, until_idle=True)
    _show(settings, database)
    _leave_behind(settings, database)
    say(f"Done in {time.monotonic() - began:.0f} seconds.")
    if not _true(settings, database, cast):
        raise typer.Exit(1)


def _show(home: Home, database: Database) -> None:
    for name in CAMPAIGNS:
        print_report(figures.report(database, name))
    console.print(tasks_table([task.as_json() for task in tasks.listing(database)], home.file.engine.zone))


def _leave_behind(home: Home, database: Database) -> None:
    """A page to look at, and one whole call to listen to."""
    page = home.folder / "report.html"
    reports = [figures.report(database, name) for name in CAMPAIGNS]
    work = [task.as_json() for task in tasks.listing(database)]
    page.write_text(report_page(reports, datetime.now(UTC), work), encoding="utf-8")
    say(f"{page}: the outcomes as a picture, and the open tasks.")
    whole = [
        attempt.recording
        for name in CAMPAIGNS
        for attempt, _ in attempts.listing(database, name)
        if attempt.recording and attempt.outcome == "completed"
    ]
    if whole:
        copyfile(whole[0], home.folder / "call.wav")
        say(f"{home.folder / 'call.wav'}: one whole call.")


def _true(home: Home, database: Database, cast: Sequence[Person]) -> bool:
    calls = read_log(phone_log(home))
    faults = differences(cast, calls, read_records(database, CAMPAIGNS))
    for fault in faults:
        tell(fault)
    if not faults:
        say(f"The database says what the phones did: {len(calls)} calls compared.")
    return not faults
