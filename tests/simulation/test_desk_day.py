"""Every call that a clinic's queue loses on a day is accounted for, whether the trunks work or not."""

from collections import Counter
from datetime import time
from pathlib import Path

import pytest
from sqlmodel import select

from campaigns.models import OperatorCall
from campaigns.store import staff
from campaigns.store.desk_figures import desk_report
from campaigns.words import LostCallFate
from tests.simulation.desk_day import CAMPAIGN, ONE_O_CLOCK, ZONE, DeskDay, Size
from tests.store import invariants

MORNING = Size(seats=3, callers=1300, closes=time(13, 30))
WHOLE = Size()
TRIALS_AN_HOUR = 60
DISCOVERED = time(12, 2)  # a trunk that fails several calls rests by then


@pytest.mark.timeout(180)
def test_every_lost_call_is_accounted_for_though_a_trunk_dies_at_noon(tmp_path: Path) -> None:
    check(DeskDay(tmp_path, 1, MORNING, "north"))


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("dead", ["", "north"])
def test_every_lost_call_of_the_whole_day_is_accounted_for(tmp_path: Path, dead: str) -> None:
    check(DeskDay(tmp_path, 2, WHOLE, dead))


def check(day: DeskDay) -> None:
    """Play it; then count."""
    day.run()
    invariants.check(day.database)
    report = desk_report(day.database, CAMPAIGN, day.clock.now(), ZONE)
    lost, callbacks = report["lost"], report["callbacks"]
    [log] = report["logs"]
    assert (log["lines"], log["broken"]) == (len(day.queue.log.read_text().splitlines()), 0)
    assert lost["in"] == day.queue.lost
    assert sum(count for fate, count in lost.items() if fate != "in") == lost["in"]
    fates: set[LostCallFate] = {"callback", "joined", "misdial", "withheld", "got_through"}
    assert all(lost["callbacks" if fate == "callback" else fate] for fate in fates), lost
    ends = {end: count for end, count in callbacks.items() if end not in ("total", "called", "connected")}
    assert sum(ends.values()) == callbacks["total"] == lost["callbacks"]
    assert callbacks["calling"] == 0
    assert callbacks["connected"] > 0
    connected_once(day, callbacks["connected"])
    assert {operator.state for operator in staff.listing(day.database)} == {"on"}, day.told
    if day.dead:
        passed_over(day)
    day.database.close()


def connected_once(day: DeskDay, connected: int) -> None:
    """Nobody talked twice, though who hangs up at once is called again, and no operator is left in a call."""
    with day.database.read() as session:
        calls = session.exec(select(OperatorCall)).all()
    talked = Counter(call.contact_id for call in calls if call.result == "talked")
    assert set(talked.values()) == {1}
    assert len(talked) == connected
    assert all(call.ended_at for call in calls)
    assert not any(operator.held_by for operator in staff.listing(day.database))


def passed_over(day: DeskDay) -> None:
    """A dead trunk is tried once a minute at most, the other site goes on, and both are used afterwards."""
    rests, back = (
        any(f"Trunk {day.dead} {what}" in told for told in day.told) for what in ("rests", "is back")
    )
    assert rests
    assert back
    assert day.calls_over(day.dead, DISCOVERED, ONE_O_CLOCK) <= TRIALS_AN_HOUR
    assert day.calls_over("south", DISCOVERED, ONE_O_CLOCK) > 0
    assert day.calls_over(day.dead, ONE_O_CLOCK, MORNING.closes) > 0
