"""`dialer operators`: who takes connected calls, on which phone, and when."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from campaigns.cli.options import HomeOption, JsonOption, console, open_home, print_json, say, tell
from campaigns.control.operators import OperatorFault, new_operator, shown
from campaigns.rules.operators import hindrance
from campaigns.store import staff
from campaigns.words import OperatorState

NOW = {
    "free": "free",
    "off": "off",
    "paused": "paused",
    "no_answer": "paused: nobody took its calls",
    "shift": "not in shift",
    "held": "in a call",
    "queue_call": "in a call of the queue",
    "rest": "rests",
}
"""What the table says of an operator."""

app = typer.Typer(help="People who take connected calls.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The operator's name.")]
Address = Annotated[str, typer.Option("--address", help="sip:101@10.0.0.5[:port], or a telephone number.")]
GroupName = Annotated[str, typer.Option("--group", help=r"One of \[\[groups]] in dialer.toml.")]
Languages = Annotated[list[str], typer.Option("--language", help="Such as ru; without it, all of them.")]
Skills = Annotated[list[str], typer.Option("--skill", help="An institution; without it, all of them.")]
ShiftOption = Annotated[str, typer.Option("--shift", help="7:30-14:00 in the clinic's time; or always.")]
Agent = Annotated[str, typer.Option("--agent", help="As the queue's log says it: PJSIP/101, LOG:PJSIP/101.")]


@app.command("add")
def add(
    name: Name,
    home: HomeOption,
    address: Address = "",
    group: GroupName = "",
    language: Languages = [],  # noqa: B006 - typer makes a new one for each command
    skill: Skills = [],  # noqa: B006
    shift: ShiftOption = "",
    agent: Agent = "",
) -> None:
    """Enter an operator, who is off until put on."""
    settings, database = open_home(home)
    try:
        new = new_operator(settings, name, address, group, language, skill, shift, agent)
    except OperatorFault as error:
        raise typer.BadParameter(str(error)) from None
    staff.enter(database, new, datetime.now(UTC))
    say(f"Operator {new.name} is entered, and off: dialer operators on {new.name!r} begins the work.")


@app.command("list")
def list_operators(home: HomeOption, as_json: JsonOption = False) -> None:
    """Everybody: on which phone, for whom, and whether free now."""
    settings, database = open_home(home)
    rows = shown(settings.file, database, datetime.now(UTC))
    if as_json:
        print_json(rows)
    elif rows:
        console.print(_table(rows))
    else:
        say("There are no operators yet: enter one with dialer operators add NAME --address sip:101@10.0.0.5")


@app.command("on")
def put_on(name: Name, home: HomeOption) -> None:
    """The operator takes calls from now on, in the shift, whatever the phone missed before."""
    _put(home, name, "on", "takes calls from now on")


@app.command("off")
def put_off(name: Name, home: HomeOption) -> None:
    """The operator takes no more calls; one in progress goes on."""
    _put(home, name, "off", "is off")


@app.command("pause")
def pause(name: Name, home: HomeOption) -> None:
    """The operator takes no calls for a while; one in progress goes on."""
    _put(home, name, "paused", "is paused")


@app.command("remove")
def remove(name: Name, home: HomeOption) -> None:
    """Remove an operator; the calls that were taken stay in the figures."""
    _, database = open_home(home)
    staff.remove(database, name, datetime.now(UTC))
    say(f"Operator {name} is removed.")


def _put(folder: Path, name: str, state: OperatorState, done: str) -> None:
    settings, database = open_home(folder)
    now = datetime.now(UTC)
    operator = staff.put(database, name, state, now)
    say(f"Operator {operator.name} {done}.")
    if operator.held_by:
        tell("A call of this operator is in progress, and goes on.")
    if state == "on" and hindrance(operator, now, settings.file.engine.time_zone) == "shift":
        tell(f"It is not the operator's shift now ({operator.shift}): calls come when it begins.")


def _table(rows: list[dict[str, Any]]) -> Table:
    """Readable on 80 columns."""
    who = Column("operator", overflow="fold")
    table = Table(who, "takes", "shift", "now", "calls today", show_lines=True)
    for row in rows:
        phone = f"{row['name']}\n{row['group']}\n{row['address']}"
        takes = "\n".join([*row["languages"], *row["skills"]]) or "all"
        now = NOW["no_answer" if row["state_reason"] == "no_answer" else row["now"]]
        cells = (phone, takes, row["shift"] or "always", now, str(row["calls_today"]))
        table.add_row(*map(Text, cells))  # as they are: a name may hold brackets
    return table
