"""Trunks of the settings as the lines know them, and which of them lead to an operator's phone."""

import socket
from collections.abc import Sequence

from campaigns.rules.operators import groups_of
from campaigns.settings import Home, TrunkTable
from dialer.addresses import way_to
from dialer.errors import DialerError
from dialer.settings import Trunk


def trunk_of(table: TrunkTable, password: str) -> Trunk:
    """A trunk as the lines know it."""
    return Trunk(
        name=table.name,
        uri=table.uri,
        username=table.username,
        password=password,
        proxy=table.proxy,
        register=table.register_us,
        caller_ids=table.shown,
        asserted_identity=table.asserted_identity,
        number_format=table.number_format,
        country_code=table.country_code,
        national_prefix=table.national_prefix,
        international_prefix=table.international_prefix,
        networks=table.networks,
        priority=table.priority,
        weight=table.weight,
        max_calls=table.max_calls,
        calls_per_second=table.calls_per_second,
    )


def host_of(table: TrunkTable) -> str:
    """The host that a trunk's calls are sent to: its proxy's, if it has one."""
    host = (table.proxy or table.uri).removeprefix("sip:").split(";")[0].rpartition("@")[2]
    host = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return host.strip("[]")


def out_of_reach(home: Home, group: str, address: str) -> str | None:
    """Why this phone cannot be called over any trunk of its group; None: it can, or that is not known."""
    if group not in [each.name for each in groups_of(home.file.groups)]:
        return f'the group "{group}" is not in dialer.toml: add it to [[groups]], or enter the operator anew'
    reasons = reasons_of_trunks(home, group, address)
    return None if None in reasons else reasons[0]


def reasons_of_trunks(home: Home, group: str, address: str) -> Sequence[str | None]:
    """Why not, for each trunk that may lead to the group's phones."""
    leading = next(each.trunk for each in groups_of(home.file.groups) if each.name == group)
    return [_reason(table, address) for table in home.file.trunks if leading in ("", table.name)]


def _reason(table: TrunkTable, address: str) -> str | None:
    try:
        resolved = socket.gethostbyname(host_of(table))
    except (OSError, UnicodeError):
        return None  # the trunk's own finding tells
    try:
        way_to(trunk_of(table, "")).target(address, resolved)
    except DialerError as error:
        advice = "correct the address, or add its network to the trunk's networks"
        return f"over trunk {table.name}: {str(error).rstrip('.')}; {advice}"
    return None
