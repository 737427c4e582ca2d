"""What calls have to say to the database, in order; kept while the database cannot take it."""

from collections import deque
from collections.abc import Callable

from campaigns.errors import DatabaseUnusable

Entry = Callable[[], object]


class Journal:
    """Writes at once; from the first failure on it keeps everything until the database is back."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting: deque[Entry] = deque()
        self._told = False

    @property
    def blocked(self) -> bool:
        """Whether something waits to be written: then no new call may be placed."""
        return bool(self._waiting)

    def trouble(self, error: DatabaseUnusable) -> None:
        """Tell of a database that cannot be used, once until it has been used again."""
        if not self._told:
            self._told = True
            self._tell(f"{error} Calls in progress go on, no new one is placed until it is mended.")

    def write(self, entry: Entry) -> None:
        """Write, or keep it for `retry`."""
        self._waiting.append(entry)
        if len(self._waiting) == 1:
            self._drain()

    def retry(self) -> None:
        """Try again what waits."""
        if self._waiting:
            self._drain()

    def _drain(self) -> None:
        while self._waiting:
            try:
                self._waiting[0]()
            except DatabaseUnusable as error:
                self.trouble(error)
                return
            self._waiting.popleft()
            self._told = False
