"""What `campaign check` and `launch` say of calls that check tasks, and of marks that nobody watches."""

from collections.abc import Iterator
from pathlib import Path

from campaigns.errors import UnknownCampaign
from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.script import Script
from campaigns.flows.verbs.task import TaskStep
from campaigns.flows.watched import unmarked
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store import campaigns
from campaigns.store.database import Database


def checks_of(script: Script) -> dict[str, int]:
    """The campaigns that ask whether its tasks are solved, with the line on which each is named first."""
    named = [(rule.line, rule.check) for rule in script.afterwards]
    named += [(step.line, step.check) for step in script.steps.values() if isinstance(step, TaskStep)]
    return {check: line for line, check in sorted(named, reverse=True) if check}


def check_faults(home: Home, script: Script, path: Path) -> Iterator[Complaint]:
    """Checks of its tasks that can never come to anything: of no campaign, or of one without a verdict."""
    for check, line in sorted(checks_of(script).items(), key=lambda named: named[1]):
        if fault := _cannot_ask(home, check):
            yield Complaint(str(path), line, f"{check} is to ask whether a task is solved, and {fault}")


def _cannot_ask(home: Home, check: str) -> str:
    """Why; "" when it can, or has complaints of its own."""
    try:
        return "" if script_named(home, check).verdicts else "none of its rules has a verdict"
    except UnknownCampaign:
        return "there is no such campaign"
    except ScriptError:
        return ""


def advice(script: Script) -> Iterator[str]:
    """What may be left without a person, as nobody said that it must not."""
    for step in unmarked(script):
        yield (
            f'{script.name}: no mark of "{step.name}" is low, so a bad one may end without a person: '
            "write low: [1, 2] below its scale."
        )


def not_asking(database: Database, script: Script) -> Iterator[str]:
    """Which of the campaigns that check its tasks do not call."""
    for check in sorted(checks_of(script)):
        row = campaigns.find(database, check)
        if row is None or row.state not in ("running", "finished"):  # finished: it goes on with the next task
            yield (
                f"Nobody asks whether tasks of {script.name} are solved while {check} is not running: "
                f"dialer campaign launch {check}."
            )
