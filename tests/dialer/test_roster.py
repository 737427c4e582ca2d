"""Who gets a call and who is replaced, by values alone."""

import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from dialer.port_ranges import Plot
from dialer.roster import (
    ASLEEP_ALIVE_SECONDS,
    CLOGGED_SECONDS,
    DIAL_GAP_SECONDS,
    FIRST_IDLE_SECONDS,
    IDLE_SECONDS,
    PARTING_SECONDS,
    LineProcess,
    Verdict,
    choose,
    judge,
)
from dialer.settings import LineSettings
from dialer.wire import Channel

NOW = 1000.0
SETTINGS = LineSettings((), heartbeat_seconds=5.0, start_seconds=15.0, memory_mb=200.0)
Make = Callable[..., LineProcess]


@pytest.fixture
def make() -> Iterator[Make]:
    sockets: list[socket.socket] = []

    def build(calls: int = 4, active: int = 0, clogged: int = 0, awake: bool = True) -> LineProcess:
        ours, theirs = socket.socketpair()
        sockets.extend((ours, theirs))
        process = LineProcess(Channel(ours), len(sockets), Plot(0, 1), NOW)
        process.calls, process.active, process.clogged = calls, active, clogged
        process.clogged_since = NOW
        process.awake_until = NOW + 1 if awake else NOW
        return process

    yield build
    for each in sockets:
        each.close()


def test_the_fullest_process_that_is_awake_gets_the_call(make: Make) -> None:
    processes = [make(), make(active=2), make(active=3), make(active=4), make(awake=False)]
    assert choose(processes, NOW, None) is processes[2]


def test_slots_that_a_silent_far_end_holds_are_not_free(make: Make) -> None:
    full = make(active=2, clogged=2)
    assert choose([full], NOW, None) is None
    assert (full.free, make(active=3, clogged=4).free) == (0, 0)


@pytest.mark.parametrize(
    ("active", "kept", "clogged", "free"), [(1, 1, 0, 2), (2, 2, 0, 0), (2, 1, 1, 0), (2, 2, 4, 0)]
)
def test_lines_that_are_kept_beside_calls_are_not_free(
    make: Make, active: int, kept: int, clogged: int, free: int
) -> None:
    process = make(active=active, clogged=clogged)
    process.kept = kept
    assert process.free == free


def test_two_lines_are_taken_where_there_are_two(make: Make) -> None:
    fuller, empty = make(active=3), make()
    assert choose([fuller, empty], NOW, None) is fuller
    assert choose([fuller, empty], NOW, None, lines=2) is empty
    assert choose([fuller, make(active=3)], NOW, None, lines=2) is None


def test_a_process_that_refused_a_call_is_not_asked_again(make: Make) -> None:
    fuller, other = make(active=1), make(awake=False)
    assert choose([fuller, other], NOW, fuller) is other
    assert choose([fuller], NOW, fuller) is None


def test_a_process_over_its_pace_is_passed_over_for_another_that_is_awake(make: Make) -> None:
    busy, idle, sleeps = make(active=1), make(), make(awake=False)
    busy.dialled(NOW)
    assert choose([busy, idle, sleeps], NOW, None) is idle
    assert choose([busy, sleeps], NOW, None) is busy, "a moment's wait is no reason to wake another"
    assert choose([busy, idle, sleeps], NOW + DIAL_GAP_SECONDS, None) is busy


def test_another_is_woken_rather_than_let_a_call_wait_long(make: Make) -> None:
    busy, sleeps = make(calls=32), make(calls=32, awake=False)
    given = []
    for _ in range(8):
        process = choose([busy, sleeps], NOW, None)
        assert process is not None
        process.dialled(NOW)
        given.append(process is busy)
    assert given == [True] * 4 + [False] * 4


def test_a_process_is_known_to_fall_asleep(make: Make) -> None:
    process = make()
    process.ready_for(4, NOW)
    assert (process.awake(NOW), process.awake(NOW + FIRST_IDLE_SECONDS)) == (True, False)
    process.dialled(NOW + 50)
    assert process.awake(NOW + 500)
    process.relieved(NOW + 500)
    ends = NOW + 500 + IDLE_SECONDS
    assert (process.awake(ends - 0.1), process.awake(ends)) == (True, False)


def verdict(
    process: LineProcess,
    silent: float = 0.0,
    memory_mb: float = 50.0,
    told_to_stop: float | None = None,
    clogs: Sequence[tuple[float, int]] = (),  # (seconds ago, slots)
    **values: object,
) -> Verdict:
    process.heard_at = NOW - silent
    process.memory_mb = memory_mb
    process.told_to_stop_at = None if told_to_stop is None else NOW - told_to_stop
    for seconds, slots in clogs:
        process.clog(slots, NOW - seconds)
    for name, value in values.items():
        setattr(process, name, value)
    return judge(process, NOW, SETTINGS)


@pytest.mark.parametrize(
    ("why", "happens", "expected"),
    [
        ("all is well", {}, "keep"),
        ("awake and silent", {"silent": 5.1}, "kill"),
        ("asleep, it beats less often", {"silent": 5.1, "awake_until": NOW}, "keep"),
        ("asleep and silent", {"silent": 3 * ASLEEP_ALIVE_SECONDS + 0.1, "awake_until": NOW}, "kill"),
        ("still starting", {"silent": 14.9, "calls": 0}, "keep"),
        ("never started", {"silent": 15.1, "calls": 0}, "kill"),
        ("at its limit", {"memory_mb": 200.0}, "keep"),
        ("leaks and is idle", {"memory_mb": 200.1}, "stop"),
        ("leaks and is busy", {"memory_mb": 200.1, "active": 1}, "retire"),
        ("leaks badly", {"memory_mb": 400.1, "active": 1}, "kill"),
        ("shrank again", {"retiring": True}, "stop"),
        ("told to stop", {"told_to_stop": PARTING_SECONDS}, "keep"),
        ("does not stop", {"told_to_stop": PARTING_SECONDS + 0.1}, "kill"),
        ("clogged", {"clogs": [(CLOGGED_SECONDS, 2)]}, "keep"),
        ("clogged for long", {"clogs": [(CLOGGED_SECONDS + 1, 2)]}, "stop"),
        ("clogged and busy", {"clogs": [(CLOGGED_SECONDS + 1, 2)], "active": 1}, "retire"),
        ("a slot came back", {"clogs": [(90, 2), (30, 1)]}, "keep"),
        ("one more is clogged", {"clogs": [(90, 2), (30, 3)]}, "stop"),
        ("no longer clogged", {"clogs": [(90, 2), (30, 0)]}, "keep"),
    ],
)
def test_verdicts(make: Make, why: str, happens: dict[str, Any], expected: Verdict) -> None:
    assert verdict(make(), **happens) == expected, why


def test_a_process_that_is_gone_is_buried(make: Make) -> None:
    process = make()
    process.channel.close()
    assert judge(process, NOW, SETTINGS) == "kill"


def test_a_process_that_was_asleep_has_its_patience_from_the_call_on(make: Make) -> None:
    process = make(awake=False)
    process.heard_at = NOW - 5.5
    process.dialled(NOW)
    assert judge(process, NOW + 4.9, SETTINGS) == "keep"
    assert judge(process, NOW + 5.1, SETTINGS) == "kill"
