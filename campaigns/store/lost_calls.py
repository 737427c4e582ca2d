"""Calls that inbound queues lost: each is kept once, and called back once unless its number gets through."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from campaigns.errors import ReadElsewhere
from campaigns.models import Contact, GotThrough, LogPosition, LostCall, QueueCall
from campaigns.rules.lost_calls import MISDIAL, Folded, Loss, Mark, OpenCall, Taken, fate_of
from campaigns.store import locks, queue_talk
from campaigns.store.callbacks import Callbacks, drop_reached
from campaigns.store.campaigns import known
from campaigns.store.database import Database
from campaigns.store.queueing import NewContact, enter
from campaigns.words import LostCallFate

Item = TypeVar("Item")

LOSSES_AT_ONCE = 250  # in one transaction, some 30 ms
NEVER_TOO_LATE = timedelta(days=30)  # who is still called back where the campaign sets no deadline

MakeContact = Callable[[Loss], NewContact | None]
"""Who is to be called for a loss, with the deadline counted from it; None: nobody can be."""


@dataclass(frozen=True)
class LostCalls:
    """What one campaign keeps of one log. source: its name; misdial: who hung up sooner wanted nothing."""

    db: Database
    campaign: str
    source: str
    make: MakeContact
    deadline: timedelta | None
    misdial: timedelta = MISDIAL

    def position(self) -> Mark | None:
        """How far the log was read; None: never."""
        with self.db.read() as session:
            return self._position(session)

    def open_calls(self) -> Mapping[str, OpenCall]:
        """The calls that were open there, by key."""
        mine = select(QueueCall).where(QueueCall.campaign == self.campaign, QueueCall.source == self.source)
        with self.db.read() as session:
            return {
                row.key: OpenCall(row.queue, row.phone, row.withheld, row.entered_at, row.agent)
                for row in session.exec(mine)
            }

    def others(self) -> Mapping[str, Mark]:
        """How far the campaign's other logs were read, by source."""
        wanted = select(LogPosition).where(
            LogPosition.campaign == self.campaign, LogPosition.source != self.source
        )
        with self.db.read() as session:
            return {row.source: _mark(row) for row in session.exec(wanted)}

    def under(self, source: str) -> "LostCalls":
        """What the campaign keeps of another log."""
        return replace(self, source=source)

    def take_in(self, folded: Folded, before: Mark | None, after: Mark | None, now: datetime) -> Taken:
        """Keep what was read; with the last of it, in one transaction, how far that was (`after`).

        after: None for a file that is not read on. A loss that stands there already is only counted as known:
        what was cut short is taken in again. Raises ReadElsewhere when the log was read on since `before`.
        """
        taken = Taken()
        batches = list(_batches(folded.losses, LOSSES_AT_ONCE)) or [()]
        for place, losses in enumerate(batches):
            with self.db.write() as session:
                locks.queue(session, self.campaign)
                if after is not None:
                    self._check(session, before)
                if place == 0:
                    taken = replace(taken, dropped=self._got_through(session, folded, now))
                taken = _sum(taken, self._keep(session, losses, now))
                if place == len(batches) - 1:
                    self._leave(session, folded, after, now)
        return taken

    def trial(self, folded: Folded, now: datetime) -> Taken:
        """What `take_in` would come to; nothing is kept."""
        with self.db.read() as session:
            gone = drop_reached(session, self.campaign, self.source, folded, now, keep=False)
            callbacks = Callbacks(self.campaign, gone)
            taken = Taken(dropped=len(gone))
            for losses in _batches(folded.losses, LOSSES_AT_ONCE):
                new = self._unknown(session, losses)
                fates = Counter(fate for fate, _, _ in self._judge(session, callbacks, new, now))
                taken = _sum(taken, Taken(fates, len(losses) - len(new)))
        return taken

    def attend(self, now: datetime, *, on: bool) -> None:
        """All of the log is read, and somebody reads on; not `on`: nobody does from now on."""
        with self.db.write() as session:
            queue_talk.attend(session, self.campaign, self.source, now, on=on)

    def let_go(self, now: datetime) -> None:
        """Nobody reads on in the log for now: whom it left talking may be free at any moment."""
        with self.db.write() as session:
            queue_talk.let_go(session, self.campaign, self.source, now)

    def _keep(self, session: Session, losses: Sequence[Loss], now: datetime) -> Taken:
        """Write down the losses that are new, and queue their callbacks."""
        new = self._unknown(session, losses)
        if not new:
            return Taken(known=len(losses))
        known(session, self.campaign, now)  # before contacts: who begins a call locks in this order
        callbacks = Callbacks(self.campaign)
        judged = self._judge(session, callbacks, new, now, lock=True)
        contacts = [contact for _, _, contact in judged if contact is not None]
        enter(session, contacts, now)
        ids = _ids(session, self.campaign, [contact.external_id for contact in contacts])
        callbacks.prolong(session, self.deadline)
        rows = [
            {
                **_columns(loss),
                "campaign": self.campaign,
                "source": self.source,
                "fate": fate,
                "contact_id": ids[named] if isinstance(named, str) else named,
            }
            for loss, (fate, named, _) in zip(new, judged, strict=True)
        ]
        session.connection().execute(insert(LostCall), rows)
        return Taken(Counter(fate for fate, _, _ in judged), len(losses) - len(new))

    def _judge(
        self,
        session: Session,
        callbacks: Callbacks,
        losses: Sequence[Loss],
        now: datetime,
        *,
        lock: bool = False,
    ) -> list[tuple[LostCallFate, int | str | None, NewContact | None]]:
        """The fate of each; the callback it belongs to (id, or external_id of a new one); and the new one."""
        phones = sorted({loss.phone for loss in losses if loss.phone})
        callbacks.look_up(session, phones, lock=lock)
        elsewhere = self._reached_elsewhere(session, phones)
        judged: list[tuple[LostCallFate, int | str | None, NewContact | None]] = []
        for loss in losses:
            fate = fate_of(loss, self.deadline or NEVER_TOO_LATE, now, self.misdial)
            if fate == "callback" and loss.phone in elsewhere and elsewhere[loss.phone] > loss.lost_at:
                fate = "got_through"
            if fate != "callback":
                judged.append((fate, None, None))
            elif (there := callbacks.of(loss)) is not None:
                judged.append(("joined", there, None))
            elif (made := self.make(loss)) is None:
                judged.append(("unusable", None, None))
            else:
                callbacks.add(made)
                judged.append(("callback", made.external_id, made))
        return judged

    def _got_through(self, session: Session, folded: Folded, now: datetime) -> int:
        """Remember whom the log says to have got through, and drop their callbacks; how many."""
        oldest = now - (self.deadline or NEVER_TOO_LATE)
        mine = (col(GotThrough.campaign) == self.campaign, col(GotThrough.source) == self.source)
        session.exec(delete(GotThrough).where(*mine, col(GotThrough.at) < oldest))
        recent = {phone: at for phone, at in folded.reached.items() if at >= oldest}
        for phones in _batches(sorted(recent), LOSSES_AT_ONCE):
            session.exec(delete(GotThrough).where(*mine, col(GotThrough.phone).in_(phones)))
            rows = [
                {"campaign": self.campaign, "source": self.source, "phone": phone, "at": recent[phone]}
                for phone in phones
            ]
            session.connection().execute(insert(GotThrough), rows)
        dropped = drop_reached(session, self.campaign, self.source, replace(folded, reached=recent), now)
        return len(dropped)

    def _reached_elsewhere(self, session: Session, phones: Sequence[str]) -> dict[str, datetime]:
        """When these numbers last got through, as other logs say; within one, the order of lines says it."""
        wanted = select(GotThrough.phone, GotThrough.at).where(
            GotThrough.campaign == self.campaign,
            GotThrough.source != self.source,
            col(GotThrough.phone).in_(phones),
        )
        return dict(session.exec(wanted.order_by(col(GotThrough.at))).all())

    def _unknown(self, session: Session, losses: Sequence[Loss]) -> list[Loss]:
        """Those that do not stand there yet, each once."""
        keys = {loss.key: loss for loss in losses}
        there = select(LostCall.key).where(
            LostCall.campaign == self.campaign,
            LostCall.source == self.source,
            col(LostCall.key).in_(list(keys)),
        )
        found = set(session.exec(there))
        return [loss for key, loss in keys.items() if key not in found]

    def _leave(self, session: Session, folded: Folded, after: Mark | None, now: datetime) -> None:
        """What is open now, who talks now, and how far that was read."""
        if after is None:
            return
        queue_talk.keep(session, self.campaign, self.source, folded, now)
        there = session.get(LogPosition, (self.campaign, self.source))
        session.merge(
            LogPosition(
                campaign=self.campaign,
                source=self.source,
                inode=after.inode,
                head=after.head,
                offset=after.offset,
                lines=after.lines,
                broken=after.broken,
                read_at=after.read_at or now,
                followed_at=there.followed_at if there else None,
                last_event_at=folded.last_event_at or (there.last_event_at if there else None),
            )
        )

    def _check(self, session: Session, before: Mark | None) -> None:
        now = self._position(session)
        if (now and replace(now, read_at=None)) != (before and replace(before, read_at=None)):
            raise ReadElsewhere(
                f"Another command reads {self.source} for {self.campaign} at this moment: one is enough, "
                "so end one of them."
            )

    def _position(self, session: Session) -> Mark | None:
        row = session.get(LogPosition, (self.campaign, self.source), populate_existing=True)
        return _mark(row) if row else None


def _mark(row: LogPosition) -> Mark:
    return Mark(row.inode, row.head, row.offset, row.lines, row.broken, row.read_at, row.last_event_at)


def _columns(loss: Loss) -> dict[str, object]:
    own = ("key", "queue", "phone", "lost_at", "waited_seconds", "how")
    return {name: getattr(loss, name) for name in own}


def _ids(session: Session, campaign: str, external_ids: Sequence[str]) -> dict[str, int]:
    wanted = select(Contact.external_id, Contact.id).where(
        Contact.campaign == campaign, col(Contact.external_id).in_(external_ids)
    )
    return dict(session.exec(wanted).all())


def _sum(first: Taken, second: Taken) -> Taken:
    fates = Counter(first.fates) + Counter(second.fates)
    return Taken(dict(fates), first.known + second.known, first.dropped + second.dropped)


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
