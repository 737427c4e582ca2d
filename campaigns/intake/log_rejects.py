"""The broken lines of logs, kept in the home to be looked at; a log's own folder is not ours to write to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.intake.log_reading import Fault

FOLDER = "rejects"
LONGEST_LINE = 2000  # characters


@dataclass(frozen=True)
class Kept:
    """Where the lines are; when they could not be written, `path` is None and `complaint` is one sentence."""

    path: Path | None
    complaint: str = ""


def keep(home: Path, log: Path, faults: Sequence[Fault]) -> Kept:
    """Add the lines to `rejects/<log's name>.rejects.txt`, mode 0600: file, line, reason, what it holds."""
    if not faults:
        return Kept(None)
    place = home / FOLDER / f"{log.name}.rejects.txt"
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.writelines(
                f"{fault.path}:{fault.line}: {fault.reason}: {_one_line(fault.raw)}\n" for fault in faults
            )
    except OSError as error:
        return Kept(
            None, f"The broken lines could not be written to {place} ({error.strerror}): make room for them."
        )
    return Kept(place)


def _one_line(raw: str) -> str:
    """Without what would garble a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in raw.rstrip("\r\n"))[:LONGEST_LINE]
