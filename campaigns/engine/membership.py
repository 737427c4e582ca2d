"""This engine as one of several on a database: it shows that it lives, and looks after those that died."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.clock import Clock, SharedClock
from campaigns.errors import DatabaseUnusable, NodeReplaced
from campaigns.store import nodes, operators
from campaigns.store.database import Database

CUT_OFF_SECONDS = 10.0  # without the database no call is begun, and none that rings is let through


@dataclass(frozen=True)
class Vigil:
    """How long engines wait for each other; the same on all nodes of a database."""

    beat_seconds: float = 5.0
    dead_after: timedelta = timedelta(seconds=30)
    """Six beats: a node that is only slow keeps what it holds."""
    settle: timedelta = timedelta(seconds=30)
    """What clocks, line processes and a last BYE may take beside the longest call."""


USUAL_VIGIL = Vigil()


class Membership:
    """longest_call: how long a call can run that is placed now, ringing and talking together.

    `name` is that of the home's node: of two engines that claim it the older one stops.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        clock: Clock,
        longest_call: timedelta,
        tell: Callable[[str], None],
        vigil: Vigil = USUAL_VIGIL,
    ) -> None:
        self._database = database
        self._name = name
        self._clock = clock
        self._outlived = longest_call + vigil.settle
        self._tell = tell
        self._dead_after = vigil.dead_after
        self._incarnation = 0

    def join(self) -> None:
        """Begin: what an earlier engine of this name and the dead had taken and not called is due again."""
        now = self._clock.now()
        self._incarnation = nodes.join(self._database, self._name, now)
        nodes.free_leases(self._database, self._name, now - self._dead_after)

    def beat(self) -> None:
        """Show that this engine lives. Raises `NodeReplaced`."""
        if isinstance(self._clock, SharedClock):
            self._clock.measure()
        if not nodes.beat(self._database, self._name, self._incarnation, self._clock.now()):
            raise NodeReplaced(
                f"A newer engine works as node {self._name}, so this one stops: give each node a name of its"
                " own under [engine] in its dialer.toml."
            )

    def mourn(self) -> None:
        """Give back what engines had taken that are not heard of any more, and free their operators."""
        now = self._clock.now()
        operators.recover_dead(self._database, now - self._dead_after, now)
        freed = nodes.free_leases_of_dead(self._database, now - self._dead_after)
        if freed:
            self._tell(f"{freed} contacts of a node that is not heard of any more are due again.")

    def outlives(self, attempts: Collection[nodes.Orphan], now: datetime) -> set[int]:
        """Those of the calls that cannot run any more, wherever they were placed."""
        return {orphan.attempt for orphan in attempts if orphan.seen_at + self._outlived < now}

    def inherited(self, now: datetime) -> Callable[[int], bool]:
        """Whether an open attempt is this engine's to close: begun here before, or by one long dead."""
        elsewhere = nodes.open_elsewhere(self._database, ("", self._name))
        running = {orphan.attempt for orphan in elsewhere} - self.outlives(elsewhere, now)
        return lambda attempt: attempt not in running

    def leave(self) -> None:
        """The engine ends in order."""
        try:
            nodes.leave(self._database, self._name, self._incarnation)
        except DatabaseUnusable:
            return  # then the others wait half a minute, as for a dead one
