"""A cap on one number of a contact does not keep it from being called at another."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from campaigns.models import Contact
from campaigns.rules.caps import Caps
from campaigns.rules.due import Decision, Standing, judge
from campaigns.rules.packs import Edition, Pack
from campaigns.store import attempts, contacts, optouts
from campaigns.store.candidates import candidate_of
from campaigns.store.database import Database
from tests.store.people import HOUR, NOW, POLICY, begun, done_to, finish, no_tasks, person, queue, seen, take

DAY = timedelta(days=1)
HOME, MOBILE, WORK = "+73432000001", "+79120000002", "+73432000003"
CAPPED = replace(POLICY, pack=Pack("strict", "Strict", (Edition(date.min, caps=Caps(week=1)),)))


def by_caps(contact: Contact, standing: Standing, now: datetime = NOW) -> Decision:
    return judge(CAPPED, candidate_of(contact), standing, now)


def taken(db: Database) -> list[Contact]:
    """Who may be called by the caps: one call a number and week."""
    return contacts.take(db, 10, NOW, by_caps, no_tasks, seconds=60)


def ring(db: Database, phone: str, at: datetime = NOW - HOUR) -> None:
    """A call that rang there for somebody else, in another campaign."""
    name = f"other {phone} {at:%d %H}"
    queue(db, person(name, campaign="other", phone=phone), now=at)
    [contact] = take(db, now=at)
    attempt = begun(db, contact, at)
    attempts.rang(db, attempt, at)
    assert finish(db, attempt, contact, now=at)


def has_numbers(db: Database, *phones: str, deadline: datetime | None = None) -> None:
    queue(db, person("A", phone=phones[0], phones=phones, deadline=deadline))


@pytest.mark.parametrize("deadline", [None, NOW + DAY])
@pytest.mark.parametrize(
    ("rang", "called"), [((HOME,), MOBILE), ((HOME, MOBILE), WORK), ((MOBILE,), HOME), ((), HOME)]
)
def test_the_next_number_that_no_cap_holds_is_called(
    db: Database, rang: tuple[str, ...], called: str, deadline: datetime | None
) -> None:
    for phone in rang:
        ring(db, phone)
    has_numbers(db, HOME, MOBILE, WORK, deadline=deadline)
    assert [(contact.external_id, contact.phone) for contact in taken(db)] == [("A", called)]
    assert seen(db).phone == called


def test_the_record_says_why_another_number_is_called(db: Database) -> None:
    ring(db, HOME)
    has_numbers(db, HOME, MOBILE)
    [contact] = taken(db)
    [change] = done_to(db, contact)
    assert (change.kind, change.details) == ("number_capped", {"from": "1", "to": "2"})


def test_where_every_number_is_capped_it_waits_for_the_first_that_is_free(db: Database) -> None:
    ring(db, HOME, NOW - HOUR)
    ring(db, MOBILE, NOW - 2 * DAY)
    ring(db, WORK, NOW - DAY)
    has_numbers(db, HOME, MOBILE, WORK)
    assert taken(db) == []
    waiting = seen(db)
    assert (waiting.state, waiting.wait_reason, waiting.due) == ("waiting", "cap", False)
    assert (waiting.phone, waiting.next_at) == (MOBILE, NOW + 5 * DAY)


def test_who_cannot_be_called_in_time_at_any_number_is_closed(db: Database) -> None:
    ring(db, HOME)
    ring(db, MOBILE)
    has_numbers(db, HOME, MOBILE, deadline=NOW + DAY)
    assert taken(db) == []
    assert (seen(db).state, seen(db).phone) == ("exhausted", HOME)


def test_a_number_that_opted_out_or_was_struck_is_no_way_out(db: Database) -> None:
    ring(db, HOME)
    has_numbers(db, HOME, MOBILE, WORK)
    optouts.add(db, MOBILE, "command", NOW)
    with db.write() as session:
        contact = session.get_one(Contact, seen(db).id)
        contact.history = {"causes": {}, "parts": {}, "struck": {"2": 1}}
    assert taken(db) == []
    assert (seen(db).phone, seen(db).wait_reason) == (HOME, "cap")


def test_a_free_number_on_which_another_is_called_now_is_waited_for(db: Database) -> None:
    ring(db, HOME)
    queue(db, person("B", phone=MOBILE))
    taken(db)
    has_numbers(db, HOME, MOBILE)
    assert taken(db) == []
    assert (seen(db).phone, seen(db).due) == (MOBILE, True)


def test_who_has_one_number_waits_for_it(db: Database) -> None:
    ring(db, HOME)
    queue(db, person("A", phone=HOME))
    assert taken(db) == []
    assert (seen(db).wait_reason, done_to(db, seen(db))) == ("cap", [])
