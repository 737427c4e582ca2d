"""Asks a server of the settings over HTTP: only where it may be, for no longer than it may take."""

import asyncio
import base64
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from campaigns.courier.answers import failure, meaning
from campaigns.courier.guard import Refused, Resolve, look_up, permitted
from campaigns.courier.port import Fault, Sent
from campaigns.courier.webhook import LEAST_CONNECT_SECONDS, UNANSWERED, UNCONNECTED
from campaigns.errors import SettingsError
from campaigns.setting_doors import FhirServerTable
from campaigns.settings import FILE_NAME, Home, fhir_secret

KIND = "FHIR server"  # as sentences about it begin
BODY_SECONDS = 60.0  # in which the whole of an answer must come, once it has begun
MOST_BODY_BYTES = 16 * 1024 * 1024  # of one answer: as much as may be sent to us


@dataclass(frozen=True)
class Server:
    """A server that is asked. url: its base, without a slash at the end. headers: what it is shown.

    networks: private ones in which it may be. timeout_seconds: until an answer must begin.
    """

    name: str
    url: httpx.URL
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    networks: tuple[str, ...] = ()
    timeout_seconds: float = 10.0


@dataclass(frozen=True)
class Reply:
    """What it answered, whatever status that has."""

    status: int
    headers: httpx.Headers
    body: bytes


class Unanswered(Exception):
    """There was no whole answer; `fault` says why, and what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


class Outward:
    """Asks one server; of one event loop, which closes it."""

    def __init__(
        self, server: Server, resolve: Resolve = look_up, trusted: ssl.SSLContext | None = None
    ) -> None:
        """trusted: the certificates that count; without it, those of this machine.

        It follows no redirect, heeds no proxy of the environment, unpacks nothing and keeps no cookie.
        """
        self.server = server
        self._resolve = resolve
        self._client = httpx.AsyncClient(
            verify=trusted or ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": "health-dialer", "accept-encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    async def ask(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None = None
    ) -> Reply:
        """Its answer. url: of the server itself, whose credentials it gets. Raises Unanswered."""
        server, seconds = self.server, self.server.timeout_seconds
        until = time.monotonic() + seconds
        try:
            found = await asyncio.to_thread(self._resolve, url.raw_host.decode("ascii"), seconds)
            encrypted = url.scheme == "https"
            usable = permitted(server.name, url.host, found, server.networks, encrypted=encrypted, kind=KIND)
            request = _Request(method, url, {**headers, **server.headers}, content)
            async with asyncio.timeout(max(0.0, until - time.monotonic())) as limit:
                connect_seconds = max(seconds / len(usable), LEAST_CONNECT_SECONDS)
                for address in usable[:-1]:
                    try:
                        return await self._answer(request, address, connect_seconds, limit)
                    except UNCONNECTED:
                        continue
                return await self._answer(request, usable[-1], None, limit)
        except Refused as refused:
            raise Unanswered(Fault(str(refused))) from None
        except UNANSWERED as error:
            raise Unanswered(failure(server.name, url.host, error, seconds, kind=KIND)) from None

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()

    async def _answer(
        self, request: "_Request", address: str, connect_seconds: float | None, limit: asyncio.Timeout
    ) -> Reply:
        """The address is the checked one; the header and the certificate must name the host all the same."""
        url = request.url
        async with self._client.stream(
            request.method,
            url.copy_with(host=address),
            content=request.content,
            headers={**request.headers, "host": url.netloc.decode("ascii")},
            timeout=httpx.Timeout(None, connect=connect_seconds),
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        ) as response:
            limit.reschedule(asyncio.get_running_loop().time() + BODY_SECONDS)
            pieces, size = [], 0
            async for piece in response.aiter_raw():
                size += len(piece)
                if size > MOST_BODY_BYTES:
                    what = f"answers with more than {MOST_BODY_BYTES // 1024 // 1024} MiB at once"
                    raise Unanswered(Fault(f'{KIND} "{self.server.name}" {what}: ask whoever runs it.'))
                pieces.append(piece)
            return Reply(response.status_code, response.headers, b"".join(pieces))


@dataclass(frozen=True)
class _Request:
    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes | None


def server_of(home: Home, table: FhirServerTable, environment: Mapping[str, str] = os.environ) -> Server:
    """A server of the settings as it is asked. Raises SettingsError."""
    secret = fhir_secret(home, table, environment)
    try:
        url = httpx.URL(table.url.rstrip("/"))
    except httpx.InvalidURL:
        place = f"{home.folder / FILE_NAME}: FHIR server {table.name}"
        raise SettingsError(f"{place}: its url cannot be called: correct it.") from None
    headers = shown(secret, table.username)
    return Server(table.name, url, headers, table.networks, table.timeout_seconds)


def shown(secret: str, username: str = "") -> Mapping[str, str]:
    """The header by which we say who we are: a name and a password, or a token; none without a secret."""
    if username:
        told = base64.b64encode(f"{username}:{secret}".encode()).decode()
        return {"authorization": f"Basic {told}"}
    return {"authorization": f"Bearer {secret}"} if secret else {}


_MEANINGS: Mapping[int, str] = {
    400: "does not understand what it is asked: compare its own description at its url with /metadata",
    401: "does not know us: set what its token_env, or its username and password_env, name",
    403: "knows us and refuses: have it allow us to read reports, and to write a Communication",
    404: "has nothing at this address: correct its url in dialer.toml",
    405: "does not take this at this address: correct its url in dialer.toml",
}


def fault_of(server: Server, reply: Reply, now: datetime) -> Fault | None:
    """What is wrong with an answer by its status; None of one that is well."""
    came = meaning(server.name, reply.status, reply.headers, now, kind=KIND)
    if isinstance(came, Sent):
        return None
    if what := _MEANINGS.get(reply.status):
        return replace(came, sentence=f'{KIND} "{server.name}" {what} (status {reply.status}).')
    return came
