"""What an engine does for the database beside its calls: scripts, crashed calls, deadlines, private audio."""

from collections.abc import Callable, Collection

from campaigns.clock import Clock
from campaigns.engine.recovery import take_over
from campaigns.engine.renderer import Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.scheduler import Ticks
from campaigns.engine.shelf import Shelf
from campaigns.store import campaigns, contacts
from campaigns.store.database import Database

EVERY_SECONDS = {"campaigns": 1.0, "expire": 1.0, "forget": 30.0}


class Duties:
    """Each is a dumb question to the database, asked at its interval."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        rulebook: Rulebook,
        renderer: Renderer,
        clock: Clock,
        ticks: Ticks,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._rulebook = rulebook
        self._renderer = renderer
        self._clock = clock
        self._ticks = ticks
        self._tell = tell

    def begin(self) -> None:
        """Read the scripts, and take over what an engine before this one left open."""
        self._shelf.refresh(self._clock.now())
        self._take_over(())
        contacts.release_all(self._database)

    def run_once(self, mine: Collection[int]) -> None:
        """Whatever is due; `mine` are the attempts of the calls in progress."""
        now = self._clock.now()
        if self._ticks.due("campaigns"):
            if self._shelf.refresh(now):
                self._take_over(mine)
            campaigns.finish_done(self._database, now)
        if self._ticks.due("expire"):
            contacts.expire(self._database, self._shelf.names, now, self._rulebook.followups)
        if self._ticks.due("forget"):
            self._forget_closed()

    def end(self) -> None:
        """The last look before the engine goes."""
        campaigns.finish_done(self._database, self._clock.now())
        self._forget_closed()

    def _take_over(self, mine: Collection[int]) -> None:
        take_over(self._database, self._rulebook, mine, self._clock.now(), self._tell)

    def _forget_closed(self) -> None:
        """Audio with a patient's values goes when nobody will call the patient again."""
        owners = [int(owner) for owner in self._renderer.owners() if owner.isdecimal()]
        for contact_id in contacts.closed_among(self._database, owners):
            self._renderer.forget(str(contact_id))
