"""A script with every type of field, a database, and a folder with files to queue."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from campaigns.flows.fields import Field
from campaigns.flows.script import Script
from campaigns.intake.contact_file import Counts, IntakeDefaults, queue_file
from campaigns.rules.hours import Hours, Window
from campaigns.rules.policy import Policy
from campaigns.store.database import Database, open_database
from tests import ready

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
DEFAULTS = IntakeDefaults(country="RU", time_zone="Asia/Yekaterinburg")  # UTC+5

Queue = Callable[[str | bytes], Counts]


def script_with(deadline: timedelta | None = None, **fields: Field) -> Script:
    every_hour = Window(time(0), time(0))
    return Script(
        name="covid-results",
        title="Results",
        languages=("ru", "en"),
        fields=fields,
        texts={},
        steps={},
        start="",
        machine=(),
        policy=Policy(3, {}, Hours(every_hour, every_hour), deadline),
        afterwards=(),
        record=False,
        priority=5,
        opt_out_key="9",
        human_key="0",
        human_urgency="normal",
        digest="",
    )


@pytest.fixture
def script() -> Script:
    return script_with(
        birth_year=Field("birth_year", "year"),
        result=Field("result", "choice", values=("negative", "positive", "inconclusive")),
    )


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'home' / 'dialer.db'}"
    (tmp_path / "home").mkdir()
    ready.fresh_database(url)
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


@pytest.fixture
def queue(db: Database, script: Script, folder: Path) -> Queue:
    """Write `results.csv` and queue it."""

    def write_and_queue(content: str | bytes) -> Counts:
        path = folder / "results.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return queue_file(db, script, path, DEFAULTS, NOW)

    return write_and_queue


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"
