"""Connections to PostgreSQL that do not wait for ever: a server may be there and yet say nothing."""

from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg

Told = TypeVar("Told")
Asking = Generator[Any, Any, Told]
"""One question to the server as the driver asks it: resumed when the socket is ready, or with 0 meanwhile."""


class Impatient(psycopg.Connection[Any]):
    """Gives up on any one question after `answer_seconds`, and then on the server: the connection is closed.

    TCP cannot find that out: the machine of a server that hangs goes on acknowledging what it is sent.
    """

    answer_seconds: float

    def wait(self, gen: Asking[Told], *args: Any, **options: Any) -> Told:
        """As the driver's own; whatever the connection asks goes through here once it is made."""
        return super().wait(self._bounded(gen), *args, **options)

    def _bounded(self, asking: Asking[Told]) -> Asking[Told]:
        until = monotonic() + self.answer_seconds
        try:
            wanted = next(asking)
            while True:
                ready = yield wanted
                if not ready and monotonic() > until:
                    self.pgconn.finish()  # what it would say later belongs to no question any more
                    raise psycopg.OperationalError("the server does not answer")
                wanted = asking.send(ready)
        except StopIteration as over:
            told: Told = over.value
            return told


def impatient(answer_seconds: float) -> type[Impatient]:
    """The class of connections that wait so long for each answer."""
    return type("Impatient", (Impatient,), {"answer_seconds": answer_seconds})
