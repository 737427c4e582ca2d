"""One JSON object as a row of a table: its members as cells, and which of them a complaint is about."""

from collections.abc import Iterable, Mapping, Sequence

from campaigns.intake.columns import Columns
from campaigns.intake.textfile import broken

NO_TEXT = "it holds bytes or signs that are no UTF-8 text: save the file as UTF-8"


def cells_of(members: Iterable[tuple[str, object]], wanted: Columns) -> Mapping[str, str] | Sequence[str]:
    """The members by their names in small letters, as far as they are wanted; or every reason why not.

    A number stands for its digits, null for a blank; true, lists and objects are values of no column.
    """
    cells: dict[str, str] = {}
    reasons: list[str] = []
    for name, value in members:
        key = name.strip().lower()
        if not wanted.ours(key):
            continue
        if key in cells:
            reasons.append(f"{key} stands there more than once: leave one")
        cells[key] = ""
        if isinstance(value, bool):
            reasons.append(f"{key} is neither a text nor a number")
        elif isinstance(value, list | dict):
            reasons.append(f"{key} is a list or an object: it must be one value")
        elif value is not None:
            cells[key] = value if isinstance(value, str) else str(value)
    if any(map(broken, cells.values())):
        reasons.append(NO_TEXT)
    return reasons or cells


def unread(members: Iterable[str], wanted: Columns) -> tuple[str, ...]:
    """The names of members that nothing here has a use for."""
    return tuple(name for name in members if not wanted.ours(name.strip().lower()))


def column_of(reason: str, cells: Iterable[str], wanted: Columns) -> str:
    """The column that a reason against a row begins with; "" when it names none."""
    names = {*cells, *wanted.needed, *wanted.optional}
    named = [name for name in names if reason == name or reason.startswith(f"{name} ")]
    return max(named, key=len, default="")
