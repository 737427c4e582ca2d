"""Whatever happens to a task in whatever order: it is not lost, skips no level, and its changes sum up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.errors import CampaignsError
from campaigns.flows.turns import TaskChecked, TaskRaised
from campaigns.models import Contact, Task, TaskChange
from campaigns.rules.escalation import LEVELS, level_after
from campaigns.store import contacts, corrections, queueing, task_raising, tasks
from campaigns.store.database import Database, open_database
from campaigns.store.task_moves import CLOSED
from campaigns.store.task_times import pass_time
from campaigns.words import TASK_MOVES, CheckVerdict, ContactState, Outcome
from tests.store.people import HOUR, NOW, no_tasks, person

CHECK = "problem-check"
REASON = "low_mark"


@pytest.fixture(scope="module")
def database(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("tasks") / "dialer.db"
    path.write_bytes(migrated.read_bytes())
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@dataclass
class Scene:
    """One task, at one moment."""

    db: Database
    contact: Contact
    now: datetime

    def raises(self) -> None:
        with self.db.write() as session:
            work = [TaskRaised(REASON, "high", check=CHECK)]
            task_raising.raise_all(session, self.contact, work, self.now)

    def asked(self, verdict: CheckVerdict, number: int) -> None:
        """The check's contact is closed with this verdict, if one waits."""
        name = tasks.find(self.db, number).checked_by

        def says(_contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[TaskChecked]:
            return [TaskChecked(verdict)]

        corrections.cancel(self.db, CHECK, [name], self.now, says)


Act = Callable[[Scene, int], object]
ACTS: dict[str, Act] = {
    "raise": lambda at, _: at.raises(),
    "take": lambda at, number: tasks.take(at.db, "olga", at.now, number),
    "return": lambda at, number: tasks.give_back(at.db, number, "olga", "", at.now),
    "note": lambda at, number: tasks.note(at.db, number, "olga", "a note", at.now),
    "tried": lambda at, number: tasks.tried(at.db, number, "ivan", "", at.now),
    "wait": lambda at, number: tasks.put_off(at.db, number, "olga", at.now + HOUR / 2, "", at.now),
    "resolve": lambda at, number: tasks.resolve(at.db, number, "olga", "done", at.now),
    "escalate": lambda at, number: tasks.escalate(at.db, number, "olga", "", at.now),
    "reopen": lambda at, number: tasks.reopen(at.db, number, "olga", "", at.now),
    "solved": lambda at, number: at.asked("solved", number),
    "stands": lambda at, number: at.asked("stands", number),
    "unknown": lambda at, number: at.asked("unknown", number),
    "time": lambda at, _: pass_time(at.db, at.now),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from([1, 20, 45, 100])), min_size=1, max_size=14
    ),
    st.integers(1, 10**9),
)
def test_no_sequence_loses_a_task_or_skips_a_level(
    database: Database, acts: list[tuple[str, int]], name: int
) -> None:
    queueing.add(database, [person(f"P{name}")], NOW)
    contact = contacts.find(database, "results", f"P{name}")
    assert contact is not None
    scene = Scene(database, contact, NOW)
    scene.raises()
    for what, minutes in acts:
        scene.now += timedelta(minutes=minutes)
        for number in numbers(database, contact):
            before = snapshot(database, number)
            try:
                ACTS[what](scene, number)
            except CampaignsError:
                assert_unmoved(before, snapshot(database, number))
            assert_sound(database, number, before)
        assert numbers(database, contact), "no task is ever lost"
    corrections.cancel(database, CHECK, [], scene.now, no_tasks)


def numbers(db: Database, contact: Contact) -> list[int]:
    with db.read() as session:
        found = session.connection().execute(
            Task.__table__.select().where(Task.__table__.c.contact_id == contact.id)  # type: ignore[attr-defined]
        )
        return [row.id for row in found]


def snapshot(db: Database, number: int) -> tuple[tasks.TaskView, list[TaskChange]]:
    return tasks.find(db, number), tasks.history(db, number)


Snapshot = tuple[tasks.TaskView, list[TaskChange]]


def assert_unmoved(before: Snapshot, after: Snapshot) -> None:
    """What is refused changes nothing; the second outcome is kept as a note."""
    assert before[0] == after[0]
    assert [change.event for change in after[1][len(before[1]) :]] in ([], ["noted"])


def assert_sound(db: Database, number: int, before: Snapshot) -> None:
    task, changes = snapshot(db, number)
    assert changes[: len(before[1])] == before[1], "what happened stays written"
    state, level, reopenings = "open", LEVELS[0], 0
    assert changes[0].event == "raised"
    for change in changes[1:]:
        state = TASK_MOVES[change.event][state]  # type: ignore[index]
        after = level_after(level, change.event)
        assert LEVELS.index(after) - LEVELS.index(level) in (0, 1)
        level, reopenings = after, reopenings + (change.event in ("stands", "reopened"))
        assert (change.state, change.level) == (state, level)
    assert (task.state, task.level, task.reopenings) == (state, level, reopenings)
    assert (task.closed_at is not None) == (task.state in CLOSED) == bool(task.note)
    assert (task.lease_until is not None) == (task.state == "taken")
    assert (task.wake_at is not None) == (task.state == "waiting")
    assert bool(task.owner) == (task.state in ("taken", "waiting"))
