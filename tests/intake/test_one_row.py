"""One JSON object as a row of a table."""

from typing import Any

import pytest

from campaigns.intake.columns import Columns
from campaigns.intake.one_row import NO_TEXT, cells_of, column_of, unread

WANTED = Columns(("external_id", "phone"), ("birth_year", "deadline"), {"promised by": "deadline"})


@pytest.mark.parametrize(
    ("members", "cells"),
    [
        ([("phone", "12"), ("external_id", "A")], {"phone": "12", "external_id": "A"}),
        ([(" Phone ", 12), ("birth_year", 1980.0)], {"phone": "12", "birth_year": "1980.0"}),
        ([("phone", None)], {"phone": ""}),
        (
            [("request_id", "A"), ("Promised By", "x"), ("other", [1])],
            {"request_id": "A", "promised by": "x"},
        ),
        ([("phone", True)], ("phone is neither a text nor a number",)),
        ([("phone", {}), ("birth_year", [])], ("phone", "birth_year")),
        ([("phone", "1"), ("PHONE", "2")], ("phone stands there more than once: leave one",)),
        ([("phone", "\ud800")], (NO_TEXT,)),
    ],
)
def test_members_are_cells(members: list[tuple[str, Any]], cells: dict[str, str] | tuple[str, ...]) -> None:
    found = cells_of(members, WANTED)
    if isinstance(cells, dict):
        assert found == cells
    else:
        assert len(found) == len(cells)
        assert all(reason.startswith(start) for reason, start in zip(found, cells, strict=True))


def test_what_nobody_reads_is_named() -> None:
    assert unread(["Phone", "fax", "Promised by", "deadlin"], WANTED) == ("fax", "deadlin")


@pytest.mark.parametrize(
    ("reason", "column"),
    [
        ("phone is blank", "phone"),
        ("promised by is not a possible date", "promised by"),
        ("deadline has passed", "deadline"),
        ("phone_2 is no number", ""),
        (NO_TEXT, ""),
    ],
)
def test_a_reason_is_about_a_column(reason: str, column: str) -> None:
    assert column_of(reason, ["promised by", "phone"], WANTED) == column
