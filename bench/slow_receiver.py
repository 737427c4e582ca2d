"""A receiver of webhooks that takes its time, refuses some, and keeps book; a process of its own."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

TAKEN, REFUSED = b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"


@dataclass
class Arrived:
    """What came. repeated: what had been taken before; out_of_order: after a later one of its contact."""

    requests: int = 0
    events: int = 0
    refused: int = 0
    repeated: int = 0
    out_of_order: int = 0


@dataclass
class _Book:
    arrived: Arrived = field(default_factory=Arrived)
    seen: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def takes(self, body: bytes, refuses_each: int) -> bool:
        self.arrived.requests += 1
        if self.arrived.requests % refuses_each == 0:
            self.arrived.refused += 1
            return False
        data: dict[str, Any] = json.loads(body)["data"]
        before, number = self.seen[data["contact"]], int(data["number"])
        self.arrived.repeated += number in before
        self.arrived.out_of_order += any(later > number for later in before)
        self.arrived.events += number not in before
        before.add(number)
        return True


def listen(pipe: Connection, answer_seconds: float, refuses_each: int) -> None:
    """Say the port, answer until told to end, say what arrived."""
    asyncio.run(_listen(pipe, answer_seconds, refuses_each))


async def _listen(pipe: Connection, answer_seconds: float, refuses_each: int) -> None:
    book = _Book()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while body := await _request(reader):
            await asyncio.sleep(answer_seconds)
            writer.write(TAKEN if book.takes(body, refuses_each) else REFUSED)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
    pipe.send(book.arrived)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The body of the next one; nothing when there is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        [size] = [int(line.split(":")[1]) for line in lines if line.startswith("content-length:")]
        return await reader.readexactly(size)
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        return b""
