"""`dialer run`: the engine, with what it does on the screen."""

import logging
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import typer
from rich.live import Live
from rich.progress import Progress as Bar

from campaigns.assemble import running_engine
from campaigns.cli.options import console, errors, open_home, say, tell
from campaigns.cli.screen import calls_table
from campaigns.doors.watch import Watched, command, has_doors
from campaigns.engine.engine import Engine
from campaigns.engine.live import Summary
from campaigns.settings import read_home
from campaigns.store import campaigns, contacts
from dialer.pool import Progress

REFRESH_PER_SECOND = 4
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def run_campaigns(home: Path, *, until_idle: bool) -> None:
    """Place the calls of all launched campaigns, until told to stop or nothing is due."""
    settings = read_home(home)
    with ExitStack() as stack:
        with lines_starting() as progress:
            engine = stack.enter_context(running_engine(settings, tell, progress))
        heed_signals(engine)
        if has_doors(settings) and not until_idle:
            doors = Watched(command(home), tell)
            stack.callback(doors.stop)
            doors.start()
        summary = watch(engine, until_idle=until_idle)
    say_what_waits(home)
    if not report(summary):
        raise typer.Exit(1)


@contextmanager
def lines_starting() -> Iterator[Progress]:
    """Shows how many lines are ready: as a bar where somebody looks, else in one sentence at the end."""
    began, counts = time.monotonic(), (0, 0)
    with Bar(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("lines", total=None)

        def show(ready: int, wanted: int) -> None:
            nonlocal counts
            counts = ready, wanted
            bar.update(task, completed=ready, total=wanted)

        yield show
    ready, wanted = counts
    if wanted:
        tell(f"{ready} of {wanted} lines are ready after {time.monotonic() - began:.1f} seconds.")


def watch(engine: Engine, *, until_idle: bool) -> Summary:
    """Run the engine, with its calls shown live where somebody looks."""
    if not console.is_terminal:
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=LOG_FORMAT)
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # else each webhook's whole address, at each try
        return engine.run(until_idle=until_idle, each_pass=lambda: None)
    with Live(
        get_renderable=lambda: calls_table(engine),
        console=console,
        refresh_per_second=REFRESH_PER_SECOND,
        transient=True,
    ):
        return engine.run(until_idle=until_idle, each_pass=lambda: None)


def heed_signals(engine: Engine) -> None:
    """The first Ctrl-C or SIGTERM lets calls end, the second ends them."""
    received = 0

    def heed(_signal: int, _frame: FrameType | None) -> None:
        nonlocal received
        received += 1
        if received == 1:
            engine.drain()
        else:
            engine.cut()

    signal.signal(signal.SIGINT, heed)
    signal.signal(signal.SIGTERM, heed)


def report(summary: Summary) -> bool:
    """Say what was done; False when every call failed for a reason of the trunk's or our own."""
    say(f"{summary.placed} calls placed, {summary.answered} answered.")
    if summary.own_failures:
        tell(
            f"{summary.own_failures} calls failed at the trunk or on this machine; "
            "no attempt of a patient was used up, and they are tried again."
        )
    return summary.placed == 0 or summary.own_failures < summary.placed


def say_what_waits(folder: Path) -> None:
    """What is left for later, and until when."""
    home, database = open_home(folder)
    states = campaigns.states(database)
    if "running" not in states.values() and "finished" not in states.values():
        say("No campaign is running: start one with dialer campaign launch NAME.")
    for campaign, reason, count, earliest in contacts.waiting_summary(database):
        if states[campaign] == "running":
            until = earliest.astimezone(home.file.engine.zone).isoformat(timespec="minutes")
            say(f"{campaign}: {count} wait ({reason}), the first until {until}.")
        else:
            say(f"{campaign}: {count} wait ({reason}), as the campaign is {states[campaign]}.")
