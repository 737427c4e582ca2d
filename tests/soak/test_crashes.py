"""Line processes that die or hang under load cost their own calls and nothing else."""

import os
import random
import signal
import time
from dataclasses import dataclass, field
from functools import partial

import pytest

from dialer.pool import LinePool
from tests.sipp.patients import needs_sipp
from tests.soak.conftest import MakeLoad, scaled
from tests.soak.progress import Teller

pytestmark = [pytest.mark.soak, needs_sipp(), pytest.mark.timeout(600)]

LINES = 40
CALLS = 4000
RATE = 40.0
CALLS_A_PROCESS = 4  # of pip's wheel
BETWEEN_SECONDS = (1.0, 4.0)
HANGS = 0.2  # of the harm is a process that stands still; the others abort, as the library's assertions do
SEED = 7


@dataclass
class Harm:
    """Aborts or stops a line process now and then."""

    pool: LinePool
    aborted: int = 0
    stopped: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(SEED))
    _next_at: float = field(default_factory=lambda: time.monotonic() + BETWEEN_SECONDS[0])

    def now_and_then(self) -> None:
        now = time.monotonic()
        if now < self._next_at or not self.pool.pids:
            return
        self._next_at = now + self._random.uniform(*BETWEEN_SECONDS)
        stops = self._random.random() < HANGS
        try:
            os.kill(self._random.choice(self.pool.pids), signal.SIGSTOP if stops else signal.SIGABRT)
        except ProcessLookupError:
            return
        self.stopped += stops
        self.aborted += not stops


def test_a_crash_costs_the_calls_of_its_process(make_load: MakeLoad, teller: Teller) -> None:
    calls = scaled(CALLS)
    load, pool = make_load(LINES)
    harm = Harm(pool)
    progress = partial(teller.progress, "crashes", load.account, calls)

    def each_round() -> None:
        harm.now_and_then()
        progress()

    load.run(calls, RATE, each_round)
    not_free = load.until_free()
    account = load.account
    harms = harm.aborted + harm.stopped
    teller.table(
        "crashes",
        {
            "calls placed, ended": f"{account.placed}, {account.finished}",
            "endings": dict(account.ended),
            "processes aborted, stopped": f"{harm.aborted}, {harm.stopped}",
            "calls lost with them": account.lost,
            "ended otherwise than they must": dict(account.wrong),
            "endings of no call": account.twice,
            "calls that never ended": len(load.talks),
            "lines not free": not_free,
        },
    )
    assert account.placed == account.finished == calls
    assert harms
    assert 0 < account.lost <= harms * CALLS_A_PROCESS
    assert not account.wrong, "calls of other processes noticed nothing"
    assert (account.twice, len(load.talks), not_free) == (0, 0, 0)
