"""Who waits and who talks in an inbound queue, from one reading of its log to the next."""

from datetime import UTC

import pytest

from campaigns.models import Contact
from campaigns.rules.due import CallNow, Decision, Standing
from campaigns.rules.lost_calls import (
    LONGEST_CALL,
    AgentNow,
    Connected,
    Entered,
    Folded,
    Left,
    Lost,
    OpenCall,
    Taken,
)
from campaigns.store import attempts, contacts, queue_talk, staff
from campaigns.store.database import Database
from campaigns.store.desk_figures import desk_report
from campaigns.store.staff import NewOperator
from tests.store.lost import ANNA, IVAN, at, fold, kept, loss, losses, read_on
from tests.store.people import HOUR, NOW, no_tasks, person, queue, seen


def test_open_calls_are_kept_from_one_reading_to_the_next(db: Database) -> None:
    desk = kept(db)
    first = fold(desk)
    first.take(Entered("1", "desk", ANNA, False, at(-10)))
    first.take(Entered("2", "desk", "", True, at(-9)))
    read_on(desk, first.done(), 10)
    assert desk.open_calls() == {
        "1": OpenCall("desk", ANNA, False, at(-10)),
        "2": OpenCall("desk", "", True, at(-9)),
    }
    assert kept(db, "other").open_calls() == kept(db, campaign="another").open_calls() == {}
    then = fold(desk)
    then.take(Lost("1", "desk", "ABANDON", None, at(-5)))
    then.take(Connected("2", "desk", "PJSIP/101", at(-5)))
    assert read_on(desk, then.done(), 20) == Taken({"callback": 1})
    assert desk.open_calls() == {"2": OpenCall("desk", "", True, at(-9), "PJSIP/101")}


@pytest.fixture
def anna(db: Database) -> Database:
    staff.enter(db, NewOperator("Anna", "sip:101@10.0.0.1", "main", agent="PJSIP/101"), NOW - HOUR)
    staff.enter(db, NewOperator("Boris", "sip:102@10.0.0.1", "main"), NOW - HOUR)
    return db


def talks(db: Database) -> dict[str, str]:
    return {operator.name: operator.queue_call for operator in staff.listing(db)}


def test_who_talks_in_the_queue_is_known_and_who_is_free_again(anna: Database) -> None:
    desk = kept(anna)
    first = fold(desk)
    first.take(Connected("1", "desk", "PJSIP/101", at(-5)))
    first.take(Connected("2", "desk", "", at(-5)))
    read_on(desk, first.done(), 10)
    assert talks(anna) == {"Anna": "1", "Boris": ""}
    then = fold(desk)
    then.take(Left("1", at(-1)))
    read_on(desk, then.done(), 20)
    [free, _] = staff.listing(anna)
    assert (free.queue_call, free.idle_since) == ("", at(-1))
    read_on(desk, Folded(agents={"PJSIP/101": AgentNow("", NOW)}), 30)
    assert staff.listing(anna)[0].idle_since == at(-1)  # nobody is less long idle for being free still


@pytest.mark.parametrize(("since", "call"), [(NOW - LONGEST_CALL, ""), (NOW - HOUR, "1")])
def test_a_call_that_lasts_longer_than_any_call_is_over(anna: Database, since: object, call: str) -> None:
    said = AgentNow("1", since)  # type: ignore[arg-type]
    read_on(kept(anna), Folded(agents={"PJSIP/101": said}), 10)
    assert talks(anna)["Anna"] == call


def test_an_operator_may_be_free_once_nobody_reads_the_log(anna: Database) -> None:
    desk = kept(anna)
    talk = fold(desk)
    talk.take(Connected("1", "desk", "PJSIP/101", at(-5)))
    read_on(desk, talk.done(), 10)
    kept(anna, "other").let_go(NOW)
    assert talks(anna)["Anna"] == "1"
    desk.attend(NOW, on=True)
    kept(anna, campaign="another").let_go(NOW)
    desk.let_go(NOW)  # by a command that read once while somebody follows the log
    assert talks(anna)["Anna"] == "1"
    desk.attend(NOW, on=False)
    desk.let_go(NOW)
    assert talks(anna)["Anna"] == ""
    assert desk.open_calls() != {}  # the calls themselves go on


def test_two_exchanges_may_name_their_agents_alike(db: Database) -> None:
    for number, site in enumerate(("east", "west")):
        phone = f"sip:{number}@10.0.0.1"
        staff.enter(db, NewOperator(site, phone, "main", agent=f"{site}:PJSIP/101"), NOW - HOUR)
    east = kept(db, "east")
    talk = fold(east)
    talk.take(Connected("1", "desk", "PJSIP/101", at(-5)))
    read_on(east, talk.done(), 10)
    assert talks(db) == {"east": "1", "west": ""}
    kept(db, "west").let_go(NOW)
    assert talks(db)["east"] == "1"
    east.let_go(NOW)
    assert talks(db) == {"east": "", "west": ""}


def test_a_follower_that_was_killed_holds_nobody_for_long(anna: Database) -> None:
    desk = kept(anna)
    talk = fold(desk)
    talk.take(Connected("1", "desk", "PJSIP/101", at(-5)))
    read_on(desk, talk.done(), 10)
    desk.attend(at(1), on=True)
    read_on(desk, fold(desk).done(), 20, at(1))  # what is read on in between leaves it followed
    assert queue_talk.forget(anna, at(2.9)) == 0
    assert talks(anna)["Anna"] == "1"
    desk.let_go(at(2.9))
    assert talks(anna)["Anna"] == "1"
    assert queue_talk.forget(anna, at(3)) == 1
    assert talks(anna)["Anna"] == ""


def test_a_reading_without_an_event_leaves_the_last_one(db: Database) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1", -10)), 10)
    read_on(desk, Folded(), 20)
    [log] = desk_report(db, "results", NOW, UTC)["logs"]
    assert (log["lines"], log["last_event_at"]) == (20, at(-10).isoformat())


def call_back(_contact: Contact, _standing: Standing) -> Decision:
    return CallNow(back=True)


@pytest.mark.parametrize(
    ("phone", "minutes", "waits"),
    [(ANNA, -3, True), (IVAN, -3, False), (ANNA, -61, False)],
)
def test_who_waits_in_the_queue_again_is_not_called_back_meanwhile(
    db: Database, phone: str, minutes: float, waits: bool
) -> None:
    queue(db, person("A", phone=ANNA))
    again = fold(kept(db))
    again.take(Entered("1", "desk", phone, False, at(minutes)))
    read_on(kept(db), again.done(), 10)
    taken = contacts.take(db, 1, NOW, call_back, no_tasks)
    if not waits:
        assert [contact.external_id for contact in taken] == ["A"]
        return
    assert taken == []
    put_off = seen(db)
    assert (put_off.wait_reason, put_off.next_at) == ("in_queue", at(1))
    over = fold(kept(db))
    over.take(Lost("1", "desk", "EXITWITHTIMEOUT", None, at(0)))
    read_on(kept(db), over.done(), 20)
    assert contacts.take(db, 1, at(1), call_back, no_tasks)


def test_who_enters_the_queue_before_the_call_leaves_is_not_called(db: Database) -> None:
    queue(db, person("A", phone=ANNA))
    [contact] = contacts.take(db, 1, NOW, call_back, no_tasks)
    again = fold(kept(db))
    again.take(Entered("1", "desk", ANNA, False, NOW))
    read_on(kept(db), again.done(), 10)
    assert attempts.begin(db, contact.id, contact.token, "trunk", NOW, call_back, None) is None
    assert seen(db).wait_reason == "in_queue"
