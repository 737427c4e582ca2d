"""Tasks in sentences and tables: one clock, and where to look and to listen."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from campaigns.cli.task_tables import task_in_words, tasks_table
from campaigns.store.task_list import TaskView

ZONE = ZoneInfo("Asia/Yekaterinburg")
NIGHT = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # 1:30 of the next day there
TASK = TaskView(
    id=7,
    campaign="service-control",
    contact="R 1",
    reason="promise_broken",
    urgency="high",
    state="taken",
    due_at=NIGHT,
    created_at=NIGHT,
    details={
        "clinic": "Клиника",
        "made_at": "2026-02-27T09:30:00+03:00",
        "promised_by": "2026-03-01",
        "words": "answers/9.wav",
    },
    closed_at=None,
    note="",
    owner="olga",
    lease_until=NIGHT,
    wake_at=NIGHT,
)
SAID = "\n".join(task_in_words(TASK, ZONE, Path("/home/dialer/recordings")))


def test_every_moment_is_by_the_clinics_clock_which_is_named() -> None:
    assert SAID.count("2026-03-02 01:30 (Asia/Yekaterinburg)") == 3
    assert "made_at: 2026-02-27 11:30, promised_by: 2026-03-01" in SAID
    assert "UTC" not in SAID


def test_the_call_and_what_was_said_are_found() -> None:
    assert "Call: dialer contacts show 'service-control' 'R 1'" in SAID
    assert "Hear: /home/dialer/recordings/answers/9.wav" in SAID
    campaigns_own = "\n".join(task_in_words(replace(TASK, contact="", details={}), ZONE, Path()))
    assert "Call:" not in campaigns_own
    assert "Hear:" not in campaigns_own


def test_a_table_has_the_same_clock() -> None:
    console = Console(width=100)
    with console.capture() as shown:
        console.print(tasks_table([TASK.as_json()], ZONE))
    assert "03-02 01:30" in shown.get()
    assert "(Asia/Yekaterinburg)" in shown.get()
    assert "T09:30" not in shown.get()
