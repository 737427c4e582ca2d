"""What is shown that nobody knows: argon2 takes long, and guessing must not pay."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from campaigns.access.limits import Buckets
from campaigns.clock import Clock
from campaigns.errors import NotRecognized, TooMany

WRONG_AT_ONCE: Final = 10  # guesses at one key, or passwords, from one address
WRONG_EVERY_SECONDS: Final = 6.0  # one more
UNKNOWN_AT_ONCE: Final = 200  # keys that nobody ever had; such a one costs a look at the database
UNKNOWN_PER_SECOND: Final = 20.0


class Strangers:
    """How many wrong keys and passwords an address may still show: of each key, and of passwords."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets = Buckets(WRONG_AT_ONCE * WRONG_EVERY_SECONDS)
        self._unknown = Buckets(UNKNOWN_AT_ONCE / UNKNOWN_PER_SECOND)

    @contextmanager
    def trying(self, address: str, tag: str = "") -> Iterator[None]:
        """It counts as wrong until it is right, so that many at once are no more tries. Raises `TooMany`.

        tag: of the key that is tried; "" for a password.
        """
        name = f"{address} {tag}"
        seconds = self._buckets.take(name, 1 / WRONG_EVERY_SECONDS, self._clock.seconds())
        if seconds:
            raise _too_many(seconds)
        try:
            yield
        except NotRecognized:
            raise
        except BaseException:  # the database is away, or the address is wrong: no guess
            self._buckets.give_back(name)
            raise
        self._buckets.give_back(name)

    def unknown(self, address: str) -> None:
        """A key was shown that nobody ever had. Raises `TooMany`."""
        seconds = self._unknown.take(address, UNKNOWN_PER_SECOND, self._clock.seconds())
        if seconds:
            raise _too_many(seconds)


def _too_many(seconds: float) -> TooMany:
    return TooMany(
        "Too much that was wrong came from this address: look at the key or the password, and wait.", seconds
    )
