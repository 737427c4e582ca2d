"""What requests with an Idempotency-Key were answered, kept a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select, tuple_

from campaigns.models import StoredAnswer

KEPT = timedelta(hours=24)  # no client of a laboratory tries the same request again after a day
REMOVED_AT_ONCE = 200  # in passing, with one request: too few to be felt
UNDER_WAY = 0  # the status of an answer that its own transaction has yet to give


def claim(session: Session, caller: str, key: str, digest: str, now: datetime) -> StoredAnswer | None:
    """Take a key for the request of this digest; None: it is ours, so `fill` it. Else what was answered.

    Another node's transaction that took the same key is waited for. One older than a day is taken again.
    """
    ours = {"caller": caller, "key": key, "digest": digest, "status": UNDER_WAY, "headers": {}, "at": now}
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    taken = session.execute(
        insert(StoredAnswer)
        .values(**ours)
        .on_conflict_do_update(
            index_elements=["caller", "key"],
            set_={name: ours[name] for name in ("digest", "status", "headers", "at")},
            where=col(StoredAnswer.at) < now - KEPT,
        )
        .returning(StoredAnswer.key)
    ).first()
    return None if taken else session.get_one(StoredAnswer, (caller, key))


def known(session: Session, caller: str, key: str, now: datetime) -> bool:
    """Whether something was answered under this key within a day."""
    row = session.get(StoredAnswer, (caller, key))
    return row is not None and row.at >= now - KEPT


def fill(
    session: Session,
    caller: str,
    key: str,
    status: int,
    body: dict[str, Any] | list[Any] | None,
    headers: dict[str, str],
) -> None:
    """What is answered under a key that was claimed in this transaction."""
    row = session.get_one(StoredAnswer, (caller, key))
    row.status, row.body, row.headers = status, body, headers
    session.add(row)
    session.flush()


def remove_old(session: Session, now: datetime) -> int:
    """Remove some of those older than a day; how many."""
    old: Sequence[tuple[str, str]] = session.exec(
        select(StoredAnswer.caller, StoredAnswer.key)
        .where(col(StoredAnswer.at) < now - KEPT)
        .order_by(col(StoredAnswer.at))
        .limit(REMOVED_AT_ONCE)
    ).all()
    if old:
        keys = tuple_(col(StoredAnswer.caller), col(StoredAnswer.key))
        session.execute(delete(StoredAnswer).where(keys.in_(old)))
    return len(old)
