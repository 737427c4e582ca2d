"""Calls that a queue lost: each counted once, called back once, and not when its number gets through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.errors import ReadElsewhere
from campaigns.models import rank_of
from campaigns.rules.lost_calls import (
    Folded,
    Loss,
    Mark,
    Taken,
)
from campaigns.rules.retries import Next
from campaigns.store import attempts, contacts, lost_calls
from campaigns.store.database import Database
from campaigns.words import LostCallFate
from tests.store import invariants
from tests.store.lost import ANNA, DAY, IVAN, MINUTE, at, fates, kept, loss, losses, read_on, row
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    RETRY,
    begun,
    done_to,
    finish,
    person,
    queue,
    seen,
    take,
    taken_ids,
    unless_opted_out,
)


def waiting(db: Database) -> list[str]:
    return [contact.external_id for contact in contacts.listing(db, "results", "waiting")]


@pytest.mark.parametrize(
    ("one", "fate"),
    [
        (loss("1"), "callback"),
        (loss("1", waited_seconds=4.9), "misdial"),
        (loss("1", waited_seconds=4.9, hung_up=False), "callback"),
        (loss("1", phone="", withheld=True), "withheld"),
        (loss("1", phone=""), "unusable"),
        (loss("1", phone="+79001234567"), "unusable"),
        (loss("1", got_through=True), "got_through"),
        (loss("1", -24 * 60), "too_late"),
    ],
)
def test_each_loss_has_one_fate(db: Database, one: Loss, fate: LostCallFate) -> None:
    folded = losses(one)
    assert kept(db).trial(folded, NOW) == Taken({fate: 1})
    assert fates(db) == {}
    assert read_on(kept(db), folded, 10) == Taken({fate: 1})
    assert fates(db) == {"1": fate}
    assert (row(db, "1").contact_id is not None) == (fate == "callback")
    assert waiting(db) == (["1"] if fate == "callback" else [])


def test_the_same_reading_again_adds_nothing(db: Database) -> None:
    folded = losses(loss("1"), loss("2", phone=IVAN))
    desk = kept(db)
    assert read_on(desk, folded, 10) == Taken({"callback": 2})
    assert read_on(desk, folded, 20) == Taken(known=2)
    assert desk.trial(folded, NOW) == Taken(known=2)
    assert waiting(db) == ["1", "2"]


def test_what_a_file_says_twice_counts_once(db: Database) -> None:
    desk = kept(db)
    assert desk.take_in(losses(loss("1"), loss("1")), None, None, NOW) == Taken({"callback": 1}, known=1)
    assert desk.position() is None


def test_a_log_without_an_end_of_its_campaign_is_kept_for_days(db: Database) -> None:
    desk = kept(db, deadline=None)
    folded = losses(loss("1", -29 * 24 * 60), loss("2", -31 * 24 * 60, IVAN))
    assert read_on(desk, folded, 10) == Taken({"callback": 1, "too_late": 1})


def test_several_losses_of_a_number_are_one_callback(db: Database) -> None:
    desk = kept(db)
    folded = losses(loss("1", -30), loss("2", -20), loss("3", -10))
    assert desk.trial(folded, NOW) == Taken({"callback": 1, "joined": 2})
    assert read_on(desk, folded, 10) == Taken({"callback": 1, "joined": 2})
    assert read_on(desk, losses(loss("4", -5)), 20) == Taken({"joined": 1})
    contact = seen(db, "1")
    assert {row(db, key).contact_id for key in "1234"} == {contact.id}


def test_who_calls_again_is_waited_for_longer_and_keeps_the_place_in_line(db: Database) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1", -30)), 10)
    rank = seen(db, "1").rank
    read_on(desk, losses(loss("2", -10)), 20)
    assert seen(db, "1").deadline == at(-10) + DAY
    assert seen(db, "1").rank == rank == rank_of(0, at(-30) + DAY)


def test_a_callback_with_more_time_of_its_own_keeps_it(db: Database) -> None:
    queue(db, person("long", phone=ANNA, deadline=NOW + 9 * DAY), person("open", phone=IVAN))
    folded = losses(loss("1"), loss("2", phone=IVAN))
    assert read_on(kept(db), folded, 10) == Taken({"joined": 2})
    assert (seen(db, "long").deadline, seen(db, "open").deadline) == (NOW + 9 * DAY, None)


def test_the_callbacks_are_called_in_the_order_of_the_losses(db: Database) -> None:
    desk = kept(db)
    queue(db, person("0", deadline=NOW + 9 * DAY))
    read_on(desk, losses(loss("1", -30), loss("2", -20, IVAN)), 10)
    assert taken_ids(db, 3) == ["1", "2", "0"]


def test_who_is_being_called_is_not_called_once_more(db: Database) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1", -30)), 10)
    queue(db)
    attempt = called(db)
    assert read_on(desk, losses(loss("2", 1)), 20, NOW + MINUTE) == Taken({"joined": 1})
    finish(db, attempt, seen(db, "1"), COMPLETED, now=NOW + 5 * MINUTE)
    late = losses(loss("3", 4))  # read only now; they have talked since
    assert read_on(desk, late, 30, NOW + 10 * MINUTE) == Taken({"joined": 1})
    assert read_on(desk, losses(loss("4", 6)), 40, NOW + 10 * MINUTE) == Taken({"callback": 1})


def test_an_open_callback_is_joined_whatever_was_done_before(db: Database) -> None:
    queue(db, person("open", phone=ANNA, not_before=NOW + HOUR), person("done", phone=ANNA))
    [contact] = take(db)
    finish(db, begun(db, contact), contact)
    assert read_on(kept(db), losses(loss("1", 5)), 10, NOW + 5 * MINUTE) == Taken({"joined": 1})
    assert row(db, "1").contact_id == seen(db, "open").id


def called(db: Database) -> int:
    """The campaign runs, and the one who waits is called."""
    queue(db, person("other", phone="+79129999999", not_before=NOW + 9 * DAY))
    [contact] = take(db, 1)
    return begun(db, contact)


@pytest.mark.parametrize("leased", [False, True])
def test_a_callback_is_dropped_when_its_number_gets_through(db: Database, leased: bool) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1", -30), loss("2", -20), loss("3", phone=IVAN)), 10)
    queue(db, person("other", phone="+79129999999", not_before=NOW + 9 * DAY))
    held = take(db, 1) if leased else []
    folded = Folded(reached={ANNA: NOW})
    assert desk.trial(folded, NOW) == Taken(dropped=1)
    assert seen(db, "1").state == "waiting"
    assert read_on(desk, folded, 20) == Taken(dropped=1)
    assert (seen(db, "1").state, seen(db, "3").state) == ("cancelled", "waiting")
    assert fates(db) == {"1": "got_through", "2": "joined", "3": "callback"}
    assert [change.kind for change in done_to(db, seen(db, "1"))] == ["got_through"]
    for contact in held:
        assert attempts.begin(db, contact.id, contact.token, "t", NOW, unless_opted_out, None) is None
    assert read_on(desk, folded, 30) == Taken()
    invariants.check(db)


@pytest.mark.parametrize(("next", "state"), [(COMPLETED, "done"), (RETRY, "cancelled")])
def test_a_call_in_progress_is_left_alone(db: Database, next: Next, state: str) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1", -30)), 10)
    attempt = called(db)
    assert read_on(desk, Folded(reached={ANNA: NOW}), 20) == Taken()
    assert seen(db, "1").state == "calling"
    read_on(desk, Folded(reached={ANNA: NOW}), 25)
    assert [change.kind for change in done_to(db, seen(db, "1"))] == ["got_through"]
    again = read_on(desk, losses(loss("2", 1)), 30, NOW + MINUTE)  # and is lost once more meanwhile
    assert again == Taken({"callback": 1})
    finish(db, attempt, seen(db, "1"), next, now=NOW + 5 * MINUTE)
    assert (seen(db, "1").state, seen(db, "2").state) == (state, "waiting")
    invariants.check(db)


@pytest.mark.parametrize(
    ("source", "lost", "reached", "dropped"),
    [
        ("pbx", -10, 0, 1),
        ("pbx", -10, -60, 1),  # its clock jumped: the order of the lines tells
        ("other", -10, 0, 1),
        ("other", -10, -60, 0),
        ("other", -10, -10, 0),
    ],
)
def test_only_a_later_connection_drops_a_callback(
    db: Database, source: str, lost: float, reached: float, dropped: int
) -> None:
    read_on(kept(db), losses(loss("1", lost)), 10)
    assert read_on(kept(db, source), Folded(reached={ANNA: at(reached)}), 10) == Taken(dropped=dropped)


@pytest.mark.parametrize(("queued_at", "state"), [(NOW - HOUR, "cancelled"), (NOW + HOUR, "waiting")])
def test_a_callback_that_came_in_a_file_is_dropped_too(db: Database, queued_at: object, state: str) -> None:
    queue(db, person("A", phone=ANNA), now=queued_at)  # type: ignore[arg-type]
    read_on(kept(db), Folded(reached={ANNA: NOW}), 10)
    assert seen(db).state == state


def test_a_callback_to_a_corrected_number_is_dropped_when_the_number_that_called_gets_through(
    db: Database,
) -> None:
    read_on(kept(db), losses(loss("1", -10)), 10)
    with db.write() as session:
        session.merge(seen(db, "1")).phone = IVAN
    assert read_on(kept(db), Folded(reached={ANNA: at(-5)}), 20) == Taken(dropped=1)
    assert (seen(db, "1").state, fates(db)) == ("cancelled", {"1": "got_through"})


def test_a_loss_after_the_connection_is_a_new_callback(db: Database) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1", -30)), 10)
    again = losses(loss("2", -20, got_through=True), loss("3", -5), reached={ANNA: at(-10)})
    assert desk.trial(again, NOW) == Taken({"got_through": 1, "callback": 1}, dropped=1)
    assert read_on(desk, again, 20) == Taken({"got_through": 1, "callback": 1}, dropped=1)
    assert waiting(db) == ["3"]


def test_within_one_log_the_order_of_lines_tells_whatever_its_clock_says(db: Database) -> None:
    desk = kept(db)
    read_on(desk, Folded(reached={ANNA: at(-5)}), 10)
    assert read_on(desk, losses(loss("1", -10)), 20) == Taken({"callback": 1})


@pytest.mark.parametrize(("lost", "fate"), [(-10, "got_through"), (-4, "callback"), (-5, "callback")])
def test_two_exchanges_know_of_each_other(db: Database, lost: float, fate: LostCallFate) -> None:
    """Whichever log is read first."""
    read_on(kept(db, "east"), Folded(reached={ANNA: at(-5)}), 10)
    assert read_on(kept(db, "west"), losses(loss("1", lost)), 10) == Taken({fate: 1})


def test_a_connection_is_forgotten_when_nobody_calls_back_any_more(db: Database) -> None:
    east = kept(db, "east")
    read_on(east, Folded(reached={ANNA: at(-5)}), 10)
    read_on(east, Folded(reached={IVAN: NOW + 2 * DAY}), 20, NOW + 2 * DAY)
    late = kept(db, "west", deadline=9 * DAY)
    assert read_on(late, losses(loss("1", -10)), 10, NOW + 2 * DAY) == Taken({"callback": 1})


def test_what_was_cut_short_is_taken_in_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_calls, "LOSSES_AT_ONCE", 2)
    many = [loss(str(number), phone=f"+7912{number:07}") for number in range(5)]
    folded = losses(*many, loss("5", -5, many[0].phone), reached={many[0].phone: at(-20)})
    desk = kept(db)
    left = desk._leave
    monkeypatch.setattr(lost_calls.LostCalls, "_leave", cut_short)
    with pytest.raises(InterruptedError):
        read_on(desk, folded, 10)
    assert len(fates(db)) == 4  # two batches were kept; how far that was, was not
    assert desk.position() is None
    monkeypatch.setattr(lost_calls.LostCalls, "_leave", lambda _desk, *said: left(*said))
    assert read_on(desk, folded, 10) == Taken({"callback": 1, "joined": 1}, known=4)
    assert len(waiting(db)) == 5


def cut_short(*_: object) -> None:
    raise InterruptedError


def test_two_readers_of_one_log_count_nothing_twice(db: Database) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1")), 10)
    before = desk.position()
    read_on(desk, losses(loss("2", phone=IVAN)), 20)
    with pytest.raises(ReadElsewhere, match="pbx"):
        desk.take_in(losses(loss("3", phone="+79123333333")), before, Mark(7, "head", 30), NOW)
    assert sorted(fates(db)) == ["1", "2"]


def test_the_position_comes_back_as_it_was_left(db: Database) -> None:
    desk = kept(db)
    mark = Mark(2**40, "0123abcd", 2**41, 12, 3, NOW)
    desk.take_in(losses(loss("1")), None, mark, NOW)
    assert desk.position() == mark
    assert kept(db, "other").position() is None
    assert kept(db, campaign="another").position() is None


def test_many_losses_are_all_kept(db: Database) -> None:
    many = [loss(str(n), -n / 100, f"+7912{n % 400:07}") for n in range(2 * lost_calls.LOSSES_AT_ONCE + 1)]
    folded = losses(*many, reached={f"+7913{n:07}": NOW for n in range(600)})
    taken = read_on(kept(db), folded, 10)
    assert taken == Taken({"callback": 400, "joined": len(many) - 400})
    assert kept(db).trial(folded, NOW) == Taken(known=len(many))


def test_a_finished_campaign_runs_again_for_a_loss(db: Database) -> None:
    desk = kept(db)
    read_on(desk, replace(losses(loss("1")), last_event_at=None), 10)
    assert taken_ids(db) == []  # nobody has launched it
    queue(db, person("other", phone="+79129999999", not_before=NOW + timedelta(days=9)))
    assert taken_ids(db) == ["1"]
