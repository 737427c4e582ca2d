"""`dialer operators`: who takes connected calls, on which phone, and when."""

import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from campaigns.cli.options import HomeOption, JsonOption, console, masked, open_home, print_json, say, tell
from campaigns.intake.addresses import parse_address
from campaigns.models import Operator
from campaigns.rules.operators import groups_of, hindrance
from campaigns.rules.shifts import parse_shift
from campaigns.settings import SettingsFile
from campaigns.store import staff
from campaigns.store.staff import NewOperator
from campaigns.words import OperatorState

LONGEST_NAME = 60  # it stands in tables
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
    from campaigns.doctor.operators import (
        out_of_reach,  # here: no other of these commands waits a second for the engine to load
    )

    settings, database = open_home(home)
    try:
        new = NewOperator(
            name=_name(name),
            address=parse_address(address, settings.file.engine.country),
            group=_group(settings.file, group),
            languages=tuple(dict.fromkeys(map(_language, language))),
            skills=tuple(dict.fromkeys(each.strip() for each in skill if each.strip())),
            shift=str(parse_shift(shift)) if shift.strip() else "",
            agent=agent.strip(),
        )
        if reason := out_of_reach(settings, new.group, new.address):
            raise ValueError(f"the phone cannot be called {reason}")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    staff.enter(database, new, datetime.now(UTC))
    say(f"Operator {new.name} is entered, and off: dialer operators on {new.name!r} begins the work.")


@app.command("list")
def list_operators(home: HomeOption, as_json: JsonOption = False) -> None:
    """Everybody: on which phone, for whom, and whether free now."""
    settings, database = open_home(home)
    now = datetime.now(UTC)
    local = now.astimezone(settings.file.engine.zone)
    today = staff.calls_since(database, datetime.combine(local.date(), time(0), local.tzinfo).astimezone(UTC))
    rows = [
        _as_data(each, today.get(each.id, 0), now, settings.file.engine.time_zone)
        for each in staff.listing(database)
    ]
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


def _name(written: str) -> str:
    name = written.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"the name is blank, longer than {LONGEST_NAME} letters, or cannot be printed")
    return name


def _language(written: str) -> str:
    language = written.strip().lower()
    if not re.fullmatch(r"[a-z]{2}", language):
        raise ValueError(f'the language "{written}" is not of two letters, such as ru')
    return language


def _group(file: SettingsFile, wanted: str) -> str:
    names = [group.name for group in groups_of(file.groups)]
    if wanted in names:
        return wanted
    if wanted or len(names) > 1:
        fault = f'there is no group "{wanted}"' if wanted else "the group is missing"
        raise ValueError(f"{fault}: name one of {', '.join(names)}, or add it to [[groups]] in dialer.toml")
    return names[0]


def _as_data(operator: Operator, calls: int, now: datetime, zone: str) -> dict[str, Any]:
    sip = operator.address.startswith("sip:")
    return {
        "name": operator.name,
        "group": operator.group,
        "address": operator.address if sip else masked(operator.address),
        "languages": operator.languages,
        "skills": operator.skills,
        "shift": operator.shift or None,
        "agent": operator.agent or None,
        "state": operator.state,
        "state_reason": operator.state_reason or None,
        "now": hindrance(operator, now, zone) or "free",
        "idle_since": operator.idle_since.isoformat(),
        "free_at": operator.free_at.isoformat(),
        "misses": operator.misses,
        "calls_today": calls,
    }


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
