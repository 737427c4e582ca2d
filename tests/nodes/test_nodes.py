"""A node that is killed or cut off, and what the others do: nobody is lost, and nobody is called twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.engine.engine import IDLE_SECONDS
from campaigns.errors import DatabaseUnusable, NodeReplaced
from campaigns.settings import TrunkTable
from campaigns.store import attempts, contacts
from dialer.fake import Patient
from dialer.messages import HangUp
from tests import postgres
from tests.engine.world import COVID, HEARS_AND_MARKS, NUMBER, STEP_SECONDS
from tests.nodes.pair import NodeWorld, pair, passes, seconds_pass
from tests.store import invariants

OTHER = "+79120000002"
SLOW = Patient(keys=("1", "1954", "2", "5"), answer_seconds=20.0)
TRUNK = TrunkTable(name="main", uri="sip:127.0.0.1:5060", max_calls=4, calls_per_second=100.0)
LONGEST_CALL_SECONDS = 30.0 + 600.0 + 30.0


@pytest.fixture
def url() -> Iterator[str]:
    made = postgres.fresh_database()
    yield made
    postgres.drop(made)


def _queued(
    folder: Path, url: str, patient: Patient, trunk: TrunkTable = TRUNK
) -> tuple[NodeWorld, NodeWorld]:
    first, second = pair(folder, url, {NUMBER: patient, OTHER: patient}, trunk)
    first.queue(COVID, "A", NUMBER)
    first.launch(COVID)
    return first, second


def _dialled(*worlds: NodeWorld) -> list[str]:
    return [dial.number for world in worlds for dial in world.lines.dials]


def _together(first: NodeWorld, second: NodeWorld) -> int:
    """Both work until everybody was reached; the most calls that there were at once."""
    most, until = 0, first.clock.seconds() + 300
    while any(contact.state != "done" for contact in contacts.listing(first.database, COVID)):
        assert first.clock.seconds() < until
        passes(first, 1)
        passes(second, 1)
        most = max(most, len(first.engine.live) + len(second.engine.live))
    return most


def test_two_engines_share_the_work_and_call_nobody_twice(tmp_path: Path, url: str) -> None:
    first, second = _queued(tmp_path, url, HEARS_AND_MARKS)
    first.queue(COVID, "B", OTHER)
    _together(first, second)
    assert sorted(_dialled(first, second)) == [NUMBER, OTHER]
    invariants.check(first.database)


def test_what_a_killed_node_had_taken_comes_back_within_a_minute(tmp_path: Path, url: str) -> None:
    first, second = _queued(tmp_path, url, HEARS_AND_MARKS)
    first.renderer.finished = lambda: ()  # type: ignore[method-assign]  # it is killed before it can call
    passes(first, 3)
    assert first.contact(COVID, "A").node == "a"
    before = first.clock.now()
    while not second.lines.dials:
        seconds_pass(second, 1)
        assert (second.clock.now() - before).total_seconds() < 60
    assert any("not heard of" in sentence for sentence in second.told)


def test_a_call_of_a_killed_node_is_closed_when_it_can_run_no_more(tmp_path: Path, url: str) -> None:
    first, second = _queued(tmp_path, url, SLOW)
    passes(first, 3)
    [attempt] = attempts.of_contact(first.database, first.contact(COVID, "A").id)
    passes(second, 1)
    second.clock.pass_seconds(LONGEST_CALL_SECONDS - 10)
    passes(second, 2)
    assert second.contact(COVID, "A").state == "calling"
    second.clock.pass_seconds(20)
    passes(second, 2)
    [closed] = attempts.of_contact(first.database, attempt.contact_id)
    assert (closed.cause, closed.rang_at) == ("line_lost", attempt.started_at)
    assert second.contact(COVID, "A").state == "waiting"


def test_the_same_node_takes_its_calls_over_at_once(tmp_path: Path, url: str) -> None:
    first, _ = _queued(tmp_path, url, SLOW)
    passes(first, 3)
    first.start()
    passes(first, 1)
    assert first.contact(COVID, "A").wait_reason == "interrupted"


def test_an_engine_stops_whose_name_another_has_taken(tmp_path: Path, url: str) -> None:
    first, _ = _queued(tmp_path, url, SLOW)
    passes(first, 1)
    older, ticks = first.engine, first.ticks
    first.start()
    passes(first, 1)
    ticks.force("beat")
    with pytest.raises(NodeReplaced, match="works as node a"):
        older.step(0.0)


def test_a_node_that_is_cut_off_lets_no_new_call_through(tmp_path: Path, url: str) -> None:
    first, second = _queued(tmp_path, url, SLOW)
    passes(first, 3)
    first.database.pulled = True
    seconds_pass(first, 14)
    assert any(isinstance(command, HangUp) for command in first.lines.commands)
    assert second.contact(COVID, "A").state == "calling"
    first.database.pulled = False
    passes(first, 3)
    [attempt] = attempts.of_contact(second.database, second.contact(COVID, "A").id)
    assert attempt.cause == "line_lost"


def test_a_call_that_was_answered_ends_well_and_is_recorded_later(tmp_path: Path, url: str) -> None:
    first, second = _queued(tmp_path, url, HEARS_AND_MARKS)
    while not any(call.state == "answered" for call in first.engine.live):
        passes(first, 1)
    first.database.pulled = True
    seconds_pass(first, 40)
    assert not first.engine.live
    assert second.contact(COVID, "A").state == "calling"
    seconds_pass(second, 45)  # the other finds the node dead, and leaves its call alone
    assert second.contact(COVID, "A").state == "calling"
    first.database.pulled = False
    passes(first, 3)
    contact = second.contact(COVID, "A")
    assert (contact.state, contact.outcome) == ("done", "completed")
    assert len(_dialled(first, second)) == 1
    assert contacts.answers(second.database, contact.id)


def test_the_limits_of_a_trunk_hold_for_all_nodes_together(tmp_path: Path, url: str) -> None:
    one = TrunkTable(name="main", uri="sip:127.0.0.1:5060", max_calls=1, calls_per_second=100.0)
    first, second = _queued(tmp_path, url, HEARS_AND_MARKS, one)
    first.queue(COVID, "B", OTHER)
    assert _together(first, second) == 1
    assert sorted(_dialled(first, second)) == [NUMBER, OTHER]


def _asked(world: NodeWorld, monkeypatch: pytest.MonkeyPatch, count: int) -> int:
    """How often the engine looked for somebody to call in so many passes."""
    looks = 0
    planner, take = world.engine._planner, world.engine._planner.take

    def look() -> None:
        nonlocal looks
        looks += 1
        take()

    with monkeypatch.context() as patched:
        patched.setattr(planner, "take", look)
        passes(world, count)
    return looks


def test_who_has_nothing_to_do_asks_seldom_until_it_is_woken(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _queued(tmp_path, url, SLOW)
    passes(first, 3)
    passes(second, 10)
    idle_passes = int(IDLE_SECONDS / STEP_SECONDS) - 10
    assert _asked(first, monkeypatch, idle_passes) > 1  # it has a call
    assert _asked(second, monkeypatch, idle_passes) <= 1
    second.queue(COVID, "B", OTHER)
    second.engine.wake()
    passes(second, 2)
    assert _dialled(second) == [OTHER]


def test_whom_it_took_when_the_answer_was_lost_is_called_all_the_same(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = _queued(tmp_path, url, HEARS_AND_MARKS)
    real = contacts.take

    def unheard(*args: Any, **options: Any) -> None:
        real(*args, **options)
        raise DatabaseUnusable("The database cannot be reached.")

    with monkeypatch.context() as patched:
        patched.setattr(contacts, "take", unheard)
        passes(first, 1)
    assert first.contact(COVID, "A").leased
    seconds_pass(first, 3)
    assert _dialled(first) == [NUMBER]
