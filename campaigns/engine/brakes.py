"""Pauses campaigns whose calls go wrong, or whose first calls are made, and tells the supervisor."""

from collections.abc import Callable
from datetime import datetime

from campaigns.engine.shelf import Shelf
from campaigns.rules.brakes import Tripped, heeded, tripped
from campaigns.store import brakes, campaigns
from campaigns.store.database import Database


def heed(database: Database, shelf: Shelf, now: datetime, tell: Callable[[str], None]) -> None:
    """Look at the last calls of the running campaigns whose scripts are at hand."""
    for name in brakes.pause_after_first(database, now):
        tell(f"{name} has made its first calls and waits: dialer campaign approve {name}.")
    for name, state in campaigns.states(database).items():
        if state != "running" or name not in shelf.names:
            continue
        limits = shelf.script(name).policy.brakes
        if not heeded(limits):
            continue
        passed = tripped(limits, brakes.last_calls(database, name, limits.of_last))
        if passed is not None and brakes.pause(database, name, passed, now):
            tell(_sentence(name, passed))


def _sentence(name: str, passed: Tripped) -> str:
    what = {"failures": "failed", "opt_outs": "ended in an opt-out"}[passed.why]
    return (
        f"{name} paused itself: {passed.count} of its last {passed.calls} calls {what}, more than "
        f"{passed.share:.0%} of {passed.of_last}; see dialer tasks list, then dialer campaign resume {name}."
    )
