"""HTTP/1.1 as laboratories speak it, with little of the processor: it stands on the same machine."""

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

ANSWER_SECONDS = 60.0  # a request without an answer by then is a fault of the measurement


@dataclass(frozen=True)
class Answered:
    """One answer. seconds: from the first byte sent to the last one read."""

    status: int
    seconds: float
    body: bytes


@dataclass(frozen=True)
class Load:
    """All answers of some connections, and the seconds from the first request to the last answer."""

    answers: Sequence[Answered]
    seconds: float

    @property
    def a_second(self) -> float:
        """Answers."""
        return len(self.answers) / self.seconds


def request(path: str, key: str, body: bytes, content_type: str = "application/json") -> bytes:
    """A POST as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def load(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, a_second: float = math.inf
) -> Load:
    """Send them one after the other on each connection, until the time is over or none are left.

    a_second: how many are sent at most, evenly.
    """
    return asyncio.run(_load(port, requests, connections, seconds, 1 / a_second))


async def _load(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, apart_seconds: float
) -> Load:
    answers: list[Answered] = []
    began = time.perf_counter()
    until = began + seconds
    turns = (began + number * apart_seconds for number in count())
    each = (_connection(port, requests, turns, until, answers) for _ in range(connections))
    await asyncio.gather(*each)
    return Load(answers, time.perf_counter() - began)


async def _connection(
    port: int, requests: Iterator[bytes], turns: Iterator[float], until: float, answers: list[Answered]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while (turn := next(turns)) < until and time.perf_counter() < until:
            await asyncio.sleep(turn - time.perf_counter())
            if (sent := next(requests, None)) is None:
                break
            began = time.perf_counter()
            writer.write(sent)
            status, body = await asyncio.wait_for(_answer(reader), ANSWER_SECONDS)
            answers.append(Answered(status, time.perf_counter() - began, body))
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)
