"""What processes cost, as the kernel tells."""

import os
import subprocess
import sys

from bench.machine import ENGINE, Spending, descendants, watched

BUSY = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"


def test_a_process_and_its_child_cost_something_and_the_child_keeps_its_share() -> None:
    spending = Spending()
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, "dialer.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert child.pid in descendants(os.getpid())
        spending.sample(os.getpid())
        child.communicate(b"\n")
    spending.sample(os.getpid())
    assert spending.cpu_seconds[ENGINE] > 0
    assert 0.2 < spending.cpu_seconds["lines"] < 2
    assert spending.pss_mb > 1
    assert spending.processes >= 2


def test_a_process_that_is_gone_costs_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    with watched(child.pid) as spending:
        pass
    spending.sample(child.pid)
    assert (dict(spending.cpu_seconds), spending.pss_mb) == ({}, 0.0)
