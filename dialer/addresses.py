"""What is written into SIP URIs and headers: the way to a trunk, the number, the caller id (pure)."""

import ipaddress
import re
from dataclasses import dataclass
from typing import assert_never, get_args
from urllib.parse import quote

from dialer.errors import DialerError
from dialer.settings import NumberFormat, Trunk

DEFAULT_PORT = 5060  # RFC 3261 section 19.1.2
MOST_NETWORKS = 64  # of one trunk: the kernel holds the socket filter of each call in little memory
UNESCAPED_IN_USER = "-_.!~*'()&=+$,;?/"  # RFC 3261 section 25.1, user-unreserved and mark

_URI = re.compile(
    r"sip:(?:[^@;>\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<parameters>(?:;[\w=.-]+)*)"
)
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_PHONE = re.compile(
    r"sip:(?P<user>[A-Za-z0-9+*#_.-]{1,64})@(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::(?P<port>[0-9]{1,5}))?"
)
_CALLER_ID = re.compile(r"[A-Za-z0-9+*#_.-]{1,64}")
_LOGIN = re.compile(r'[^"\\\x00-\x1f\x7f]{1,128}')
_COUNTRY_CODE = re.compile(r"[1-9][0-9]{0,2}")  # ITU-T E.164 section 6
_DIALLED_PREFIX = re.compile(r"[0-9]{0,6}")
_ROUTE_PARAMETERS = re.compile(r";(?:lr|hide)\b(?:=[\w.-]+)?", re.IGNORECASE)
_FULL_IDENTITY = re.compile(
    r'(?:"[^"\\<>\x00-\x1f\x7f]*" ?)?<sip:[^\s<>"\x00-\x1f\x7f]+>|sip:[^\s<>"\x00-\x1f\x7f]+'
)


class BadAddress(DialerError):
    """A trunk, a number or a caller id that cannot be written into a SIP message."""


class BadNumber(BadAddress):
    """A number that cannot be called; the trunk is all right."""


@dataclass(frozen=True)
class Invitation:
    """What an INVITE says: request URI, From, and further headers as pairs of name and value.

    `direct`: it goes to the request URI itself, past the routes of the trunk (`Way.routes`).
    """

    uri: str
    identity: str
    headers: tuple[tuple[str, str], ...] = ()
    direct: bool = False


