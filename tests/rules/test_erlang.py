import pytest

from campaigns.rules.erlang import MOST_LINES, blocking, erlangs, lines_for


@pytest.mark.parametrize(
    ("lines", "traffic", "share"),
    [  # from published Erlang B tables; the traffic as printed
        (1, "0.0101", 0.01),
        (5, "1.36", 0.01),
        (10, "4.46", 0.01),
        (20, "12.0", 0.01),
        (50, "37.9", 0.01),
        (100, "84.1", 0.01),
        (10, "7.51", 0.10),
    ],
)
def test_it_blocks_as_the_tables_say(lines: int, traffic: str, share: float) -> None:
    half = 0.5 * 10 ** -len(traffic.partition(".")[2])  # a unit of the last digit, halved
    assert blocking(lines, float(traffic) - half) <= share <= blocking(lines, float(traffic) + half)


@pytest.mark.parametrize(("traffic", "most", "lines"), [(4.46, 0.01, 10), (4.47, 0.01, 11), (0.0, 0.01, 0)])
def test_the_fewest_lines_are_found(traffic: float, most: float, lines: int) -> None:
    assert lines_for(traffic, most) == lines


@pytest.mark.parametrize("traffic", [0.5, 12.3, 480.0, 5000.0])
def test_one_line_less_would_not_do(traffic: float) -> None:
    lines = lines_for(traffic, 0.01)
    assert blocking(lines, traffic) <= 0.01 < blocking(lines - 1, traffic)


def test_no_line_blocks_everything_and_no_traffic_nothing() -> None:
    assert blocking(0, 3.0) == 1.0
    assert blocking(0, 0.0) == blocking(5, 0.0) == 0.0


def test_traffic_is_calls_times_seconds_in_an_hour() -> None:
    assert erlangs(3600, 50, 3600) == 50
    assert erlangs(0, 50, 60) == 0


@pytest.mark.parametrize(("calls", "mean", "within"), [(-1, 50, 60), (1, -5, 60), (1, 50, 0)])
def test_impossible_traffic_is_refused(calls: float, mean: float, within: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        erlangs(calls, mean, within)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        lines_for(5, share)


def test_what_no_carrier_bears_is_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        lines_for(MOST_LINES * 1.1, 0.01)


def test_lines_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        blocking(-1, 5)
