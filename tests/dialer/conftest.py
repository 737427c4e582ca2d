"""One call at a time through a pool that the module starts."""

from collections.abc import Iterator

import pytest

from dialer.messages import Answered, Ended, HangUp
from dialer.pool import LinePool
from tests.dialer.rig import Rig


@pytest.fixture
def lines(pool: LinePool) -> Iterator[Rig]:
    """The module's `pool`; what a test leaves up is hung up behind it."""
    rig = Rig(pool)
    yield rig
    over = {event.call for event in rig.events if isinstance(event, Ended)}
    for call in {event.call for event in rig.events if isinstance(event, Answered)} - over:
        pool.send(HangUp(call))
        rig.ended(call)
