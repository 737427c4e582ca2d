"""Single values of `dialer.toml`, each with what is wrong with one that cannot be used."""

import ipaddress
import re
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

TRANSPORTS = ("udp", "tcp")  # what the lines speak

_URI = re.compile(r"sip:(?:[^@;>\s]*@)?(?P<host>[^@:;\s<>]+)(?::(?P<port>[0-9]+))?(?P<more>(?:;[\w=.\-]+)*)")
_HOST = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9.-]*")
_NUMBER = re.compile(r"[A-Za-z0-9+*#_.-]{1,64}")  # or an account's name, at the trunk's host
_SIP_ADDRESS = re.compile(
    r'(?:"[^"\\<>\x00-\x1f\x7f]*" ?)?<sip:[^\s<>"\x00-\x1f\x7f]+>|sip:[^\s<>"\x00-\x1f\x7f]+'
)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone such as Asia/Yekaterinburg")
    return name


def _port_range(ports: tuple[int, int]) -> tuple[int, int]:
    if not 1024 <= ports[0] < ports[1] <= 65535:
        raise ValueError("must be two ports between 1024 and 65535, the lower first")
    return ports


def _sip_uri(uri: str) -> str:
    if "[" in uri:
        raise ValueError("must name an IPv4 address or a host name: IPv6 is not spoken")
    found = _URI.fullmatch(uri)
    if not found:
        raise ValueError('must look like "sip:host:port"')
    if not _is_host(found["host"]):
        raise ValueError("must name an IPv4 address or a host name after sip:")
    if found["port"] and not (len(found["port"]) <= 5 and 1 <= int(found["port"]) <= 65535):
        raise ValueError(f"has port {found['port']}, which does not exist: use one from 1 to 65535")
    for parameter in found["more"].split(";"):
        key, _, transport = parameter.partition("=")
        if key.lower() == "transport" and transport.lower() not in TRANSPORTS:
            raise ValueError(f"has transport {transport or 'without a value'}: use udp or tcp")
    return uri


def _is_host(host: str) -> bool:
    if re.fullmatch(r"[\d.]+", host):  # else 10.0.0.300 would be taken for a name
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return False
    return _HOST.fullmatch(host) is not None


def _caller_id(shown: str) -> str:
    if shown and not _NUMBER.fullmatch(shown) and not _SIP_ADDRESS.fullmatch(shown):
        raise ValueError("must be a number such as +73452500000 or an address such as sip:name@host")
    return shown


def _proxy(uri: str) -> str:
    return _sip_uri(uri) if uri else ""


def _network(network: str) -> str:
    try:
        return str(ipaddress.IPv4Network(network))
    except ValueError:
        raise ValueError("must be an IPv4 address or network such as 192.0.2.0/24") from None


Zone = Annotated[str, AfterValidator(_zone)]
SipUri = Annotated[str, AfterValidator(_sip_uri)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Network = Annotated[str, AfterValidator(_network)]
CallerId = Annotated[str, Field(max_length=128), AfterValidator(_caller_id)]
PortRange = Annotated[tuple[int, int], AfterValidator(_port_range)]
