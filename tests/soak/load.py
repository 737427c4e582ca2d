"""Places mixed calls through a pool for minutes and keeps account of each."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dialer.messages import Dial, Ended
from dialer.pool import LinePool
from tests.soak.kinds import RING_SECONDS, Talk, dealt

FEW = 3  # calls in a row to one trunk: each trunk gets each kind of call
LIMIT_SECONDS = 30.0
STUCK_SECONDS = 45.0  # longer than any call of ours may last: then those left will never end
FREE_SECONDS = 40.0  # a slot whose far end fell silent comes back after 32 s
LONGEST_WAIT_SECONDS = 0.25


@dataclass
class Account:
    """What became of the calls."""

    placed: int = 0
    ended: Counter[str] = field(default_factory=Counter)  # by cause
    wrong: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # kind, cause, what was caught
    lost: int = 0  # line_lost
    twice: int = 0  # endings of calls that had ended, or were never placed

    @property
    def finished(self) -> int:
        return sum(self.ended.values())


class Load:
    """Calls at a rate, as far as lines are free; `each_round` may do harm or tell of progress."""

    def __init__(self, pool: LinePool, trunks: Sequence[str], prompt: str) -> None:
        self.account = Account()
        self.talks: dict[str, Talk] = {}
        self._pool, self._trunks, self._prompt = pool, trunks, prompt
        self._kinds = dealt()

    def run(self, calls: int, per_second: float, each_round: Callable[[], None] = lambda: None) -> None:
        """Place so many and wait until the last has ended, or nothing ends any more."""
        account, last = self.account, self.account.placed + calls
        due = moved = time.monotonic()
        seen = account.finished
        while account.placed < last or self.talks:
            now = time.monotonic()
            if account.finished != seen:
                seen, moved = account.finished, now
            if now - moved > STUCK_SECONDS:
                return
            if account.placed < last and now >= due and self._pool.free:
                due = max(due + 1 / per_second, now - 1.0)  # makes up for a second, not for more
                self._dial()
                continue
            waits = account.placed < last and now < due
            self._listen(min(due - now, LONGEST_WAIT_SECONDS) if waits else LONGEST_WAIT_SECONDS / 10)
            each_round()

    def until_free(self) -> int:
        """How many lines are still not free when they all should be."""
        until = time.monotonic() + FREE_SECONDS
        while self._pool.free < self._pool.calls and time.monotonic() < until:
            self._listen(LONGEST_WAIT_SECONDS)
        return self._pool.calls - self._pool.free

    def settle(self, seconds: float) -> None:
        """Let sockets close and processes rest."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._listen(LONGEST_WAIT_SECONDS)

    def _dial(self) -> None:
        number = self.account.placed
        kind = self._kinds[number % len(self._kinds)]
        call = f"call{number}"
        self.account.placed += 1
        self.talks[call] = Talk(call, kind, self._prompt)
        trunk = self._trunks[number // FEW % len(self._trunks)]
        self._pool.send(Dial(call, trunk, kind.number, "", RING_SECONDS, LIMIT_SECONDS))

    def _listen(self, seconds: float) -> None:
        for event in self._pool.receive(seconds):
            call = getattr(event, "call", None)
            if call is None:
                continue
            if call not in self.talks:
                self.account.twice += isinstance(event, Ended)
                continue
            for command in self.talks[call].reply(event):
                self._pool.send(command)
            if isinstance(event, Ended):
                self._end(self.talks.pop(call), event)

    def _end(self, talk: Talk, ended: Ended) -> None:
        self.account.ended[ended.cause] += 1
        if ended.cause == "line_lost":
            self.account.lost += 1
        elif not talk.as_it_must(ended.cause):
            self.account.wrong[(talk.kind.name, ended.cause, "".join(talk.keys))] += 1
