"""Both sides of one call into one WAV file; a failure is told in one sentence and leaves the call alone."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy, disconnect
from dialer.recordings import NEEDED_BYTES, has_room, is_cut, is_finished

FINISH_SECONDS = 0.5  # the next tick of 20 ms finishes the file; a full disk never does


class NotRecorded(Exception):
    """The call is not recorded, or not wholly; the message is one plain sentence without a path."""


class CallRecorder:
    """Opens the file at once, readable for its owner only. Raises NotRecorded, which says `what` is not."""

    def __init__(self, path: Path, what: str = "The call") -> None:
        self._path = path
        self._source: Any = None
        try:
            _make_file(path)
        except OSError as error:
            raise NotRecorded(f"{what} is not recorded: {error.strerror}; see to the folder.") from None
        self.sink: Any = pj.AudioMediaRecorder()
        try:
            self.sink.createRecorder(str(path))
        except pj.Error as error:
            raise NotRecorded(f"{what} is not recorded: {error.reason or 'unknown reason'}.") from None
        self._started_at = self._closed_at = time.monotonic()
        self._paused_at: float | None = None

    def listen_to(self, source: Any) -> None:
        """The audio of the call; again after each change of its media."""
        self._go_on()
        self._source = source
        source.startTransmit(self.sink)

    def pause(self) -> None:
        """Record nothing until `listen_to`; the file goes on where it was."""
        if self._source is not None and self._paused_at is None:
            self._paused_at = time.monotonic()
            disconnect(self._source, self.sink)

    def _go_on(self) -> None:
        if self._paused_at is not None:
            self._started_at += time.monotonic() - self._paused_at
            self._paused_at = None

    def close(self) -> None:
        """Stop recording. The library's clock thread finishes the file a moment later: see `finished`."""
        self._go_on()
        self._closed_at = time.monotonic()
        if self._source is not None:
            disconnect(self._source, self.sink)
        destroy(pj.AudioMediaRecorder, self.sink)

    def finished(self) -> bool:
        """After `close`: whether the file is complete. Raises NotRecorded when much of it is missing."""
        late = time.monotonic() - self._closed_at > FINISH_SECONDS
        if not (late or is_finished(self._path)):
            return False
        if is_cut(self._path, self._closed_at - self._started_at):
            raise NotRecorded("A recording is much shorter than its call: the disk may be full; make room.")
        return True


class Tape:
    """The recording of one call: begun at its first audio once it was asked for, early media included.

    `complain` gets the sentence of a NotRecorded; the call goes on without.
    """

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._path: Path | None = None
        self._recorder: CallRecorder | None = None

    @property
    def sinks(self) -> list[Any]:
        """Where our own side of the call has to be played into as well."""
        return [] if self._recorder is None else [self._recorder.sink]

    def ask(self, path: Path) -> None:
        """Record into this file from the next `listen_to` on; only the first wish counts."""
        self._path = self._path or path

    def listen_to(self, source: Any) -> None:
        """The audio of the call; again after each change of its media."""
        if self._path is None:
            return
        try:
            self._recorder = self._recorder or CallRecorder(self._path)
        except NotRecorded as error:
            self._path = None
            self._complain(str(error))
            return
        self._recorder.listen_to(source)

    def close(self) -> None:
        """Stop recording."""
        if self._recorder is not None:
            self._recorder.close()

    def finished(self) -> bool:
        """After `close`: nothing remains to be written; complains when much is missing."""
        try:
            return self._recorder is None or self._recorder.finished()
        except NotRecorded as error:
            self._complain(str(error))
            return True


def _make_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not has_room(path.parent):
        raise OSError(0, f"the disk has less than {NEEDED_BYTES // 1_000_000} MB left")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
