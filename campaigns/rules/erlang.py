"""Erlang's formulas: how many lines a traffic needs."""

SECONDS_AN_HOUR = 3600.0
MOST_LINES = 100_000  # more than any carrier gives one customer


def erlangs(calls: float, mean_seconds: float, within_seconds: float) -> float:
    """Offered traffic: the lines that would be busy on average. Raises ValueError below 0 or without time.

    >>> erlangs(calls=3600, mean_seconds=50, within_seconds=3600)
    50.0
    """
    if calls < 0 or mean_seconds < 0 or within_seconds <= 0:
        raise ValueError("traffic needs calls and seconds that are not negative, and some time")
    return calls * mean_seconds / within_seconds


def blocking(lines: int, traffic: float) -> float:
    """Erlang B: the share (0 to 1) of calls that would find all lines busy; `traffic` in erlangs.

    By the recursion B(0) = 1, B(n) = A B(n-1) / (n + A B(n-1)), which needs no factorial.

    >>> round(blocking(10, 5.0), 4)
    0.0184
    """
    if lines < 0 or traffic < 0:
        raise ValueError("lines and traffic cannot be negative")
    share = 1.0
    for line in range(1, lines + 1):
        share = traffic * share / (line + traffic * share)
    return share if traffic else 0.0


def lines_for(traffic: float, most_blocked: float) -> int:
    """The fewest lines at which at most this share (0 to 1, not included) of calls finds none free.

    Raises ValueError for a share out of bounds, or a traffic that 100,000 lines do not bear.

    >>> lines_for(5.0, 0.01)
    11
    """
    if not 0 < most_blocked < 1 or traffic < 0:
        raise ValueError("the share of blocked calls lies between 0 and 1, and traffic is not negative")
    share, line = 1.0, 0
    while traffic and share > most_blocked:
        line += 1
        if line > MOST_LINES:
            raise ValueError(f"a traffic of {traffic:.0f} erlangs is more than {MOST_LINES} lines bear")
        share = traffic * share / (line + traffic * share)
    return line
