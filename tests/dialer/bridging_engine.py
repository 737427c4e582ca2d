"""An engine that bridges two calls over real lines and then does nothing more, to be killed by a test."""

import sys

from dialer.messages import Answered, Bridge, Bridged, Dial, Event
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.rig import settings

OPERATOR, PATIENT, OTHER = "+7001", "+7002", "+7003"


def main(trunk_uri: str) -> None:
    """Tells on one line who the line processes are, once two people talk and a third is called."""
    pool = LinePool(settings(Trunk("main", trunk_uri), count=4))
    pool.start()
    dial(pool, Dial("operator", "main", OPERATOR, "", 10, 60, keeps=True))
    dial(pool, Dial("patient", "main", PATIENT, "", 10, 60, beside="operator"))
    dial(pool, Dial("other", "main", OTHER, "", 10, 60))
    pool.send(Bridge("patient", "operator"))
    wait(pool, Bridged("patient", "operator"))
    print(*pool.pids, flush=True)  # noqa: T201
    while True:
        pool.receive(1.0)


def dial(pool: LinePool, command: Dial) -> None:
    pool.send(command)
    wait(pool, Answered(command.call))


def wait(pool: LinePool, event: Event) -> None:
    while event not in pool.receive(1.0):
        pass


if __name__ == "__main__":
    main(sys.argv[1])
