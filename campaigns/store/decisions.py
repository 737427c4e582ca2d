"""What the rules decided, written down: a contact leased, put off or closed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, update

from campaigns.errors import IllegalMove
from campaigns.flows.turns import Work
from campaigns.models import Contact
from campaigns.rules.due import Close, Decision, Standing, WaitUntil
from campaigns.store.events import tell_closed
from campaigns.store.task_raising import check_ended, raise_all
from campaigns.words import CONTACT_MOVES, ContactState, Outcome

SHORTEST_WAIT = timedelta(seconds=1)  # a wait that is over at once would make `take` go round for ever

Judge = Callable[[Contact, Standing], Decision]
"""Asked with a contact and what is known of its number."""
CloseTasks = Callable[[Contact, ContactState, Outcome | None], Sequence[Work]]
"""The tasks that follow when a contact is closed with this state and outcome."""

_PUT_OFF = (
    update(Contact)
    .where(col(Contact.id) == bindparam("row"))
    .values(
        next_at=bindparam("at"),
        wait_reason=bindparam("reason"),
        wait_grounds=bindparam("grounds"),
        leased=False,
        node=None,
        due=False,
    )
)
_LEASE = (
    update(Contact)
    .where(col(Contact.id) == bindparam("row"))
    .values(leased=True, due=False, node=bindparam("holder"), token=bindparam("lease_token"))
)


def move(contact: Contact, to: ContactState) -> None:
    """Change its state, the only way to do so. Raises `IllegalMove` when `CONTACT_MOVES` has no such move."""
    if to not in CONTACT_MOVES[contact.state]:
        legal = " or ".join(sorted(CONTACT_MOVES[contact.state]))
        then = f"from here it can only become {legal}" if legal else "no other state follows"
        raise IllegalMove(f"Contact number {contact.id} is {contact.state} and cannot become {to}: {then}.")
    contact.state = to


def lease(contact: Contact, node: str) -> None:
    """Hand it to one engine; the token of whoever held it before is worth nothing now."""
    contact.leased, contact.due, contact.node = True, False, node
    contact.token += 1


def keep_leases(session: Session, contacts: Sequence[Contact]) -> None:
    """Write down who was leased, for contacts that belong to no session."""
    values = [{"row": one.id, "holder": one.node, "lease_token": one.token} for one in contacts]
    if values:
        session.connection().execute(_LEASE, values)


def put_off(contact: Contact, wait: WaitUntil, now: datetime) -> None:
    """It waits, and nobody holds it."""
    contact.next_at, contact.wait_reason = max(wait.at, now + SHORTEST_WAIT), wait.reason
    contact.wait_grounds = dict(wait.grounds)
    contact.leased, contact.due, contact.node = False, False, None


def put_all_off(session: Session, waits: Sequence[tuple[Contact, WaitUntil]], now: datetime) -> None:
    """The same for many, without a look back at the rows: outside calling hours these are all that wait."""
    values = [
        {
            "row": contact.id,
            "at": max(wait.at, now + SHORTEST_WAIT),
            "reason": wait.reason,
            "grounds": dict(wait.grounds),
        }
        for contact, wait in waits
    ]
    if values:
        session.connection().execute(_PUT_OFF, values)


def give_back(contact: Contact) -> None:
    """It is due as before, and nobody holds it."""
    contact.leased, contact.due, contact.node = False, True, None


def shut(session: Session, contact: Contact, decision: Close, now: datetime, tasks: CloseTasks) -> None:
    """Nobody calls it again; a decision without an outcome leaves the last one."""
    raise_all(session, contact, tasks(contact, decision.state, decision.outcome), now)
    contact.wait_grounds = dict(decision.grounds)
    settle(session, contact, decision.state, decision.outcome or contact.outcome, now)


def reopen(contact: Contact) -> None:
    """A cancelled contact waits again, due as soon as somebody says when. Raises `IllegalMove` for others."""
    move(contact, "waiting")
    contact.outcome = contact.closed_at = None
    contact.cancel_asked = False


def settle(
    session: Session, contact: Contact, state: ContactState, outcome: Outcome | None, now: datetime
) -> None:
    """Mark a contact as closed, and tell it. Raises `IllegalMove` for one that is closed already."""
    move(contact, state)
    contact.outcome, contact.closed_at = outcome, now
    contact.next_at = contact.wait_reason = contact.node = None
    contact.leased = contact.due = False
    tell_closed(session, contact, now)
    check_ended(session, contact, now)
