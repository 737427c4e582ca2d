"""How many wrong passwords in a row lock a name out, and for how long."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns.errors import TooMany

FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
KEPT: Final = 10_000  # names that no user has; the one that was tried longest ago is forgotten


@dataclass(frozen=True)
class Tries:
    """Failed logins in a row, and until when nobody may try again."""

    failures: int = 0
    locked_until: datetime | None = None


def tried(before: Tries, now: datetime) -> Tries:
    """A login counts as failed until it succeeds, so that many at once are no more tries.

    Raises `TooMany` while the name is locked out; further tries do not make that longer.
    """
    if before.locked_until is not None:
        if now < before.locked_until:
            raise TooMany(
                f"After {FAILURES} failed logins this name is locked for "
                f"{LOCKED_FOR.total_seconds() / 60:.0f} minutes: wait, or ask for another password.",
                (before.locked_until - now).total_seconds(),
            )
        before = Tries()  # the time is over, and with it what led to it
    failures = before.failures + 1
    return Tries(failures, now + LOCKED_FOR if failures >= FAILURES else None)


class StrangeNames:
    """Names that no user has are locked out as well, so that no answer tells which names there are."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    def tried(self, name: str, now: datetime) -> None:
        """Raises `TooMany`."""
        self._tries[name] = tried(self._tries.get(name, Tries()), now)
        self._tries.move_to_end(name)
        if len(self._tries) > KEPT:
            self._tries.popitem(last=False)
