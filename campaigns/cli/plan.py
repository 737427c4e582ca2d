"""`dialer plan`: how many lines and hours the rest of a campaign needs, and whether the deadline holds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.cli.options import (
    CampaignName,
    HomeOption,
    JsonOption,
    console,
    open_home,
    print_json,
    say,
    write_file,
)
from campaigns.cli.planning import basis_of, fields_needed, plan, sentences
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store import campaigns, outlook
from campaigns.web.bars import text_bar
from campaigns.web.plan import plan_page

BAR_COLUMNS = 40
MOST_ROWS = 72  # three days fit the terminal's memory and nobody reads more


def plan_rest(
    name: CampaignName,
    home: HomeOption,
    as_json: JsonOption = False,
    lines: Annotated[int | None, typer.Option("--lines", min=1, help="Instead of those of the home.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with a picture.")] = None,
) -> None:
    """How many lines and hours the rest of a campaign needs, and whether its deadlines hold."""
    settings, database = open_home(home)
    policy = script_named(settings, name).policy
    now = datetime.now(UTC)
    basis = basis_of(outlook.measured(database, name))
    left = outlook.left(database, name, now, fields_needed(policy))
    state = campaigns.state_of(database, name)
    data = plan(name, policy, left, basis, lines or lines_of(settings), now, state)
    if html is not None:
        write_file(html, plan_page(data, sentences(data), now).encode())
    if as_json:
        print_json(data)
    else:
        _print(data)


def lines_of(home: Home) -> int:
    """How many calls this home can make at once: by its lines, and by what its trunks take."""
    return min(home.file.lines.count, sum(trunk.max_calls for trunk in home.file.trunks))


def _print(data: Mapping[str, Any]) -> None:
    for sentence in sentences(data):
        say(sentence)
    hours = data["hours"][:MOST_ROWS]
    if hours:
        console.print("Busy lines, UTC:", highlight=False)
    for hour in hours:
        bar = text_bar(hour["busy"], data["lines"], BAR_COLUMNS)
        console.print(f"  {hour['hour'][5:16].replace('T', ' ')} {hour['busy']:>7.1f} {bar}", highlight=False)
