"""A pool of real lines against a far end, for tests of one call at a time."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dialer.messages import Answered, Dial, Ended, Event
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk
from tests.dialer.peer import Behaviour, Peer

SIP_PORTS = (15020, 15400)
RTP_PORTS = (24400, 26399)


def settings(*trunks: Trunk, **more: float) -> LineSettings:
    values: dict[str, Any] = {
        "count": 4,
        "sip_port_first": SIP_PORTS[0],
        "sip_port_last": SIP_PORTS[1],
        "rtp_port_first": RTP_PORTS[0],
        "rtp_port_last": RTP_PORTS[1],
    }
    return LineSettings(trunks, **(values | more))


class Rig:
    """Collects the events of a pool; every wait is bounded."""

    def __init__(self, pool: LinePool) -> None:
        self.pool = pool
        self.events: list[Event] = []

    def dial(
        self, number: str, call: str = "", trunk: str = "main", ring: float = 10, limit: float = 60
    ) -> str:
        self.pool.send(Dial(call or number, trunk, number, "", ring, limit))
        return call or number

    def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not in {seconds} s; so far {self.events}"
            self.events += self.pool.receive(0.05)

    def answered(self, number: str, call: str = "") -> str:
        key = self.dial(number, call)
        self.until(lambda: Answered(key) in self.events)
        return key

    def ended(self, call: str, seconds: float = 10.0) -> Ended:
        self.until(lambda: any(isinstance(e, Ended) and e.call == call for e in self.events), seconds)
        (only,) = (e for e in self.events if isinstance(e, Ended) and e.call == call)
        return only


@contextlib.contextmanager
def pool_of(*trunks: Trunk, **more: float) -> Iterator[LinePool]:
    pool = LinePool(settings(*trunks, **more))
    pool.start()
    try:
        yield pool
    finally:
        pool.stop()


@contextlib.contextmanager
def rig(behaviours: Mapping[str, Behaviour], **more: float) -> Iterator[tuple[Rig, Peer]]:
    with Peer(behaviours.__getitem__) as peer, pool_of(Trunk("main", peer.uri), **more) as pool:
        yield Rig(pool), peer
