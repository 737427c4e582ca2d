"""A fresh database for each test, copied from one that was migrated once: of SQLite and of PostgreSQL.

A test that asks for `db` or `url` runs on both; one that asks for `path` too is about SQLite alone.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.store.creation import create_database
from campaigns.store.database import Database, open_database
from tests import postgres


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "url" in metafunc.fixturenames:
        kinds = ["sqlite"] if "path" in metafunc.fixturenames else ["sqlite", "postgresql"]
        metafunc.parametrize("url", kinds, indirect=True)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "dialer.db"
    create_database(f"sqlite:///{path}")
    return path


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "dialer.db"))


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('path')}"
        return
    yield postgres.emptied_database()


@pytest.fixture
def shared_db() -> Iterator[Database]:
    """Of PostgreSQL alone."""
    database = open_database(postgres.emptied_database())
    yield database
    database.close()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()
