"""What is known of a caller from its row, wherever it comes from."""

import ipaddress
from dataclasses import dataclass, replace
from typing import Final

from campaigns.access.caller import Caller
from campaigns.errors import NotAllowed
from campaigns.models import AccessKey, User

USER_PER_SECOND: Final = 100.0  # requests: a human's pages ask a few times a second


@dataclass(frozen=True)
class Badge:
    """A caller without its address; networks: () is all of them; per_second: requests that it may make."""

    caller: Caller
    networks: tuple[ipaddress.IPv4Network, ...]
    per_second: float

    def at(self, address: str) -> Caller:
        """The caller as it comes from there. Raises `NotAllowed`."""
        if self.networks and not _within(address, self.networks):
            name = self.caller.name
            raise NotAllowed(
                f"{name} may not come from this address: ask for the network to be added to those it is "
                "bound to."
            )
        return replace(self.caller, address=address)


def badge_of(row: AccessKey | User) -> Badge:
    """As the row has it."""
    return Badge(
        Caller(
            row.name,
            "key" if isinstance(row, AccessKey) else "user",
            row.role,
            frozenset(row.campaigns),
            frozenset(row.institutions),
        ),
        tuple(ipaddress.IPv4Network(network) for network in row.networks),
        row.per_second if isinstance(row, AccessKey) else USER_PER_SECOND,
    )


def _within(address: str, networks: tuple[ipaddress.IPv4Network, ...]) -> bool:
    try:
        known: ipaddress.IPv4Address | ipaddress.IPv6Address | None = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        known = known.ipv4_mapped
    return known is not None and any(known in network for network in networks)
