"""The bench of the store: what it calls good, and that it measures what it says."""

from pathlib import Path

import pytest

from bench.planner_share import CALLS_PER_SECOND, LINES, PATIENT, RISE_SECONDS, Share, planner_timed
from bench.store import Figures, Leases, database_rows, share_rows
from bench.store_people import NOW, close_leased, launch, queue, rules
from bench.tables import table
from campaigns.engine.planner import Planner
from campaigns.store import attempts, contacts
from campaigns.store.creation import create_database
from campaigns.store.database import open_database
from tests.engine.world import COVID, one_call


def figures(few: float, many: float, database: str = "sqlite", queued: int = 1000) -> Figures:
    leases = [Leases(10, 1, few), Leases(10, 4, 100.0), Leases(1000, 1, many), Leases(1000, 4, 90.0)]
    return Figures(database, queued, 2.0, leases)


@pytest.mark.parametrize(
    ("measured", "unmet"),
    [
        (figures(2500.0, 2300.0), []),
        (figures(2500.0, 2200.0), [1000]),  # 12 % slower
        (figures(1900.0, 1900.0), [10, 1000]),
        (figures(2100.0, 1950.0), [1000]),  # below the aim, though not much slower
        (figures(100.0, 10.0, "postgresql"), []),  # no aim was set
        (figures(2500.0, 2500.0, queued=900), [900]),
    ],
)
def test_what_falls_short_is_told(measured: Figures, unmet: list[int]) -> None:
    short = [what for what, _, _, met in database_rows(measured, 1000) if not met]
    assert len(short) == len(unmet)
    assert all(str(waiting) in what for waiting, what in zip(unmet, short, strict=True))


def test_growth_is_told_beside_the_second_figure() -> None:
    rows = database_rows(figures(2000.0, 2200.0), 1000)
    assert [value for _, value, _, _ in rows] == [
        "2 s (500 a second)",
        "2000",
        "100",
        "2200 (+10%)",
        "90 (-10%)",
    ]
    assert table("t", rows).row_count == 5


@pytest.mark.parametrize(("at_once", "met"), [(LINES, True), (LINES - 1, False)])
def test_a_share_of_fewer_lines_is_no_answer(at_once: int, met: bool) -> None:
    assert share_rows(Share(0.1, 0.3, at_once, 12.0))[1][3] == met


def test_the_calls_last_until_all_lines_are_busy_and_are_not_silent(tmp_path: Path) -> None:
    world = one_call(tmp_path, PATIENT)
    [(call, _)] = attempts.listing(world.database, COVID)
    assert call.outcome == "completed"
    assert call.ended_at is not None
    assert LINES / CALLS_PER_SECOND < (call.ended_at - call.started_at).total_seconds() < RISE_SECONDS
    world.database.close()


def test_who_was_leased_does_not_wait_any_more(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    create_database(url)
    database = open_database(url)
    assert queue(database, 0, 30, 60.0)[0] == 30
    launch(database)
    assert len(contacts.take(database, 12, NOW, rules(), lambda *_: ())) == 12
    close_leased(database)
    assert contacts.due_count(database, NOW) == 18
    assert queue(database, 30, 4000, 0.0)[0] < 4000, "it stops when its time is over"
    database.close()


def test_the_planner_is_itself_again_afterwards() -> None:
    take, place = Planner.take, Planner.place
    with planner_timed([]):
        assert Planner.take is not take
    assert (Planner.take, Planner.place) == (take, place)
