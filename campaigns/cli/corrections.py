"""`dialer contacts cancel|correct`: contacts that were queued and are not right."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.options import CampaignName, HomeOption, JsonOption, known_campaign, print_json, say, tell
from campaigns.control.closing import closing_one
from campaigns.intake.contact_file import IntakeDefaults
from campaigns.intake.correction_file import Outcomes, cancel_file, correct_file
from campaigns.library import script_named
from campaigns.store import corrections

Ids = Annotated[list[str] | None, typer.Argument(help="The contacts' external_id.")]
IdFile = Annotated[Path | None, typer.Option("--file", help="A CSV or JSON file with external_id.")]
RowFile = Annotated[Path, typer.Argument(help="A file with the columns of one that is queued.")]

CANCELLED = {
    "cancelled": "are cancelled",
    "in_call": "are being called now and cancelled when the call ends",
    "closed": "were closed already",
}
CORRECTED = {
    "corrected": "are corrected",
    "in_call": "are being called now with the old values; what follows is settled when the call ends",
    "told": "had been told the old values: each has a task",
    "closed": "were closed already and are not called again",
    "same": "were right already",
}


def cancel(
    campaign: CampaignName,
    home: HomeOption,
    ids: Ids = None,
    file: IdFile = None,
    as_json: JsonOption = False,
) -> None:
    """Call these contacts no more. Work that remains of them becomes a task."""
    if bool(ids) == (file is not None):
        raise typer.BadParameter("name contacts, or a file with --file")
    settings, database = known_campaign(home, campaign)
    close, now = closing_one(database, script_named(settings, campaign)), datetime.now(UTC)
    if file is not None:
        _show(cancel_file(database, campaign, file, now, close), CANCELLED, as_json)
        return
    verdicts = corrections.cancel(database, campaign, ids or (), now, close)
    strange = [name for name, verdict in zip(ids or (), verdicts, strict=True) if verdict == "unknown"]
    for name in strange:
        tell(f"There is no contact {name} in {campaign}.")
    outcomes = Outcomes(rejected=len(strange))
    outcomes.verdicts.update(verdict for verdict in verdicts if verdict != "unknown")
    _show(outcomes, CANCELLED, as_json)


def correct(campaign: CampaignName, file: RowFile, home: HomeOption, as_json: JsonOption = False) -> None:
    """Replace what was queued by what the file says; the same file once more changes nothing."""
    settings, database = known_campaign(home, campaign)
    script = script_named(settings, campaign)
    defaults = IntakeDefaults(settings.file.engine.country, settings.file.engine.time_zone)
    done = correct_file(database, script, file, defaults, datetime.now(UTC), closing_one(database, script))
    _show(done, CORRECTED, as_json)


def _show(outcomes: Outcomes, words: dict[str, str], as_json: bool) -> None:
    """Exit 1 when nothing could be used."""
    counts = {verdict: outcomes.verdicts[verdict] for verdict in words}
    path = outcomes.rejects_path
    if as_json:
        print_json({**counts, "rejected": outcomes.rejected, "rejects": str(path) if path else None})
    else:
        for verdict, sentence in words.items():
            if counts[verdict]:
                say(f"{counts[verdict]} {sentence}.")
        if outcomes.rejected and path:
            say(f"{outcomes.rejected} are rejected; what is wrong stands in {path}, line by line.")
    if outcomes.complaint:
        tell(outcomes.complaint)
    if not sum(counts.values()):
        raise typer.Exit(1)
