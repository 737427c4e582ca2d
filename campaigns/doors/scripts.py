"""The scripts of a home, at hand: read again when a file has changed."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from campaigns.clock import Clock
from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.library import script_at, script_file, script_files
from campaigns.settings import Home

LOOKS_EVERY_SECONDS = 1.0  # at the files; a thousand contacts a second are queued by one look

Stamp = tuple[tuple[Path, int, int], ...]


@dataclass(frozen=True)
class _Read:
    """What came of reading a script; `looked_at` in the clock's seconds."""

    looked_at: float
    stamp: Stamp
    found: Script | CampaignsError | ScriptError


class Scripts:
    """May be used by several threads. read: makes a script of its file."""

    def __init__(self, home: Home, clock: Clock, read: Callable[[Home, Path], Script] = script_at) -> None:
        self._home, self._clock, self._make = home, clock, read
        self._known: dict[str, _Read] = {}
        self._lock = threading.Lock()

    def names(self) -> Sequence[str]:
        """Every campaign that has a file."""
        return sorted(script_files(self._home))

    def named(self, name: str) -> Script:
        """The checked script of this campaign. Raises UnknownCampaign or ScriptError."""
        with self._lock:
            known = self._known.get(name)
            if known is None or self._clock.seconds() - known.looked_at >= LOOKS_EVERY_SECONDS:
                known = self._look(name, known)
        if isinstance(known.found, Exception):
            raise known.found.with_traceback(None)
        return known.found

    def warm(self) -> None:
        """Read all of them in a thread, so that the first who ask do not wait for seconds."""
        threading.Thread(target=self._read_all, name="scripts", daemon=True).start()

    def _read_all(self) -> None:
        for name in self.names():
            with suppress(CampaignsError, ScriptError):  # whoever asks for it is told
                self.named(name)

    def _look(self, name: str, known: _Read | None) -> _Read:
        seconds = self._clock.seconds()
        try:
            path = script_file(self._home, name)
        except CampaignsError as error:
            self._known.pop(name, None)  # names that strangers make up are not kept
            return _Read(seconds, (), error)
        stamp = _stamp(path, self._home.own_rules)
        found = known.found if known is not None and known.stamp == stamp else self._read(path)
        self._known[name] = _Read(seconds, stamp, found)
        return self._known[name]

    def _read(self, path: Path) -> Script | CampaignsError | ScriptError:
        try:
            return self._make(self._home, path)
        except (CampaignsError, ScriptError) as error:
            return error


def _stamp(path: Path, rules: Path) -> Stamp:
    """Changes with the file, and with any rule pack of the home's own."""
    try:
        files = [path, *sorted(rules.glob("*.yaml"))]
        return tuple((file, stat.st_mtime_ns, stat.st_size) for file in files for stat in (file.stat(),))
    except OSError:
        return ()
