"""What calls have to say to the database, in order; kept while the database cannot take it."""

from collections import deque
from collections.abc import Callable

from campaigns.clock import Clock
from campaigns.errors import Crossed, DatabaseUnusable

Entry = Callable[[], object]


class Journal:
    """Writes at once; from the first failure on it keeps everything until the database is back."""

    def __init__(self, clock: Clock, tell: Callable[[str], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._waiting: deque[Entry] = deque()
        self._trouble_since: float | None = None
        self.doubtful = False
        """Whether a question got no answer, of which nobody has asked since what became of it."""

    @property
    def blocked(self) -> bool:
        """Whether something waits to be written: then no new call may be placed."""
        return bool(self._waiting)

    @property
    def in_trouble(self) -> bool:
        """Whether the database could not be used when it was last tried."""
        return self._trouble_since is not None

    def write(self, entry: Entry) -> None:
        """Write, or keep it for `retry`."""
        self._waiting.append(entry)
        if len(self._waiting) == 1:
            self.retry()

    def retry(self) -> None:
        """Try to write what waits."""
        while self._waiting:
            try:
                self._waiting[0]()
            except DatabaseUnusable as error:
                self.trouble(error)
                return
            self._waiting.popleft()
            self.fine()

    def trouble(self, error: DatabaseUnusable) -> float:
        """Tell of a database that cannot be used, once until it is fine; for how many seconds it is so.

        One that is there, and let another transaction go first, kept nothing: the next pass does it again.
        """
        if isinstance(error, Crossed):
            return self.trouble_seconds
        self.doubtful = True
        now = self._clock.seconds()
        if self._trouble_since is None:
            self._trouble_since = now
            self._tell(f"{error} Calls in progress go on, no new one is placed until it is mended.")
        return now - self._trouble_since

    @property
    def trouble_seconds(self) -> float:
        """For how long the database could not be used; 0 when it can."""
        return 0.0 if self._trouble_since is None else self._clock.seconds() - self._trouble_since

    def fine(self) -> None:
        """The database was used without trouble."""
        self._trouble_since = None
