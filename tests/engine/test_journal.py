"""What calls have to say to a database that is away for a while, or that let another transaction go first."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaigns.engine.journal import Journal
from campaigns.errors import Crossed, DatabaseUnusable
from campaigns.store import attempts, contacts
from tests.engine.world import COVID, HEARS_AND_MARKS, StoppedClock, World

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+79120000001"


@pytest.mark.parametrize(
    ("error", "told"),
    [(DatabaseUnusable("It is away."), 1), (Crossed("It was changed by somebody else."), 0)],
)
def test_what_could_not_be_written_is_kept_in_its_order(error: DatabaseUnusable, told: int) -> None:
    sentences: list[str] = []
    written: list[str] = []
    errors = [error]

    def entry() -> None:
        if errors:
            raise errors.pop()
        written.append("first")

    journal = Journal(StoppedClock(NOW), sentences.append)
    journal.write(entry)
    journal.write(lambda: written.append("second"))
    assert (journal.blocked, written) == (True, [])
    assert (journal.in_trouble, journal.doubtful) == (bool(told), bool(told))
    journal.retry()
    assert written == ["first", "second"]
    assert (journal.blocked, journal.in_trouble) == (False, False)
    assert len(sentences) == told


@pytest.mark.parametrize("name", ["begin", "end", "record"])
def test_who_gave_way_to_another_transaction_goes_on_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    world.queue(COVID, "A", NUMBER)
    world.launch(COVID)
    monkeypatch.setattr(attempts, name, crossed_once(getattr(attempts, name)))
    world.run_until_idle()
    assert [row.outcome for row in contacts.listing(world.database, COVID)] == ["completed"]
    assert len(world.lines.dialled) == 1
    assert world.told == []


def crossed_once(real: Callable[..., Any]) -> Callable[..., Any]:
    errors = [Crossed("It was changed by somebody else.")]

    def asked(*args: Any, **options: Any) -> Any:
        if errors:
            raise errors.pop()
        return real(*args, **options)

    return asked
