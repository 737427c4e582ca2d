"""Connections, counted as they come: before TLS, and before anything of them is read."""

import asyncio
import ipaddress
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Final

ACCEPT_AGAIN_SECONDS: Final = 0.5  # when this process has no descriptor left for one more
PARTING_SECONDS: Final = 5.0  # in which somebody says good-bye by TLS

Refuse = Callable[[socket.socket, str, str], None]
"""Told of the connection, the address ("" where it is not about one), and why, as a clause."""


@dataclass(frozen=True)
class Room:
    """How many may be connected at once: in all, from one address, from this machine, and in the handshake.

    from_here: programs of this machine share one address. handshake_seconds: of TLS.
    """

    connections: int = 1000
    from_one: int = 100
    from_here: int = 500
    handshakes: int = 300
    handshake_seconds: float = 10.0


class Visit:
    """One connection. end: cuts it off."""

    def __init__(self, entrance: "Entrance", address: str) -> None:
        self._entrance, self.address = entrance, address
        self.end: Callable[[], object] = bool  # nothing, until there is something to cut off

    def spoke(self) -> None:
        """It has said something that makes sense, and gives way to nobody any more. Idempotent."""
        self._entrance.heard(self)

    def leave(self) -> None:
        """It has ended. Idempotent."""
        self._entrance.left(self)


Make = Callable[[Visit], asyncio.Protocol]
"""The protocol of a connection, which calls `Visit.leave` when that ends."""


class Entrance:
    """Accepts what connects to one socket.

    Where there is no room, whoever has said nothing for longest gives way, of the same address or of all;
    where nobody is silent, the newcomer is refused. unbound: addresses that may have more than `from_one`, as
    of proxies. welcome: a reason why an address may not connect at all, "" when it may.
    """

    def __init__(
        self,
        room: Room,
        refuse: Refuse,
        welcome: Callable[[str], str] = lambda _: "",
        unbound: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._room, self._refuse, self._welcome, self._unbound = room, refuse, welcome, unbound
        self._from: Counter[str] = Counter()
        self._here: dict[Visit, None] = {}
        self._silent: dict[Visit, None] = {}  # the oldest first
        self._shaking: dict[Visit, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: socket.socket | None = None

    def open(self, listening: socket.socket, tls: ssl.SSLContext | None, make: Make) -> None:
        """Accept from now on; the socket is ours."""
        self._listening = listening
        self._begin(self._accept(listening, tls, make))

    def close(self) -> None:
        """Accept no more; who is connected stays. Idempotent."""
        for task in self._tasks:
            task.cancel()
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None

    def heard(self, visit: Visit) -> None:
        """See `Visit.spoke`."""
        self._silent.pop(visit, None)

    def left(self, visit: Visit) -> None:
        """See `Visit.leave`."""
        self._silent.pop(visit, None)
        self._shaking.pop(visit, None)
        if visit in self._here:
            del self._here[visit]
            self._from[visit.address] -= 1
            self._from += Counter()  # forgets who has no connection left

    async def _accept(self, listening: socket.socket, tls: ssl.SSLContext | None, make: Make) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                taken, peer = await loop.sock_accept(listening)
            except OSError:
                await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                continue
            visit = self._enter(taken, str(peer[0]))
            if visit is not None:
                admitted = self._begin(self._admit(visit, taken, tls, make))
                admitted.add_done_callback(partial(_closed_if_cut_off, taken))
                visit.end = admitted.cancel
            await asyncio.sleep(0)  # however many come, those who are here have their turn

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _enter(self, taken: socket.socket, address: str) -> Visit | None:
        """The visit, counted; None when there is no room."""
        reason, about = self._welcome(address), address
        most = self._most(address)
        if not reason and self._from[address] >= most and not self._made_way(address):
            reason = f"it has {most} connections already"
        if not reason and len(self._here) >= self._room.connections and not self._made_way(None):
            reason, about = f"there are {self._room.connections} connections already", ""
        if reason:
            self._refuse(taken, about, reason)
            taken.close()
            return None
        visit = Visit(self, address)
        self._here[visit] = self._silent[visit] = None
        self._from[address] += 1
        return visit

    def _most(self, address: str) -> int:
        if self._unbound(address):
            return self._room.connections
        return self._room.from_here if ipaddress.ip_address(address).is_loopback else self._room.from_one

    def _made_way(self, address: str | None) -> bool:
        """End whoever was silent for longest: of this address, or of all."""
        for visit in self._silent:
            if address is None or visit.address == address:
                self._cut(visit)
                return True
        return False

    def _cut(self, visit: Visit) -> None:
        self.left(visit)
        visit.end()

    async def _admit(
        self, visit: Visit, taken: socket.socket, tls: ssl.SSLContext | None, make: Make
    ) -> None:
        """Through TLS to its protocol."""
        loop = asyncio.get_running_loop()
        if tls is not None:
            self._shaking[visit] = None
            if len(self._shaking) > self._room.handshakes:
                self._cut(next(iter(self._shaking)))
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: make(visit),
                taken,
                ssl=tls,
                ssl_handshake_timeout=self._room.handshake_seconds if tls else None,
                ssl_shutdown_timeout=PARTING_SECONDS if tls else None,
            )
        except OSError:  # of TLS too: it is gone, or speaks something else
            self.left(visit)
        else:
            visit.end = transport.abort
        finally:
            self._shaking.pop(visit, None)


def _closed_if_cut_off(taken: socket.socket, admitted: "asyncio.Task[None]") -> None:
    """Before it had a transport, which else closes it."""
    if admitted.cancelled():
        taken.close()
