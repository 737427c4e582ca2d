"""In whatever order and however often messages come, the newest holds, and nobody is there twice."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from campaigns.intake.lab.orders import CALLED_FOR
from campaigns.intake.lab.result import LabReading, LabStatus
from campaigns.models import Change, Contact, LabMessage, LabOrder, OutboxEvent, Task, TaskChange
from campaigns.store.database import Database
from tests.intake.lab.laboratory import MINUTE, NOW, Laboratory, message, result
from tests.store import invariants

NAMES, VALUES = ("A", "B"), ("negative", "positive", "inconclusive")
_SAID = st.tuples(st.sampled_from(NAMES), st.sampled_from(get_args(LabStatus)), st.sampled_from(VALUES))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Sequence[LabReading], Sequence[LabReading]]:
    """What laboratories said, minute by minute, and how it came: in any order, any of it again.

    Preliminary results first: one that is told later makes nothing older, and holds where it comes last. Some
    laboratories tell when they said it, some tell that of the order, and some only when they sent it.
    """
    said = sorted(draw(st.lists(_SAID, min_size=1, max_size=6)), key=lambda each: each[1] != "preliminary")
    told_at: dict[str, Any] = draw(st.sampled_from([{}, {"told_at": None}, {"told_at": NOW - 9 * MINUTE}]))
    written = [
        message(
            replace(result(name, status, minute - len(said), result=value), **told_at), control_id=f"{minute}"
        )
        for minute, (name, status, value) in enumerate(said)
    ]
    came = draw(st.permutations(written))
    again = draw(st.lists(st.sampled_from(written), max_size=4))
    return written, [*came, *again]


def test_the_newest_holds(db: Database, path: object) -> None:
    lab = Laboratory(db)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories())
    def holds(history: tuple[Sequence[LabReading], Sequence[LabReading]]) -> None:
        _forget(db)
        written, came = history
        for reading in came:
            assert lab.send(reading).answer == "AA"
        people, messages, orders = lab.rows()
        assert sorted(row.external_id for row in people) == sorted({row.external_id for row in people})
        assert (len(messages), lab.reasons()) == (len(written), [])
        newest = {reading.results[0].external_id: reading.results[0] for reading in written}
        called = {row.external_id: row.fields["result"] for row in people if row.state == "waiting"}
        assert called == {
            name: last.cells["result"] for name, last in newest.items() if last.status in CALLED_FOR
        }
        assert {row.external_id: (row.status, row.sent_at) for row in orders} == {
            name: (last.status, last.sent_at) for name, last in newest.items()
        }
        invariants.check(db)

    holds()


def _forget(db: Database) -> None:
    with db.write() as session:
        for table in (TaskChange, OutboxEvent, Change, Task, LabOrder, LabMessage, Contact):
            session.execute(delete(table))


@pytest.mark.parametrize("told", [True, False])
def test_nobody_who_was_told_is_called_again_whatever_comes(lab: Laboratory, told: bool) -> None:
    statuses: Sequence[LabStatus] = get_args(LabStatus)
    lab.says(minute=-99)
    lab.call(tells=told)
    for minute, (one, other) in enumerate((one, other) for one in statuses for other in statuses):
        lab.says(status=one, minute=2 * minute - 98, result=VALUES[minute % 3])
        lab.says(status=other, minute=2 * minute - 97, result=VALUES[minute % 2])
        assert lab.seen().state == "done"
    assert ("withdrawn_after_told" in lab.reasons()) == told
    assert len(lab.rows()[0]) == 1
