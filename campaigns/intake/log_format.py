"""What a reader of logs needs of a format: one line in, what it says out."""

import unicodedata
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
LONGEST_NAME = 200  # characters, of a call, a queue or an operator: an index entry holds 2.7 kB at most
UNPRINTABLE = frozenset({"Cc", "Cs"})  # PostgreSQL keeps no NUL, and nothing keeps half a sign
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
    clock: "LogClock"  # of a log in several files, the same for all

    def read(self, line: str, now: datetime) -> Parsed:
        """The next line, without its end."""

    def finish(self, now: datetime) -> Parsed:
        """The file ends here for good."""


class LogClock:
    """The log's times, as far as they can be believed: what cannot be takes the time of the line before.

    last: the last event that was read of the log before. live: lines are read as soon as they are written,
    so that our own clock is the better witness.
    """

    def __init__(self, last: datetime | None = None, *, live: bool = False) -> None:
        self._last = last
        self._live = live
        self.jumped = False

    def moment(self, epoch: float, now: datetime) -> datetime:
        """When a line was written; `jumped` says whether its clock had jumped."""
        try:
            at = datetime.fromtimestamp(epoch, UTC)
        except (ValueError, OverflowError, OSError):
            at = EARLIEST - timedelta(days=1)
        wrong = not EARLIEST <= at <= now + AHEAD
        self.jumped = wrong or (self._last is not None and at < self._last - BACK)
        if self.jumped:
            return now if self._live else self._last or now
        at = min(at, now)
        self._last = at if self._last is None else max(self._last, at)
        return at


def unusable(*names: str) -> str:
    """Why a call, an operator or a reason cannot be kept by these names; "" when it can."""
    if any(unicodedata.category(sign) in UNPRINTABLE for name in names for sign in name):
        return "it holds signs that cannot be printed"
    return f"a name in it is longer than {LONGEST_NAME} signs" if max(map(len, names)) > LONGEST_NAME else ""


def queue_name(raw: str) -> str:
    """As far as it can be said and kept: nobody goes without a call for the name of a queue."""
    return "".join(sign if sign.isprintable() else " " for sign in raw).strip()[:LONGEST_NAME]


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
