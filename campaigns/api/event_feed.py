"""New events, looked for once for all who listen."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from campaigns.api.doorway import Doorway
from campaigns.api.problems import Problem
from campaigns.errors import CampaignsError
from campaigns.store.database import Database
from campaigns.store.event_log import Horizon, look

LOOKS_EVERY_SECONDS = 0.5  # while anybody listens
MOST_STREAMS = 200
MOST_OF_ONE = 20  # streams of one key or user


class Feed:
    """One for an application; used in its event loop."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._horizon = Horizon()
        self._listeners: Counter[str] = Counter()
        self._looking: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self.closed = False

    @property
    def settled(self) -> int | None:
        """Up to which number all events are there; None while it is not known yet."""
        return self._horizon.settled

    @property
    def newest(self) -> int:
        """The greatest number there is, as of the last look."""
        return self._horizon.newest

    @asynccontextmanager
    async def listening(self, who: str) -> AsyncIterator[None]:
        """While it lasts, it is looked for news. Raises Problem (too-many)."""
        if self._listeners.total() >= MOST_STREAMS or self._listeners[who] >= MOST_OF_ONE:
            detail = "Too many streams of events are open: close one, or come again later."
            raise Problem("too-many", detail, headers={"Retry-After": "10"})
        self._listeners[who] += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            self._listeners[who] -= 1
            if not self._listeners.total():
                self._looking.cancel()
                self._looking = None

    async def look(self) -> None:
        """See what is new now. Raises DatabaseUnusable."""
        before = self.settled
        await asyncio.to_thread(look, self._db, self._horizon, time.monotonic())
        if self.settled != before:
            self._wake()

    async def news(self, seconds: float) -> None:
        """Wait until there is something new, or it is closed; at most so long."""
        news = self._news
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except TimeoutError:
            return

    def close(self) -> None:
        """Whoever listens is to end; idempotent."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _look_on(self) -> None:
        while True:
            with suppress(CampaignsError):  # the database is away: who listens is told of what is new later
                await self.look()
            await asyncio.sleep(LOOKS_EVERY_SECONDS)


def feed_of(app: FastAPI) -> Feed:
    """The one of this application."""
    found: Feed | None = getattr(app.state, "feed", None)
    if found is None:
        doorway: Doorway = app.state.doorway
        found = app.state.feed = Feed(doorway.db)
    return found
