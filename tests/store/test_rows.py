import pytest
from sqlmodel import Session, select

from campaigns.models import Answer, Campaign, Contact
from campaigns.store import rows
from campaigns.store.database import Database
from tests.store.people import NOW, call, person, queue


def test_a_row_is_as_the_session_reads_it(db: Database) -> None:
    queue(db, person("A"))
    with db.write() as session:
        read = session.exec(select(Contact)).one()
        found = rows.find(session, Contact, read.id, rows.OWN)
        assert found is not None
        assert vars(found).keys() - {"_sa_instance_state"} == read.model_dump().keys()
        assert found.model_dump() == read.model_dump()
        assert found not in session


def test_what_is_changed_is_kept_and_nothing_else(db: Database) -> None:
    queue(db, person("A"))
    with db.write() as session:
        contact = rows.get(session, Contact, 1)
        with rows.kept(session, contact):
            contact.token, contact.history = 7, {"causes": {"busy": 1}}
            other = session.get_one(Contact, 1)
            other.full_name = "another"
            session.flush()
    with db.read() as session:
        again = session.get_one(Contact, 1)
    assert (again.token, again.history, again.full_name) == (7, {"causes": {"busy": 1}}, "another")


def test_after_an_error_nothing_is_written(db: Database) -> None:
    queue(db, person("A"))
    with db.write() as session:
        contact = rows.get(session, Contact, 1)
        with pytest.raises(ValueError, match="not now"):
            _change_in_vain(session, contact)
    with db.read() as session:
        assert session.get_one(Contact, 1).token == 0


def test_rows_are_found_by_their_key_whatever_it_is(db: Database) -> None:
    queue(db, person("A"))
    with db.write() as session:
        campaign = rows.get(session, Campaign, "results", rows.ALONE)
        with rows.kept(session, campaign):
            campaign.first_left = 3
    with db.read() as session:
        assert session.get_one(Campaign, "results").first_left == 3
        assert rows.find(session, Campaign, "another") is None
        with pytest.raises(LookupError, match="Campaign has no row 'another'"):
            rows.get(session, Campaign, "another")


def test_a_new_row_says_its_key(db: Database) -> None:
    queue(db, person("A"))
    _, attempt = call(db)
    with db.write() as session:
        keys = [rows.insert(session, Answer, _answer(attempt) | {"question": name}) for name in "ab"]
        assert [rows.get(session, Answer, key).question for key in keys] == ["a", "b"]


def _change_in_vain(session: Session, contact: Contact) -> None:
    with rows.kept(session, contact):
        contact.token = 7
        raise ValueError("not now")


def _answer(attempt: int) -> dict[str, object]:
    return {
        "contact_id": 1,
        "campaign": "results",
        "attempt_id": attempt,
        "question": "mark",
        "value": "5",
        "at": NOW,
    }
