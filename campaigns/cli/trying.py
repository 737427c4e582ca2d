"""`dialer outbox test`: a test goes to one receiver now, signed like any event; nothing is repeated."""

import uuid
from datetime import UTC, datetime
from typing import Annotated

import typer

from campaigns.cli.options import HomeOption, say
from campaigns.courier.port import Fault, OutgoingEvent
from campaigns.errors import ReceiverFailed
from campaigns.settings import FILE_NAME, read_home

LONGEST_SECONDS = 60.0  # a webhook's own time-out is at most this

Receiver = Annotated[
    str, typer.Argument(help="A webhook of dialer.toml, mail:authority, or mail:head:INSTITUTION.")
]


def try_receiver(receiver: Receiver, home: HomeOption) -> None:
    """Send a test event to one receiver and say what came of it; exit code 1 when it was not taken."""
    from campaigns.courier.receivers import Wants, open_post  # here: no other command waits for it to load

    settings = read_home(home)
    known = Wants(settings.file).receivers
    if receiver not in known:
        named = f"name one of {', '.join(known)}" if known else "none is named yet"
        raise typer.BadParameter(f'"{receiver}" is no receiver of {FILE_NAME}: {named}.')
    now = datetime.now(UTC)
    post = open_post(settings, only=(receiver,))
    try:
        said = post.send(receiver, OutgoingEvent(uuid.uuid4().hex, "test", now, {}), LONGEST_SECONDS)
    finally:
        post.close()
    if isinstance(said, Fault):
        raise ReceiverFailed(said.sentence)
    taken = (datetime.now(UTC) - now).total_seconds()
    say(f"{receiver} has taken the test, after {taken * 1000:.0f} ms.")
