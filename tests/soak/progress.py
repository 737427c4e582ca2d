"""What the endurance tests tell while they run, and at their end."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from rich.console import Console

from tests.soak.load import Account

PROGRESS_SECONDS = 10.0
WIDTH = 160


class Teller:
    """Prints in spite of pytest's capture; `uncaptured` suspends it."""

    def __init__(self, uncaptured: Callable[[], AbstractContextManager[None]]) -> None:
        self._uncaptured = uncaptured
        self._begun = self._told = time.monotonic()

    def say(self, *lines: str) -> None:
        with self._uncaptured():
            console = Console(width=WIDTH, highlight=False)
            for line in lines:
                console.print(line)

    def progress(self, what: str, account: Account, calls: int) -> None:
        """A line every few seconds; to be called often."""
        now = time.monotonic()
        if now - self._told >= PROGRESS_SECONDS:
            self._told = now
            rate = account.finished / (now - self._begun)
            self.say(
                f"{what}: {account.finished} of {calls} calls, {rate:.0f} a second, {dict(account.ended)}"
            )

    def table(self, what: str, rows: Mapping[str, object]) -> None:
        """What came of it."""
        seconds = time.monotonic() - self._begun
        self.say(
            f"\n[bold]{what}[/], {seconds:.0f} s", *(f"  {name:<34} {value}" for name, value in rows.items())
        )
