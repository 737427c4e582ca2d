"""A line process dies in the middle of a call: the call ends, and the line comes back."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.messages import Ended
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.behaviours import Answers
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp()]

NUMBER = "+79990000001"
LINES = 4
HEARTBEAT_SECONDS = 3.0  # a machine that is busy with other tests may keep a process waiting for a second


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with SippPatients({NUMBER: Answers()}) as patients:
        yield patients


@pytest.fixture(scope="module")
def desk(sipp: SippPatients, make_desk: MakeDesk) -> Desk:
    return make_desk(Trunk("sipp", sipp.uri), count=LINES, heartbeat_seconds=HEARTBEAT_SECONDS)


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def line_processes() -> list[int]:
    """Those children of ours that hold a SIP socket are born of the nursery."""
    nurseries = [
        pid
        for pid in descendants(os.getpid())
        if b"dialer.nursery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return [pid for pid in nurseries if not descendants(pid)]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_hanging_process_costs_its_call_and_is_replaced(desk: Desk, how: signal.Signals) -> None:
    call = desk.answered(NUMBER, "sipp")
    (victim,) = line_processes()
    os.kill(victim, how)
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.answered, ended.rang) == ("line_lost", True, True)
    deadline = time.monotonic() + 20
    while desk.lines.free < LINES:
        assert time.monotonic() < deadline, "the line process was not replaced"
        desk.pump(0.2)
    assert victim not in line_processes()
    desk.answered(NUMBER, "sipp")
