"""The sockets of this process: the library does not tell which are its own."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class BoundSocket:
    """A descriptor of this process that is an IPv4 socket with a local port."""

    descriptor: int
    port: int
    stream: bool  # TCP


def bound_sockets(known: set[int] | None = None) -> Iterator[BoundSocket]:
    """Our IPv4 sockets that have a port; not those in `known` (inodes), which is brought up to date."""
    before = set() if known is None else set(known)
    if known is not None:
        known.clear()
    for descriptor, inode in _sockets():
        if known is not None:
            known.add(inode)
        if inode not in before and (bound := _bound(descriptor)) is not None:
            yield bound


def _sockets() -> Iterator[tuple[int, int]]:
    """Descriptors of sockets with their inodes: numbers of descriptors are used again."""
    for name in os.listdir("/proc/self/fd"):
        try:
            status = os.fstat(int(name))
        except OSError:
            continue  # the descriptor of the listing itself is gone by now
        if stat.S_ISSOCK(status.st_mode):
            yield int(name), status.st_ino


def _bound(descriptor: int) -> BoundSocket | None:
    """None when it is no IPv4 socket, has no port, or was just closed by a thread that looks up a name."""
    with contextlib.suppress(OSError), borrowed(descriptor) as candidate:
        domain, kind = (
            candidate.getsockopt(socket.SOL_SOCKET, option) for option in (socket.SO_DOMAIN, socket.SO_TYPE)
        )
        if domain == socket.AF_INET and (port := int(candidate.getsockname()[1])):
            return BoundSocket(descriptor, port, kind == socket.SOCK_STREAM)
    return None


@contextlib.contextmanager
def borrowed(descriptor: int) -> Iterator[socket.socket]:
    """The library's socket in our hands for a moment, without closing it."""
    candidate = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 0, fileno=descriptor)
    try:
        yield candidate
    finally:
        candidate.detach()
