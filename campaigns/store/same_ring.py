"""Several people told in one call are one ring: whose call rang the phone, and when it was free again."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, update

from campaigns.models import Attempt
from campaigns.store import rows

FOLLOWS = "same_call_as"
"""The ground that names the attempt before it in the same call; such an attempt rings no phone."""

_FREE_AGAIN = update(Attempt).where(col(Attempt.id) == bindparam("first")).values(hung_up_at=bindparam("now"))


def note_ring(attempt: Attempt) -> None:
    """The call has rung, though nobody has said so yet: it counts from its start on."""
    if attempt.rang_at is None and FOLLOWS not in attempt.grounds:
        attempt.rang_at = attempt.started_at


def note_end(session: Session, attempt: Attempt, now: datetime) -> None:
    """An attempt is over; where it followed in a call, the attempt that rang learns that the call went on.

    So a pause before the next call to the number runs from here, not from when the first person was told.
    """
    first = attempt
    while before := first.grounds.get(FOLLOWS):
        first = rows.get(session, Attempt, int(before))
    if first is not attempt:
        session.connection().execute(_FREE_AGAIN, {"first": first.id, "now": now})
