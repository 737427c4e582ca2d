"""`dialer tasks`: the work that calls left for humans."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from campaigns.cli.options import HomeOption, JsonOption, console, met_campaign, open_home, print_json, say
from campaigns.store import tasks

app = typer.Typer(help="Work for humans.", no_args_is_help=True)

CampaignOption = Annotated[str | None, typer.Option("--campaign", help="Only this campaign's tasks.")]


@app.command("list")
def list_tasks(
    home: HomeOption,
    campaign: CampaignOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed tasks too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """The open tasks, the most urgent first."""
    _, database = open_home(home) if campaign is None else met_campaign(home, campaign)
    rows = [task.as_json() for task in tasks.listing(database, campaign, everything)]
    if as_json:
        print_json(rows)
        return
    console.print(tasks_table(rows))


@app.command("resolve")
def resolve(
    number: Annotated[int, typer.Argument(help="Number of the task.")],
    home: HomeOption,
    note: Annotated[str, typer.Option("--note", help="What was done.")] = "",
) -> None:
    """Close a task."""
    _, database = open_home(home)
    tasks.resolve(database, number, note, datetime.now(UTC))
    say(f"Task {number} is resolved.")


def tasks_table(rows: list[dict[str, Any]]) -> Table:
    """Tasks as a table that is readable on 80 columns."""
    table = Table("task", "reason", "contact", "due (UTC)", "details", show_lines=True)
    for row in rows:
        due = row["due_at"].replace("T", " ")[5:16]
        details = ", ".join(f"{name}: {value}" for name, value in row["details"].items())
        reason, contact = (
            f"{row['reason']}\n{row['urgency']}, {row['state']}",
            f"{row['contact']}\n{row['campaign']}",
        )
        table.add_row(str(row["id"]), reason, contact, due, details)
    return table
