"""Real line processes that sleep, wake, grow and come by the hundred."""

import contextlib
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialer.errors import LinesNotStarted
from dialer.limits import allow_descriptors, needed_descriptors
from dialer.messages import Answered, HangUp, Probe, Probed
from dialer.pool import LinePool
from dialer.settings import Trunk
from dialer.worker import memory_mb
from tests.dialer.peer import Behaviour, Peer
from tests.dialer.rig import Rig, rig, settings

TALKS = "+7001"
PEOPLE = {TALKS: Behaviour()}


def asleep(pid: int) -> bool:
    """The threads of the library are gone."""
    return len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def until_all_sleep(lines: Rig) -> None:
    lines.until(lambda: all(map(asleep, lines.pool.pids)))


@pytest.fixture(scope="module")
def sleeping() -> Iterator[tuple[Rig, Peer]]:
    with rig(PEOPLE, count=12) as (lines, peer):
        until_all_sleep(lines)
        yield lines, peer


def test_lines_that_nobody_needs_sleep_and_are_free(sleeping: tuple[Rig, Peer]) -> None:
    lines, _ = sleeping
    assert (lines.pool.free, len(lines.pool.pids)) == (12, 3)


def test_a_call_wakes_one_process_and_the_next_ones_fill_it(sleeping: tuple[Rig, Peer]) -> None:
    lines, _ = sleeping
    begun = time.monotonic()
    for name in "abcd":
        lines.answered(TALKS, name)
    assert time.monotonic() - begun < 5
    assert sorted(map(asleep, lines.pool.pids)) == [False, True, True]
    lines.answered(TALKS, "e")
    assert sorted(map(asleep, lines.pool.pids)) == [False, False, True]
    for name in "abcde":
        lines.pool.send(HangUp(name))
        lines.ended(name)
    lines.until(lambda: lines.pool.free == 12)


def test_calls_at_one_moment_leave_a_process_at_its_pace() -> None:
    with rig(PEOPLE, count=4) as (lines, peer):
        for name in "abcd":
            lines.dial(TALKS, name)
        lines.until(lambda: all(Answered(name) in lines.events for name in "abcd"))
        sent_at = [at for at, text in peer.log if text.startswith("INVITE ")]
        assert len(sent_at) == 4
        assert sent_at[-1] - sent_at[0] > 0.07


def test_a_probe_wakes_a_process_when_all_sleep() -> None:
    with rig(PEOPLE) as (lines, _):
        until_all_sleep(lines)
        lines.pool.send(Probe("main"))
        lines.until(lambda: not asleep(lines.pool.pids[0]))
        lines.pool.stop()
        lines.until(lambda: any(isinstance(event, Probed) for event in lines.events))


def test_the_registrar_never_sleeps_and_another_takes_its_place() -> None:
    with Peer(PEOPLE.__getitem__) as peer:
        pool = LinePool(settings(Trunk("main", peer.uri, username="clinic", register=True), count=8))
        pool.start()
        try:
            lines = Rig(pool)
            lines.until(lambda: sorted(map(asleep, pool.pids)) == [False, True])
            (registrar,) = (pid for pid in pool.pids if not asleep(pid))
            os.kill(registrar, signal.SIGKILL)
            lines.until(lambda: registrar not in pool.pids and len(pool.pids) == 2)
            lines.until(lambda: sorted(map(asleep, pool.pids)) == [False, True])
        finally:
            pool.stop()


def test_a_sleeping_process_that_hangs_loses_its_call_and_is_replaced() -> None:
    with rig(PEOPLE, heartbeat_seconds=1.5) as (lines, _):
        until_all_sleep(lines)
        victim = lines.pool.pids[0]
        os.kill(victim, signal.SIGSTOP)
        assert lines.ended(lines.dial(TALKS)).cause == "line_lost"
        lines.until(lambda: lines.pool.free == 4 and victim not in lines.pool.pids)
        lines.answered(TALKS, "again")


def test_a_sleeping_process_keeps_its_port_from_others() -> None:
    with Peer(PEOPLE.__getitem__) as peer:
        pool = LinePool(settings(Trunk("main", peer.uri), sip_port_first=15210, sip_port_last=15210))
        pool.start()
        try:
            lines = Rig(pool)
            until_all_sleep(lines)
            lines.until(lambda: not _is_free(15210))
            lines.answered(TALKS)
        finally:
            pool.stop()


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


def test_a_process_that_holds_too_much_is_replaced_once_its_call_has_ended() -> None:
    with rig(PEOPLE, memory_mb=_two_thirds_of_a_line_process()) as (lines, _):
        call = lines.answered(TALKS)
        victim = lines.pool.pids[0]
        lines.until(lambda: lines.pool.free == 0)
        assert victim in lines.pool.pids
        lines.pool.send(HangUp(call))
        assert lines.ended(call).cause == "answered"
        lines.until(lambda: victim not in lines.pool.pids)


def _two_thirds_of_a_line_process() -> float:
    with rig(PEOPLE) as (lines, _):
        lines.answered(TALKS)
        return resident_mb(lines.pool.pids[0]) * 2 / 3


def test_the_memory_that_is_told_is_what_the_kernel_says() -> None:
    assert memory_mb() == pytest.approx(resident_mb(os.getpid()), rel=0.1)


def test_four_hundred_and_eighty_lines_come_up_and_are_told_of() -> None:
    told: list[tuple[int, int]] = []
    pool = LinePool(
        settings(Trunk("main", "sip:127.0.0.1:15399"), count=480, rtp_port_last=29999, start_seconds=60)
    )
    pool.start(lambda ready, wanted: told.append((ready, wanted)))
    try:
        assert (pool.free, len(pool.pids)) == (480, 120)
    finally:
        pool.stop()
    assert (told[0], told[-1]) == ((0, 480), (480, 480))
    assert len(told) > 2


@pytest.mark.parametrize(("count", "calls", "needed"), [(480, 4, 496), (480, 32, 286), (1, 4, 258)])
def test_open_files_that_are_needed(count: int, calls: int, needed: int) -> None:
    assert needed_descriptors(count, calls) == needed


def limited(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int) -> list[tuple[int, int]]:
    raised: list[tuple[int, int]] = []
    keep: Callable[[int, tuple[int, int]], None] = lambda _, limits: raised.append(limits)  # noqa: E731
    monkeypatch.setattr("resource.getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr("resource.setrlimit", keep)
    return raised


@pytest.mark.parametrize(
    ("soft", "hard", "raised"),
    [(1024, 4096, []), (256, 4096, [(496, 4096)]), (256, -1, [(496, -1)]), (-1, -1, [])],
)
def test_the_soft_limit_of_open_files_is_raised(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: list[tuple[int, int]]
) -> None:
    limits = limited(monkeypatch, soft, hard)
    allow_descriptors(480, 4)
    assert limits == raised


def test_a_hard_limit_that_is_too_low_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 256, 300)
    with pytest.raises(LinesNotStarted, match=r"480 lines need 496 open files, .* allows 300: raise"):
        allow_descriptors(480, 4)
