"""Addresses of operators' phones as people write them -> `sip:name@host[:port]`, or a number in E.164."""

import ipaddress
import re

from campaigns.intake.phones import parse_phone

_SIP = re.compile(
    r"(?:sip:)?(?P<name>[A-Za-z0-9+*#_.-]{1,64})@"
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE,
)
_FORM = "write sip:101@10.0.0.5, with :port if it has one of its own, or a telephone number"


def parse_address(raw: str, country: str) -> str:
    """`101@PBX.local:5080` -> `sip:101@pbx.local:5080`; `8 912 345-67-89` -> `+79123456789`.

    country: of numbers without a country code. Raises ValueError with one plain reason and what to write
    instead.
    """
    text = raw.strip()
    if not text:
        raise ValueError(f"the address is missing: {_FORM}")
    if text.lower().startswith("sips:"):
        raise ValueError("the address begins with sips:, which is not spoken: write sip:")
    if text.lower().startswith("sip:") or "@" in text:
        return _sip(text)
    try:
        return parse_phone(text, country)
    except ValueError:
        raise ValueError(f"the address is neither a SIP address nor a telephone number: {_FORM}") from None


def _sip(text: str) -> str:
    found = _SIP.fullmatch(text)
    if found is None:
        raise ValueError(f"the SIP address cannot be used: {_FORM}")
    port = found["port"]
    if port is not None and not 1 <= int(port) <= 65535:
        raise ValueError(f"the SIP address has port {port}, which does not exist: use one from 1 to 65535")
    host = found["host"].lower()
    if host == "localhost":
        host = "127.0.0.1"
    elif re.fullmatch(r"[\d.]+", host):
        _check_literal(host)
    return f"sip:{found['name']}@{host}" + (f":{int(port)}" if port else "")


def _check_literal(host: str) -> None:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError(f"the SIP address names {host}, which is no IPv4 address: {_FORM}") from None
