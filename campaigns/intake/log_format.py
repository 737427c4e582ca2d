"""What a reader of logs needs of a format: one line in, what it says out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

import phonenumbers

from campaigns.intake.phones import parse_phone
from campaigns.rules.lost_calls import Event

EARLIEST = datetime(
    2015, 1, 1, tzinfo=UTC
)  # an exchange whose clock has lost its battery wakes in 1970 or 2000
AHEAD = timedelta(minutes=10)  # by which the clocks of two machines may differ
BACK = timedelta(minutes=10)
COSTLY = (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)
NUMBERS_REMEMBERED = 10_000  # most callers call again, and telling what a number is takes 0.1 ms

WITHHELD = frozenset(
    {
        "",
        "anonymous",
        "unknown",
        "<unknown>",
        "restricted",
        "private",
        "unavailable",
        "withheld",
        "asterisk",
        "none",
    }
)
"""What exchanges write in place of a number that is withheld."""


@dataclass(frozen=True)
class Parsed:
    """What a line says. complaint: why it is broken, without what it holds; "" is none.

    whole: no record that began in this line, or before it, is unfinished. jumped: the clock of the log is not
    to be believed here.
    """

    events: Sequence[Event] = ()
    complaint: str = ""
    whole: bool = True
    jumped: bool = False


class LogFormat(Protocol):
    """Reads one log, line by line, in order."""

    title: str  # as in "no queue_log of Asterisk"

    def read(self, line: str, now: datetime) -> Parsed:
        """The next line, without its end."""

    def finish(self, now: datetime) -> Parsed:
        """The file ends here for good."""


class LogClock:
    """The log's times, as far as they can be believed: what cannot be takes the time of the line before."""

    def __init__(self) -> None:
        self._last: datetime | None = None
        self.jumped = False

    def moment(self, epoch: float, now: datetime) -> datetime:
        """When a line was written; `jumped` says whether its clock had jumped."""
        try:
            at = datetime.fromtimestamp(epoch, UTC)
        except (ValueError, OverflowError, OSError):
            at = EARLIEST - timedelta(days=1)
        wrong = not EARLIEST <= at <= now + AHEAD
        self.jumped = wrong or (self._last is not None and at < self._last - BACK)
        if wrong:
            return self._last or now
        self._last = min(at, now)
        return self._last


@lru_cache(maxsize=NUMBERS_REMEMBERED)
def caller(raw: str, country: str) -> tuple[str, bool]:
    """The number in E.164, or ""; and whether it is withheld.

    Whoever calls says the number: one that costs extra would be called back at the clinic's expense.
    """
    text = raw.strip().strip('"')
    if text.lower() in WITHHELD:
        return "", True
    try:
        phone = parse_phone(text, country)
    except ValueError:
        return "", False
    kind = phonenumbers.number_type(phonenumbers.parse(phone))
    return "" if kind in COSTLY else phone, False