@dataclass(frozen=True)
class TrunkAddress:
    """Where a trunk is: `parameters` with their semicolon, such as ";transport=tcp"."""

    host: str
    port: int
    parameters: str

    @property
    def tcp(self) -> bool:
        """Whether the trunk is spoken to over TCP."""
        return ";transport=tcp" in self.parameters.lower()

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IPv4 address, which needs no look-up."""
        try:
            return bool(ipaddress.IPv4Address(self.host))
        except ValueError:
            return False

    def request_uri(self, number: str) -> str:
        """The URI that is called. Raises BadNumber without naming the number."""
        if not _NUMBER.fullmatch(number):
            raise BadNumber("A number has other characters than digits.")
        return self.uri_of(number)

    def uri_of(self, user: str) -> str:
        """The URI of a number, or of the name of a phone, that was checked before."""
        return f"sip:{_escaped(user)}@{self._host_and_port}{self.parameters}"

    @property
    def uri(self) -> str:
        """The address itself, as a registrar is named (RFC 3261 section 10.2)."""
        return f"sip:{self._host_and_port}{self.parameters}"

    def is_at(self, host: str, port: int) -> bool:
        """Whether it is this host and port; 0 leaves the port open."""
        return self.host.lower() == host.lower() and port in (0, self.port)

    def route(self, resolved: str) -> str:
        """A hidden loose route to the resolved address, so that the library looks nothing up itself."""
        return f"sip:{resolved}:{self.port}{self.parameters};lr;hide"

    def shown_route(self) -> str:
        """A loose route that stands in the message as well (RFC 3261 section 16.12.1)."""
        return f"{self.uri};lr"

    def identity(self, caller_id: str) -> str:
        """The From of a call: a number or name at the trunk's host, or a whole SIP address as given."""
        if not caller_id:
            return f"sip:dialer@{self.host}"
        if _FULL_IDENTITY.fullmatch(caller_id):
            return caller_id
        if not _CALLER_ID.fullmatch(caller_id):
            raise BadAddress(
                "A caller id is neither a number nor a SIP address; use +79990000000 or sip:name@host."
            )
        return f"sip:{_escaped(caller_id)}@{self.host}"

    @property
    def _host_and_port(self) -> str:
        return self.host if self.port == DEFAULT_PORT else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Way:
    """How a trunk is reached and spoken to; made by `way_to`, which has checked all of it."""

    trunk: Trunk
    address: TrunkAddress
    proxy: TrunkAddress | None
    networks: tuple[ipaddress.IPv4Network, ...]

    @property
    def next_hop(self) -> TrunkAddress:
        """Where our requests go: to the outbound proxy, else to the trunk itself."""
        return self.proxy or self.address

    def routes(self, resolved: str) -> tuple[str, ...]:
        """The Route set towards the resolved address of the next hop, hidden entries first."""
        hidden = () if self.next_hop.is_literal else (self.next_hop.route(resolved),)
        return hidden if self.proxy is None else (*hidden, self.proxy.shown_route())

    def invitation(self, number: str, caller_id: str, resolved: str = "") -> Invitation:
        """The INVITE for a call; "" leaves the caller id to the trunk. Raises BadNumber, BadAddress.

        A trunk that is told who calls gets it in P-Asserted-Identity (RFC 3325 section 9.1). `number` may be
        the SIP address of a phone, and `resolved` is the address of the next hop, see `phone_uri`.
        """
        uri, direct = self.target(number, resolved)
        identity = self.identity(caller_id)
        headers = (("P-Asserted-Identity", identity),) if self.trunk.asserted_identity else ()
        return Invitation(uri, identity, headers, direct)

    def target(self, number: str, resolved: str = "") -> tuple[str, bool]:
        """The URI of a number or of a phone's SIP address, and whether it is reached past the trunk's routes.

        Also what a REFER names (RFC 3515 section 2.1). Raises BadNumber.
        """
        if number.startswith("sip:"):
            return self._phone(number, resolved)
        return self.request_uri(number), False

    def _phone(self, address: str, resolved: str) -> tuple[str, bool]:
        """A phone at the trunk's host or proxy is the trunk's to find; one in its networks is called."""
        found = _PHONE.fullmatch(address)
        port = int(found["port"] or 0) if found else 0
        if not found or found["port"] == "0" or port > 65535:
            raise BadNumber("The address of a phone is not of the form sip:name@host[:port].")
        host = "127.0.0.1" if found["host"] == "localhost" else found["host"]
        if any(hop.is_at(host, port) for hop in (self.address, self.proxy) if hop is not None):
            return self.address.uri_of(in_format_of(self.trunk, found["user"])), False
        if not self._is_near(host, resolved):
            raise BadNumber("A phone is neither at the host of its trunk nor in one of the trunk's networks.")
        return TrunkAddress(host, port or DEFAULT_PORT, "").uri_of(found["user"]), True

    def _is_near(self, host: str, resolved: str) -> bool:
        """An IPv4 address whose packets are let in, since it is the trunk's or in one of its networks."""
        if not TrunkAddress(host, DEFAULT_PORT, "").is_literal:
            return False
        near = host in (self.address.host, self.next_hop.host, resolved)
        return near or any(ipaddress.IPv4Address(host) in network for network in self.networks)

    def request_uri(self, number: str) -> str:
        """The URI that is called. Raises BadNumber without naming the number."""
        self.address.request_uri(number)
        return self.address.request_uri(in_format_of(self.trunk, number))

    def identity(self, caller_id: str = "") -> str:
        """The From of a call, with a display name or in angle brackets: parameters are the URI's own then.

        "" shows the trunk's first caller id, or else its user name.
        """
        shown = caller_id or self.trunk.caller_id
        uri = self.address.identity(in_format_of(self.trunk, shown)) if shown else self.account
        return f"<{uri}>" if uri.startswith("sip:") else uri

    def media_towards(self, resolved: str) -> str:
        """Where RTP will go, as far as we know before the answer; `resolved` is the address of the next hop.

        A proxy on this machine carries no RTP: our own address towards it would be of no use to the trunk.
        """
        return self.address.host if self.address.is_literal else resolved

    @property
    def account(self) -> str:
        """The address of record: what is registered (RFC 3261 section 10.2), the user name at the trunk."""
        if not self.trunk.username:
            return self.address.identity("")
        return f"sip:{quote(self.trunk.username, safe=UNESCAPED_IN_USER)}@{self.address.host}"


