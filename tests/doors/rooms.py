"""Homes, ports and small applications for the tests of doors."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from campaigns.doors.http import HttpDoor
from campaigns.setting_doors import ApiTable
from campaigns.settings import Home, SettingsFile
from tests.courier.receivers import closed_port

PATIENCE_SECONDS = 20.0


def home(folder: Path, **tables: Any) -> Home:
    trunks = [{"name": "main", "uri": "sip:127.0.0.1:15999"}]
    return Home(folder, SettingsFile.model_validate({"trunks": trunks, **tables}))


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body; refuses /refused before it is read."""
    if scope["type"] == "lifespan":
        return
    length, more = 0, scope["path"] != "/refused"
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


@asynccontextmanager
async def opened(
    folder: Path, app: Any = echo, leaving: Callable[[], None] = lambda: None, **table: Any
) -> AsyncIterator[HttpDoor]:
    """The HTTP door over an application of the test."""
    found = ApiTable(listen=f"127.0.0.1:{closed_port()}", **table)
    door = HttpDoor(home(folder, api=found), found, app, leaving)
    await door.open()
    try:
        yield door
    finally:
        await door.close()


def port_of(door: HttpDoor) -> int:
    return int(door.place.partition(" (")[0].rpartition(":")[2])


async def talk(port: int, *sent: bytes) -> bytes:
    """What comes back for these bytes, until the other end hangs up."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for some in sent:
            writer.write(some)
            await writer.drain()
        try:
            return await reader.read()
        finally:
            writer.close()


def taken_port() -> tuple[socket.socket, int]:
    """A port on which somebody else listens, until the socket is closed."""
    other = socket.create_server(("127.0.0.1", 0))
    return other, int(other.getsockname()[1])
