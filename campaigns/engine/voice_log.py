"""What voices complain of in their log, as plain sentences for a supervisor."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from campaigns.errors import as_clause


class VoiceLog(logging.Handler):
    """Tells each complaint once: a service that is away fails at every sentence."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        sentence = plain(record)
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)


@contextmanager
def voices_told(tell: Callable[[str], None]) -> Iterator[None]:
    """Meanwhile complaints of voices in this process are told, and no raw line is shown."""
    handler, log = VoiceLog(tell), logging.getLogger("prompts")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def plain(record: logging.LogRecord) -> str:
    """The sentence; a record never holds a value, nor does its sentence."""
    match str(record.msg).split(" ")[0], record.args:
        case "engine_failed", (engine, reason):
            return f"The next voice speaks for {engine}: {as_clause(str(reason))}"
        case "pack_damaged", (folder,):
            return f"The voice pack in {folder} is damaged and is not used: install it again."
        case "recordings_unused", (folder, number, *_):
            what = f"{number} recordings, or lines of phrases.csv,"
            return f"{what} in {folder} are of no use: ask the doctor why."
    return f"A voice complains: {record.getMessage()}"