def way_to(trunk: Trunk) -> Way:
    """Check a whole trunk. Raises BadAddress with what is wrong and what to write instead."""
    address = address_of(trunk)
    proxy = _read(trunk, "proxy", _ROUTE_PARAMETERS.sub("", trunk.proxy)) if trunk.proxy else None
    _check_login(trunk)
    _check_codes(trunk)
    way = Way(trunk, address, proxy, _networks(trunk))
    for caller_id in trunk.caller_ids:
        try:
            way.identity(caller_id)
        except BadAddress as error:
            raise BadAddress(f"Trunk {trunk.name!r}: {error}") from None
    return way


def in_format_of(trunk: Trunk, number: str) -> str:
    """A number as the trunk wants it; one without a plus (an extension, a service) is left as it is."""
    if not number.startswith("+"):
        return number
    digits = number.removeprefix("+")
    match trunk.number_format:
        case "e164":
            return number
        case "digits":
            return digits
        case "national" if digits.startswith(trunk.country_code):
            return trunk.national_prefix + digits.removeprefix(trunk.country_code)
        case "national":
            return trunk.international_prefix + digits
        case _:
            assert_never(trunk.number_format)


def address_of(trunk: Trunk) -> TrunkAddress:
    """Read the address of a trunk. Raises BadAddress with what is wrong and what to write instead."""
    return _read(trunk, "uri", trunk.uri)


def _read(trunk: Trunk, field: str, uri: str) -> TrunkAddress:
    found = _URI.fullmatch(uri.strip())
    if not found:
        raise BadAddress(
            f"Trunk {trunk.name!r}: its {field} is not of the form sip:host[:port][;transport=tcp]; "
            "an IPv4 address or a host name is needed, and sips is not spoken."
        )
    port = int(found["port"] or DEFAULT_PORT)
    if not 0 < port < 65536:
        raise BadAddress(f"Trunk {trunk.name!r}: port {port} does not exist; use one from 1 to 65535.")
    host = "127.0.0.1" if found["host"] == "localhost" else found["host"]
    return TrunkAddress(host, port, found["parameters"])


def _escaped(user: str) -> str:
    """RFC 3261 section 25.1: of what we let through, only this may not stand in a user as it is."""
    return user.replace("#", "%23")


def _check_login(trunk: Trunk) -> None:
    if trunk.username and not _LOGIN.fullmatch(trunk.username):
        raise BadAddress(
            f"Trunk {trunk.name!r}: its username holds quotes, control characters or more than 128 letters."
        )
    if trunk.register and not trunk.username:
        raise BadAddress(f"Trunk {trunk.name!r}: it is to be registered, but has no username; give it one.")
    if trunk.asserted_identity and not (trunk.caller_ids or trunk.username):
        raise BadAddress(f"Trunk {trunk.name!r}: it has no caller id to assert; give it caller_ids.")


def _check_codes(trunk: Trunk) -> None:
    if trunk.number_format not in get_args(NumberFormat):
        raise BadAddress(
            f"Trunk {trunk.name!r}: its number_format is none of {', '.join(get_args(NumberFormat))}."
        )
    if not _COUNTRY_CODE.fullmatch(trunk.country_code):
        raise BadAddress(f"Trunk {trunk.name!r}: country_code is not one to three digits, such as 7.")
    for field, prefix in (
        ("national_prefix", trunk.national_prefix),
        ("international_prefix", trunk.international_prefix),
    ):
        if not _DIALLED_PREFIX.fullmatch(prefix):
            raise BadAddress(f"Trunk {trunk.name!r}: {field} is not up to six digits, such as 8 or 810.")


def _networks(trunk: Trunk) -> tuple[ipaddress.IPv4Network, ...]:
    if len(trunk.networks) > MOST_NETWORKS:
        raise BadAddress(f"Trunk {trunk.name!r}: it has more than {MOST_NETWORKS} networks; join some.")
    try:
        return tuple(ipaddress.IPv4Network(text, strict=False) for text in trunk.networks)
    except ValueError:
        raise BadAddress(
            f"Trunk {trunk.name!r}: one of its networks is no IPv4 network; use 10.0.0.0/24 or 10.0.0.5."
        ) from None
