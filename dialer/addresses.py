"""What is written into SIP URIs: the trunk's address, the number, the caller id (pure)."""

import ipaddress
import re
from dataclasses import dataclass

from dialer.errors import DialerError
from dialer.settings import Trunk

DEFAULT_PORT = 5060  # RFC 3261 section 19.1.2

_URI = re.compile(
    r"sip:(?:[^@;>\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<parameters>(?:;[\w=.-]+)*)"
)
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_CALLER_ID = re.compile(r"[A-Za-z0-9+*#_.-]{1,64}")
_FULL_IDENTITY = re.compile(
    r'(?:"[^"\\<>\x00-\x1f\x7f]*" ?)?<sip:[^\s<>"\x00-\x1f\x7f]+>|sip:[^\s<>"\x00-\x1f\x7f]+'
)


class BadAddress(DialerError):
    """A trunk, a number or a caller id that cannot be written into a SIP message."""


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
        """The URI that is called. Raises BadAddress without naming the number."""
        if not _NUMBER.fullmatch(number):
            raise BadAddress("A number has other characters than digits.")
        user = number.replace("#", "%23")
        return f"sip:{user}@{self._host_and_port}{self.parameters}"

    def route(self, resolved: str) -> str:
        """A hidden loose route to the resolved address, so that the library looks nothing up itself."""
        return f"sip:{resolved}:{self.port}{self.parameters};lr;hide"

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
        return f"sip:{caller_id.replace('#', '%23')}@{self.host}"

    @property
    def _host_and_port(self) -> str:
        return self.host if self.port == DEFAULT_PORT else f"{self.host}:{self.port}"


def address_of(trunk: Trunk) -> TrunkAddress:
    """Read the address of a trunk. Raises BadAddress with what is wrong and what to write instead."""
    found = _URI.fullmatch(trunk.uri.strip())
    if not found:
        raise BadAddress(
            f"Trunk {trunk.name!r}: its uri is not of the form sip:host[:port][;transport=tcp]; "
            "an IPv4 address or a host name is needed, and sips is not spoken."
        )
    port = int(found["port"] or DEFAULT_PORT)
    if not 0 < port < 65536:
        raise BadAddress(f"Trunk {trunk.name!r}: port {port} does not exist; use one from 1 to 65535.")
    host = "127.0.0.1" if found["host"] == "localhost" else found["host"]
    return TrunkAddress(host, port, found["parameters"])
