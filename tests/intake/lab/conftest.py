"""A desk with the shipped campaign, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from campaigns.store.database import Database
from tests.intake.lab.laboratory import Laboratory
from tests.store.conftest import db, migrated, path, pytest_generate_tests, shared_db, url

__all__ = ["db", "lab", "migrated", "path", "pytest_generate_tests", "shared_db", "url"]


@pytest.fixture
def lab(db: Database, path: Path) -> Laboratory:
    return Laboratory(db)


@pytest.fixture
def any_lab(db: Database) -> Laboratory:
    """On both databases."""
    return Laboratory(db)
