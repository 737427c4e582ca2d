"""Rows of a CSV file: delimiter, header, quotes; a line whose form is broken never swallows the next ones."""

import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from campaigns.intake.columns import Columns
from campaigns.intake.errors import IntakeError
from campaigns.intake.sources import Row
from campaigns.intake.textfile import TextFile, broken, examine

DELIMITERS = (",", ";")
LINES_OF_A_ROW = (
    10  # a cell in quotes may hold line ends, but a quotation mark left open must not eat the file
)
OWN_COLUMNS = ("line", "reason")  # added to rejected rows, and not missed when those are queued again
_OPEN = "a quotation mark is opened and never closed"


@dataclass(frozen=True)
class Table:
    """An opened CSV file. `columns` are its header's names, trimmed; `header_line` is where they stand."""

    text: TextFile
    delimiter: str
    columns: tuple[str, ...]
    header_line: int
    wanted: Columns
    unit: ClassVar[str] = "line"

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns by which cells are found: lower case."""
        return tuple(name.lower() for name in self.columns)

    @property
    def total(self) -> int:
        """How many lines the file has."""
        return self.text.lines

    def unread(self) -> tuple[str, ...]:
        """The names in the header that nothing here has a use for."""
        pairs = zip(self.columns, self.keys, strict=True)
        return tuple(
            name for name, key in pairs if name and key not in OWN_COLUMNS and not self.wanted.ours(key)
        )

    def told(self, row: Row) -> Mapping[str, str] | Sequence[str]:
        """The cells by the header's names in small letters, or what is wrong with the form of the row."""
        return (row.complaint,) if row.complaint else dict(zip(self.keys, row.cells, strict=False))

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank. Raises IntakeError when the file cannot be read any more."""
        for row in _rows(enumerate(self.text.read(), start=1), self.delimiter):
            if row.line > self.header_line and any(cell.strip() for cell in row.cells):
                yield self._checked(row)

    def _checked(self, row: Row) -> Row:
        if row.complaint:
            return row
        extra = len(row.cells) - len(self.columns)
        if extra > 0 and any(cell.strip() for cell in row.cells[len(self.columns) :]):
            return Row(
                row.line, row.cells, f"the row has {len(row.cells)} cells, the header {len(self.columns)}"
            )
        if broken("".join(row.cells)):
            return Row(row.line, row.cells, "the row holds bytes that are no UTF-8 text")
        return row

    # ------------------------------------------------------------ what was rejected

    @property
    def rejects_place(self) -> Path:
        """The file beside it that rejected rows are written to."""
        return self.text.path.with_name(f"{self.text.path.stem}.rejects.csv")

    @property
    def marked(self) -> bool:
        """Whether that has a byte-order mark: where the source came from Excel."""
        return self.text.marked or self.text.encoding == "cp1251"

    def rejects_head(self) -> str:
        """The header of the source, and the two columns that say what is wrong."""
        return self._line([*(self.columns[n] for n in self._kept), *OWN_COLUMNS])

    def rejected(self, row: Row, reasons: Sequence[str]) -> str:
        """As many cells as the header has; what is too much stays in the last one."""
        width = len(self.columns)
        cells = [*row.cells, *[""] * (width - len(row.cells))]
        if len(cells) > width:
            cells[width - 1 :] = [self.delimiter.join(cells[width - 1 :])]
        return self._line([*(cells[n] for n in self._kept), str(row.line), "; ".join(reasons)])

    @cached_property
    def _kept(self) -> Sequence[int]:
        return [n for n, key in enumerate(self.keys) if key not in OWN_COLUMNS]

    def _line(self, cells: Sequence[str]) -> str:
        written = io.StringIO()
        csv.writer(written, delimiter=self.delimiter).writerow(cells)
        return written.getvalue()


def open_table(path: Path, wanted: Columns) -> Table:
    """The table with these columns. Raises IntakeError when it is no such table."""
    text = examine(path)
    header = next((row for row in enumerate(text.read(), start=1) if row[1].strip()), None)
    if header is None:
        raise IntakeError(f"{path} is blank: it needs a first line with the names of the columns.")
    tables = [_table(text, delimiter, *header, wanted) for delimiter in DELIMITERS]
    table = max(tables, key=lambda table: (len([*filter(wanted.ours, table.keys)]), len(table.columns)))
    if missing := wanted.missing(table.keys):
        raise IntakeError(
            f"{path} has no {_named(missing)}: its first line must name every column that is needed."
        )
    if twice := wanted.doubled(table.keys):
        what = "columns that mean the same," if len(twice) > 1 else "more than one column"
        raise IntakeError(f"{path} has {what} {', '.join(twice)}: leave one and rename the others.")
    return table


def _table(text: TextFile, delimiter: str, number: int, line: str, wanted: Columns) -> Table:
    cells = _parse([line], delimiter)
    names = cells if isinstance(cells, list) else line.split(delimiter)
    return Table(text, delimiter, tuple(name.strip() for name in names), number, wanted)


def _named(columns: Sequence[str]) -> str:
    return f"column{'s' if len(columns) > 1 else ''} {', '.join(columns)}"


def _rows(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[Row]:
    """Rows of one line, or of a few when a cell in quotes holds line ends."""
    ahead: deque[tuple[int, str]] = deque()
    while first := (ahead.popleft() if ahead else next(lines, None)):
        number, text = first
        cells, taken = _parse([text], delimiter), list[tuple[int, str]]()
        while cells == _OPEN and len(taken) + 1 < LINES_OF_A_ROW:
            if (more := ahead.popleft() if ahead else next(lines, None)) is None:
                break
            taken.append(more)
            cells = _parse([text, *(line for _, line in taken)], delimiter)
        if isinstance(cells, list):
            yield Row(number, cells)
        else:
            ahead.extendleft(reversed(taken))
            yield Row(number, [text.rstrip("\r\n")], cells)


def _parse(lines: Sequence[str], delimiter: str) -> list[str] | str:
    """The cells, or a complaint."""
    if len(lines) == 1 and '"' not in lines[0]:
        return lines[0].rstrip("\r\n").split(delimiter)
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return _OPEN if "end of data" in str(error) else "the quotation marks do not match"
