"""Looks host names up without making calls wait: a short-lived thread per name, answers kept a minute."""

import contextlib
import ipaddress
import socket
import threading
import time
from dataclasses import dataclass

from dialer.pjsip.loop import Loop

RESOLVED = "resolved"
KEPT_SECONDS = 60.0
FAILURE_KEPT_SECONDS = 5.0  # long enough that a burst of calls asks once, short enough to notice a repair
MOST_ADDRESSES = 8  # remembered of one name, newest first: calls go on to where they were sent


@dataclass(frozen=True)
class Known:
    """An answer: the IPv4 address to use, or "" when the name has none, and the ones it had lately."""

    address: str
    until: float
    lately: tuple[str, ...]


class Resolver:
    """Posts `(RESOLVED, host, addresses)`; the threads touch nothing of the library."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._known: dict[str, Known] = {}
        self._asked: set[str] = set()

    def address(self, host: str) -> str | None:
        """The address of a host, "" when it has none; None while it is asked for: RESOLVED will be posted.

        An old answer serves until the new one is there, and goes on to serve when no answer comes.
        """
        if is_literal(host):
            return host
        known = self._known.get(host)
        if known is not None and known.until > time.monotonic():
            return known.address
        if host not in self._asked:
            self._asked.add(host)
            threading.Thread(target=self._ask, args=(host,), daemon=True).start()
        return (known.address or None) if known is not None else None

    def known_addresses(self, host: str) -> tuple[str, ...]:
        """All addresses that the host has or had lately, as far as they are known."""
        if is_literal(host):
            return (host,)
        known = self._known.get(host)
        return () if known is None else known.lately

    def keep(self, host: str, addresses: tuple[str, ...]) -> None:
        """Remember an answer that was posted; an address that is still among them stays the chosen one."""
        self._asked.discard(host)
        before = self._known.get(host, Known("", 0.0, ()))
        stays = not addresses or before.address in addresses
        chosen = before.address if stays else addresses[0]
        seconds = KEPT_SECONDS if addresses else FAILURE_KEPT_SECONDS
        lately = tuple(dict.fromkeys((*addresses, *before.lately)))[:MOST_ADDRESSES]
        self._known[host] = Known(chosen, time.monotonic() + seconds, lately)

    def _ask(self, host: str) -> None:
        addresses: tuple[str, ...] = ()
        with contextlib.suppress(OSError, UnicodeError):
            found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
            addresses = tuple(str(address[0]) for *_, address in found)
        self._loop.post(RESOLVED, host, addresses)


def is_literal(host: str) -> bool:
    """Whether this is an IPv4 address, which needs no look-up."""
    try:
        return bool(ipaddress.IPv4Address(host))
    except ValueError:
        return False


def local_address(destination: str) -> str:
    """Our own address towards this one, "" when there is no way to it. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((destination, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])
