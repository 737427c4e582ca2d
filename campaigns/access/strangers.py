"""What is shown that nobody knows: argon2 takes long, and guessing must not pay."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from campaigns.access.limits import Buckets
from campaigns.clock import Clock
from campaigns.errors import NotRecognized, TooMany

WRONG_AT_ONCE: Final = 10  # keys or passwords from one address
WRONG_EVERY_SECONDS: Final = 6.0  # one more


class Strangers:
    """How many wrong keys and passwords an address may still show; one for both."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets = Buckets(WRONG_AT_ONCE * WRONG_EVERY_SECONDS)

    @contextmanager
    def trying(self, address: str) -> Iterator[None]:
        """It counts as wrong until it is right, so that many at once are no more tries. Raises `TooMany`."""
        seconds = self._buckets.take(address, 1 / WRONG_EVERY_SECONDS, self._clock.seconds())
        if seconds:
            raise TooMany(
                "Too much that was wrong came from this address: look at the key or the password, and wait.",
                seconds,
            )
        try:
            yield
        except NotRecognized:
            raise
        except BaseException:  # the database is away, or the address is wrong: no guess
            self._buckets.give_back(address)
            raise
        self._buckets.give_back(address)
