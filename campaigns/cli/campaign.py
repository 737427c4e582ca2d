"""`dialer campaign`: launch, watch and stop campaigns; try their scripts."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

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
from campaigns.errors import IllegalMove, UnknownCampaign, Unspeakable
from campaigns.flows.complaints import ScriptError
from campaigns.flows.fields import Field, parse_field
from campaigns.flows.loader import load_script
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.simulate import LINES, simulate
from campaigns.library import script_files, script_named
from campaigns.settings import Home, read_home
from campaigns.store import campaigns, figures
from campaigns.web.report import report_page
from campaigns.words import CampaignState

app = typer.Typer(help="Campaigns: launch, watch, stop, check and try them.", no_args_is_help=True)


def _mover(to: CampaignState, done: str, after_pause: bool = False) -> Callable[..., None]:
    def move(name: CampaignName, home: HomeOption) -> None:
        _, database = known_campaign(home, name)
        state = campaigns.state_of(database, name)
        if state == to:
            say(f"{name} {done} already.")
            return
        if after_pause and state != "paused":
            raise IllegalMove(f"The campaign {name} is {state} and not paused: launch it first.")
        campaigns.move(database, name, to, datetime.now(UTC))
        say(f"{name} {done}.")

    return move


@app.command("launch")
def launch(name: CampaignName, home: HomeOption) -> None:
    """Render what the campaign says, then let the engine call its contacts."""
    settings, database = known_campaign(home, name)
    if campaigns.state_of(database, name) != "running":
        from campaigns.assemble import script_in_force  # here: the voices take a second to load
        from campaigns.cli.rendering import render_ahead

        render_ahead(settings, script_in_force(settings, name))
    _mover("running", "is running")(name, home)


app.command("pause", help="Hold back the next call; running calls go on.")(_mover("paused", "is paused"))
app.command("resume", help="Go on after a pause.")(_mover("running", "is running", after_pause=True))
app.command("stop", help="Hold back all calls until it is launched again.")(_mover("stopped", "is stopped"))


@app.command("list")
def list_campaigns(home: HomeOption, as_json: JsonOption = False) -> None:
    """Every campaign, its state and its file."""
    settings, database = open_home(home)
    states = campaigns.states(database)
    rows = [
        (name, states.get(name, "draft"), str(path)) for name, path in sorted(script_files(settings).items())
    ]
    if as_json:
        print_json([{"campaign": name, "state": state, "file": path} for name, state, path in rows])
        return
    _print_table(("campaign", "state", "file"), rows)


@app.command("show")
def show(name: CampaignName, home: HomeOption) -> None:
    """A campaign's rules of calling, fields and steps."""
    settings = read_home(home)
    script = script_named(settings, name)
    say(f"{script.name}: {script.title}; languages {', '.join(script.languages)}")
    policy = script.policy
    rows = [
        ("attempts", str(policy.attempts)),
        ("deadline", str(policy.deadline or "none")),
        ("weekdays", str(policy.hours.weekdays)),
        ("days off", str(policy.hours.weekends or "no calls")),
        ("holidays of", policy.hours.holidays or "no country"),
    ]
    rows += [
        (f"again after {cause}", ", ".join(map(str, waits))) for cause, waits in policy.retry_after.items()
    ]
    _print_table(("rule", "value"), rows)
    fields = [
        (field.name, field.type, "private" if field.private else "public") for field in script.fields.values()
    ]
    _print_table(("field", "type", "may be said to"), fields)


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
            _tell_of_long(settings, load_script(path))
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
    typer.echo(f"Type {LINES}.")
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
