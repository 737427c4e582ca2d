"""Events as a file: CSV for a spreadsheet, or lines of JSON."""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from campaigns.cli.spreadsheet import plain
from campaigns.models import OutboxEvent

_OF_EVERY = ("key", "at", "kind", "campaign", "contact", "institution", "state")
_OF_CONTACTS = ("outcome", "delivered_at", "attempts", "answers", "campaign_only")
_OF_TASKS = (
    "task",
    "reason",
    "urgency",
    "level",
    "level_before",
    "event",
    "created_at",
    "due_at",
    "reopenings",
)
_COLUMNS = (*_OF_EVERY, *_OF_CONTACTS, *_OF_TASKS)


def write_events(path: Path, events: Iterable[OutboxEvent]) -> int:
    """Write them, whole or not at all, with mode 0600; how many. Raises OSError."""
    write = FORMATS[path.suffix.lower()]
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with open(handle, "w", encoding="utf-8", newline="") as out:
            count = write(out, events)
        os.replace(draft, path)
    except BaseException:  # Ctrl-C too: no half file is left
        with suppress(OSError):
            os.unlink(draft)
        raise
    return count


def _as_csv(out: IO[str], events: Iterable[OutboxEvent]) -> int:
    """What no column is for stands in the last one, as JSON."""
    out.write("\ufeff")  # or Excel reads it in an old code page
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, "more"])
    count = 0
    for event in events:
        cells = _flat(event)
        more = {name: value for name, value in cells.items() if name not in _COLUMNS}
        writer.writerow([*(_cell(cells.get(name)) for name in _COLUMNS), _cell(more or None)])
        count += 1
    return count


def _as_lines(out: IO[str], events: Iterable[OutboxEvent]) -> int:
    count = 0
    for event in events:
        out.write(json.dumps(_flat(event), ensure_ascii=False) + "\n")
        count += 1
    return count


FORMATS: Mapping[str, Callable[[IO[str], Iterable[OutboxEvent]], int]] = {
    ".csv": _as_csv,
    ".jsonl": _as_lines,
}
"""By how a file's name ends."""


def _flat(event: OutboxEvent) -> dict[str, Any]:
    return {"key": event.key, "at": event.at.isoformat(), "kind": event.kind, **event.body}


def _cell(value: Any) -> str | int | float | None:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return plain(value)
