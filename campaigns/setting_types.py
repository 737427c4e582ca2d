"""Single values of `dialer.toml`, each with what is wrong with one that cannot be used."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import holidays as calendars
from pydantic import AfterValidator, Field

TRANSPORTS = ("udp", "tcp")  # what the lines speak

_URI = re.compile(r"sip:(?:[^@;>\s]*@)?(?P<host>[^@:;\s<>]+)(?::(?P<port>[0-9]+))?(?P<more>(?:;[\w=.\-]+)*)")
_HOST = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9.-]*")
_NUMBER = re.compile(r"[A-Za-z0-9+*#_.-]{1,64}")  # or an account's name, at the trunk's host
_SIP_ADDRESS = re.compile(
    r'(?:"[^"\\<>\x00-\x1f\x7f]*" ?)?<sip:[^\s<>"\x00-\x1f\x7f]+>|sip:[^\s<>"\x00-\x1f\x7f]+'
)
_DAY_HOURS = re.compile(r"(\d{1,2}):(\d{2}) ?[-\u2013] ?(\d{1,2}):(\d{2})", re.ASCII)
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


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


def _day_hours(written: str) -> str:
    found = _DAY_HOURS.fullmatch(written)
    if not found:
        raise ValueError('must be hours of a day such as "8:00-20:00"')
    opens, closes = ((int(found[n]), int(found[n + 1])) for n in (1, 3))
    if opens >= (closes or (24, 0)) or closes > (24, 0) or max(opens[1], closes[1]) > 59:
        raise ValueError('must be hours of one day, the earlier first, such as "8:00-20:00"')
    return written


def _holidays(place: str) -> str:
    country, _, region = place.partition("-")
    if not place:
        return place
    try:
        calendars.country_holidays(country, subdiv=region or None)
    except (NotImplementedError, ValueError):
        raise ValueError(
            'must be a country or a region whose public holidays are known, such as "RU", or "" for none'
        ) from None
    return place


def _mail_address(address: str) -> str:
    if not _MAIL.fullmatch(address):
        raise ValueError("must be a mail address such as head@clinic.example")
    return address


def _host_name(host: str) -> str:
    if not _is_host(host):
        raise ValueError("must be an IPv4 address or a host name")
    return host


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        named = False
    if not named or parts.username or parts.fragment or not url.isprintable() or " " in url:
        raise ValueError('must look like "https://host/path", without a name or a fragment')
    return url


def _listen(place: str) -> str:
    host, _, port = place.rpartition(":")
    try:
        ipaddress.IPv4Address(host)
        known = port.isascii() and port.isdigit() and 1 <= int(port) <= 65535
    except ValueError:
        known = False
    if not known:
        raise ValueError('must be an IPv4 address and a port such as "127.0.0.1:8080"')
    return place


DayHours = Annotated[str, AfterValidator(_day_hours)]
Holidays = Annotated[str, AfterValidator(_holidays)]
MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_mail_address)]
Host = Annotated[str, AfterValidator(_host_name)]
WebAddress = Annotated[str, Field(max_length=2000), AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_zone)]
SipUri = Annotated[str, AfterValidator(_sip_uri)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Listen = Annotated[str, Field(max_length=21), AfterValidator(_listen)]
Network = Annotated[str, AfterValidator(_network)]
CallerId = Annotated[str, Field(max_length=128), AfterValidator(_caller_id)]
PortRange = Annotated[tuple[int, int], AfterValidator(_port_range)]
