"""Who connects: so many at once, and who says nothing gives way first."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from campaigns.access.entrance import Entrance, Room, Visit

PATIENCE_SECONDS = 20.0


class _Echo(asyncio.Protocol):
    """Says what it hears; hearing anything makes sense to it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._visit.spoke()
        self._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._visit.leave()


class _Door:
    """An entrance on a free port. refused: address and reason of each."""

    def __init__(self, room: Room, welcome: Callable[[str], str], unbound: Callable[[str], bool]) -> None:
        self.refused: list[tuple[str, str]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._port = self._socket.getsockname()[1]
        self._writers: list[asyncio.StreamWriter] = []
        self.entrance = Entrance(room, lambda _, *told: self.refused.append(told), welcome, unbound)
        self.entrance.open(self._socket, None, _Echo)

    async def come(self, *, speak: bool, source: str = "127.0.0.1") -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(source, 0))
        self._writers.append(writer)
        if speak:
            writer.write(b"!")
            with suppress(ConnectionResetError):
                assert await reader.read(1) in (b"!", b"")
        return reader

    async def go(self, reader: asyncio.StreamReader, index: int) -> None:
        self._writers[index].write_eof()
        assert await reader.read() == b""

    def close(self) -> None:
        self.entrance.close()
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def _door(
    room: Room, welcome: Callable[[str], str] = lambda _: "", unbound: Callable[[str], bool] = lambda _: False
) -> AsyncIterator[_Door]:
    made = _Door(room, welcome, unbound)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield made
    finally:
        made.close()


async def _is_cut_off(reader: asyncio.StreamReader) -> bool:
    return await reader.read() == b""


def test_who_is_silent_gives_way_and_who_spoke_does_not() -> None:
    async def run() -> list[tuple[str, str]]:
        async with _door(Room(from_here=2)) as door:
            first = await door.come(speak=False)
            await door.come(speak=True)
            await door.come(speak=True)
            assert await _is_cut_off(first)
            await door.come(speak=True)
            return door.refused

    assert asyncio.run(run()) == [("127.0.0.1", "it has 2 connections already")]


def test_one_address_takes_nothing_from_another_until_there_is_no_room_at_all() -> None:
    async def run() -> list[tuple[str, str]]:
        async with _door(Room(from_here=2, connections=3)) as door:
            for _ in range(2):
                await door.come(speak=True)
            await door.come(speak=True, source="127.0.0.2")
            await door.come(speak=True, source="127.0.0.3")
            return door.refused

    assert asyncio.run(run()) == [("", "there are 3 connections already")]


def test_who_has_left_makes_room() -> None:
    async def run() -> list[tuple[str, str]]:
        async with _door(Room(from_here=1)) as door:
            await door.go(await door.come(speak=True), 0)
            await door.come(speak=True)
            return door.refused

    assert asyncio.run(run()) == []


@pytest.mark.parametrize(
    ("welcome", "unbound", "refused"),
    [
        ("", True, []),
        ("", False, [("127.0.0.1", "it has 1 connections already")]),
        ("it is unknown", True, [("127.0.0.1", "it is unknown")] * 2),
    ],
)
def test_proxies_are_not_bound_and_strangers_not_welcome(
    welcome: str, unbound: bool, refused: list[tuple[str, str]]
) -> None:
    async def run() -> list[tuple[str, str]]:
        async with _door(Room(from_here=1), lambda _: welcome, lambda _: unbound) as door:
            for _ in range(2):
                await door.come(speak=True)
            return door.refused

    assert asyncio.run(run()) == refused
