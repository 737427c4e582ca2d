"""What a supervisor sees of running calls; numbers are never whole."""

import time

from rich.table import Table
from rich.text import Text

from campaigns.control.masking import masked
from campaigns.engine.engine import Engine


def calls_table(engine: Engine) -> Table:
    """The calls in progress."""
    summary = engine.summary
    table = Table(
        title=f"{len(engine.live)} calls now, {summary.placed} placed, {summary.answered} answered",
        expand=True,
    )
    for column in ("call", "campaign", "number", "trunk", "state", "now saying", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    for call in engine.live:
        cells = (
            str(call.placed.attempt),
            call.placed.contact.campaign,
            masked(call.placed.contact.phone),
            call.placed.trunk,
            call.state,
            call.placed.talk.saying,
            f"{time.monotonic() - call.placed.begun:.0f}",
        )
        table.add_row(*map(Text, cells))  # as they are: a name may hold brackets
    return table
