"""The callbacks that a campaign owes: which one a loss belongs to, and which ones nobody needs any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from campaigns.models import Contact, LostCall
from campaigns.rules.lost_calls import Folded, Loss
from campaigns.store.changes import note
from campaigns.store.decisions import settle
from campaigns.store.queueing import NewContact

GOT_THROUGH = "got_through"
"""Kind of the change of a contact whose number reached an operator by itself."""

PHONES_AT_ONCE = 250  # in one query
_OPEN = ("waiting", "calling")


@dataclass
class Callbacks:
    """By number, the callbacks that a loss can join. gone: ids of those that are as good as dropped."""

    campaign: str
    gone: Collection[int] = ()
    _there: dict[str, Contact] = field(default_factory=dict)
    _new: dict[str, str] = field(default_factory=dict)  # external ids
    _last: dict[int, datetime] = field(default_factory=dict)  # the latest loss that joined

    def look_up(self, session: Session, phones: Sequence[str], *, lock: bool = False) -> None:
        """Learn of those of these numbers; with a lock nobody moves them before the transaction ends."""
        wanted = select(Contact).where(
            Contact.campaign == self.campaign,
            col(Contact.phone).in_(phones),
            or_(col(Contact.state).in_(_OPEN), Contact.state == "done"),
        )
        wanted = wanted.order_by(col(Contact.id))
        found = session.exec(wanted.with_for_update(key_share=True) if lock else wanted).all()
        for contact in sorted(found, key=lambda contact: contact.closed_at is None):  # an open one wins
            if contact.id not in self.gone and not contact.cancel_asked:
                self._there[contact.phone] = contact

    def of(self, loss: Loss) -> int | str | None:
        """The one it joins: open, or done since the loss; None: there is none."""
        contact = self._there.get(loss.phone)
        if contact and (contact.closed_at is None or contact.closed_at >= loss.lost_at):
            self._last[contact.id] = max(loss.lost_at, self._last.get(contact.id, loss.lost_at))
            return contact.id
        return self._new.get(loss.phone)

    def add(self, contact: NewContact) -> None:
        """One that is about to be queued."""
        self._new[contact.phone] = contact.external_id

    def prolong(self, session: Session, deadline: timedelta | None) -> None:
        """Who called again is waited for as long as if it were the first time.

        The rank stays that of the first loss: who calls often does not go to the end of the line.
        """
        for contact in self._there.values():
            last = self._last.get(contact.id)
            if last is None or deadline is None or contact.state != "waiting" or contact.deadline is None:
                continue
            contact.deadline = max(contact.deadline, last + deadline)
            session.add(contact)


def drop_reached(
    session: Session, campaign: str, source: str, folded: Folded, now: datetime, *, keep: bool = True
) -> set[int]:
    """Drop the waiting callbacks of numbers that got through; ids. keep: False only says which.

    One in a call is left alone, and not called again after it.
    """
    phones = sorted(folded.reached)
    later = {loss.key for loss in folded.losses if not loss.got_through}
    dropped: set[int] = set()
    for start in range(0, len(phones), PHONES_AT_ONCE):
        contacts = _open_ones(session, campaign, phones[start : start + PHONES_AT_ONCE], lock=keep)
        losses = _losses(session, [contact.id for contact in contacts])
        for contact in contacts:
            mine = losses.get(contact.id, ())
            if contact.id in dropped or _wanted_since(contact, mine, folded.reached, source, later):
                continue
            if contact.state == "waiting":
                dropped.add(contact.id)
            if keep:
                _drop(session, contact, mine, now)
    return dropped


def _open_ones(session: Session, campaign: str, phones: Sequence[str], *, lock: bool) -> Sequence[Contact]:
    lost = select(LostCall.contact_id).where(LostCall.campaign == campaign, col(LostCall.phone).in_(phones))
    wanted = select(Contact).where(
        Contact.campaign == campaign,
        or_(col(Contact.phone).in_(phones), col(Contact.id).in_(lost)),  # a number may be corrected
        col(Contact.state).in_(_OPEN),
    )
    wanted = wanted.order_by(col(Contact.id))
    return session.exec(wanted.with_for_update(key_share=True) if lock else wanted).all()


def _losses(session: Session, contact_ids: Sequence[int]) -> Mapping[int, list[LostCall]]:
    found: dict[int, list[LostCall]] = {}
    for loss in session.exec(select(LostCall).where(col(LostCall.contact_id).in_(contact_ids))):
        if loss.contact_id is not None:
            found.setdefault(loss.contact_id, []).append(loss)
    return found


def _wanted_since(
    contact: Contact,
    losses: Sequence[LostCall],
    reached: Mapping[str, datetime],
    source: str,
    later: Collection[str],
) -> bool:
    """Whether its number was lost, or queued, after it got through.

    Of the same log the order of the lines tells, for its clock may jump: what was kept before came before,
    but for what a reading that was cut short had kept already (`later`).
    """
    numbers = {contact.phone, *(loss.phone for loss in losses)}
    at = max(reached[number] for number in numbers & reached.keys())
    if not losses:
        return contact.queued_at >= at
    return any(loss.key in later if loss.source == source else loss.lost_at >= at for loss in losses)


def _drop(session: Session, contact: Contact, losses: Sequence[LostCall], now: datetime) -> None:
    """No task follows: nothing is left to do."""
    if not contact.cancel_asked:
        note(session, contact.campaign, GOT_THROUGH, now, contact_id=contact.id)
    if contact.state == "calling":
        contact.cancel_asked = True
        return
    contact.token += contact.leased  # whoever holds it cannot begin the call
    settle(session, contact, "cancelled", contact.outcome, now)
    for loss in losses:
        if loss.fate == "callback":
            loss.fate = "got_through"
