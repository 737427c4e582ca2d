"""Whether the process can do its work."""

import pytest
from sqlalchemy import text

from campaigns.api.doorway import Doorway
from campaigns.errors import DatabaseUnusable
from campaigns.store.together import Together
from tests.api.conftest import Ask


def test_all_is_well(ask: Ask) -> None:
    answer = ask("").get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def _try(together: Together) -> None:
    work = text("UPDATE alembic_version SET version_num = version_num")
    together.submit(lambda session: session.execute(work)).result()


def test_a_database_that_cannot_be_written_is_no_health_until_it_can(ask: Ask, here: Doorway) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(here.db), "write", _away)
        assert ask("").get("/health").status_code == 200, "nobody has tried"
        for _ in range(2):
            with pytest.raises(DatabaseUnusable):
                _try(here.together)
            assert ask("").get("/health").status_code == 503
    assert ask("").get("/health").status_code == 200


def test_it_is_noticed_once_and_once_that_it_is_over(here: Doorway) -> None:
    noticed: list[str] = []
    together = Together(here.db, lambda why: noticed.append(str(why)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(here.db), "write", _away)
        for _ in range(2):
            with pytest.raises(DatabaseUnusable):
                _try(together)
    for _ in range(2):
        _try(together)
    together.close()
    assert noticed == ["The disk is full.", "None"]


def _away(_: object) -> None:
    raise DatabaseUnusable("The disk is full.")
