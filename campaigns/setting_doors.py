"""Tables of `dialer.toml` about what other systems connect to, and about those that are read."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from campaigns.setting_tables import Misfit, Name, Table, Variable
from campaigns.setting_types import Listen, Network, WebAddress


class TlsTable(Table):
    """listen: "address:port". certificate, key: PEM files, from the home's folder; "" for no TLS."""

    listen: Listen
    certificate: str = ""
    key: str = ""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.listen.rpartition(":")
        return host, int(port)

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.IPv4Address(self.address[0]).is_loopback


class ApiTable(TlsTable):
    """`[api]`: HTTP for laboratories and other systems.

    proxies: networks of proxies in front of it, whose word about the caller's address is taken. plain: it
    listens to the network without TLS, because a proxy in front of it has that.
    """

    proxies: tuple[Network, ...] = ()
    plain: bool = False


class MllpTable(TlsTable):
    """`[mllp]`: HL7 v2 for laboratories. campaign: whose contacts the results become.

    client_ca: PEM file; who sends must have a certificate of it. senders: networks that may send; () for all.
    """

    campaign: Name
    client_ca: str = ""
    senders: tuple[Network, ...] = ()


class FhirTable(Table):
    """`[fhir]`: whose contacts the results become that are sent to /fhir."""

    campaign: Name = "covid-results"


class FhirServerTable(Table):
    """`[[fhir_servers]]`: a server whose reports are read, and which may be told of calls.

    token_env, password_env: variables of the environment. networks: private ones in which it may be;
    elsewhere it must have a public address and https. communication: write one back after the call.
    """

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,100}$")]
    url: WebAddress
    campaign: Name
    every_seconds: float = Field(default=60.0, ge=5, le=86_400)
    token_env: Variable | Literal[""] = ""
    username: str = ""
    password_env: Variable | Literal[""] = ""
    networks: tuple[Network, ...] = ()
    timeout_seconds: float = Field(default=10.0, ge=1, le=60)
    communication: bool = False


def door_faults(
    api: ApiTable | None, mllp: MllpTable | None, servers: Sequence[FhirServerTable]
) -> Iterator[Misfit]:
    """What does not fit among the doors."""
    yield from _half_tls(api, "api")
    yield from _half_tls(mllp, "mllp")
    if api is not None and not (api.local or api.certificate or api.plain):
        what = (
            "is open to the network without TLS: add certificate and key, or listen on 127.0.0.1 behind a "
            "proxy, or, where the proxy is on another machine, say plain = true"
        )
        yield Misfit(what, "api", "listen")
    if mllp is not None and mllp.client_ca and not mllp.certificate:
        yield Misfit("needs TLS: add certificate and key", "mllp", "client_ca")
    if mllp is not None and not (mllp.local or mllp.client_ca or mllp.senders):
        what = "is open to the network for anybody: add senders, or client_ca with certificate and key"
        yield Misfit(what, "mllp", "listen")
    if api is not None and mllp is not None and api.listen == mllp.listen:
        yield Misfit("is where [api] listens: give it a port of its own", "mllp", "listen")
    names = [server.name for server in servers]
    for number, server in enumerate(servers):
        if server.name in names[:number]:
            yield Misfit("is the name of two servers: give each its own", "fhir_servers", number, "name")
        yield from _server_faults(server, "fhir_servers", number)


def _half_tls(table: TlsTable | None, name: str) -> Iterator[Misfit]:
    if table is not None and bool(table.certificate) != bool(table.key):
        given, other = ("certificate", "key") if table.certificate else ("key", "certificate")
        yield Misfit(f"goes with {other}: name both files, or neither", name, given)


def _server_faults(server: FhirServerTable, *place: str | int) -> Iterator[Misfit]:
    if urlsplit(server.url).scheme == "http" and not server.networks:
        what = "is http, which can be read on the way: use https, or list its private network in networks"
        yield Misfit(what, *place, "url")
    if server.token_env and server.username:
        what = "goes not with username: a server is shown a token, or a name and a password"
        yield Misfit(what, *place, "token_env")
    if bool(server.username) != bool(server.password_env):
        yield Misfit(
            "needs both username and password_env", *place, "username" if server.username else "password_env"
        )
