"""Many contacts in one body: read and queued some hundred at a time, with a result for each."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlmodel import Session

from campaigns.api.doorway import Doorway
from campaigns.api.once import kept
from campaigns.api.problems import Problem
from campaigns.api.sent_rows import Sent, SentRows, Told
from campaigns.api.strict_json import strict_json

MOST_ROWS = 10_000
ROWS_AT_ONCE = 200  # read in one go, and one work: the engine begins a call between two transactions
LONGEST_ID = 200  # of an external_id that is told back with what is wrong


def is_json(content_type: str) -> bool:
    """Whether it is one JSON value, and not JSON lines."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def elements(body: bytes) -> Sequence[object]:
    """Of a JSON list. Raises Problem."""
    data = strict_json(body)
    if not isinstance(data, list):
        raise Problem("invalid", "A batch is a JSON list of contacts, or JSON lines as application/x-ndjson.")
    return _few_enough(data)


def lines(body: bytes) -> Sequence[object]:
    """Of JSON lines, without blank ones; a line that cannot be read is its Problem. Raises Problem."""
    return [_line(line) for line in _few_enough([line for line in body.split(b"\n") if line.strip()])]


def _few_enough(rows: list[Any]) -> list[Any]:
    if len(rows) > MOST_ROWS:
        detail = f"A batch has at most {MOST_ROWS} contacts: send this one in several."
        raise Problem("too-large", detail)
    return rows


def _line(line: bytes) -> object:
    try:
        return strict_json(line)
    except Problem as problem:
        return problem


class Batch:
    """What one caller sends at once; `results` is whole when `queue` is through."""

    def __init__(self, here: Doorway, rows: SentRows, sent: Sequence[object]) -> None:
        self._here = here
        self._rows = rows
        self._sent = sent
        self.results: list[dict[str, Any]] = []

    async def queue(self) -> None:
        """Queue every row that is right; while some are written, the next are read."""
        self.results = []
        writing: asyncio.Future[list[Told | Problem]] | None = None
        for start in range(0, len(self._sent), ROWS_AT_ONCE):
            some = self._sent[start : start + ROWS_AT_ONCE]
            read = await asyncio.to_thread(self._read_all, some)
            if writing is not None:
                self._note(await writing)
            writing = asyncio.ensure_future(kept(self._here, partial(self._enter, read)))
        if writing is not None:
            self._note(await writing)

    def _read_all(self, rows: Sequence[object]) -> list[Sent | Problem]:
        return [row if isinstance(row, Problem) else self._rows.read(row) for row in rows]

    def _enter(self, read: Sequence[Sent | Problem], session: Session) -> list[Told | Problem]:
        right = [each for each in read if not isinstance(each, Problem)]
        told = iter(self._rows.enter(session, right))
        return [each if isinstance(each, Problem) else next(told) for each in read]

    def _note(self, told: Sequence[Told | Problem]) -> None:
        self.results += [self._result(len(self.results) + place, each) for place, each in enumerate(told)]

    def _result(self, place: int, told: Told | Problem) -> dict[str, Any]:
        if isinstance(told, Told):
            return {"row": place + 1, "status": told.status, **told.body}
        result: dict[str, Any] = {"row": place + 1, "status": told.status}
        row = self._sent[place]
        name = row.get("external_id") if isinstance(row, dict) else None
        if isinstance(name, str) and len(name) <= LONGEST_ID:
            result["external_id"] = name
        return {**result, "problem": told.as_data()}
