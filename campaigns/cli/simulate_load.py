"""`dialer simulate-load`: a national day of a campaign in minutes, without a telephone."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.options import CampaignName, HomeOption, JsonOption

FIRST_YEAR, LAST_YEAR = 2000, 2100  # holidays and zones are known, and days before and after them exist


def _known_year(day: datetime | None) -> datetime | None:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise typer.BadParameter(f"name a day of the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


Contacts = Annotated[int, typer.Option("--contacts", min=1, max=2_000_000, help="How many made-up people.")]
Lines = Annotated[int, typer.Option("--lines", min=1, max=10_000, help="Simulated lines.")]
Speed = Annotated[str, typer.Option("--speed", help='"max", or how often faster than real time.')]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, other people and answers.")]
Day = Annotated[
    datetime | None,
    typer.Option(
        "--day",
        formats=["%Y-%m-%d"],
        callback=_known_year,
        help="The local day, of the years 2000 to 2100; else the next working day.",
    ),
]
Page = Annotated[Path | None, typer.Option("--html", help="Write a page with a picture.")]


def simulate_load(
    name: CampaignName,
    home: HomeOption,
    contacts: Contacts = 10_000,
    lines: Lines = 48,
    speed: Speed = "max",
    seed: Seed = 1,
    day: Day = None,
    html: Page = None,
    as_json: JsonOption = False,
) -> None:
    """Run a day of a campaign over simulated lines and a simulated clock; check what its record says.

    The real planner, rules and store work in a database of their own, which is removed; nobody is called.
    """
    from campaigns.cli.simulating import pace_of, simulate  # here: the engine takes a second to load

    plan_of = {
        "contacts": contacts,
        "lines": lines,
        "seed": seed,
        "day": day.date() if day else None,
        "speed": pace_of(speed),
    }
    simulate(home, name, plan_of, html, as_json=as_json)
