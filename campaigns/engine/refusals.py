"""Closes who waits at a number that has opted out, also where nobody is called at present."""

from datetime import datetime
from time import perf_counter

from campaigns.engine.rulebook import Rulebook
from campaigns.engine.shelf import Shelf
from campaigns.store import refused
from campaigns.store.database import Database

LOOK_SECONDS = 0.02  # of one round; 100,000 opt-outs are gone through within a minute


class Refusals:
    """Goes round all opt-outs, a little further each time.

    Who opted out of a running campaign is closed when they would be called next. In one that is paused, or
    while every trunk rests, that may be in days, and a human has to hear of a positive result today.
    """

    def __init__(self, database: Database, shelf: Shelf, rulebook: Rulebook) -> None:
        self._database = database
        self._shelf = shelf
        self._rulebook = rulebook
        self._after = ""  # the number at which the last round ended

    def close(self, now: datetime) -> None:
        """One round, over the campaigns whose scripts are at hand, whatever their state."""
        until = perf_counter() + LOOK_SECONDS
        while True:
            after = refused.close_some(
                self._database, self._shelf.names, self._after, now, self._rulebook.followups
            )
            self._after = after or ""
            if after is None or perf_counter() > until:
                return
