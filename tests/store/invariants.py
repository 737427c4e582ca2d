"""What holds in every database at every moment, whatever crashed."""

from collections import Counter, defaultdict

from sqlalchemy import text
from sqlmodel import Session, col, select

from campaigns.models import Attempt, Contact
from campaigns.store.database import Database

CLOSED = ("done", "exhausted", "cancelled")


def check(db: Database) -> None:
    """Assert them all, in one moment of the database."""
    with db.read() as session:
        contacts = list(session.exec(select(Contact)))
        attempts = list(session.exec(select(Attempt).order_by(col(Attempt.id))))
    calling = {attempt.contact_id for attempt in attempts if attempt.ended_at is None}
    assert calling == {contact.id for contact in contacts if contact.state == "calling"}
    phones = Counter(contact.phone for contact in contacts if contact.leased)
    assert all(count == 1 for count in phones.values())
    of_contact = defaultdict[int, list[Attempt]](list)
    for attempt in attempts:
        of_contact[attempt.contact_id].append(attempt)
    for contact in contacts:
        _check_contact(contact, of_contact[contact.id])


def check_file(session: Session) -> None:
    """What SQLite itself has to say about the file."""
    assert session.connection().execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert session.connection().execute(text("PRAGMA foreign_key_check")).all() == []


def _check_contact(contact: Contact, attempts: list[Attempt]) -> None:
    assert contact.attempts_used == sum(attempt.counted for attempt in attempts)
    assert [attempt.number for attempt in attempts] == list(range(1, len(attempts) + 1))
    tokens = [attempt.token for attempt in attempts]
    assert tokens == sorted(set(tokens))
    assert contact.token >= max(tokens, default=0)
    closed = contact.state in CLOSED
    assert (
        closed
        == (contact.closed_at is not None)
        == (contact.next_at is None)
        == (contact.wait_reason is None)
    )
    match contact.state:
        case "waiting":
            assert not (contact.leased and contact.due)
        case "calling":
            assert (contact.leased, contact.due, attempts[-1].token) == (True, False, contact.token)
        case _:
            assert (contact.leased, contact.due) == (False, False)
