"""Contacts with several numbers: where nobody is reached the next one is called, and nobody twice."""

from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.store import optouts
from campaigns.store.attempts import listing
from campaigns.store.decisions import SHORTEST_WAIT
from dialer.fake import Patient
from tests.engine.world import COVID, HEARS_AND_MARKS, World

HOME, MOBILE, WORK = "+73432000001", "+79120000002", "+73432000003"


def family(folder: Path, **patients: Patient) -> World:
    """One contact with three numbers; who answers at each, by place."""
    phones = dict(zip(("home", "mobile", "work"), (HOME, MOBILE, WORK), strict=True))
    world = World(folder, {phones[place]: patient for place, patient in patients.items()})
    world.queue(COVID, "A-1", HOME, phones=(HOME, MOBILE, WORK))
    world.launch(COVID)
    return world


def called(world: World) -> list[str]:
    return [dial.number for dial in world.lines.dials]


def wait_and_run(world: World) -> None:
    """Until the next attempt is due, and through it."""
    contact = world.contact(COVID, "A-1")
    world.clock.pass_seconds(max(0.0, (contact.next_at - world.clock.now()).total_seconds()))
    world.clock.pass_seconds(SHORTEST_WAIT.total_seconds())
    world.run_until_idle()


@pytest.mark.parametrize(
    ("first", "minutes"),
    [
        (Patient(ends="no_answer"), 60),
        (Patient(keys=("2",)), 120),  # not here
        (Patient(ends="wrong_number"), 1),
        (Patient(keys=("3",)), 1),  # nobody of that name lives there
    ],
)
def test_the_next_number_is_called_where_nobody_was_reached(
    tmp_path: Path, first: Patient, minutes: int
) -> None:
    world = family(tmp_path, home=first, mobile=HEARS_AND_MARKS)
    world.run_until_idle()
    waiting = world.contact(COVID, "A-1")
    assert (waiting.state, waiting.phone) == ("waiting", MOBILE)
    [(attempt, _)] = listing(world.database, COVID)
    assert waiting.next_at - attempt.ended_at == pytest.approx(
        timedelta(minutes=minutes), abs=timedelta(minutes=minutes) / 10
    )
    wait_and_run(world)
    assert called(world) == [HOME, MOBILE]
    assert [row.phone for row, _ in listing(world.database, COVID)] == [HOME, MOBILE]
    assert world.contact(COVID, "A-1").outcome == "completed"


def test_a_contact_is_closed_when_every_number_is_wrong(tmp_path: Path) -> None:
    wrong = Patient(ends="wrong_number")
    world = family(tmp_path, home=wrong, mobile=Patient(keys=("3",)), work=wrong)
    for _ in range(3):
        wait_and_run(world)
    contact = world.contact(COVID, "A-1")
    assert called(world) == [HOME, MOBILE, WORK]
    assert (contact.state, contact.history["struck"]) == ("exhausted", {"0": 1, "1": 1, "2": 1})
    assert ("A-1", "never_reached") in world.open_tasks()


def test_a_wrong_number_is_left_out_of_the_round(tmp_path: Path) -> None:
    away = Patient(ends="no_answer")
    world = family(tmp_path, home=Patient(ends="wrong_number"), mobile=away, work=away)
    for _ in range(5):
        wait_and_run(world)
    assert called(world) == [HOME, MOBILE, WORK, MOBILE, WORK]


def test_a_number_that_opted_out_is_passed_over(tmp_path: Path) -> None:
    world = family(tmp_path, home=Patient(ends="no_answer"), work=HEARS_AND_MARKS)
    optouts.add(world.database, MOBILE, "command", world.clock.now())
    world.run_until_idle()
    wait_and_run(world)
    assert called(world) == [HOME, WORK]


def test_who_opts_out_at_one_number_is_called_at_none(tmp_path: Path) -> None:
    world = family(tmp_path, home=Patient(keys=("9",)), mobile=HEARS_AND_MARKS)
    world.run_until_idle()
    assert (world.contact(COVID, "A-1").state, called(world)) == ("done", [HOME])


def test_the_record_says_by_which_rule_the_next_number_follows(tmp_path: Path) -> None:
    world = family(tmp_path, home=Patient(ends="wrong_number"))
    world.run_until_idle()
    [(attempt, contact)] = listing(world.database, COVID)
    for grounds in (attempt.decision, contact.wait_grounds):
        assert grounds["after"] == "wrong_number"
        assert (grounds["struck"], grounds["number"], grounds["used"]) == ("1", "2 of 3", "0 of 5")


def test_an_engine_that_dies_goes_on_with_the_same_number(tmp_path: Path) -> None:
    world = family(tmp_path, home=Patient(keys=("1",)), mobile=HEARS_AND_MARKS)
    while not world.engine.live:
        world.pass_once()
    world.start()
    world.pass_once()
    contact = world.contact(COVID, "A-1")
    assert (contact.state, contact.wait_reason, contact.phone) == ("waiting", "interrupted", HOME)
