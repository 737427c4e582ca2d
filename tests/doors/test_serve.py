"""The process that serves: what it opens, tries again, and how it ends."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.clock import SharedClock, SystemClock
from campaigns.doors import serve
from campaigns.doors.serve import Deadline, attend
from campaigns.errors import DatabaseUnusable, DoorShut
from tests.doors.rooms import PATIENCE_SECONDS

NOON, HOUR = datetime(2026, 11, 22, 12, tzinfo=UTC), timedelta(hours=1)
TAKEN = DoorShut("[api] cannot listen on 127.0.0.1:8080: another program listens there.")


class OneDoor:
    """Fails as often as it is told to, in opening and in looking after itself; then it is `over`."""

    place = "a door"

    def __init__(self, shut: Sequence[DoorShut | None], looks: Sequence[DoorShut | None] = ()) -> None:
        self._shut, self._looks = list(shut), list(looks)
        self.over = asyncio.Event()

    async def open(self) -> None:
        self._go_on(self._shut)

    async def look(self) -> None:
        self._go_on(self._looks)

    async def close(self) -> None: ...

    def _go_on(self, left: list[DoorShut | None]) -> None:
        fault = left.pop(0) if left else None
        if not self._shut and not self._looks:
            self.over.set()
        if fault:
            raise fault


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(serve, "LOOK_SECONDS", 0.0)


def _attended(make: Callable[[], OneDoor], *, stay: bool) -> list[str]:
    told: list[str] = []

    async def run() -> None:
        door = make()
        await attend([door], SystemClock(), told.append, door.over, stay=stay)

    asyncio.run(asyncio.wait_for(run(), PATIENCE_SECONDS))
    return told


def test_beside_an_engine_a_shut_door_is_tried_until_it_opens_and_said_once() -> None:
    again = f"{TAKEN} It is tried again every few seconds, and calls go on."
    assert _attended(lambda: OneDoor([TAKEN, TAKEN, None]), stay=True) == [again, "Open: a door."]


def test_alone_a_shut_door_is_the_end() -> None:
    with pytest.raises(DoorShut, match="another program listens there"):
        _attended(lambda: OneDoor([TAKEN]), stay=False)


@pytest.mark.parametrize("stay", [True, False])
def test_what_is_wrong_later_is_said_once_and_the_door_stays_open(stay: bool) -> None:
    bad = DoorShut("[api] key: key.pem cannot be read.")
    told = _attended(lambda: OneDoor([None], [None, bad, bad, None, bad]), stay=stay)
    again = f"{bad} It is tried again every few seconds, and calls go on."
    assert told == ["Open: a door.", again, again]


def test_a_shared_clock_is_asked_again_also_when_the_database_was_away() -> None:
    answers = [NOON, NOON, None, NOON + HOUR]

    async def run() -> datetime:
        over, loop = asyncio.Event(), asyncio.get_running_loop()

        def ask() -> datetime:
            answer = answers.pop(0)
            if not answers:
                loop.call_soon_threadsafe(over.set)
            if answer is None:
                raise DatabaseUnusable("away")
            return answer

        clock = SharedClock(ask, lambda: 0.0)
        await attend([], clock, lambda _: None, over, stay=True)
        return clock.now()

    assert asyncio.run(asyncio.wait_for(run(), PATIENCE_SECONDS)) == NOON + HOUR


def test_what_does_not_end_in_time_is_ended() -> None:
    left: list[int] = []
    ended = threading.Event()

    def leave(code: int) -> None:
        left.append(code)
        ended.set()

    late = Deadline(0.0, leave)
    late.begin()
    late.begin()
    assert ended.wait(PATIENCE_SECONDS)
    assert left == [1]
    early = Deadline(PATIENCE_SECONDS, leave)
    early.begin()
    early.met()
    Deadline(PATIENCE_SECONDS, leave).met()
    assert left == [1]
