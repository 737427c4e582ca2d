"""Rows of a CSV file: delimiter, header, quotes; a line whose form is broken never swallows the next ones."""

import csv
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from campaigns.intake.errors import IntakeError
from campaigns.intake.textfile import TextFile, broken, examine

DELIMITERS = (",", ";")
LINES_OF_A_ROW = (
    10  # a cell in quotes may hold line ends, but a quotation mark left open must not eat the file
)
OWN_COLUMNS = ("line", "reason")  # added to rejected rows, and not missed when those are queued again
_OPEN = "a quotation mark is opened and never closed"


@dataclass(frozen=True)
class Row:
    """One row. `line`: where it begins, from 1. `complaint`: why its form is broken, or ""."""

    line: int
    cells: Sequence[str]
    complaint: str = ""


@dataclass(frozen=True)
class Table:
    """An opened CSV file. `columns` are its header's names, trimmed; `header_line` is where they stand."""

    text: TextFile
    delimiter: str
    columns: tuple[str, ...]
    header_line: int

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns by which cells are found: lower case."""
        return tuple(name.lower() for name in self.columns)

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


def open_table(path: Path, needed: Collection[str], optional: Collection[str]) -> Table:
    """The table with these columns (lower case). Raises IntakeError when it is no such table."""
    text = examine(path)
    header = next((row for row in enumerate(text.read(), start=1) if row[1].strip()), None)
    if header is None:
        raise IntakeError(f"{path} is blank: it needs a first line with the names of the columns.")
    known = {*needed, *optional}
    tables = [_table(text, delimiter, *header) for delimiter in DELIMITERS]
    table = max(tables, key=lambda table: (len(known.intersection(table.keys)), len(table.columns)))
    missing = [name for name in needed if name not in table.keys]
    if missing:
        raise IntakeError(
            f"{path} has no {_named(missing)}: its first line must name every column that is needed."
        )
    twice = sorted(name for name in known if table.keys.count(name) > 1)
    if twice:
        raise IntakeError(f"{path} has more than one {_named(twice)}: leave one and rename the others.")
    return table


def _table(text: TextFile, delimiter: str, number: int, line: str) -> Table:
    cells = _parse([line], delimiter)
    names = cells if isinstance(cells, list) else line.split(delimiter)
    return Table(text, delimiter, tuple(name.strip() for name in names), number)


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
