"""Looks host names up without making calls wait: a short-lived thread per name, answers kept a minute."""

import socket
import threading
import time
from dataclasses import dataclass

from dialer.pjsip.loop import Loop

RESOLVED = "resolved"
KEPT_SECONDS = 60.0
FAILURE_KEPT_SECONDS = 5.0  # long enough that a burst of calls asks once, short enough to notice a repair


@dataclass(frozen=True)
class Known:
    """An answer: an IPv4 address, or "" when the name has none."""

    address: str
    until: float


class Resolver:
    """Posts `(RESOLVED, host, address)`; the threads touch nothing of the library."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._known: dict[str, Known] = {}
        self._asked: set[str] = set()

    def address(self, host: str) -> str | None:
        """The address of a host, "" when it has none; None while it is asked for: RESOLVED will be posted."""
        known = self._known.get(host)
        if known is not None and known.until > time.monotonic():
            return known.address
        if host not in self._asked:
            self._asked.add(host)
            threading.Thread(target=self._ask, args=(host,), daemon=True).start()
        return None

    def keep(self, host: str, address: str) -> None:
        """Remember an answer that was posted."""
        self._asked.discard(host)
        seconds = KEPT_SECONDS if address else FAILURE_KEPT_SECONDS
        self._known[host] = Known(address, time.monotonic() + seconds)

    def _ask(self, host: str) -> None:
        address = ""
        try:
            address = str(socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0])
        except (OSError, UnicodeError, IndexError):
            address = ""
        self._loop.post(RESOLVED, host, address)


def local_address(destination: str) -> str:
    """Our own address towards this one, "" when there is no way to it. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((destination, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])
