"""The rows that could not be queued, beside the file they came from, to be corrected and queued again."""

import csv
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from campaigns.intake.table import OWN_COLUMNS, Row, Table
from campaigns.intake.textfile import UTF8_MARK


class Rejects:
    """Writes `<stem>.rejects.csv` at the end of the `with` block, whole or not at all, with mode 0600.

    Header and delimiter are the source's, plus `line` and `reason`; UTF-8, with a byte-order mark where the
    source came from Excel (it has one, or is Windows-1251). With nothing to write, the file that an earlier
    run left is removed. A folder that cannot be written to stops nothing: `complaint` says so in the end.
    """

    def __init__(self, table: Table) -> None:
        source = table.text.path
        self.count = 0
        self.complaint = ""
        self._place = source.with_name(f"{source.stem}.rejects.csv")
        self._table = table
        self._kept = [n for n, key in enumerate(table.keys) if key not in OWN_COLUMNS]
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
            self._write([*self._cells(row), str(row.line), "; ".join(reasons)])
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
        text = self._table.text
        if text.marked or text.encoding == "cp1251":
            os.write(handle, UTF8_MARK)
        self._file = os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="")
        self._write([*(self._table.columns[n] for n in self._kept), *OWN_COLUMNS])
        return self._file

    def _write(self, cells: Sequence[str]) -> None:
        csv.writer(self._file, delimiter=self._table.delimiter).writerow(cells)  # type: ignore[arg-type]

    def _cells(self, row: Row) -> list[str]:
        """As many as the header has; what is too much stays in the last one."""
        width = len(self._table.columns)
        cells = [*row.cells, *[""] * (width - len(row.cells))]
        if len(cells) > width:
            cells[width - 1 :] = [self._table.delimiter.join(cells[width - 1 :])]
        return [cells[n] for n in self._kept]

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
