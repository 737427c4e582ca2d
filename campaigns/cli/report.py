"""`dialer report`: the figures of the whole service, of a survey, or of a desk that calls back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from campaigns.cli import desk_tables, service_tables, survey_tables
from campaigns.cli.options import (
    HomeOption,
    JsonOption,
    met_campaign,
    open_home,
    print_json,
    tell,
    write_file,
)
from campaigns.cli.spreadsheet import Cell, as_csv
from campaigns.cli.survey_tables import By
from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.flows.surveyed import Asked, asked
from campaigns.library import script_named
from campaigns.rules.weeks import midnight
from campaigns.settings import Home
from campaigns.store import campaigns
from campaigns.store.database import Database
from campaigns.store.desk_figures import Span, desk_report, has_lost_calls
from campaigns.store.service_figures import Known, service_report
from campaigns.store.survey_figures import survey_report
from campaigns.web.desk import desk_page
from campaigns.web.service import service_page
from campaigns.web.survey import survey_page

DAY = timedelta(days=1)

CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the rows of a spreadsheet.")]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="Write a page with pictures.")]


@dataclass(frozen=True)
class _Report:
    """Figures, and how they are put out; rows: None where no spreadsheet is made of them."""

    data: Mapping[str, Any]
    show: Callable[[], None]
    page: Callable[[], str]
    rows: Callable[[], Sequence[Mapping[str, Cell]]] | None = None


def report(
    home: HomeOption,
    campaign: Annotated[str, typer.Option("--campaign", help="Of this one; else of all.")] = "",
    by: Annotated[By, typer.Option("--by", help="Of a survey: a row for each of these.")] = "question",
    since: Annotated[str, typer.Option("--since", help="From this day on, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--until", help="To the end of this day.")] = "",
    day: Annotated[str, typer.Option("--day", help="Of one day alone.")] = "",
    as_json: JsonOption = False,
    csv: CsvOption = None,
    html: HtmlOption = None,
) -> None:
    """Results told in time, people reached, marks, tasks, hours saved; of a campaign: what came of it."""
    settings, database = met_campaign(home, campaign) if campaign else open_home(home)
    span = _span(since, until, day, settings.file.engine.zone)
    made = (
        _of_campaign(settings, database, campaign, by, span)
        if campaign
        else _of_all(settings, database, span)
    )
    if csv is not None:
        if made.rows is None:
            raise typer.BadParameter("what a desk did is no table: use --json", param_hint="--csv")
        write_file(csv, as_csv(made.rows()))
    if html is not None:
        write_file(html, made.page().encode())
    if as_json:
        print_json(made.data)
    else:
        made.show()


def _of_campaign(settings: Home, database: Database, name: str, by: By, span: Span) -> _Report:
    script, zone, now = _script(settings, name), settings.file.engine.zone, datetime.now(UTC)
    if _calls_back(database, name, script):
        data = desk_report(database, name, now, zone, span)
        return _Report(
            data,
            lambda: desk_tables.show(data),
            lambda: desk_page(data, desk_tables.sentences(data), now),
        )
    found = survey_report(database, name, asked(script) if script else Asked(), zone, span)
    return _Report(
        found,
        lambda: survey_tables.show(found, by),
        lambda: survey_page(found, survey_tables.sentences(found), survey_tables.definitions(found), now),
        lambda: survey_tables.rows(found, by),
    )


def _of_all(settings: Home, database: Database, span: Span) -> _Report:
    zone, now = settings.file.engine.zone, datetime.now(UTC)
    data = service_report(database, _known(settings, database), now, zone, span)
    return _Report(
        data,
        lambda: service_tables.show(data),
        lambda: service_page(data, service_tables.sentences(data), service_tables.DEFINITIONS, now),
        lambda: service_tables.rows(data),
    )


def _known(settings: Home, database: Database) -> Known:
    """What the files of those campaigns say that the database knows."""
    scripts = {name: _script(settings, name) for name in campaigns.states(database)}
    readable = {name: script for name, script in scripts.items() if script is not None}
    return Known(
        {name: script.policy.purpose for name, script in readable.items()},
        {name: asked(script) for name, script in readable.items()},
    )


def _script(settings: Home, name: str) -> Script | None:
    """The campaign's file; None, and somebody is told, when it is gone or faulty: the figures do without."""
    try:
        return script_named(settings, name)
    except (CampaignsError, ScriptError):
        tell(
            f"The file of {name} cannot be read (dialer campaign check {name} says why): its purpose, its "
            "scales and which questions everybody is asked are not known, so these figures lack them."
        )
        return None


def _calls_back(database: Database, name: str, script: Script | None) -> bool:
    """Whether its figures are those of a desk; without a file, by what it has done."""
    if script is not None:
        return script.policy.purpose == "callback"
    return has_lost_calls(database, name)


def _span(since: str, until: str, day: str, zone: ZoneInfo) -> Span:
    """Whole days of this zone, both included."""
    if day and (since or until):
        raise typer.BadParameter("is a whole span: leave out --since and --until", param_hint="--day")
    first, last = _day(day or since, "--day" if day else "--since"), _day(day or until, "--until")
    if first and last and last < first:
        raise typer.BadParameter("the last day is before the first", param_hint="--until")
    return Span(midnight(first, zone) if first else None, midnight(last + DAY, zone) if last else None)


def _day(written: str, option: str) -> date | None:
    if not written:
        return None
    try:
        return datetime.strptime(written.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter("write a day as 2026-11-22", param_hint=option) from None
