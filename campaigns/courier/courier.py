"""Takes events to their receivers, from a thread of its own; calls never wait for it.

One pass writes down what came of earlier tries, makes the deliveries of new events, claims what is due and
gives it to the lane of its receiver. A receiver that hangs holds its own few threads, and nobody else's.
"""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from random import Random

from campaigns.clock import Clock
from campaigns.courier.lane import Begin, Lane, in_thread
from campaigns.courier.patience import Pace, wait_after
from campaigns.courier.port import Fault, OutgoingEvent, Sender, Sent
from campaigns.errors import DatabaseError, as_clause
from campaigns.models import OutboxEvent
from campaigns.store import outbox
from campaigns.store.database import Database
from campaigns.store.outbox import Claim, Result

LOOKS_EVERY_SECONDS = 1.0  # new events, and those that are due again
LEAST_PAUSE_SECONDS = 0.1  # between passes, so that one has much to do: the engine writes in between
LONGEST_SEND_SECONDS = 60.0  # of one try; a receiver of the settings may have less
GIVEN_UP_SECONDS = 2 * LONGEST_SEND_SECONDS  # then a try that never came back is another engine's to repeat
RENEWS_EVERY_SECONDS = 10.0  # a third of the lease
FORGETS_EVERY_SECONDS = 1.0  # a batch of old deliveries
DEAD_TOLD_EVERY_SECONDS = 3600.0  # by receiver; doctor and dialer outbox list say how many there are
MOST_CLAIMED = 256  # over all receivers
MOST_A_SECOND = (
    100.0  # begun by this engine: a backlog takes a third of a core at most, the rest is the calls'
)
LAST_SECONDS = 1.5  # to an engine that ends: what is due is still tried, what is under way still written down

Tell = Callable[[str], None]


