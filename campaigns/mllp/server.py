"""The MLLP server: connections of laboratories, with limits, each answered in its own order."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from campaigns.access.entrance import Entrance, Room, Visit
from campaigns.mllp.frames import Frames, NoMllp, TooLong, framed

READ_BYTES = 64 * 1024
KEEPALIVE = (  # a laboratory that lost its power is noticed within two minutes
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
)
TELL_AGAIN_SECONDS = 3600.0  # the same about the same address
USUAL_ROOM = Room()
MOST_TOLD = 400  # addresses within that time


class Receives(Protocol):
    """Who answers messages: `receiving.Receiving`."""

    async def receive(self, content: bytes) -> bytes:
        """The acknowledgement of a message."""

    def too_long(self, begun: bytes) -> bytes:
        """The answer to a message that never ends."""


@dataclass(frozen=True)
class Limits:
    """room: of all senders together.

    message_seconds: from the first byte of a block to its last. answer_seconds: in which a sender must read
    an answer. parting_seconds: for answers under way when the server closes.
    """

    room: Room = USUAL_ROOM
    message_seconds: float = 30.0
    answer_seconds: float = 30.0
    parting_seconds: float = 4.0


USUAL = Limits()


class MllpServer:
    """Serves one socket. senders: networks that may send, () for all. tell: a sentence for who runs it."""

    def __init__(
        self, receives: Receives, senders: Sequence[str], tell: Callable[[str], None], limits: Limits = USUAL
    ) -> None:
        self._receives, self._tell, self._limits = receives, tell, limits
        self._senders = [ipaddress.ip_network(network) for network in senders]
        self._entrance = Entrance(limits.room, self._refuse, welcome=self._welcome)
        self._busy: dict[asyncio.Task[None], bool] = {}
        self._told: dict[tuple[str, str], float] = {}
        self._closing = False

    async def start(self, listening: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Serve what connects to this socket, which is ours from now on."""
        self._entrance.open(listening, tls, self._connection)

    async def close(self) -> None:
        """Take no more, let answers under way be given, and end; idempotent."""
        self._closing = True
        self._entrance.close()
        for task, busy in self._busy.items():
            if not busy:
                task.cancel()
        if self._busy:
            await asyncio.wait(set(self._busy), timeout=self._limits.parting_seconds)
        for task in set(self._busy):
            task.cancel()

    def _connection(self, visit: Visit) -> asyncio.Protocol:
        reader = asyncio.StreamReader()
        return asyncio.StreamReaderProtocol(reader, partial(self._connected, visit))

    async def _connected(
        self, visit: Visit, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy[task] = False
        try:
            _keep_alive(writer)
            await self._serve(visit, reader, writer, task)
        except asyncio.CancelledError:  # the server closes; the streams would log it as a fault
            pass
        except (OSError, TimeoutError):  # the sender is gone, or too slow: it sends again
            pass
        finally:
            visit.leave()
            del self._busy[task]
            with contextlib.suppress(OSError):
                writer.close()

    async def _serve(
        self,
        visit: Visit,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        task: "asyncio.Task[None]",
    ) -> None:
        frames, until = Frames(), None
        while not self._closing:
            async with asyncio.timeout_at(until):
                data = await reader.read(READ_BYTES)
            if not data:
                return
            self._busy[task] = True
            try:
                for message in frames.feed(data):
                    until = None
                    visit.spoke()
                    await self._send(writer, await self._receives.receive(message))
            except TooLong as error:
                await self._send(writer, self._receives.too_long(error.begun))
                return
            except NoMllp:
                return
            self._busy[task] = False
            if not frames.inside:
                until = None
            elif until is None:
                until = asyncio.get_running_loop().time() + self._limits.message_seconds

    async def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(framed(answer))
        async with asyncio.timeout(self._limits.answer_seconds):
            await writer.drain()

    def _welcome(self, address: str) -> str:
        """Why nobody there may connect; "" for who may."""
        if not self._senders or any(_within(address, network) for network in self._senders):
            return ""
        return "it is in none of the networks under senders in dialer.toml"

    def _refuse(self, _taken: socket.socket, address: str, reason: str) -> None:
        self._tell_once(address, reason)

    def _tell_once(self, address: str, reason: str) -> None:
        """Who is refused is told of once an hour."""
        now = time.monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < TELL_AGAIN_SECONDS}
        if (address, reason) not in self._told and len(self._told) < MOST_TOLD:
            self._told[address, reason] = now
            self._tell(f"MLLP: a connection{' from ' * bool(address)}{address} was refused: {reason}.")


def _within(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    connected = writer.get_extra_info("socket")
    for level, option, value in KEEPALIVE:
        with contextlib.suppress(OSError):
            connected.setsockopt(level, option, value)
