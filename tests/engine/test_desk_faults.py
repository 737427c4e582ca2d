"""Operators and patients: dead trunks, a dead engine, no database, and an engine that is told to end."""

from pathlib import Path
from typing import NoReturn

import pytest

from campaigns.errors import DatabaseUnusable
from campaigns.settings import GroupTable
from campaigns.store import operators
from campaigns.store.attempts import listing
from dialer.fake import Patient
from dialer.messages import Ended, HangUp
from tests.engine.desk import ANNA, BORIS, FIELDS, TAKES, TALKS, WANTS, DeskWorld, trunk
from tests.engine.world import CALLBACK, NUMBER
from tests.store import invariants

DEAD = Ended("", "congestion", 503, rang=False, answered=False, talk_seconds=0.0)
SITES = (
    GroupTable(name="north", trunk="first", overflow=("south",)),
    GroupTable(name="south", trunk="second"),
)


class TwoSites(DeskWorld):
    """Anna sits in the north, behind the first trunk; Boris in the south, behind the second."""

    def __init__(self, folder: Path, **patients: Patient) -> None:
        super().__init__(
            folder,
            {ANNA: TAKES, BORIS: TAKES},
            {NUMBER: TALKS, "+79120000002": TALKS},
            groups={ANNA: "north", BORIS: "south"},
            trunks=(trunk("first"), trunk("second", priority=2)),
            configured=SITES,
        )


def test_a_group_takes_its_own_calls_and_the_other_what_it_cannot(tmp_path: Path) -> None:
    world = TwoSites(tmp_path)
    world.callback(NUMBER, "+79120000002")
    world.run_until_idle()
    calls = world.operator_calls()
    assert {(call.trunk, call.result) for call in calls} == {("first", "talked"), ("second", "talked")}
    assert world.lines.dialled[0] == ANNA


def test_calls_overflow_when_the_trunk_of_a_group_is_dead_and_nobody_is_paused(tmp_path: Path) -> None:
    world = TwoSites(tmp_path)
    world.lines.failing = {"first": DEAD}
    world.callback(NUMBER)
    world.run_until_idle()
    assert world.results()[0] == "failed"
    assert world.results()[-1] == "talked"
    assert world.operator("anna").state == "on"
    assert world.contact(CALLBACK, NUMBER).state == "done"
    invariants.check(world.database)


def test_the_operator_stays_while_the_patients_call_moves_to_another_trunk(tmp_path: Path) -> None:
    world = DeskWorld(
        tmp_path,
        {ANNA: TAKES},
        {NUMBER: TALKS},
        groups={ANNA: "desk"},
        trunks=(trunk("first", priority=1), trunk("second", priority=2)),
        configured=(GroupTable(name="desk", trunk="second"),),
    )
    world.lines.failing = {"first": DEAD}
    world.callback()
    world.run_until_idle()
    assert world.results() == ["talked"]
    assert [attempt.trunk for attempt, _ in listing(world.database, CALLBACK)] == ["first", "second"]
    assert world.played().count("whisper") == 1


def test_a_dead_engine_in_a_talk_calls_nobody_twice(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    world.callback()
    world.run_until(lambda: bool(world.operator_calls()) and world.operator_calls()[0].bridged_at is not None)
    world.start()  # the engine before is gone without a word
    world.run_until_idle()
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.outcome) == ("done", "completed")
    assert world.lines.dialled == []
    assert world.results() == ["talked"]
    anna = world.operator("anna")
    assert anna.held_by == ""
    assert (anna.free_at - world.clock.now()).total_seconds() > 50
    invariants.check(world.database)


@pytest.mark.parametrize("text", ["whisper", "connecting"])
def test_a_dead_engine_before_the_talk_loses_neither_contact_nor_operator(tmp_path: Path, text: str) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    world.callback()
    world.run_until(lambda: text in world.played())
    world.start()
    world.run_until_idle()
    assert world.contact(CALLBACK, NUMBER).outcome == "completed"
    assert world.results() == ["failed", "talked"]
    invariants.check(world.database)


def fails() -> NoReturn:
    raise DatabaseUnusable("The database cannot grow: the disk is full.")


def test_a_talk_goes_on_without_the_database_and_is_caught_up(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    world.callback()
    world.run_until(lambda: "connecting" in world.played() and bool(world.engine.live))
    working, world.database.write = world.database.write, fails  # type: ignore[method-assign]
    world.run_until(lambda: not world.engine.live)
    assert len(world.lines.bridged) == 1
    world.database.write = working  # type: ignore[method-assign]
    world.run_until_idle()
    assert world.results() == ["talked"]
    assert world.contact(CALLBACK, NUMBER).outcome == "completed"
    invariants.check(world.database)


def test_an_operator_who_was_seized_without_an_answer_is_free_again(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    seize = operators.seize
    lost: list[object] = []

    def answer_lost(*args: object, **named: object) -> object:
        seat = seize(*args, **named)  # type: ignore[arg-type]
        if seat is None or lost:
            return seat
        lost.append(seat)
        raise DatabaseUnusable("The connection was lost.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operators, "seize", answer_lost)
        world.callback()
        world.run_until_idle()
    assert lost
    assert world.results() == ["talked"]


def test_an_engine_that_is_told_to_end_lets_a_talk_end_and_rings_nobody_more(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES, BORIS: TAKES}, {NUMBER: TALKS, "+79120000002": TALKS})
    world.callback()
    world.run_until(lambda: world.talking() and len(world.engine.live) == 1)
    world.queue(CALLBACK, "second", "+79120000002", fields=FIELDS)
    world.run_until(lambda: world.played().count("whisper") == 2)
    world.engine.drain()
    world.engine.cut()
    world.run_until(lambda: world.engine.idle(until_idle=False))
    first, second = world.operator_calls()
    assert (first.result, second.result) == ("talked", "patient_unreached")
    assert first.talk_seconds == pytest.approx(60.0, abs=1.0)
    hung_up = [command.call for command in world.lines.commands if isinstance(command, HangUp)]
    assert "op-2" in hung_up
    assert world.contact(CALLBACK, "second").attempts_used == 0
    assert world.lines.free == world.lines.calls


def test_who_wants_an_operator_while_the_database_is_away_hears_a_sentence(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: WANTS}, "{mode: patient_first}")
    world.callback()
    world.run_until(lambda: "callback_menu" in world.played())
    working, world.database.write = world.database.write, fails  # type: ignore[method-assign]
    world.run_until(lambda: "we_will_call" in world.played())
    world.database.write = working  # type: ignore[method-assign]
    world.run_until_idle()
    assert world.lines.dialled == [NUMBER]
    assert world.open_tasks() == [(NUMBER, "callback")]
    invariants.check(world.database)
