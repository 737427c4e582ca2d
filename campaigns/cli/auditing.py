"""`dialer tasks audit`: does everything have a person, or a recorded reason?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from campaigns.cli.options import (
    HomeOption,
    JsonOption,
    console,
    met_campaign,
    open_home,
    print_json,
    say,
    tell,
)
from campaigns.errors import UnknownCampaign
from campaigns.flows.complaints import ScriptError
from campaigns.flows.owed import Owed, owed
from campaigns.library import script_file, script_named
from campaigns.settings import Home
from campaigns.store import campaigns
from campaigns.store.audit import Audit, FileState, Hole, Known, audit
from campaigns.store.audit_checks import KINDS, MENDED_BY
from campaigns.store.database import Database

SHOWN: Final = 50  # in a table; --json has up to 1000 of each kind

_FILES: Final = {
    "gone": "The file of the campaign {name} is gone: {lack}put it back as campaigns/{name}.yaml.",
    "faulty": "The file of the campaign {name} is faulty: {lack}mend it, see dialer campaign check {name}.",
}

CampaignOption = Annotated[str | None, typer.Option("--campaign", help="Only this campaign and its tasks.")]


def audit_tasks(home: HomeOption, campaign: CampaignOption = None, as_json: JsonOption = False) -> None:
    """Prove that every low mark, stranger, unheard result and broken promise has a task or a recorded reason.

    Exit 0 with what was proved, or 1 with the list of what is missing, or was given to a campaign without a
    file.
    """
    settings, database = open_home(home) if campaign is None else met_campaign(home, campaign)
    found = audit(database, known_campaigns(settings, database), datetime.now(UTC), campaign)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)
    if not found.clean:
        raise typer.Exit(1)


def known_campaigns(home: Home, database: Database) -> Known:
    """What every campaign of the database owes, as far as its file says so."""
    return {name: _known(home, name) for name in campaigns.states(database)}


def _known(home: Home, name: str) -> Owed | FileState:
    try:
        script_file(home, name)
    except UnknownCampaign:
        return "gone"
    try:
        return owed(script_named(home, name))
    except ScriptError:
        return "faulty"


def _show(found: Audit) -> None:
    for name, state in found.files.items():
        tell(_FILES[state].format(name=name, lack=_lack(found.unproved.get(name, 0))))
    for warned in found.warnings:
        tell(warned.sentence)
    if found.clean:
        say(proved(found))
    if found.counts:
        _show_holes(found)
    if found.unproved:
        answers = _answers(sum(found.unproved.values()))
        say(f"Nothing is proved of {answers}: the files of their campaigns are gone or faulty.")


def _lack(answers: int) -> str:
    return f"nothing is proved of its {_answers(answers)}; " if answers else ""


def _answers(count: int) -> str:
    return f"{count} {'answer' if count == 1 else 'answers'}"


def _show_holes(found: Audit) -> None:
    console.print(_table(found.holes[:SHOWN]))
    count = sum(found.counts.values())
    if count > SHOWN:
        say(f"{count - SHOWN} more are not shown: see dialer tasks audit --json.")
    say(f"{count} {'has' if count == 1 else 'have'} neither a person nor a recorded reason.")
    for sentence in dict.fromkeys(MENDED_BY[kind] for kind in KINDS if kind in found.counts):
        say(sentence)


def proved(found: Audit) -> str:
    """One sentence with what was looked at, for an audit that found nothing missing."""
    seen = found.examined
    counts = {
        "low marks": seen["low_mark"],
        "broken promises": seen["broken_promise"],
        "people not verified": seen["unverified"],
        "results not heard": seen["undelivered"],
        "answers of people still called": found.still_called,
        "tasks": seen["record_differs"],
        "of them closed, with an outcome": seen["no_outcome"],
        "recorded changes, each a legal move": seen["illegal_record"],
    }
    return (
        f"Nothing ended without a person: {', '.join(f'{what} {count}' for what, count in counts.items())}."
    )


def _table(holes: Sequence[Hole]) -> Table:
    table = Table("contact", "task", "missing", "since (UTC)", show_lines=True)
    for hole in holes:
        since = "" if hole.since is None else f"{hole.since:%Y-%m-%d %H:%M}"
        number = "" if hole.task is None else str(hole.task)
        table.add_row(f"{escape(hole.contact)}\n{escape(hole.campaign)}".strip(), number, hole.missing, since)
    return table