class Courier:
    """Started once and stopped once; `wake` asks it to look now."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        clock: Clock,
        tell: Tell,
        chance: Random | None = None,
        begin: Begin | None = None,
    ) -> None:
        """begin: how what sends is begun; in threads, unless somebody knows better."""
        self._database = database
        self._sender = sender
        self._clock = clock
        self._tell = tell
        self._chance = chance or Random()
        self._beside = begin or in_thread
        self._paces: dict[str, Pace] = {}
        self._claimed: dict[int, Claim] = {}  # by delivery
        self._since: dict[int, float] = {}  # of those that a thread has begun with
        self._lanes: dict[str, Lane] = {}
        self._ended: SimpleQueue[tuple[Claim, Sent | Fault]] = SimpleQueue()
        self._results: list[Result] = []  # not yet written down
        self._renewed_at = self._forgot_at = -math.inf
        self._allowed, self._allowed_at = MOST_A_SECOND, clock.seconds()  # as of then
        self._trouble = ""
        self._told_of_dead: dict[str, float] = {}  # when, by receiver
        self._stopped = threading.Event()
        self._wanted = threading.Event()
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def wake(self) -> None:
        """Look now for what is due."""
        self._wanted.set()

    def stop(self) -> None:
        """End within 2 s; what is due is still tried in that time. What it does not know of is repeated."""
        self._stopped.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(LAST_SECONDS + 0.5)

    def run_once(self) -> bool:
        """One pass; whether anything was done or begun. Raises `DatabaseError`."""
        heard = self._hear()
        now = self._clock.now()
        self._write(now)
        self._renew(now)
        for receiver in [name for name, pace in self._paces.items() if pace.resting]:
            self._take_back(receiver, now)
        spread = outbox.spread(self._database, self._receivers, now)
        begun = self._begin(now)
        forgotten = self._forget(now)
        return bool(heard or spread or begun or forgotten)

    def _work(self) -> None:
        while not self._stopped.is_set():
            busy = self.look()
            if not busy:
                self._wanted.wait(LOOKS_EVERY_SECONDS)
            self._wanted.clear()
            self._stopped.wait(LEAST_PAUSE_SECONDS)
        until = time.monotonic() + LAST_SECONDS
        while (self.look() or self._claimed or self._results) and time.monotonic() < until:
            self._wanted.wait(LEAST_PAUSE_SECONDS)
            self._wanted.clear()
        with suppress(DatabaseError):  # then their lease runs out
            for receiver in self._lanes:
                self._take_back(receiver, self._clock.now())

    def look(self) -> bool:
        """`run_once`; a database that is away, or a fault of ours, ends neither this thread nor any call."""
        try:
            busy = self.run_once()
        except DatabaseError as error:
            self._bear(as_clause(str(error)))
            return False
        except Exception:  # it goes on: events that nobody takes away would be found out days later
            logging.exception("courier failed")
            self._bear("a fault of the program, which its log tells.")
            return False
        self._trouble = ""
        return busy

    def _bear(self, reason: str) -> None:
        """Told once, until all is well again."""
        if reason != self._trouble:
            self._trouble = reason
            self._tell(f"Other systems are told nothing for the moment, and it is tried again: {reason}")

    def _receivers(self, event: OutboxEvent) -> list[str]:
        return list(self._sender.wanted_by(_outgoing(event)))

    def _hear(self) -> int:
        """What came of the tries that ended since."""
        heard = 0
        while True:
            try:
                claim, came = self._ended.get_nowait()
            except Empty:
                return heard
            heard += 1
            self._let_go(claim)
            self._results.append(self._judged(claim, came))

    def _judged(self, claim: Claim, came: Sent | Fault) -> Result:
        pace = self._paces.setdefault(claim.receiver, Pace())
        if isinstance(came, Sent):
            if pace.took():
                self._tell(f"{claim.receiver} takes what it is told again.")
            return Result(claim)
        if pace.failed(self._clock.seconds()):
            self._tell(
                f"{claim.receiver} takes nothing for the moment; all waits in its order and is tried again: "
                f"{as_clause(came.sentence)}"
            )
        wait = None
        if not came.permanent:
            wait = wait_after(claim.tries, self._chance, came.retry_after_seconds)
        if wait is None:
            self._tell_of_dead(claim, came)
            return Result(claim, came.sentence)
        return Result(claim, came.sentence, self._clock.now() + wait)

    def _tell_of_dead(self, claim: Claim, came: Fault) -> None:
        """One line for each receiver in an hour: of one that is gone, every stream has a dead delivery."""
        seconds = self._clock.seconds()
        if seconds - self._told_of_dead.get(claim.receiver, -math.inf) < DEAD_TOLD_EVERY_SECONDS:
            return
        self._told_of_dead[claim.receiver] = seconds
        self._tell(
            f"Delivery {claim.delivery} to {claim.receiver} is given up, and what follows it waits: "
            f"see dialer outbox list --dead. {came.sentence}"
        )

    def _write(self, now: datetime) -> None:
        outbox.settle(self._database, self._results, now)
        self._results.clear()

    def _renew(self, now: datetime) -> None:
        """Keep what is under way, but for what has taken impossibly long: its thread is lost."""
        seconds = self._clock.seconds()
        if seconds - self._renewed_at < RENEWS_EVERY_SECONDS:
            return
        self._renewed_at = seconds
        for claim in list(self._claimed.values()):
            if seconds - self._since.get(claim.delivery, seconds) > GIVEN_UP_SECONDS:
                self._let_go(claim)
        outbox.renew(self._database, self._claimed.values(), now)

    def _begin(self, now: datetime) -> int:
        """Claim what is due, as far as receivers allow; how many."""
        begun, allowed = 0, self._allowance()
        busy = Counter(claim.receiver for claim in self._claimed.values())
        due = list(outbox.due_receivers(self._database, now))
        self._chance.shuffle(due)  # where all of them want more than may be claimed
        for receiver in due:
            pace = self._paces.setdefault(receiver, Pace())
            room = min(MOST_CLAIMED - len(self._claimed), allowed - begun)
            if (most := min(pace.free(busy[receiver], self._clock.seconds()), room)) > 0:
                claims = outbox.claim(self._database, receiver, most, now)
                begun += len(claims)
                self._claimed |= {claim.delivery: claim for claim in claims}
                self._lane(receiver).add(claims)
        self._allowed -= begun
        return begun

    def _allowance(self) -> int:
        """How many deliveries may be begun now, so that those of a second stay in their bounds."""
        seconds = self._clock.seconds()
        self._allowed += (seconds - self._allowed_at) * MOST_A_SECOND
        self._allowed, self._allowed_at = min(self._allowed, MOST_A_SECOND), seconds
        return int(self._allowed)

    def _lane(self, receiver: str) -> Lane:
        return self._lanes.setdefault(receiver, Lane(self._send, self._beside))

    def _take_back(self, receiver: str, now: datetime) -> None:
        """What was claimed ahead for a receiver that rests waits until it is looked after again."""
        if claims := self._lane(receiver).take_back():
            for claim in claims:
                self._let_go(claim)
            outbox.give_back(self._database, claims, now)

    def _let_go(self, claim: Claim) -> None:
        self._claimed.pop(claim.delivery, None)
        self._since.pop(claim.delivery, None)

    def _send(self, claim: Claim) -> None:
        """In a thread of a lane."""
        self._since[claim.delivery] = self._clock.seconds()
        try:
            came = self._sender.send(claim.receiver, _outgoing(claim.event), LONGEST_SEND_SECONDS)
        except Exception:  # the port forbids it; a thread that dies unheard would leave the delivery open
            logging.exception("sender failed")
            came = Fault("A fault of the program, which its log tells.")
        self._ended.put((claim, came))
        self._wanted.set()

    def _forget(self, now: datetime) -> int:
        seconds = self._clock.seconds()
        if seconds - self._forgot_at < FORGETS_EVERY_SECONDS:
            return 0
        self._forgot_at = seconds
        return outbox.forget_delivered(self._database, now)


def _outgoing(event: OutboxEvent) -> OutgoingEvent:
    return OutgoingEvent(event.key, event.kind, event.at, event.body)
