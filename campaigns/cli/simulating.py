"""What `dialer simulate-load` does: the day, the check of its record, the figures told."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.progress import Progress

from campaigns.assemble import script_in_force
from campaigns.cli.options import console, errors, print_json, say, write_file
from campaigns.settings import read_home
from campaigns.simulation.day import LASTS, Plan, run_day, working_day
from campaigns.simulation.findings import breaches_in_words, day_in_words, findings
from campaigns.simulation.stage import own_database, own_home
from campaigns.web.bars import text_bar
from campaigns.web.load import load_page

FASTEST = "max"
BAR_COLUMNS = 40


def pace_of(speed: str) -> float | None:
    """Simulated seconds a real one; None: as fast as this machine can."""
    if speed == FASTEST:
        return None
    try:
        pace = float(speed)
    except ValueError:
        pace = 0.0
    if not 0 < pace < float("inf"):
        raise typer.BadParameter(
            f'write "{FASTEST}", or how often faster than real time', param_hint="--speed"
        )
    return pace


def simulate(
    folder: Path, name: str, plan_of: Mapping[str, Any], html: Path | None, *, as_json: bool
) -> None:
    """Simulate, check the record, and tell; exit 1 when a rule was broken.

    plan_of: contacts, lines, seed, day (None: the next working day) and speed, as `day.Plan` has them.
    """
    home = read_home(folder)
    script = script_in_force(home, name)
    day = plan_of["day"] or working_day(script, datetime.now(UTC).date())
    plan = Plan(script, **{**plan_of, "day": day})
    with _ended_in_order(), own_home(home, plan.lines) as simulated:
        database = own_database(home, simulated)
        try:
            with Progress(console=errors, transient=True, disable=not errors.is_terminal) as shown:
                task = shown.add_task("simulating", total=LASTS.total_seconds())
                ran = run_day(
                    simulated,
                    database,
                    plan,
                    lambda at, calls: shown.update(
                        task,
                        completed=(at - plan.begins).total_seconds(),
                        description=f"{at:%H:%M} UTC, {calls} calls",
                    ),
                )
            data = findings(database, plan, ran)
        finally:
            database.close()
    if html is not None:
        write_file(
            html, load_page(data, day_in_words(data), breaches_in_words(data), datetime.now(UTC)).encode()
        )
    if as_json:
        print_json(data)
    else:
        _print(data)
    if not data["kept"]:
        raise typer.Exit(1)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever ends us by SIGTERM ends us as Ctrl-C does: what was made for the day is removed."""

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _print(data: Mapping[str, Any]) -> None:
    total, seconds = data["contacts"]["total"], data["seconds"]
    say(
        f"{data['campaign']} on {data['day']}: {total} contacts, {data['lines']} lines, "
        f"seed {data['seed']}. Nobody was called."
    )
    highest = data["busiest_hour_calls"]
    console.print("Calls an hour, UTC:", highlight=False)
    for hour in data["hours"]:
        bar = text_bar(hour["calls"], highest, BAR_COLUMNS)
        console.print(f"  {hour['hour'][11:16]} {hour['calls']:>7} {bar}", highlight=False)
    for sentence in day_in_words(data):
        say(sentence)
    for words, count in breaches_in_words(data):
        say(f"{'Kept' if not count else 'BROKEN'}: {count} {words}.")
    say(
        f"Queued in {seconds['queueing']} s, called in {seconds['calling']} s: "
        f"{data['calls_a_second']} calls a second of this machine."
    )
    for sentence in data["told"]:
        say(f"Told meanwhile: {sentence}")
