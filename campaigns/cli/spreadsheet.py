"""Figures as CSV that a spreadsheet opens: UTF-8 with its mark, one line for each row."""

import csv
import io
from collections.abc import Mapping, Sequence

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | float | None
"""None is left empty."""


def as_csv(rows: Sequence[Mapping[str, Cell]]) -> bytes:
    """The columns are those of all rows, in the order in which they first come."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(name) for name in columns])
    writer.writerows([plain(row.get(name)) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def plain(cell: Cell) -> Cell:
    """A text that a spreadsheet would carry out as a formula gets an apostrophe before it (OWASP)."""
    if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
