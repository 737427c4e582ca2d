"""The events that other systems are told, read in the order of their numbers, each once."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, cast, func, select
from sqlmodel import col

from campaigns.models import Contact, OutboxEvent, Task
from campaigns.store.database import Database
from campaigns.words import EventKind

WINDOW = 5000  # numbers looked through at once, some ten milliseconds, however few of them are asked for
GAP_SECONDS = 10.0
"""So long the numbers below an event are waited for; no transaction of ours takes a tenth of it."""


@dataclass(frozen=True)
class Scope:
    """Which events: of these kinds, campaigns and institutions (none: all); queued_by: of whose contacts."""

    kinds: frozenset[EventKind]
    campaigns: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    queued_by: str | None = None


@dataclass(frozen=True)
class Told:
    """One event; body as in `store.events.tell`."""

    id: int
    key: str
    at: datetime
    kind: EventKind
    body: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some events in order, and up to which number this was all."""

    events: Sequence[Told]
    reached: int


@dataclass(frozen=True)
class Sight:
    """What can be seen now: the newest number, how many are above those that are settled, and transactions.

    running: the oldest transaction that has not ended; next: which number the next one will have.
    """

    newest: int
    newer: int
    running: int = 0
    next: int = 0


@dataclass
class _Edge:
    """All up to `newest` are settled once the transactions have ended that ran soon after it was seen."""

    newest: int
    seen_at: float
    next: int | None = None


@dataclass
class Horizon:
    """Up to which number nothing can appear any more.

    PostgreSQL gives numbers before a transaction ends: 7 may be there before 6, or 6 may never come. Where
    one is missing, it is waited until all transactions have ended that could bring it, `GAP_SECONDS` at most.
    """

    settled: int | None = None
    newest: int = 0  # what is there; below it something may come yet
    _edges: deque[_Edge] = field(default_factory=deque)

    def see(self, sight: Sight, seconds: float) -> None:
        """Take in what can be seen at this moment, by a monotonic clock."""
        self.newest = sight.newest
        if self.settled is not None and sight.newer == sight.newest - self.settled:
            self.settled = sight.newest
            self._edges.clear()
            return
        while self._edges and self._has_passed(self._edges[0], sight, seconds):
            self.settled = self._edges.popleft().newest
        for edge in self._edges:
            edge.next = sight.next if edge.next is None else edge.next
        if not self._edges or self._edges[-1].newest < sight.newest:
            self._edges.append(_Edge(sight.newest, seconds))

    @staticmethod
    def _has_passed(edge: _Edge, sight: Sight, seconds: float) -> bool:
        ended = edge.next is not None and sight.running >= edge.next
        return ended or seconds - edge.seen_at >= GAP_SECONDS


_RUNNING, _NEXT = (
    cast(cast(bound(func.pg_current_snapshot()), String), BigInteger)
    for bound in (func.pg_snapshot_xmin, func.pg_snapshot_xmax)
)
_NEWEST = func.coalesce(func.max(col(OutboxEvent.id)), 0)
_INSTITUTION = func.coalesce(func.nullif(col(Task.institution), ""), col(Contact.institution), "")
_FOUND = (
    select(
        col(OutboxEvent.id),
        col(OutboxEvent.key),
        col(OutboxEvent.at),
        col(OutboxEvent.kind),
        col(OutboxEvent.body),
    )
    .join(Contact, col(Contact.id) == col(OutboxEvent.contact_id), isouter=True)
    .join(Task, col(Task.id) == col(OutboxEvent.task_id), isouter=True)
    .order_by(col(OutboxEvent.id))
)


def look(db: Database, horizon: Horizon, seconds: float) -> None:
    """See how far the events are settled; on SQLite, where one writes after another, that is all of them."""
    with db.read() as session:
        connection = session.connection()
        if not db.shared:
            horizon.newest = horizon.settled = connection.execute(select(_NEWEST)).scalar_one()
            return
        newer = select(func.count()).where(col(OutboxEvent.id) > (horizon.settled or 0)).scalar_subquery()
        newest, above, running, following = connection.execute(select(_NEWEST, newer, _RUNNING, _NEXT)).one()
    horizon.see(Sight(newest, above, running, following), seconds)


def after(db: Database, scope: Scope, last: int, settled: int, most: int) -> Page:
    """The events behind number `last`, up to `settled`; at most so many, and of one window."""
    end = min(settled, last + WINDOW)
    wanted = _FOUND.where(col(OutboxEvent.id) > last, col(OutboxEvent.id) <= end, *_within(scope)).limit(most)
    with db.read() as session:
        events = [Told(*row) for row in session.connection().execute(wanted)]
    return Page(events, events[-1].id if len(events) == most else max(last, end))


def _within(scope: Scope) -> Collection[Any]:
    bounds: list[Any] = [col(OutboxEvent.kind).in_(sorted(scope.kinds))]
    if scope.campaigns:
        bounds.append(col(OutboxEvent.campaign).in_(sorted(scope.campaigns)))
    if scope.institutions:
        bounds.append(_INSTITUTION.in_(sorted(scope.institutions)))
    if scope.queued_by is not None:
        bounds.append(col(Contact.queued_by) == scope.queued_by)
    return bounds
