"""`dialer hl7`: what would become of a laboratory's messages, and those that were refused."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.cli.options import HomeOption, JsonOption, open_home, print_json, say, tell
from campaigns.control.masking import masked
from campaigns.errors import CampaignsError
from campaigns.intake.hl7_v2.file import Hl7Intake, Judged
from campaigns.intake.lab.codes import FILE_NAME, lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.lab.result import LabResult
from campaigns.intake.rows import IntakeDefaults
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store import lab_messages
from campaigns.store.database import Database
from campaigns.words import LabFate

USUAL_CAMPAIGN = "covid-results"
SHOWN_PLAINLY = ("result", "sample_date", "clinic", "language")
"""Columns by which the mapping is tried; of others only where they stand is shown, of numbers the ends."""

app = typer.Typer(help="Messages of laboratories in HL7 v2.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Files of HL7 messages, one or many in each.")]
OfCampaign = Annotated[
    str | None,
    typer.Option("--campaign", help="Whose contacts they become; else what mllp says in dialer.toml."),
]

FATES: Mapping[LabFate, tuple[str, str]] = {
    "queued": ("would be queued", "queued"),
    "known": ("is known already", "known already"),
    "corrected": ("would correct what is queued", "corrected"),
    "told": ("would become a task, for the patient was told", "made a task, for the patient was told"),
    "cancelled": ("would end what is queued, if anything is", "ended"),
    "held": ("would wait for the final result", "held until final"),
    "older": ("is older than what is known and would change nothing", "older than what is known"),
    "ignored": ("would be passed over", "passed over"),
}
"""Of one result: what would become of it, and what became of it."""


@app.command("check")
def check(files: Files, home: HomeOption, campaign: OfCampaign = None, as_json: JsonOption = False) -> None:
    """Say what would become of each message, and write nothing; exit 1 when one would be refused."""
    settings, database = open_home(home)
    intake = intake_of(settings, database, campaign or _usual(settings))
    found: list[dict[str, Any]] = []
    failed = False
    for path in files:
        try:
            for judged in intake.try_file(path, datetime.now(UTC)):
                failed = failed or judged.answer != "AA"
                found.append(_as_data(path, judged))
                if not as_json:
                    _show(path, judged)
        except CampaignsError as error:
            tell(str(error))
            failed = True
    if as_json:
        print_json(found)
    if failed:
        raise typer.Exit(1)


@app.command("kept")
def kept(home: HomeOption, as_json: JsonOption = False) -> None:
    """The messages that were answered AE and can be run again: who sent them, and what is wrong."""
    _, database = open_home(home)
    messages = [
        {
            "id": message.id,
            "format": message.format,
            "sender": message.sender,
            "control_id": message.control_id,
            "campaign": message.campaign,
            "received_at": message.received_at.isoformat(),
            "repeats": message.repeats,
            "faults": message.faults.splitlines(),
        }
        for message in _all_kept(database)
    ]
    if as_json:
        print_json(messages)
    elif not messages:
        say("No message is kept: all that were taken could be read and mapped.")
    for each in () if as_json else messages:
        received = str(each["received_at"])[:16].replace("T", " ")
        say(f"{each['id']}: {each['control_id']} of {each['sender']}, {received} UTC, for {each['campaign']}")
        for fault in message_faults(each):
            say(f"  {fault}")


@app.command("again")
def again(home: HomeOption, as_json: JsonOption = False) -> None:
    """Run kept messages again, once the mapping or a campaign is mended; exit 1 when none can be taken."""
    settings, database = open_home(home)
    intake = intake_of(settings, database, _usual(settings))
    taken = refused = 0
    for message, verdict in intake.again(datetime.now(UTC)):
        taken, refused = taken + (verdict.answer == "AA"), refused + (verdict.answer != "AA")
        if verdict.answer != "AA" and not as_json:
            say(f"{message.id}: {message.control_id} of {message.sender}: {verdict.faults[0]}")
    if as_json:
        print_json({"taken": taken, "refused": refused})
    else:
        say(f"{taken} taken now, {refused} still refused.")
    if refused and not taken:
        raise typer.Exit(1)


def intake_of(home: Home, database: Database, campaign: str) -> Hl7Intake:
    """What enters messages of files. Raises UnknownCampaign, ScriptError."""
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    script_of = lru_cache(lambda name: script_named(home, name))
    script_of(campaign)
    codes = lab_codes(home.folder / FILE_NAME)
    return Hl7Intake(database, LabDesk(script_of, defaults), campaign, codes, defaults)


def entered(intake: Hl7Intake, path: Path) -> dict[str, int]:
    """Enter the messages of a file: how many results met which fate, and how many messages were refused."""
    counts: dict[str, int] = dict.fromkeys((*FATES, "refused"), 0)
    for judged in intake.enter_file(path, datetime.now(UTC)):
        counts["refused"] += judged.answer != "AA"
        for fate in _fates(judged).values():
            counts[fate] += 1
    return counts


def message_faults(message: Mapping[str, Any]) -> Sequence[str]:
    """What is wrong with a kept message, as far as a screen has room."""
    faults: Sequence[str] = message["faults"]
    return faults[:5]


def _usual(home: Home) -> str:
    return home.file.mllp.campaign if home.file.mllp is not None else USUAL_CAMPAIGN


def _all_kept(database: Database) -> Iterator[Any]:
    last = 0
    while some := lab_messages.kept(database, after=last):
        yield from some
        last = some[-1].id


def _show(path: Path, judged: Judged) -> None:
    of = f" of {judged.header.sender}" if judged.header.control_id else ""
    say(f"{path}, message {judged.number} ({judged.header.control_id or 'no MSH-10'}{of}): {judged.answer}")
    for fault in judged.faults:
        say(f"  {fault}")
    if judged.test:
        say("  It is a test message: nothing is read of it.")
    for result in judged.results:
        say(f"  {result.external_id}: {result.status}{_becomes(result, judged)}; {_cells(result)}")


def _fates(judged: Judged) -> Mapping[str, LabFate]:
    """What becomes of each result; of a message that was taken before, nothing more."""
    verdict = judged.verdict
    if verdict is None:
        return {}
    return {name: "known" if verdict.again else fate for name, fate, _ in verdict.fates}


def _becomes(result: LabResult, judged: Judged) -> str:
    fates = _fates(judged)
    return f", {FATES[fates[result.external_id]][0]}" if result.external_id in fates else ""


def _cells(result: LabResult) -> str:
    return ", ".join(
        f"{column} {shown} ({result.places.get(column, '')})".replace("  ", " ")
        for column, shown in _shown(result).items()
    )


def _shown(result: LabResult) -> dict[str, str]:
    """The columns, without what tells who the patient is."""
    return {
        column: value if column in SHOWN_PLAINLY else masked(value) if column.startswith("phone") else ""
        for column, value in result.cells.items()
        if column != "external_id"
    }


def _as_data(path: Path, judged: Judged) -> dict[str, Any]:
    fates = _fates(judged)
    return {
        "file": str(path),
        "message": judged.number,
        "control_id": judged.header.control_id,
        "sender": judged.header.sender,
        "answer": judged.answer,
        "test": judged.test,
        "faults": [{"place": fault.place, "fault": fault.sentence} for fault in judged.faults],
        "results": [
            {
                "external_id": result.external_id,
                "status": result.status,
                "fate": fates.get(result.external_id),
                "columns": _shown(result),
                "places": dict(result.places),
            }
            for result in judged.results
        ],
    }
