"""`dialer outbox`: what other systems are told, what waits, and what was given up."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from campaigns.cli import trying
from campaigns.cli.event_file import FORMATS, write_events
from campaigns.cli.options import (
    GREATEST_NUMBER,
    HomeOption,
    JsonOption,
    console,
    in_utc,
    met_campaign,
    open_home,
    print_json,
    say,
)
from campaigns.errors import OutputError
from campaigns.settings import FILE_NAME, Home
from campaigns.store import outbox_desk
from campaigns.store.outbox_desk import Line, Standing

app = typer.Typer(help="What other systems are told.", no_args_is_help=True)
app.command("test")(trying.try_receiver)

LISTED = 50

ReceiverOption = Annotated[str | None, typer.Option("--receiver", help="Only this receiver's.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many lines at most.")]
OneNumber = Annotated[
    int | None,
    typer.Argument(
        min=1, max=GREATEST_NUMBER, help="Number of the delivery, as dialer outbox list --dead shows it."
    ),
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        help="What happened from then on, by the time zone of dialer.toml.",
    ),
]


@app.command("list")
def list_outbox(
    home: HomeOption,
    dead: Annotated[bool, typer.Option("--dead", help="Each delivery that was given up.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Each delivery that is not made yet.")] = False,
    receiver: ReceiverOption = None,
    limit: Limit = LISTED,
    as_json: JsonOption = False,
) -> None:
    """How each receiver stands; or deliveries one by one, the oldest first."""
    settings, database = open_home(home)
    if dead or waiting:
        _show_lines(outbox_desk.lines(database, limit, dead=dead, receiver=receiver), as_json=as_json)
        return
    standings = outbox_desk.standings(database, datetime.now(UTC))
    standings = [one for one in standings if receiver in (None, one.receiver)]
    new = outbox_desk.not_spread(database)
    if as_json:
        print_json({"not_looked_at": new, "receivers": [one.as_json() for one in standings]})
        return
    console.print(_standings_table(standings))
    if new:
        what = "event is" if new == 1 else "events are"
        say(f"{new} {what} new: dialer run looks for them every second.")
    if any(one.dead for one in standings):
        say("Dead deliveries hold back what follows them: see dialer outbox list --dead.")
    _say_who_is_gone(settings, [one.receiver for one in standings if one.waiting + one.dead])


@app.command("retry")
def retry(
    home: HomeOption,
    number: OneNumber = None,
    receiver: ReceiverOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Of all receivers.")] = False,
) -> None:
    """Try again at once what is dead or waits out a fault; dead ones get all their tries anew."""
    if (number is not None) + (receiver is not None) + everything != 1:
        raise typer.BadParameter("name one delivery by its number, or give --receiver NAME, or --all.")
    _, database = open_home(home)
    count = outbox_desk.retry(database, datetime.now(UTC), number, receiver)
    what = "delivery is" if count == 1 else "deliveries are"
    say(f"{count} {what} tried again as soon as dialer run works.")


@app.command("drop")
def drop(
    home: HomeOption,
    note: Annotated[str, typer.Option("--note", help="Why; it is kept.")],
    number: OneNumber = None,
    receiver: Annotated[
        str | None, typer.Option("--receiver", help="All that this receiver was not told yet.")
    ] = None,
    who: Annotated[str, typer.Option("--as", help="Who decides that.", show_default="login name")] = "",
) -> None:
    """Never make this delivery, so that what waits behind it goes on; or none of a receiver's."""
    if not note.strip():
        raise typer.BadParameter("--note must say why.")
    if (number is None) == (receiver is None):
        raise typer.BadParameter("name one delivery by its number, or give --receiver NAME.")
    _, database = open_home(home)
    who, now = who or getpass.getuser(), datetime.now(UTC)
    if number is not None:
        outbox_desk.drop(database, number, who, note.strip(), now)
        say(f"Delivery {number} is dropped, and what waits behind it goes on.")
    if receiver is not None:
        count = outbox_desk.drop_all(database, receiver, who, note.strip(), now)
        say(f"{count} {'delivery' if count == 1 else 'deliveries'} to {receiver} will never be made.")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A file to write: .csv or .jsonl.")],
    home: HomeOption,
    campaign: Annotated[str | None, typer.Option("--campaign", help="Only this campaign's.")] = None,
    since: Since = None,
) -> None:
    """Write everything that was told, or would have been, to a file; it holds answers of patients."""
    if file.suffix.lower() not in FORMATS:
        raise typer.BadParameter(f"{file.name} must end in {' or '.join(FORMATS)}.")
    settings, database = open_home(home) if campaign is None else met_campaign(home, campaign)
    begins = None if since is None else in_utc(since, settings.file.engine.zone)
    try:
        count = write_events(file, outbox_desk.told(database, campaign, begins))
    except OSError as error:
        raise OutputError(
            f"{file} cannot be written ({error.strerror}): name another place, or make room."
        ) from None
    say(f"{count} events are in {file}.")


def _say_who_is_gone(settings: Home, receivers: Sequence[str]) -> None:
    from campaigns.courier.receivers import Wants  # here: no other command waits for it to load

    known = Wants(settings.file).receivers
    for name in receivers:
        if name not in known:
            say(
                f"{name} is no receiver of {FILE_NAME} any more: add it again and try dialer outbox retry "
                f"--receiver {name!r}, or let go of it all with dialer outbox drop --receiver {name!r} "
                "--note WHY."
            )


def _show_lines(lines: Sequence[Line], *, as_json: bool) -> None:
    if as_json:
        print_json([line.as_json() for line in lines])
        return
    table = Table("delivery", "to", "what", "tries", "behind", "fault", show_lines=True)
    for line in lines:
        what = f"{line.kind}\n{line.campaign}, {line.at:%m-%d %H:%M} UTC"
        next_at = f"\nagain {line.next_at:%m-%d %H:%M} UTC" if line.next_at else ""
        state = f"{line.number}\n{line.state}"
        table.add_row(
            state, line.receiver, what, str(line.tries), str(line.behind), f"{line.fault}{next_at}".strip()
        )
    console.print(table)


def _standings_table(standings: Sequence[Standing]) -> Table:
    table = Table("receiver", "waiting", "dead", "delivered in 24 h", "waits since (UTC)", "last fault")
    for one in standings:
        oldest = f"{one.oldest_at:%m-%d %H:%M}" if one.oldest_at else ""
        table.add_row(
            one.receiver, str(one.waiting), str(one.dead), str(one.delivered), oldest, one.last_fault
        )
    return table
