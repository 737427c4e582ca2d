"""What an engine does for the database beside its calls: scripts, crashed calls, deadlines, private audio."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine import brakes
from campaigns.engine.membership import USUAL_VIGIL, Membership
from campaigns.engine.recovery import take_over
from campaigns.engine.refusals import Refusals
from campaigns.engine.renderer import Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.scheduler import Ticks
from campaigns.engine.shelf import Shelf
from campaigns.errors import as_clause
from campaigns.store import campaigns, contacts, nodes, task_times
from campaigns.store.database import Database
from prompts.errors import PromptError

EVERY_SECONDS = {"campaigns": 1.0, "brakes": 1.0, "expire": 1.0, "forget": 30.0, "sweep": 1.0}
EVERY_SECONDS |= {"tasks": 1.0, "stale_checks": 600.0}
EVERY_SECONDS |= {"opt_outs": 1.0, "beat": USUAL_VIGIL.beat_seconds, "orphans": 10.0}
SWEPT_AT_ONCE = 2000  # owners looked up in one pass, some milliseconds
SWEEP_SECONDS = 0.1  # of one pass; at least one owner is forgotten in it
CONTACT = re.compile("[1-9][0-9]{0,17}")  # as owners are named; a longer number is none of the database's
LAST_SWEEP_SECONDS = 5.0  # an engine that ends leaves the rest to the next one


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
        membership: Membership,
        recordings: Path,
    ) -> None:
        self._database = database
        self._membership = membership
        self._recordings = recordings
        self._shelf = shelf
        self._rulebook = rulebook
        self._renderer = renderer
        self._clock = clock
        self._ticks = ticks
        self._tell = tell
        self._refusals = Refusals(database, shelf, rulebook)
        self._to_sweep: list[int] = []  # contacts of whom there is audio, not looked at yet
        self._sweep_failed = self._trouble_told = False

    def begin(self) -> None:
        """Read the scripts, and take over what an engine before this one left open."""
        self._membership.join()
        self._shelf.refresh(self._clock.now())
        self._take_over(())

    def run_once(self, mine: Collection[int]) -> None:
        """Whatever is due; `mine` are the attempts of the calls in progress. Raises `NodeReplaced`."""
        if self._ticks.due("beat"):
            self._membership.beat()
            self._membership.mourn()
        for sentence in self._renderer.troubles():
            self._tell(sentence)
        now = self._clock.now()
        if self._ticks.due("campaigns"):
            if self._shelf.refresh(now):
                self._take_over(mine)
            self._alone("finish", partial(campaigns.finish_done, self._database, now))
        if self._ticks.due("orphans"):
            self._take_over(mine)
        if self._ticks.due("brakes"):
            self._alone("brakes", partial(brakes.heed, self._database, self._shelf, now, self._tell))
        self._close_waiting(now)
        self._heed_tasks(now)
        if self._ticks.due("forget") and not self._to_sweep:
            self._to_sweep = self._owners()
        if self._ticks.due("sweep"):
            self._sweep()

    def forget(self, owner: str) -> None:
        """Remove audio with this contact's values; what cannot be removed now is met again by the sweep."""
        try:
            self._renderer.forget(owner)
        except (PromptError, OSError) as error:
            self._bear(error)

    def end(self) -> None:
        """The last look before the engine goes."""
        campaigns.finish_done(self._database, self._clock.now())
        until = self._clock.seconds() + LAST_SWEEP_SECONDS
        self._to_sweep = self._owners()
        while self._to_sweep and self._clock.seconds() < until:
            self._sweep()
        self._membership.leave()

    def _alone(self, duty: str, do: Callable[[], object]) -> None:
        """On one engine at a time; what another one is at now is looked at again with the next tick."""
        with nodes.alone(self._database, duty) as here:
            if here:
                do()

    def _close_waiting(self, now: datetime) -> None:
        """Whom nobody will call any more, whatever the state of the campaign."""
        if self._ticks.due("expire"):
            names, tasks = self._shelf.names, self._rulebook.followups
            self._alone("expire", partial(contacts.expire, self._database, names, now, tasks))
        if self._ticks.due("opt_outs"):
            self._alone("opt_outs", partial(self._refusals.close, now))

    def _heed_tasks(self, now: datetime) -> None:
        """Leases that end, tasks that come back or are late, and checks whose campaign has no file."""
        if self._ticks.due("tasks"):
            self._alone("tasks", partial(self._pass_time, now))
        if self._ticks.due("stale_checks"):
            self._alone("stale_checks", partial(task_times.close_stale_checks, self._database, now))

    def _pass_time(self, now: datetime) -> None:
        for sentence in task_times.pass_time(self._database, now):
            self._tell(sentence)

    def _take_over(self, mine: Collection[int]) -> None:
        now = self._clock.now()
        inherited = self._membership.inherited(now)
        take_over(self._database, self._rulebook, self._recordings, mine, inherited, now, self._tell)

    def _owners(self) -> list[int]:
        """The contacts of whom there is audio with their values."""
        if not self._sweep_failed:
            self._trouble_told = False
        self._sweep_failed = False
        try:
            names = self._renderer.owners()
        except (PromptError, OSError) as error:
            self._bear(error)
            return []
        return [int(name) for name in names if CONTACT.fullmatch(name)]

    def _sweep(self) -> None:
        """Some of them: who is neither called nor about to be, as after a crash, loses the audio."""
        some, rest = self._to_sweep[:SWEPT_AT_ONCE], self._to_sweep[SWEPT_AT_ONCE:]
        free = contacts.free_among(self._database, some)
        until = self._clock.seconds() + SWEEP_SECONDS
        done = 0
        for contact_id in free:
            self.forget(str(contact_id))
            done += 1
            if self._clock.seconds() >= until:
                break
        self._to_sweep = free[done:] + rest

    def _bear(self, error: PromptError | OSError) -> None:
        """Calls go on, and it is tried again; told once, until a whole sweep went well."""
        self._sweep_failed = True
        if self._trouble_told:
            return
        self._trouble_told = True
        reason = (error.strerror or "unknown reason") if isinstance(error, OSError) else str(error)
        self._tell(f"Audio of ended calls cannot be removed and is tried again: {as_clause(reason)}")
