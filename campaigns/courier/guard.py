"""Where webhooks may go: which of a host's addresses a receiver may have, decided each time it is called.

A webhook that could be pointed at 127.0.0.1, at a neighbour in the network or at a cloud's metadata service
would let whoever controls a name on the internet reach into the clinic. So each address is checked, and what
was checked is what is connected to: a name that answers differently a moment later gains nothing.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, float], Sequence[str]]
"""The addresses of a host, found out within so many seconds; none where it has none or nobody answers."""

MOST_ADDRESSES = 4  # tried in one go; more would only use up the time of one try
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA gives out, RFC 4291 section 2.4
_DISGUISES = (
    ipaddress.IPv6Network("2001::/32"),  # Teredo, RFC 4380
    ipaddress.IPv6Network("2002::/16"),  # 6to4, RFC 3056
)
"""IPv6 that leads to an IPv4 address, which may be a private one."""


class Refused(Exception):
    """An address that must not be called; the message is one plain sentence with what to do."""


def permitted(
    receiver: str,
    host: str,
    found: Sequence[str],
    networks: Sequence[str],
    *,
    encrypted: bool,
    kind: str = "Webhook",
) -> Sequence[str]:
    """Those of a host's addresses that may be connected to, at most `MOST_ADDRESSES`, in their order.

    networks: private ones that the settings allow; elsewhere an address must be public, and the connection
    encrypted. kind: what the receiver is. Raises Refused when none remains, or none was found.
    """
    who = f'{kind} "{receiver}"'
    if not found:
        raise Refused(f"{who}: the host {host} does not resolve: correct its url in dialer.toml.")
    listed = [ipaddress.IPv4Network(network) for network in networks]
    own = [each for each in found if _within(_address(each), listed)]
    public = [each for each in found if each not in own and is_public(_address(each))]
    usable = [each for each in found if each in own or (encrypted and each in public)]
    if usable:
        return usable[:MOST_ADDRESSES]
    if public:
        raise Refused(
            f"{who}: the host {host} has a public address, and http can be read on the way: "
            "use https in its url."
        )
    raise Refused(
        f"{who}: the host {host} has the address {found[0]}, which is not public: correct its "
        "url, or add its network to networks in dialer.toml."
    )


def is_public(address: Address) -> bool:
    """Whether an address is somebody's on the internet, and no private one in disguise."""
    plain = _plain(address)
    if plain.version == 6 and (plain not in _UNICAST or any(plain in network for network in _DISGUISES)):
        return False
    return plain.is_global and not (plain.is_multicast or plain.is_reserved)


def look_up(host: str, seconds: float) -> Sequence[str]:
    """The addresses of a host as this machine finds them, each once; none after `seconds`.

    The system's own call cannot be hurried, so it goes on in a thread of its own, which nobody waits for.
    """
    answer: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(_resolved(host)), daemon=True, name="look-up").start()
    try:
        return answer.get(timeout=seconds)
    except queue.Empty:
        return ()


def _resolved(host: str) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _address(text: str) -> Address:
    return _plain(ipaddress.ip_address(text))


def _plain(address: Address) -> Address:
    """`::ffff:10.0.0.1` is 10.0.0.1 to whoever connects to it."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _within(address: Address, networks: Sequence[ipaddress.IPv4Network]) -> bool:
    return isinstance(address, ipaddress.IPv4Address) and any(address in network for network in networks)
