"""When objects of the library die: explicitly, and players a moment after their last sound.

The library numbers its calls round robin. A Python `Call` that outlives its call and is collected later
hangs up whatever call has the number by then. A player that is destroyed around its end of file crashes the
process, because that event is delivered late. A port that loses its last reference while the clock thread
calls it crashes as well. Hence: nothing here is left to the garbage collector.
"""

import collections
import contextlib
import time
from typing import Any

from dialer.pjsip.library import pj

RETIREMENT_SECONDS = 0.25  # a late end-of-file event was seen up to 20 ms later; 60 ms never crashed


def destroy(base: type[Any], wrapped: Any) -> None:
    """Destroy the C++ object now; `base` is the class of the binding (`pj.Call`), not our subclass of it.

    Later use of `wrapped` raises TypeError; a second destruction does nothing.
    """
    if wrapped.this is not None:
        base.__swig_destroy__(wrapped)
        wrapped.this = None


def disconnect(source: Any, sink: Any) -> None:
    """End one connection in the bridge; either side may have gone already."""
    with contextlib.suppress(pj.Error, TypeError, ValueError):
        source.stopTransmit(sink)


class Grave:
    """Players that have stopped and wait for their end; `bury` is called from the loop."""

    def __init__(self) -> None:
        self._waiting: collections.deque[tuple[float, Any]] = collections.deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def retire(self, player: Any, *sinks: Any) -> None:
        """Stop a player; after a barge-in, at the end of a prompt, at the end of a call: always this way."""
        for sink in sinks:
            disconnect(player, sink)
        self._waiting.append((time.monotonic() + RETIREMENT_SECONDS, player))

    def bury(self) -> None:
        """Destroy whoever has waited long enough."""
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            destroy(pj.AudioMediaPlayer, self._waiting.popleft()[1])
