"""The engines that work on one database: who is alive, and whose leases are given back."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select, update

from campaigns.models import LEASED, OPEN_ATTEMPT, Attempt, Contact, Node
from campaigns.store import locks
from campaigns.store.database import Database

ENDED = datetime(1970, 1, 1, tzinfo=UTC)
"""The last beat of an engine that ended in order: nobody has to wait for it."""


@dataclass(frozen=True)
class Orphan:
    """A call that is open at an engine: who began it, and when that engine was last heard of."""

    attempt: int
    node: str
    seen_at: datetime


def time_of(db: Database) -> datetime:
    """What the database's own clock says."""
    with db.read() as session:
        moment: datetime = session.connection().execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def join(db: Database, name: str, now: datetime) -> int:
    """Begin to work as this node; its incarnation, one higher than before. An older engine must stop."""
    with db.write() as session:
        locks.node(session, name)
        node = session.get(Node, name, populate_existing=True)
        if node is None:
            node = Node(name=name, incarnation=0, started_at=now, beat_at=now)
            session.add(node)
        node.incarnation += 1
        node.started_at = node.beat_at = now
        return node.incarnation


def beat(db: Database, name: str, incarnation: int, now: datetime) -> bool:
    """Say that this engine is alive; False when a newer one of the same name has begun."""
    with db.write() as session:
        mine = update(Node).where(col(Node.name) == name, col(Node.incarnation) == incarnation)
        return session.exec(mine.values(beat_at=now)).rowcount == 1


def leave(db: Database, name: str, incarnation: int) -> None:
    """The engine ends, with nothing left open."""
    with db.write() as session:
        mine = update(Node).where(col(Node.name) == name, col(Node.incarnation) == incarnation)
        session.exec(mine.values(beat_at=ENDED))


@contextmanager
def alone(db: Database, duty: str) -> Iterator[bool]:
    """Whether this engine does the duty now; while the block lasts no other one does."""
    if not db.shared:
        yield True
        return
    with db.read() as session:
        yield locks.duty(session, duty)


def listing(db: Database) -> list[Node]:
    """Every engine that ever worked here, by name."""
    with db.read() as session:
        return list(session.exec(select(Node).order_by(Node.name)))


def free_leases(db: Database, name: str, silent_since: datetime) -> int:
    """Give back what dead engines had taken and not called, and what an earlier engine of this name had.

    Dead: not heard of since `silent_since`. How many; the engines that hold them learn it by their tokens.
    """
    with db.write() as session:
        alive = select(Node.name).where(col(Node.beat_at) > silent_since, col(Node.name) != name)
        return _free(session, or_(col(Contact.node).is_(None), col(Contact.node).not_in(alive)))


def free_leases_of_dead(db: Database, silent_since: datetime) -> int:
    """The same, but for engines whose death is found while this one works."""
    with db.write() as session:
        if not locks.duty(session, "leases"):
            return 0
        dead = select(Node.name).where(col(Node.beat_at) <= silent_since)
        return _free(session, col(Contact.node).in_(dead))


def free_unheld(db: Database, name: str, held: Collection[int]) -> int:
    """Give back what is marked as taken by this engine and is not among the contacts that it holds.

    When the database went away just then, an engine never learned whom it had taken.
    """
    with db.write() as session:
        return _free(session, and_(col(Contact.node) == name, col(Contact.id).not_in(held)))


def open_elsewhere(db: Database, names: Collection[str]) -> list[Orphan]:
    """The open calls of all engines but these, each with when its engine was last heard of."""
    wanted = select(Attempt.id, Attempt.node, Attempt.started_at, Node.beat_at).join(
        Node, col(Node.name) == col(Attempt.node), isouter=True
    )
    with db.read() as session:
        rows = session.exec(wanted.where(OPEN_ATTEMPT, col(Attempt.node).not_in(names)))
        return [Orphan(id, node, max(began, seen or began)) for id, node, began, seen in rows]


def _free(session: Session, whose: object) -> int:
    held = (
        select(Contact.id).where(LEASED, col(Contact.state) == "waiting", whose)  # type: ignore[arg-type]
    ).with_for_update(skip_locked=True)
    given = update(Contact).where(col(Contact.id).in_(held)).values(leased=False, node=None, due=True)
    return session.exec(given.execution_options(synchronize_session=False)).rowcount
