"""A database that fails once, anywhere in the way to a call: nobody stays taken whom the engine forgot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campaigns.engine import companions
from campaigns.engine.engine import TICKS
from campaigns.errors import DatabaseUnusable
from campaigns.flows.approval import texts_said
from campaigns.rules.due import CallNow
from campaigns.store import approvals, attempts, contacts, order
from tests.engine.world import COVID, HEARS_AND_MARKS, World

PEOPLE = 8


def world_of(folder: Path) -> World:
    world = World(folder, {number(n): HEARS_AND_MARKS for n in range(PEOPLE)}, lines=20)
    for n in range(PEOPLE):
        world.queue(COVID, f"A-{n}", number(n))
    return world


def number(n: int) -> str:
    return f"+7912000000{n}"


def fails_once(real: Callable[..., Any], at: int, *, afterwards: bool = False) -> Callable[..., Any]:
    """The same, but its `at`-th call does not succeed; `afterwards`: it does, and the answer is lost."""
    calls = 0

    def asked(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and not afterwards:
            raise DatabaseUnusable("The database is kept busy.")
        answer = real(*args, **options)
        if calls == at:
            raise DatabaseUnusable("The database is kept busy.")
        return answer

    return asked


def everybody_is_called(world: World, but: frozenset[str] = frozenset()) -> None:
    world.launch(COVID)
    world.run_until_idle()
    rows = contacts.listing(world.database, COVID)
    assert [row.external_id for row in rows if row.leased] == []
    assert {row.external_id for row in rows if row.state != "done"} == but
    assert len(world.lines.dialled) == PEOPLE - len(but)
    assert sum("is kept busy" in sentence for sentence in world.told) == 1


@pytest.mark.parametrize(
    ("room", "name", "at", "afterwards"),
    [
        (order, "wake", 1, False),
        (order, "wake", 2, False),  # in the second transaction of one look
        (contacts, "take", 1, True),
        (attempts, "begin", 2, False),
        (contacts, "release", 1, False),
    ],
)
def test_everybody_is_called_though_the_database_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: Any, name: str, at: int, afterwards: bool
) -> None:
    world = world_of(tmp_path)
    monkeypatch.setattr(room, name, fails_once(getattr(room, name), at, afterwards=afterwards))
    if name == "release":
        monkeypatch.setattr(world.engine._planner, "_is_outdated", outdated_once())
    everybody_is_called(world)


def outdated_once() -> Callable[..., bool]:
    answers = iter([True, True])
    return lambda *_: next(answers, False)


def test_who_cannot_be_spoken_to_is_put_off_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(tmp_path)
    world.renderer.broken.add(str(world.contact(COVID, "A-0").id))
    monkeypatch.setattr(contacts, "postpone", fails_once(contacts.postpone, 1))
    everybody_is_called(world, frozenset({"A-0"}))
    assert world.contact(COVID, "A-0").wait_reason == "speech"
    assert sum("is not called now" in sentence for sentence in world.told) == 1


def test_who_was_taken_is_called_though_those_beside_them_cannot_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(tmp_path)
    failing = fails_once(lambda *_: [], 1)
    monkeypatch.setattr(companions.Companions, "find", lambda _self, first, now: failing(first, now) and None)
    ordered = world.renderer.rendered
    everybody_is_called(world)
    assert sorted(ordered) == sorted(set(ordered))  # nobody was taken a second time


def test_the_first_calls_of_a_running_campaign_are_those_begun_from_then_on(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    world.launch(COVID)
    while len(world.engine.live) < 4:
        world.pass_once()
    world.clock.pass_seconds(1)
    before = len(world.lines.dialled)
    approvals.launch(world.database, COVID, texts_said(world.scripts[COVID]), 2, world.clock.now())
    world.lines.stop()  # these calls cost nobody anything, and were not of the first two
    world.run_until_idle()
    assert len(world.lines.dialled) - before == 2


def test_a_lease_that_the_engine_knows_nothing_of_is_given_back(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    world.pass_once()  # what was taken before an engine begins is given back then
    world.launch(COVID)
    node = world.engine._planner._settings.node
    forgotten = contacts.take(
        world.database, 3, world.clock.now(), lambda *_: CallNow(), lambda *_: (), node=node
    )
    assert len(forgotten) == 3
    world.clock.pass_seconds(TICKS["leases"])
    world.run_until_idle()
    assert len(world.lines.dialled) == PEOPLE
    assert world.told == []
