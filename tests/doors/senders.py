"""Laboratories that send results for a while, each in its own way, and again whatever is not answered."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

CAMPAIGN: Final = "covid-results"
CONTACTS: Final = f"/api/v1/campaigns/{CAMPAIGN}/contacts"
ROWS_AT_ONCE = 10  # of a batch
REPEATED = 0.2  # so many results are sent once more, although they were answered
REST_SECONDS = 0.05  # after a failure: whoever is started again is not asked a thousand times meanwhile
ANSWER_SECONDS = 20.0
_BEGIN, _END = b"\x0b", b"\x1c\r"
_AWAY = (OSError, httpx.TransportError, asyncio.IncompleteReadError, TimeoutError)


@dataclass
class Laboratory:
    """What is sent where, and what became of it.

    later: ISO moment before which nobody of these may be called. safe: external_ids that were answered for.
    odd: answers that no laboratory should get.
    """

    api: str
    mllp: tuple[str, int]
    key: str
    later: str
    until: float  # monotonic
    safe: set[str] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    failures: int = 0
    slowest_seconds: float = 0.0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def send(self, batches: int, singles: int, messages: int) -> None:
        """So many senders of each kind, until the time is over and all they began with is answered."""
        async with asyncio.TaskGroup() as group:
            for place in range(batches + singles):
                group.create_task(self._http(random.Random(place), in_batches=place < batches))
            for place in range(messages):
                group.create_task(self._mllp(f"LIS{place}", random.Random(place)))

    # ------------------------------------------------------------ HTTP

    async def _http(self, chance: random.Random, *, in_batches: bool) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(base_url=self.api, headers=headers, timeout=ANSWER_SECONDS) as client:
            while time.monotonic() < self.until:
                rows = [self._row() for _ in range(ROWS_AT_ONCE if in_batches else 1)]
                for _ in range(1 + (chance.random() < REPEATED)):
                    await self._until_answered(client, rows, keyed=chance.random() < 0.5)

    async def _until_answered(self, client: httpx.AsyncClient, rows: list[Any], *, keyed: bool) -> None:
        single = len(rows) == 1
        name = rows[0]["external_id"]
        path, body = (CONTACTS, rows[0]) if single else (f"{CONTACTS}:batch", rows)
        headers = {"Idempotency-Key": name} if keyed else {}
        while True:
            began = time.monotonic()
            try:
                answer = await client.post(path, json=body, headers=headers)
            except _AWAY:
                await self._fail()
                continue
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)
            if answer.status_code in (409, 503):  # the same is under way yet; the database is busy
                await self._fail()
                continue
            statuses = [answer.status_code] if single else [row["status"] for row in _rows_of(answer)]
            if set(statuses) <= {200, 201}:
                self.safe.update(row["external_id"] for row in rows)
            else:
                self.odd.append(f"{answer.status_code} {answer.text[:200]}")
            return

    def _row(self) -> dict[str, str]:
        number = next(self._numbers)
        return {
            "external_id": f"H{number}",
            "phone": f"+7912{number:07d}",
            "full_name": "Иванова Мария Петровна",
            "language": "ru",
            "time_zone": "Asia/Yekaterinburg",
            "birth_year": "1954",
            "result": "negative",
            "sample_date": "2026-11-20",
            "clinic": "Поликлиника № 5",
            "not_before": self.later,
        }

    # ------------------------------------------------------------ MLLP

    async def _mllp(self, name: str, chance: random.Random) -> None:
        left: list[tuple[str, bytes]] = []
        while left or time.monotonic() < self.until:
            try:
                async with _connected(self.mllp) as (reader, writer):
                    while left or time.monotonic() < self.until:
                        left = left or self._messages(name, chance)
                        await self._message(reader, writer, *left[-1])
                        left.pop()
            except _AWAY:
                await self._fail()

    def _messages(self, name: str, chance: random.Random) -> list[tuple[str, bytes]]:
        """One message, or the same twice."""
        number = next(self._numbers)
        return [(f"M{number}", _oru(f"M{number}", name, f"+7922{number:07d}"))] * (
            1 + (chance.random() < REPEATED)
        )

    async def _message(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, order: str, content: bytes
    ) -> None:
        """Until it is answered. Raises what a lost connection raises."""
        answer = await self._answered(reader, writer, content)
        while b"MSA|AR|" in answer:  # the database is busy
            await self._fail()
            answer = await self._answered(reader, writer, content)
        if f"MSA|AA|{order}".encode() in answer:
            self.safe.add(order)
        else:
            self.odd.append(answer.decode(errors="replace"))

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes
    ) -> bytes:
        began = time.monotonic()
        writer.write(_BEGIN + content + _END)
        await writer.drain()
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await reader.readuntil(_END)
        self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)
        return answer

    async def _fail(self) -> None:
        self.failures += 1
        await asyncio.sleep(REST_SECONDS)


@asynccontextmanager
async def _connected(
    place: tuple[str, int],
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*place)
    try:
        yield reader, writer
    finally:
        writer.close()


def _rows_of(answer: httpx.Response) -> list[dict[str, Any]]:
    found = json.loads(answer.text)
    return found if isinstance(found, list) else [{"status": answer.status_code}]


def _oru(order: str, sender: str, phone: str) -> bytes:
    """A final result, ORU^R01 of 2.5.1."""
    return "\r".join(
        (
            f"MSH|^~\\&|{sender}|LAB|D|H|20261120120000||ORU^R01^ORU_R01|{order}|P|2.5.1|||||||UNICODE UTF-8",
            f"PID|1||{order}^^^LAB||Иванова^Мария^Петровна||19540101|F|||||{phone}|||RUS",
            f"OBR|1|{order}|{order}|94500-6^SARS-CoV-2^LN|||20261120100000|||||||||||||||20261120110000|||F",
            "OBX|1|CWE|94500-6^SARS-CoV-2^LN||260415000^Not detected^SCT||||||F",
            "",
        )
    ).encode()
