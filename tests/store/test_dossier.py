from datetime import timedelta

import pytest

from campaigns.models import Contact, Node
from campaigns.store import campaigns, changes, optouts
from campaigns.store.candidates import candidate_of
from campaigns.store.database import Database
from campaigns.store.dossier import find, open_dossier
from tests.store.people import HOUR, NOW, begun, call, finish, person, queue, seen, take

FIRST, SECOND, THIRD = "+79120000001", "+79120000002", "+79120000003"


def ids(db: Database, *wanted: tuple[str, str]) -> list[int]:
    return sorted(seen(db, external_id, campaign).id for campaign, external_id in wanted)


@pytest.fixture
def people(db: Database) -> None:
    queue(
        db,
        person("A", phone=FIRST, phones=(FIRST, SECOND)),
        person("B", phone=THIRD, phones=(THIRD, FIRST)),
        person("C", phone="+79120000011"),
        person("A", "survey", phone=SECOND),
    )


@pytest.mark.usefixtures("people")
def test_contacts_are_found_by_their_name_in_any_campaign(db: Database) -> None:
    assert find(db, "A", None) == ids(db, ("results", "A"), ("survey", "A"))
    assert find(db, "A", None, "survey") == ids(db, ("survey", "A"))
    assert find(db, "nobody", None) == []
    assert find(db, "A", None, "elsewhere") == []


@pytest.mark.usefixtures("people")
def test_contacts_are_found_by_any_of_their_numbers(db: Database) -> None:
    assert find(db, FIRST, FIRST) == ids(db, ("results", "A"), ("results", "B"))
    assert find(db, SECOND, SECOND) == ids(db, ("results", "A"), ("survey", "A"))
    assert find(db, SECOND, SECOND, "survey") == ids(db, ("survey", "A"))
    assert find(db, "+7912000000", "+7912000000") == []  # the beginning of a number is none


def test_contacts_are_found_by_a_number_that_was_called_and_is_not_theirs_any_more(db: Database) -> None:
    contact, attempt = call(db)
    called = contact.phone
    finish(db, attempt, contact)
    with db.write() as session:
        session.get_one(Contact, contact.id).phone = THIRD
    assert find(db, called, called) == [contact.id]


def test_what_was_done_is_in_the_dossier(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact)
    dossier = open_dossier(db, contact.id, NOW)
    assert [each.number for each in dossier.attempts] == [1]
    assert dossier.attempts[0].ended_at == NOW
    assert dossier.numbers == (contact.phone,)
    assert dossier.campaign is not None
    assert dossier.campaign.state == "running"
    assert (dossier.held_by, dossier.ahead, dossier.opt_outs) == (None, 0, [])


def test_what_was_done_to_its_campaign_while_it_was_queued_stands_among_what_was_done_to_it(
    db: Database,
) -> None:
    queue(db, person("first"), person("other", "survey"), now=NOW - HOUR)
    queue(db, person("A"))
    campaigns.move(db, "results", "paused", NOW)
    campaigns.move(db, "results", "running", NOW + 3 * HOUR)
    campaigns.move(db, "results", "stopped", NOW + 5 * HOUR)
    campaigns.move(db, "survey", "stopped", NOW + HOUR)
    with db.write() as session:
        row = session.get_one(Contact, seen(db).id)
        changes.note(session, "results", "corrected", NOW + 2 * HOUR, {}, row.id)
        changes.note(session, "results", "corrected", NOW + 2 * HOUR, {}, seen(db, "first").id)
        row.state, row.closed_at = "cancelled", NOW + 4 * HOUR
        row.next_at = row.wait_reason = None
    done = open_dossier(db, seen(db).id, NOW).changes
    assert [change.kind for change in done] == ["paused", "corrected", "running"]


@pytest.mark.usefixtures("people")
def test_opt_outs_are_those_that_hold_for_its_campaign(db: Database) -> None:
    optouts.add(db, SECOND, "command", NOW)
    optouts.add(db, FIRST, "key", NOW + timedelta(seconds=1), campaign="survey")
    optouts.add(db, FIRST, "key", NOW + timedelta(seconds=2), campaign="results")
    found = open_dossier(db, seen(db, "A").id, NOW).opt_outs
    assert [(entry.phone, entry.campaign) for entry in found] == [(SECOND, ""), (FIRST, "results")]


def test_who_holds_its_number_and_who_goes_before_it(db: Database) -> None:
    queue(db, person("A", phone=FIRST, priority=9), now=NOW)
    [held] = take(db, 1)
    queue(
        db,
        person("B", phone=FIRST),
        person("C", priority=5),
        person("D", priority=1),
        person("E", "paused", priority=9),
    )
    campaigns.move(db, "paused", "paused", NOW)
    dossier = open_dossier(db, seen(db, "B").id, NOW)
    assert dossier.held_by == "A of results"
    assert dossier.ahead == 2  # C and D; who is in a campaign that does not run goes before nobody
    assert open_dossier(db, held.id, NOW).held_by is None
    begun(db, held)
    assert open_dossier(db, seen(db, "B").id, NOW).held_by == "A of results"


def test_when_an_engine_was_last_heard_of(db: Database) -> None:
    queue(db, person("A"))
    contact = seen(db)
    assert open_dossier(db, contact.id, NOW).engine_seen is None
    with db.write() as session:
        for name, minutes in (("one", 9), ("two", 3)):
            beat = NOW - timedelta(minutes=minutes)
            session.add(Node(name=name, incarnation=1, started_at=beat, beat_at=beat))
    assert open_dossier(db, contact.id, NOW).engine_seen == NOW - timedelta(minutes=3)


def test_what_the_rules_are_told_of_a_contact(db: Database) -> None:
    sure = person("A", zone_from="number", deadline=NOW, consent_source="form 7", consent_at=NOW)
    queue(db, sure, person("B", consent_source="form 7"))
    known, unknown = (candidate_of(seen(db, name)) for name in "AB")
    assert (known.consent, known.zone_from, known.deadline) == (True, "number", NOW)
    assert (unknown.consent, unknown.zone_from, unknown.delivered) == (False, "clinic", False)
