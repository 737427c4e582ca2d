"""The queues before an engine that takes contacts, read in blocks as they are judged."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import islice

from sqlmodel import Session, select

from campaigns.models import LEASED, Contact
from campaigns.rules.due import Standing
from campaigns.rules.fairness import Lease, Queue, Ticket, Turns
from campaigns.rules.policy import Pace
from campaigns.store import locks, optouts, order, rows
from campaigns.store.standings import standings

MOST_HELD = 40  # numbers that one transaction locks: a server has room for about 64 locks a connection
BLOCK = 50  # contacts of one queue that are read at once, beyond those that are first anyway
INSTITUTION_AHEAD = 50  # of each institution, of which there may be hundreds; `take` asks again for more


@dataclass
class LineUp:
    """The due contacts of some campaigns, first things first, without those whose phone is held."""

    session: Session
    now: datetime
    queues: Mapping[Queue, deque[Ticket]]
    cut: Collection[Queue]  # of which there may be more than is here
    _read: dict[int, tuple[Contact, Standing]] = field(default_factory=dict)
    _tried: set[int] = field(default_factory=set)
    _full: bool = False

    def heads(self) -> dict[Queue, Ticket]:
        """The first contact of each queue."""
        return {queue: tickets[0] for queue, tickets in self.queues.items() if tickets}

    @property
    def spent(self) -> bool:
        """Whether somebody may be missing from the heads: then what comes first is not known any more."""
        return self._full or any(not self.queues[queue] for queue in self.cut)

    def pop(self, queue: Queue) -> tuple[Contact, Standing] | None:
        """The first of the queue, who is not in it any more; None for one whom another engine is at."""
        ticket = self.queues[queue].popleft()
        if ticket.id not in self._tried:
            room = self._room
            if not room:  # another transaction goes on with them
                self._full = True
                return None
            self.read([ticket, *islice(self.queues[queue], room - 1)])
        return self._read.pop(ticket.id, None)

    @property
    def _room(self) -> int:
        """How many contacts more may be read."""
        return min(BLOCK, MOST_HELD - len(self._tried)) if locks.shared(self.session) else BLOCK

    def read(self, tickets: Sequence[Ticket]) -> None:
        """Load these contacts, and what is known of their numbers."""
        self._tried.update(ticket.id for ticket in tickets)
        contacts = order.by_id(self.session, [ticket.id for ticket in tickets])
        if several := [one for one in contacts if len(one.phones) > 1]:
            with rows.kept(self.session, *several):
                optouts.pass_over(self.session, several, self.now)
        free = locks.numbers_free(self.session, {contact.phone for contact in contacts})
        free -= order.held_phones(self.session, free)
        contacts = [contact for contact in contacts if contact.phone in free]
        known = standings(self.session, contacts, self.now)
        self._read.update({contact.id: (contact, known[contact.id]) for contact in contacts})


def line_up(
    session: Session, campaigns: Sequence[str], paces: Mapping[str, Pace], count: int, now: datetime
) -> LineUp:
    """At least the first `count` of every campaign; those that are first of all are read already."""
    queues: dict[Queue, deque[Ticket]] = {}
    cut: set[Queue] = set()
    for name in campaigns:
        if name in paces and paces[name].institution_share < 1:
            mine, most = _by_institution(session, name, count), min(count, INSTITUTION_AHEAD)
        else:
            mine, most = {Queue(name): deque(order.line(session, name, count))}, count
        queues |= mine
        cut |= {queue for queue, tickets in mine.items() if len(tickets) >= most}
    lineup = LineUp(session, now, queues, cut)
    first = min(count, MOST_HELD) if locks.shared(session) else count
    lineup.read(list(islice(merge(*queues.values()), first)))
    return lineup


def turns(session: Session, paces: Mapping[str, Pace], node: str, limit: int) -> Turns:
    """Whose turn it is, by what every engine holds at present; no other one takes for these campaigns now."""
    if not paces:
        return Turns(paces, (), limit)
    for name in locks.in_order(name for name, pace in paces.items() if _is_of_all_engines(pace)):
        locks.campaign_to_change(session, name)
    held = session.exec(select(Contact.campaign, Contact.institution, Contact.node).where(LEASED))
    leases = [Lease(campaign, institution, (holder or "") == node) for campaign, institution, holder in held]
    return Turns(paces, leases, limit)


def paced(paces: Mapping[str, Pace], campaigns: Collection[str]) -> Mapping[str, Pace]:
    """The paces of these campaigns that ask for anything."""
    return {name: pace for name, pace in paces.items() if name in campaigns and pace != Pace()}


def _is_of_all_engines(pace: Pace) -> bool:
    return pace.max_calls is not None or pace.institution_share < 1


def _by_institution(session: Session, campaign: str, count: int) -> dict[Queue, deque[Ticket]]:
    """A queue for each institution; who has none is met when the campaign's own order comes to them."""
    nowhere = deque(order.line_without_institution(session, campaign, count))
    ahead = min(count, INSTITUTION_AHEAD)
    named = {
        Queue(campaign, name): deque(order.line_of(session, campaign, name, ahead))
        for name in order.institutions(session, campaign)
    }
    return {Queue(campaign): nowhere, **named}
