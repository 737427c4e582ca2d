"""How long the courier waits after a fault: with one delivery, and with a receiver that takes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

WAITS_SECONDS = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 10800.0, 14400.0, 21600.0, 25200.0)
"""After the first fault, the second and so on: twelve tries within about 24 hours."""
JITTER = 0.2  # of a wait, at most, to both sides: what failed together does not come back together
LONGEST_ASKED = timedelta(hours=6)  # that a receiver may ask to be left alone

AT_ONCE = 8  # deliveries under way to one receiver
AHEAD = (
    32  # claimed of a receiver that takes one after another, so that none of its threads waits for the next
)
FAULTS_UNTIL_REST = 5  # one after another: then it is the receiver, not the delivery
REST_SECONDS = (5.0, 10.0, 20.0, 30.0)  # after these faults, and after each one more


def wait_after(tries: int, chance: Random, asked_seconds: float | None = None) -> timedelta | None:
    """How long until the next try after so many tries have failed, from 1; None: it is dead.

    asked_seconds: how long the receiver asked to be left alone; it is heeded up to `LONGEST_ASKED`.
    """
    if tries > len(WAITS_SECONDS):
        return None
    seconds = WAITS_SECONDS[tries - 1] * chance.uniform(1 - JITTER, 1 + JITTER)
    return max(timedelta(seconds=seconds), min(timedelta(seconds=asked_seconds or 0.0), LONGEST_ASKED))


@dataclass
class Pace:
    """What one receiver may be asked at once. Times are monotonic seconds.

    While it takes nothing it is asked one delivery at a time with pauses, so that the others keep their tries
    for when it is there again, and threads that wait for it do not pile up.
    """

    faults: int = 0  # one after another
    taken: int = 0  # one after another
    rests_until: float = 0.0

    @property
    def resting(self) -> bool:
        """Whether it has failed so often that it is only looked after."""
        return self.faults >= FAULTS_UNTIL_REST

    def free(self, claimed: int, now: float) -> int:
        """How many more deliveries may be claimed for it."""
        if now < self.rests_until:
            return 0
        most = AHEAD if self.taken >= AT_ONCE else AT_ONCE
        return max((1 if self.resting else most) - claimed, 0)

    def took(self) -> bool:
        """It took one; whether that ends a rest."""
        ended = self.resting
        self.faults, self.rests_until = 0, 0.0
        self.taken += 1
        return ended

    def failed(self, now: float) -> bool:
        """It did not; whether a rest begins with that."""
        self.faults += 1
        self.taken = 0
        if not self.resting:
            return False
        place = min(self.faults - FAULTS_UNTIL_REST, len(REST_SECONDS) - 1)
        self.rests_until = now + REST_SECONDS[place]
        return self.faults == FAULTS_UNTIL_REST
