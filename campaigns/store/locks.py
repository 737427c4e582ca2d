"""What a transaction holds fast against other nodes; SQLite, where no two writers overlap, needs none of it.

Always in this order, so that no two nodes wait for each other: trunk, campaign, number, attempt, contact.
"""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BigInteger, func, literal, select, values
from sqlalchemy import column as sql_column
from sqlmodel import Session

from campaigns.models import Attempt, Campaign, Contact
from campaigns.store import rows

_WHOLE: Any = {"key_share": True}  # rows that refer to it are made meanwhile
_NUMBER, _NAME, _DUTY, _QUEUE = "number", "campaign", "duty", "queue"
_NODE, _TRUNK, _ACCOUNTS = "node", "trunk", "accounts"  # what a lock may be of


def shared(session: Session) -> bool:
    """Whether others may write while this transaction does."""
    return session.get_bind().dialect.name == "postgresql"


def campaign_to_call(session: Session, name: str) -> Campaign:
    """The campaign as it is now, which nobody stops before this transaction ends.

    Calls are begun side by side, but for one whose calls are counted out (`first_left`). What is changed in
    the row is written by `rows.kept`.
    """
    seen = rows.get(session, Campaign, name)
    if not shared(session):
        return seen
    return rows.get(session, Campaign, name, rows.SHARED if seen.first_left is None else rows.ALONE)


def campaign_to_change(session: Session, name: str) -> Campaign | None:
    """The campaign as it is now, if there is one; nobody else begins calls for it or changes it meanwhile."""
    found = session.get(Campaign, name, with_for_update=_WHOLE)
    if found is None:
        _hold(session, _NAME, name)  # two that make the same campaign take turns
        found = session.get(Campaign, name, with_for_update=_WHOLE)
    return found


def number(session: Session, phone: str) -> None:
    """One transaction at a time decides about a number: an opt-out and the start of a call never pass."""
    _hold(session, _NUMBER, phone)


def numbers_free(session: Session, phones: Collection[str]) -> set[str]:
    """Those of the numbers that nobody decides about now; until the transaction ends nobody else does."""
    if not shared(session) or not phones:
        return set(phones)
    keys = values(sql_column("phone"), sql_column("key", BigInteger), name="keys").data(
        [(phone, _key(_NUMBER, phone)) for phone in phones]
    )
    wanted = select(keys.c.phone).where(func.pg_try_advisory_xact_lock(keys.c.key))
    return set(session.connection().execute(wanted).scalars())


def node(session: Session, name: str) -> None:
    """One transaction at a time begins to work as this node."""
    _hold(session, _NODE, name)


def trunk(session: Session, name: str) -> None:
    """One transaction at a time makes this trunk's row."""
    _hold(session, _TRUNK, name)


def accounts(session: Session) -> None:
    """One transaction at a time changes who may come in: a name is given once."""
    _hold(session, _ACCOUNTS, "")


def to_begin(session: Session, contact_id: int) -> Contact | None:
    """The contact as it is now; its number and itself are this transaction's, the campaign is shared."""
    seen = rows.find(session, Contact, contact_id)
    if seen is None or not shared(session):
        return seen
    campaign_to_call(session, seen.campaign)
    number(session, seen.phone)
    found = rows.get(session, Contact, contact_id, rows.OWN)
    if found.phone != seen.phone:  # corrected in this moment
        number(session, found.phone)
    return found


def call(session: Session, attempt_id: int) -> tuple[Attempt, Contact]:
    """An attempt and its contact as they are now; nobody else moves them before the transaction ends.

    What is changed in the rows is written by `rows.kept`.
    """
    attempt = rows.get(session, Attempt, attempt_id, rows.OWN)
    return attempt, rows.get(session, Contact, attempt.contact_id, rows.OWN)


def duty(session: Session, name: str) -> bool:
    """Whether this node does the duty now; false while another is at it."""
    return _hold_if_free(session, _DUTY, name)


def queue(session: Session, campaign: str) -> None:
    """One transaction at a time queues for a campaign: who is new is new only once."""
    _hold(session, _QUEUE, campaign)


def queue_free(session: Session, campaign: str) -> bool:
    """Whether nobody queues for the campaign now; until the transaction ends nobody else does."""
    return _hold_if_free(session, _QUEUE, campaign)


def give_way(session: Session, wait_seconds: float) -> None:
    """From now on this transaction waits no longer for what another holds (SQLSTATE 55P03).

    Shorter than `deadlock_timeout` of the server (1 s): of two that cross it is the one that gives way.
    """
    if shared(session):
        asked = select(func.set_config("lock_timeout", f"{round(wait_seconds * 1000)}ms", True))
        session.connection().execute(asked)


def in_order(names: Iterable[str]) -> list[str]:
    """Who locks several locks them in this order."""
    return sorted(set(names))


def _hold(session: Session, kind: str, name: str) -> None:
    if shared(session):
        wanted = select(func.pg_advisory_xact_lock(literal(_key(kind, name), BigInteger)))
        session.connection().execute(wanted)


def _hold_if_free(session: Session, kind: str, name: str) -> bool:
    if not shared(session):
        return True
    wanted = select(func.pg_try_advisory_xact_lock(literal(_key(kind, name), BigInteger)))
    return bool(session.connection().execute(wanted).scalar())


def _key(kind: str, name: str) -> int:
    """PostgreSQL names its advisory locks by 64 bits."""
    digest = hashlib.blake2b(f"{kind} {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
