"""Tens of thousands of short calls: memory bounded, nothing leaked, nothing stuck, every call ended right."""

import os

import pytest

from tests.sipp.patients import needs_sipp
from tests.soak.burden import Burden, burden
from tests.soak.conftest import MakeLoad, scaled
from tests.soak.progress import Teller

pytestmark = [pytest.mark.soak, needs_sipp(), pytest.mark.timeout(3000)]

ONE_PROCESS_CALLS = 10_000
POOL_CALLS = 50_000
CALLS_A_PROCESS = 4  # of pip's wheel
POOL_LINES = int(os.environ.get("SOAK_LINES", "160"))
POOL_RATE = float(os.environ.get("SOAK_RATE", "70"))  # calls a second
ONE_PROCESS_RATE = 25.0  # more than four slots take
SETTLE_SECONDS = 6.0  # RTP sockets close up to 3 s after a call
GROWTH_MB = 8.0  # from a tenth of the calls to the end; a leak of a kilobyte a call is seen in one process
SPARE_DESCRIPTORS = 8  # sockets of the last calls that are not closed yet


@pytest.mark.parametrize(
    ("what", "lines", "calls", "rate"),
    [
        ("one line process", CALLS_A_PROCESS, ONE_PROCESS_CALLS, ONE_PROCESS_RATE),
        ("the pool", POOL_LINES, POOL_CALLS, POOL_RATE),
    ],
)
def test_endurance(
    what: str, lines: int, calls: int, rate: float, make_load: MakeLoad, teller: Teller
) -> None:
    calls = scaled(calls)
    load, pool = make_load(lines)
    seen: set[int] = set()

    def each_round() -> None:
        seen.update(pool.pids)
        teller.progress(what, load.account, calls)

    load.run(calls // 10, rate, each_round)
    not_free_early = load.until_free()
    load.settle(SETTLE_SECONDS)
    early = burden(pool.pids)
    load.run(calls - calls // 10, rate, each_round)
    not_free = load.until_free()
    load.settle(SETTLE_SECONDS)
    late = burden(pool.pids)
    account, replaced = load.account, len(seen) - -(-lines // CALLS_A_PROCESS)
    teller.table(
        what,
        {
            "calls placed, ended": f"{account.placed}, {account.finished}",
            "endings": dict(account.ended),
            "ended otherwise than they must": dict(account.wrong),
            "endings of no call": account.twice,
            "calls that never ended": len(load.talks),
            "lines not free (10 %, end)": f"{not_free_early}, {not_free}",
            "processes replaced, calls lost": f"{replaced}, {account.lost}",
            "10 %: the most of one process": early,
            "end": late,
        },
    )
    assert account.placed == account.finished == calls
    assert not account.wrong
    assert (account.twice, len(load.talks), not_free_early, not_free) == (0, 0, 0, 0)
    assert account.lost <= replaced * CALLS_A_PROCESS
    check_growth(early, late)


def check_growth(early: Burden, late: Burden) -> None:
    assert late.rss_mb <= early.rss_mb + GROWTH_MB, (early, late)
    assert late.descriptors <= early.descriptors + SPARE_DESCRIPTORS, (early, late)
    assert late.threads <= early.threads, (early, late)
