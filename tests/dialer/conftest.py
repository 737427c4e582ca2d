"""Pools: pretended ones, unless a module starts a real one, and one call at a time through it."""

from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Ended, HangUp
from dialer.pool import LinePool
from tests.dialer.pretended import started_pool, without_nursery
from tests.dialer.rig import Rig


@pytest.fixture
def no_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line processes are pretended."""
    without_nursery(monkeypatch)


@pytest.fixture
def pool(no_nursery: None) -> Iterator[LinePool]:
    """Eight pretended lines."""
    with started_pool() as pool:
        yield pool


@pytest.fixture
def lines(pool: LinePool) -> Iterator[Rig]:
    """The module's `pool`; what a test leaves up is hung up behind it."""
    rig = Rig(pool)
    yield rig
    over = {event.call for event in rig.events if isinstance(event, Ended)}
    for call in {event.call for event in rig.events if isinstance(event, Answered)} - over:
        pool.send(HangUp(call))
        rig.ended(call)
