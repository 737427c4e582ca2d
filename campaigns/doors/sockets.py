"""The sockets that doors listen on, bound before anything else, so that a taken port is said plainly."""

import errno
import socket

from campaigns.errors import DoorShut

BACKLOG = 512  # who has connected and is not yet looked at; the kernel's usual bound is higher

_REASONS = {
    errno.EADDRINUSE: "another program listens there: end it, or give another port",
    errno.EACCES: "this user may not listen there: give a port above 1023",
    errno.EADDRNOTAVAIL: "this machine has no such address: give one that it has, or 0.0.0.0 for all",
}


def listening(table: str, host: str, port: int) -> socket.socket:
    """A socket that listens; `table` of dialer.toml says where. Raises DoorShut."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else old connections keep it a minute
        found.bind((host, port))
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        reason = _REASONS.get(error.errno or 0, f"{error.strerror}")
        raise DoorShut(f"[{table}] cannot listen on {host}:{port}: {reason} under listen.") from None
    found.setblocking(False)
    return found
