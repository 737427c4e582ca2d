import itertools

import pytest

from dialer.errors import LinesNotStarted
from dialer.processes import PORTS_PER_CALL, Plot, Plots
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
