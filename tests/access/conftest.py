"""A home's accounts, a clock that stands, and hashes that cost nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from campaigns.access.keeper import Keeper
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together
from tests import ready
from tests.access.people import NOON, cheap_hashes


class StoppedClock:
    """Both of its times move only when they are told to."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._passed)

    def seconds(self) -> float:
        return self._passed

    def pass_by(self, seconds: float) -> None:
        self._passed += seconds


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    ready.fresh_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    database = open_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    yield database
    database.close()


@pytest.fixture
def together(db: Database) -> Iterator[Together]:
    writes = Together(db)
    yield writes
    writes.close()


@pytest.fixture
def keeper(db: Database, together: Together, clock: StoppedClock) -> Keeper:
    return Keeper(db, together, clock)
