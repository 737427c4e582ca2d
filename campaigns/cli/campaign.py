"""`dialer campaign`: launch, watch and stop campaigns; try their scripts."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from campaigns.cli import launching
from campaigns.cli.checking import advice, check_faults
from campaigns.cli.options import (
    CampaignName,
    HomeOption,
    JsonOption,
    console,
    known_campaign,
    open_home,
    print_json,
    say,
    tell,
    write_file,
)
from campaigns.cli.policy_table import as_data, shown_tables
from campaigns.control.launching import held_back_by
from campaigns.errors import UnknownCampaign, Unspeakable
from campaigns.flows.complaints import ScriptError
from campaigns.flows.fields import Field, parse_field
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.simulate import simulate, understood
from campaigns.library import script_at, script_files, script_named
from campaigns.settings import Home, read_home
from campaigns.store import campaigns, figures
from campaigns.web.report import report_page

app = typer.Typer(help="Campaigns: launch, watch, stop, check and try them.", no_args_is_help=True)


app.command("launch")(launching.launch)
app.command("approve")(launching.approve)
app.command("pause")(launching.pause)
app.command("resume")(launching.resume)
app.command("stop")(launching.stop)


@app.command("list")
def list_campaigns(home: HomeOption, as_json: JsonOption = False) -> None:
    """Every campaign, its state, why it is held back if so, and its file."""
    settings, database = open_home(home)
    known = {campaign.name: campaign for campaign in campaigns.every(database)}
    rows = [
        (name, known[name].state if name in known else "draft", held_back_by(known.get(name)), str(path))
        for name, path in sorted(script_files(settings).items())
    ]
    if as_json:
        names = "campaign", "state", "why", "file"
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    _print_table(("campaign", "state", "why", "file"), rows)


@app.command("show")
def show(name: CampaignName, home: HomeOption, as_json: JsonOption = False) -> None:
    """A campaign's rules of calling, those of its rule pack with their sources, and its fields."""
    script = script_named(read_home(home), name)
    today = datetime.now(UTC).date()
    if as_json:
        print_json(as_data(script, today))
        return
    say(f"{script.name}: {script.title}; languages {', '.join(script.languages)}")
    for columns, rows in shown_tables(script, today):
        _print_table(columns, rows)


@app.command("check")
def check(
    names: Annotated[list[str], typer.Argument(help="Names of campaigns, or files.")], home: HomeOption
) -> None:
    """Check campaign files; every complaint names file and line. Sentences hard to follow are told of."""
    settings = read_home(home)
    known, complaints = script_files(settings), []
    for name in names:
        path = known.get(name, Path(name))
        if not path.exists():
            raise UnknownCampaign(
                f"There is no campaign and no file {name}; campaigns are {', '.join(sorted(known))}."
            )
        try:
            script = script_at(settings, path)
            _tell_of_long(settings, script)
            for hint in advice(script):
                tell(hint)
            if wrong := tuple(check_faults(settings, script, path)):
                raise ScriptError(wrong)
            say(f"{name} is right.")
        except (ScriptError, Unspeakable) as error:
            complaints.append(str(error))
    if complaints:
        typer.echo("\n".join(complaints), err=True)
        raise typer.Exit(1)


def _tell_of_long(home: Home, script: Script) -> None:
    """A warning for each sentence that is too long, measured by speaking it. Raises Unspeakable."""
    from campaigns.cli.rendering import long_sentences  # here: the voices take a second to load

    for warning in long_sentences(home, script):
        tell(warning)


@app.command("report")
def report(
    name: CampaignName,
    home: HomeOption,
    as_json: JsonOption = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with a picture.")] = None,
) -> None:
    """What came of a campaign so far."""
    _, database = known_campaign(home, name)
    data = figures.report(database, name)
    if html is not None:
        write_file(html, report_page([data], datetime.now(UTC)).encode())
    if as_json:
        print_json(data)
        return
    print_report(data)


@app.command("simulate")
def simulate_call(
    name: CampaignName,
    home: HomeOption,
    language: Annotated[str, typer.Option("--language", help="The language of the call.")] = "ru",
    value: Annotated[list[str], typer.Option("--value", help="field=value of the contact.")] = [],  # noqa: B006
    golden: Annotated[Path | None, typer.Option("--golden", help="Write the talk as a golden file.")] = None,
) -> None:
    """Play a call in the terminal: the keyboard is the keypad."""
    script = script_named(read_home(home), name)
    if language not in script.languages:
        raise typer.BadParameter(f"{name} speaks {', '.join(script.languages)}", param_hint="--language")
    values = example_values(script, language) | _pairs(value, script)
    first, *more = understood(script)
    typer.echo(f"Type {first}.")
    for line in more:
        typer.echo(f"And {line}.")
    for line in simulate(script, values, language, sys.stdin, _writer(golden) if golden else None):
        typer.echo(line)


def _writer(path: Path) -> Callable[[str], None]:
    return lambda text: write_file(path, text.encode())


def _pairs(given: list[str], script: Script) -> dict[str, str]:
    pairs = {}
    for pair in given:
        name, separator, raw = pair.partition("=")
        if not separator or (name not in script.fields and name != "full_name"):
            known = ", ".join(["full_name", *script.fields])
            raise typer.BadParameter(f"write name=value; names are {known}", param_hint="--value")
        pairs[name] = raw if name == "full_name" else _parsed(script.fields[name], raw)
    return pairs


def _parsed(field: Field, raw: str) -> str:
    try:
        return parse_field(field, raw, ZoneInfo("UTC"))
    except ValueError as error:
        raise typer.BadParameter(f"{field.name}: {error}", param_hint="--value") from None


def print_report(data: Mapping[str, object]) -> None:
    """One campaign's figures as a table."""
    rows = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            rows.append(
                (
                    key,
                    ", ".join(f"{_flat(name)} {_flat(count)}" for name, count in value.items() if count)
                    or "-",
                )
            )
        elif key != "campaign":
            rows.append((key, str(value)))
    _print_table((str(data["campaign"]), ""), rows)


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name}: {count}" for name, count in value.items()) + ")"
    return str(value)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console.print(table)
