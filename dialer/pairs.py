"""Lines that are kept free beside a call, so that both calls of a bridge live in one line process (pure)."""


class Pairs:
    """Who keeps a line, and which call has taken it. What each method returns is how many more are kept free.

    A kept line is for one call at a time. When that one is over the line is kept again, for the next: several
    operators may be tried for one patient. When the keeper is over, nothing is kept any more.
    """

    def __init__(self) -> None:
        self._takers: dict[str, str] = {}  # by keeper; "" while nobody has taken the line

    @property
    def spare(self) -> int:
        """How many lines are kept free."""
        return sum(not taker for taker in self._takers.values())

    def can_take(self, keeper: str) -> bool:
        """Whether this call keeps a line that nobody has taken."""
        return self._takers.get(keeper) == ""

    def keep(self, keeper: str) -> int:
        """A call keeps a line from now on."""
        self._takers[keeper] = ""
        return 1

    def take(self, keeper: str, taker: str) -> int:
        """A call takes the line that is kept for it; only where `can_take` allows it."""
        self._takers[keeper] = taker
        return -1

    def release(self, call: str) -> int:
        """A call is over, whether it kept a line, took one, or neither."""
        if call in self._takers:
            return 0 if self._takers.pop(call) else -1
        for keeper, taker in self._takers.items():
            if taker == call:
                self._takers[keeper] = ""
                return 1
        return 0

    def together(self, call: str) -> tuple[str, ...]:
        """The calls of a pair, keeper first; a call alone when it is in none."""
        for keeper, taker in self._takers.items():
            if call in (keeper, taker):
                return (keeper, taker) if taker else (keeper,)
        return (call,)
