"""Taking by limits and shares: what a campaign and an institution may have of the lines."""

from collections import Counter

import pytest

from campaigns.models import Contact
from campaigns.rules.due import CallNow, Decision, Standing, WaitUntil
from campaigns.rules.policy import Pace
from campaigns.store import contacts, order
from campaigns.store.database import Database
from tests.store.people import HOUR, NOW, begun, call_now, finish, no_tasks, person, queue, tomorrow
from tests.store.test_plans import LARGE, plans


def taken(db: Database, limit: int, node: str = "", **paces: Pace) -> list[Contact]:
    return contacts.take(db, limit, NOW, call_now, no_tasks, seconds=60, node=node, paces=paces)


def of(people: list[Contact]) -> Counter[str]:
    return Counter(contact.institution or contact.campaign for contact in people)


def crowd(db: Database, name: str, count: int, priority: int = 0, institution: str = "") -> None:
    ids = (f"{name}{institution}{n}" for n in range(count))
    queue(db, *(person(some, name, priority=priority, institution=institution) for some in ids))


def test_a_campaign_takes_no_more_than_its_limit_whoever_asks(db: Database) -> None:
    crowd(db, "results", 9, priority=100)
    crowd(db, "survey", 9)
    limit = Pace(max_calls=3)
    assert of(taken(db, 2, node="one", results=limit)) == {"results": 2}
    first, *others = taken(db, 4, node="two", results=limit)
    assert of([first, *others]) == {"results": 1, "survey": 3}
    assert of(taken(db, 1, node="one", results=limit)) == {"survey": 1}
    finish(db, begun(db, first), first)
    assert of(taken(db, 2, node="one", results=limit)) == {"results": 1, "survey": 1}


def test_a_campaign_at_its_limit_does_not_make_take_go_round(db: Database) -> None:
    crowd(db, "results", 600)
    assert len(taken(db, 600, results=Pace(max_calls=7))) == 7
    assert taken(db, 5, results=Pace(max_calls=7)) == []


def test_what_is_kept_for_a_campaign_goes_before_a_result(db: Database) -> None:
    crowd(db, "results", 20, priority=100)
    crowd(db, "survey", 20)
    assert of(taken(db, 10, survey=Pace(share=0.3))) == {"survey": 3, "results": 7}


def test_what_is_kept_is_found_however_many_are_before_it(db: Database) -> None:
    crowd(db, "results", 700, priority=100)
    crowd(db, "survey", 2)
    assert of(taken(db, 10, survey=Pace(share=0.5))) == {"survey": 2, "results": 8}


def test_what_is_kept_is_not_spent_on_those_who_must_wait(db: Database) -> None:
    crowd(db, "results", 20, priority=100)
    crowd(db, "survey", 20)

    def judge(contact: Contact, _standing: Standing) -> Decision:
        waits = contact.campaign == "survey" and not contact.external_id.endswith("9")
        return WaitUntil(NOW + HOUR, "hours") if waits else CallNow()

    some = contacts.take(db, 10, NOW, judge, no_tasks, seconds=60, paces={"survey": Pace(share=0.3)})
    assert of(some) == {"survey": 2, "results": 8}


def test_an_institution_leaves_calls_to_others_however_many_it_has_queued(db: Database) -> None:
    crowd(db, "results", 700, institution="North", priority=5)
    crowd(db, "results", 3, institution="South")
    crowd(db, "results", 1)
    pace = Pace(institution_share=0.5)
    assert of(taken(db, 4, results=pace)) == {"North": 2, "South": 2}
    assert of(taken(db, 4, results=pace)) == {"North": 3, "South": 1}


def test_who_has_no_institution_is_called_in_turn(db: Database) -> None:
    crowd(db, "results", 2, priority=1)
    crowd(db, "results", 2, institution="North")
    assert of(taken(db, 4, results=Pace(institution_share=0.5))) == {"results": 2, "North": 2}


def test_all_are_put_off_in_the_end_whatever_their_institution(db: Database) -> None:
    for name in ("North", "South", ""):
        crowd(db, "results", 130, institution=name)
    paces = {"results": Pace(max_calls=2, institution_share=0.4)}
    assert contacts.take(db, 1, NOW, tomorrow, no_tasks, seconds=60, paces=paces) == []
    assert contacts.due_count(db, NOW) == 0


def test_the_institutions_that_wait_are_known(db: Database) -> None:
    for name in ("South", "North", ""):
        crowd(db, "results", 3, institution=name)
    crowd(db, "survey", 1, institution="East")
    with db.read() as session:
        assert order.institutions(session, "results") == ["North", "South"]


@pytest.mark.usefixtures("path")  # SQLite's plans
@pytest.mark.parametrize("pace", [Pace(institution_share=0.5), Pace(max_calls=5, share=0.5)])
def test_shares_are_found_by_indexes(db: Database, pace: Pace) -> None:
    crowd(db, "results", 3, institution="North")
    with plans() as lines:
        assert len(taken(db, 3, results=pace)) == 3
    for line in lines:
        assert "TEMP B-TREE" not in line
        walks_the_leased = "contact_one_call_a_phone" in line
        assert walks_the_leased or not line.startswith(tuple(f"SCAN {table}" for table in LARGE))
