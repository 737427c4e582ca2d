"""What other systems were not told: dead deliveries, receivers that are gone, and the oldest that waits."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from campaigns.courier.receivers import Wants
from campaigns.doctor.finding import Finding
from campaigns.doctor.machine import DATABASE_SECONDS
from campaigns.errors import CampaignsError
from campaigns.settings import FILE_NAME, Home
from campaigns.store import outbox_desk
from campaigns.store.database import open_database
from campaigns.store.outbox_desk import Standing

WHAT = "outbox"
WAITS_TOO_LONG = timedelta(hours=1)  # a receiver that is there is told within seconds


def outbox(home: Home) -> Iterator[Finding]:
    """One finding for each receiver that is not told all; none where the database cannot be read."""
    now = datetime.now(UTC)
    try:
        database = open_database(home.database_url, DATABASE_SECONDS, to_write=False)
    except CampaignsError:
        return
    try:
        standings = outbox_desk.standings(database, now)
    finally:
        database.close()
    yield from findings(standings, Wants(home.file).receivers, now)


def findings(standings: Sequence[Standing], known: Collection[str], now: datetime) -> Iterator[Finding]:
    """What is to be said of receivers that stand so; nothing where nobody was ever to be told anything."""
    told = [_sentence(one, known, now) for one in standings]
    for sentence in filter(None, told):
        yield Finding(WHAT, "doubtful", sentence)
    if told and not any(told):
        yield Finding(WHAT, "right", "Nothing is given up, and nothing has waited for an hour.")


def _sentence(one: Standing, known: Collection[str], now: datetime) -> str:
    left = one.waiting + one.dead
    since = "" if one.oldest_at is None else f", the oldest since {one.oldest_at:%Y-%m-%d %H:%M} UTC"
    if left and one.receiver not in known:
        return (
            f"{one.receiver} is no receiver of {FILE_NAME} any more and was not told {left} things{since}: "
            f"add it again, or run dialer outbox drop --receiver {one.receiver!r} --note WHY."
        )
    if one.dead:
        return (
            f"{one.receiver} was not told {left} things{since}; given up: {one.dead}. See dialer outbox list "
            "--dead, then retry or drop them."
        )
    if one.oldest_at is not None and now - one.oldest_at > WAITS_TOO_LONG:
        return (
            f"{one.receiver} was not told {left} things yet{since}: see that dialer run works, and try "
            f"dialer outbox test {one.receiver!r}."
        )
    return ""
