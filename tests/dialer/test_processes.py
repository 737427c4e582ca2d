import itertools
import os
import select
import signal
import socket
import time

import pytest

from dialer.errors import LinesNotStarted
from dialer.messages import Configure, Ready
from dialer.nursery import HUNG_SECONDS, Nursery
from dialer.port_ranges import PORTS_PER_CALL, Plot, Plots, hold, release
from dialer.processes import Birthplace
from dialer.roster import LineProcess
from dialer.settings import LineSettings


def plots(first: int, last: int, processes: int, calls: int = 4) -> list[Plot]:
    dealt = Plots(LineSettings((), count=processes * calls, rtp_port_first=first, rtp_port_last=last))
    dealt.divide(processes - 1, calls)
    taken = []
    for _ in range(1000):
        try:
            taken.append(dealt.take())
        except LinesNotStarted:
            return taken
    raise AssertionError("the ports never end")


@pytest.mark.parametrize(
    ("first", "last", "processes", "calls"),
    [
        (20000, 29999, 1, 4),
        (20000, 29999, 2, 4),
        (20000, 29999, 8, 4),
        (20000, 29999, 120, 4),
        (20000, 29999, 15, 32),
        (20001, 20400, 4, 4),
    ],
)
def test_port_ranges_are_even_big_enough_and_apart(first: int, last: int, processes: int, calls: int) -> None:
    taken = plots(first, last, processes, calls)
    assert len(taken) > processes, "one is in reserve for a process that has to be replaced"
    for plot in taken:
        assert plot.rtp_port_first % 2 == 0
        assert first <= plot.rtp_port_first < plot.rtp_port_last <= last
    for plot in taken[1:]:
        assert plot.rtp_port_last - plot.rtp_port_first + 1 >= calls * PORTS_PER_CALL
    ordered = sorted(taken, key=lambda plot: plot.rtp_port_first)
    assert all(a.rtp_port_last < b.rtp_port_first for a, b in itertools.pairwise(ordered))


def test_too_few_ports_are_told_with_the_number_that_is_missing() -> None:
    with pytest.raises(LinesNotStarted, match=r"32 lines need \d+ more RTP ports"):
        plots(20000, 20099, processes=8)


def test_a_range_that_is_given_back_is_used_last() -> None:
    dealt = Plots(LineSettings((), rtp_port_first=20000, rtp_port_last=29999))
    dealt.divide(2, 4)
    first = dealt.take()
    dealt.give_back(first)
    others = [dealt.take() for _ in range(3)]
    assert first not in others


def orders(count: int) -> list[tuple[Configure, Plot]]:
    """For processes that come up, and are never asked to call anybody."""
    dealt, plot = Plots(LineSettings((), sip_port_first=15230, sip_port_last=15260)), Plot(20000, 20099)
    return [
        (Configure(dealt.sip_port(), plot.rtp_port_first, plot.rtp_port_last, ()), plot) for _ in range(count)
    ]


def test_brothers_do_not_hold_each_others_sockets() -> None:
    birthplace = Birthplace(10.0)
    born: list[LineProcess] = []
    try:
        born = birthplace.bear(orders(3))
        assert len({process.pid for process in born}) == 3
        for process in born:
            select.select([process.channel], [], [], 5.0)
            assert any(isinstance(message, Ready) for message in process.channel.read())
        for process in reversed(born):
            assert not process.channel.closed
            birthplace.kill(process)
            until = time.monotonic() + 5
            while not process.channel.closed:
                assert time.monotonic() < until, "another process still holds its socket"
                select.select([process.channel], [], [], 0.1)
                process.channel.read()
    finally:
        for process in born:
            process.channel.close()
        birthplace.close()


def test_a_line_process_that_hangs_does_not_outlive_its_engine() -> None:
    birthplace = Birthplace(10.0)
    [process] = birthplace.bear(orders(1))
    try:
        select.select([process.channel], [], [], 5.0)
        hung = os.pidfd_open(process.pid)
        os.kill(process.pid, signal.SIGSTOP)
        process.channel.close()
        birthplace._control.close()  # as the kernel does when the engine dies
        assert select.select([hung], [], [], 4 * HUNG_SECONDS)[0], "it is still there"
        os.close(hung)
    finally:
        birthplace.close()


def test_a_nursery_that_is_gone_is_told_plainly() -> None:
    birthplace = Birthplace(10.0)
    birthplace.close()
    assert not birthplace.alive
    with pytest.raises(LinesNotStarted, match="could not be started"):
        birthplace.bear(orders(1))


@pytest.mark.parametrize(("room_for", "answer"), [(0, b" "), (1, b"41"), (3, b"41 42")])
def test_a_machine_without_room_bears_fewer(
    monkeypatch: pytest.MonkeyPatch, room_for: int, answer: bytes
) -> None:
    born = iter(range(41, 41 + room_for))

    def fork() -> int:
        try:
            return next(born)
        except StopIteration:
            raise BlockingIOError from None

    monkeypatch.setattr("os.fork", fork)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    one, other = socket.socketpair()
    with ours, theirs, one, other:
        socket.send_fds(ours, [b"fork"], [one.fileno(), other.fileno()])
        assert Nursery(theirs)._serve()
        assert ours.recv(64) == answer


def test_a_held_port_is_nobody_elses_until_it_is_released() -> None:
    dealt = Plots(LineSettings((), sip_port_first=15220, sip_port_last=15222))
    held = hold(15220)
    assert len(held) == 2
    assert hold(15220) == ()
    assert [dealt.sip_port() for _ in range(3)] == [15221, 15222, 15221]
    release(held)
    assert [dealt.sip_port(), dealt.sip_port()] == [15222, 15220]
