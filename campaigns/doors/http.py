"""The HTTP door: the application of `campaigns.api` over uvicorn, on a socket of our own."""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from campaigns.access.entrance import Entrance, Room, Visit
from campaigns.doors.patience import PatientProtocol, refusal
from campaigns.doors.sockets import listening
from campaigns.doors.tls import Renewal
from campaigns.errors import DoorShut
from campaigns.setting_doors import ApiTable
from campaigns.settings import Home

ROOM = Room()  # each connection may hold 0.2 MB
IDLE_SECONDS = 20.0  # a connection without a request is kept so long
PARTING_SECONDS = 4.0  # for answers that are under way when the process ends


class HttpDoor:
    """`[api]`. leaving: called as it closes, so that answers without an end are ended."""

    def __init__(self, home: Home, table: ApiTable, app: ASGIApp, leaving: Callable[[], None]) -> None:
        self._home, self._table, self._app, self._leaving = home, table, app, leaving
        self._server: _Server | None = None
        self._running: asyncio.Task[None] | None = None
        self._tls: Renewal | None = None

    @property
    def place(self) -> str:
        """What is open, as a clause."""
        scheme = "https" if self._table.certificate else "http"
        return f"the API on {scheme}://{self._table.listen} (described at /docs)"

    async def open(self) -> None:
        """Begin to serve. Raises DoorShut."""
        self._tls = Renewal(self._home, "api", self._table)
        taken = listening("api", *self._table.address)
        self._server = _Server(_config(self._app, self._table), self._tls.context, _entrance(self._table))
        self._running = asyncio.create_task(self._server.serve(sockets=[taken]))
        while not (self._server.started or self._running.done()):
            await asyncio.sleep(0.01)
        if self._running.done():
            taken.close()
            raise DoorShut("[api] The application did not start: see the log.") from self._fault()

    async def look(self) -> None:
        """Take up renewed certificates. Raises DoorShut when those that lie there cannot be used."""
        if self._tls is not None:
            self._tls.look()

    async def close(self) -> None:
        """Let running answers end, for `PARTING_SECONDS` at most; idempotent."""
        self._leaving()
        if self._server is not None and self._running is not None:
            self._server.should_exit = True
            with contextlib.suppress(Exception):  # what it ended with is in the log; we end anyway
                await self._running

    def _fault(self) -> BaseException | None:
        return None if self._running is None else self._running.exception()


def _config(app: ASGIApp, table: ApiTable) -> uvicorn.Config:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,  # addresses hold what a laboratory calls its patients
        server_header=False,
        proxy_headers=bool(table.proxies),
        forwarded_allow_ips=list(table.proxies),
        timeout_keep_alive=int(IDLE_SECONDS),
        timeout_graceful_shutdown=int(PARTING_SECONDS),
    )


def _entrance(table: ApiTable) -> Entrance:
    """Proxies have as many connections as they like: they stand for many."""
    proxies = [ipaddress.ip_network(network) for network in table.proxies]

    def refuse(taken: socket.socket, _address: str, _reason: str) -> None:
        if not table.certificate:
            with contextlib.suppress(OSError):
                taken.send(refusal(503, "Too many are connected: come again in a moment."))

    return Entrance(
        ROOM, refuse, unbound=lambda address: any(ipaddress.ip_address(address) in each for each in proxies)
    )


class _Server(uvicorn.Server):
    """Heeds no signals, and counts who connects before the handshake of TLS, which uvicorn does not."""

    def __init__(self, config: uvicorn.Config, tls: ssl.SSLContext | None, entrance: Entrance) -> None:
        super().__init__(config)
        self._tls, self._entrance = tls, entrance

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Whoever runs the process heeds them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does it for sockets that it is given."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise DoorShut("[api] The application did not start.")
        self.servers = []
        for one in sockets or []:
            self._entrance.open(one, self._tls, self._connection)
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, then as uvicorn does it."""
        self._entrance.close()
        await super().shutdown(sockets)

    def _connection(self, visit: Visit) -> asyncio.Protocol:
        made = PatientProtocol(self.config, self.server_state, self.lifespan.state)
        made.visit = visit
        return made
