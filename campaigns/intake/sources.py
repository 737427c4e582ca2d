"""What every file of contacts offers, whatever its format."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Row:
    """One row: `cells` of a table, or the text of one request. `complaint`: why its form is broken, or "".

    line: where it begins, from 1; of a list, which element it is.
    """

    line: int
    cells: Sequence[str]
    complaint: str = ""


class Rejectable(Protocol):
    """A file whose rejected rows can be written down as they are, with the reasons."""

    @property
    def rejects_place(self) -> Path:
        """The file beside it that they are written to."""

    @property
    def marked(self) -> bool:
        """Whether that file begins with a byte-order mark."""

    def rejects_head(self) -> str:
        """Its first line, with its end; "" without one."""

    def rejected(self, row: Row, reasons: Sequence[str]) -> str:
        """A row as a line (with its end) that can be corrected and queued again."""


class ContactFile(Rejectable, Protocol):
    """An opened file of contacts. Its methods raise IntakeError when it cannot be read any more."""

    @property
    def unit(self) -> str:
        """What `Row.line` counts: "line" or "element"."""

    @property
    def total(self) -> int:
        """How many there are."""

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, in order."""

    def told(self, row: Row) -> Mapping[str, str] | Sequence[str]:
        """Its cells by the file's names in small letters, or every reason why there are none."""

    def unread(self) -> tuple[str, ...]:
        """The names of columns that the campaign has no use for."""
