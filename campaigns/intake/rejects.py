"""The rows that could not be queued, beside the file they came from, to be corrected and queued again."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from campaigns.intake.sources import Rejectable, Row
from campaigns.intake.textfile import UTF8_MARK


class Rejects:
    """Writes `<stem>.rejects.<csv or jsonl>` at the end of the `with` block, whole or not at all, mode 0600.

    In UTF-8, in the form of the source. With nothing to write, the file that an earlier run left is removed.
    A folder that cannot be written to stops nothing: `complaint` says so in the end.
    """

    def __init__(self, source: Rejectable) -> None:
        self.count = 0
        self.complaint = ""
        self._source = source
        self._place = source.rejects_place
        self._draft: Path | None = None
        self._file: IO[str] | None = None

    @property
    def path(self) -> Path | None:
        """The file that was written; None when there is none."""
        return self._place if self.count and not self.complaint else None

    def add(self, row: Row, reasons: Sequence[str]) -> None:
        """Keep a row with every reason against it."""
        self.count += 1
        if self.complaint:
            return
        try:
            if self._file is None:
                self._file = self._begin()
            self._file.write(self._source.rejected(row, reasons))
        except OSError as error:
            self._fail(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and not self.complaint:
                self._finish()
        except OSError as error:
            self._fail(error)
        finally:
            self._discard()

    def _begin(self) -> IO[str]:
        handle, draft = tempfile.mkstemp(prefix=f".{self._place.name}.", dir=self._place.parent)  # mode 0600
        self._draft = Path(draft)
        if self._source.marked:
            os.write(handle, UTF8_MARK)
        self._file = os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="")
        self._file.write(self._source.rejects_head())
        return self._file

    def _finish(self) -> None:
        if self._file is None or self._draft is None:
            self._place.unlink(missing_ok=True)
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._draft, self._place)
        self._draft = None

    def _fail(self, error: OSError) -> None:
        self.complaint = (
            f"The rejected rows could not be written to {self._place} ({error.strerror}): "
            "make the folder writable and queue the file again."
        )

    def _discard(self) -> None:
        with suppress(OSError):  # closing flushes, and the disk may be full
            if self._file is not None:
                self._file.close()
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)
