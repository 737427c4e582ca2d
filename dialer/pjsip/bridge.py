"""Two people who hear each other: the connections between two calls of one line process."""

import contextlib
from collections.abc import Sequence
from typing import Any, Protocol

from dialer.call import Life
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import disconnect

Connections = list[tuple[Any, Any]]


class End(Protocol):
    """The audio of one call, as it is now; on hold it neither speaks nor hears."""

    @property
    def voice(self) -> Any | None:
        """The port of the call at this moment, for the library gives its number to others; None without."""

    @property
    def ears(self) -> Sequence[Any]:
        """What hears the other side: the far end itself, and its recording."""


class Side:
    """One call as a side of a bridge, or of none. `life` is the call's: in a bridge it has other limits."""

    def __init__(self, end: End, life: Life) -> None:
        self._end = end
        self._life = life
        self._other: Side | None = None
        self._connections: Connections = []  # from this one's voice to the other's ears

    @property
    def bridged(self) -> bool:
        """Somebody else hears this one."""
        return self._other is not None

    def join(self, other: "Side", now: float) -> bool:
        """Let the two hear each other; False when one is not in talk, and then nothing has changed."""
        if other is self or not (self._life.in_talk and other._life.in_talk):
            return False
        if self._other is not other:
            self.part(now)
            other.part(now)
            self._pair(other, now)
            other._pair(self, now)
        self.rejoin()
        return True

    def part(self, now: float) -> None:
        """End the bridge while both calls go on. Without one it does nothing."""
        if self._other is not None:
            for connection in (*self._connections, *self._other._connections):
                disconnect(*connection)
            self.leave(now)

    def leave(self, now: float) -> None:
        """The call is over, and with its port the library has taken all its connections apart.

        To do it again would be wrong: with one of its two ports gone, pip's wheel takes a disconnection for
        one from everything, with both gone it aborts.
        """
        other, self._other = self._other, None
        if other is not None:
            self._connections = []
            self._life.bridge(False, now)
            other.leave(now)

    def rejoin(self) -> None:
        """The audio of this side has changed: a re-INVITE may have given its call another port.

        What is still connected stays so: the refresh of a session leaves no gap.
        """
        if self._other is not None:
            self._connect(_connections(self._end, self._other._end))
            self._other._connect(_connections(self._other._end, self._end))

    def _pair(self, other: "Side", now: float) -> None:
        self._other = other
        self._life.bridge(True, now)

    def _connect(self, wanted: Connections) -> None:
        for voice, ear in wanted:
            with contextlib.suppress(pj.Error):  # its call has just ended: that is told in a moment
                voice.startTransmit(ear)
        self._connections = wanted


def _connections(speaker: End, listener: End) -> Connections:
    voice = speaker.voice
    return [] if voice is None else [(voice, ear) for ear in listener.ears]
