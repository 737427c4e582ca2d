"""A JSON file of contacts, a list of objects or one object on each line, as the rows of a table."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NoReturn

from campaigns.intake.columns import Columns
from campaigns.intake.errors import IntakeError
from campaigns.intake.json_text import Form, form_of, pieces
from campaigns.intake.one_row import NO_TEXT, cells_of, unread
from campaigns.intake.sources import Row
from campaigns.intake.textfile import UTF8_MARK, broken

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
LOOKED_AT = 4096  # bytes: blanks before the first bracket
MOST_NAMES = 200  # of members that are remembered, so that a file of another kind fills no memory
REJECTED = "rejected"
UNREADABLE = "unreadable"
_OWN = frozenset({REJECTED, UNREADABLE})
_MARKED_BEFORE = re.compile(r'\{\s*"rejected"\s*:\s*')
_FIRST_MEMBER = re.compile(r"\s*,?\s*")
_PLAIN = json.JSONDecoder()


class _Object(list[tuple[str, object]]):
    """The members of a JSON object in order, with repetitions."""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it holds {constant}, which is no JSON value")


# numbers stay as they are written: phones and numbers of requests are names
_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=_refuse)


@dataclass(frozen=True)
class JsonFile:
    """An opened file. `total`: its last line or element; `names`: of all members, as they are written."""

    path: Path
    form: Form
    total: int
    names: tuple[str, ...]
    wanted: Columns
    marked: ClassVar[bool] = False

    @property
    def unit(self) -> str:
        """What a row's number counts."""
        return _unit(self.form)

    def unread(self) -> tuple[str, ...]:
        """The names of members that nothing here has a use for."""
        return unread(self.names, self.wanted)

    def rows(self) -> Iterator[Row]:
        """Every request. Raises IntakeError when the file cannot be read any more."""
        for piece in pieces(self.path, self.form):
            yield Row(piece.number, (piece.text,))

    def told(self, row: Row) -> Mapping[str, str] | Sequence[str]:
        """Its members as cells, or every reason why it has none."""
        found = _members(row.cells[0])
        return (found,) if isinstance(found, str) else cells_of(found, self.wanted)

    # ------------------------------------------------------------ what was rejected

    @property
    def rejects_place(self) -> Path:
        """The file beside it that rejected requests are written to: JSON lines."""
        return self.path.with_name(f"{self.path.stem}.rejects.jsonl")

    def rejects_head(self) -> str:
        """JSON lines have none."""
        return ""

    def rejected(self, row: Row, reasons: Sequence[str]) -> str:
        """The request as it stood, its first member saying what is wrong; or its text, if it is no object."""
        why = json.dumps({self.unit: row.line, "reasons": list(reasons)}, ensure_ascii=False)
        text = row.cells[0]
        try:
            whole = isinstance(_DECODER.decode(text), _Object)
        except (ValueError, RecursionError):
            whole = False
        if whole:
            rest = _without_marks(text.replace("\n", " "))  # between members: in a string it would be wrong
            line = f'{{"{REJECTED}": {why}{"" if rest == "}" else ", "}{rest}'
        else:
            kept = json.dumps(text, ensure_ascii=False)
            line = f'{{"{REJECTED}": {why}, "{UNREADABLE}": {kept}}}'
        return line.encode(errors="backslashreplace").decode() + "\n"


def is_json(path: Path) -> bool:
    """Whether its name or its beginning says so; a file that cannot be read is judged by its name."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            start = file.read(LOOKED_AT).removeprefix(UTF8_MARK).lstrip()
    except OSError:
        return False
    return start.startswith((b"[", b"{"))


def open_json(path: Path, wanted: Columns) -> JsonFile:
    """The file with these columns, looked through once. Raises IntakeError when it is no such file."""
    form = form_of(path)
    names: dict[str, None] = {}
    total, first_fault = 0, ""
    for piece in pieces(path, form):
        total = piece.number
        found = _members(piece.text)
        if isinstance(found, str):
            first_fault = first_fault or f"in {_unit(form)} {piece.number}, {found}"
        else:
            new = (name for name, _ in found if name not in names and name not in _OWN)
            names |= dict.fromkeys(n for n in new if len(names) < MOST_NAMES or wanted.ours(_key(n)))
    if not names:
        raise IntakeError(f"{path} has no request that can be read: {first_fault or 'it is an empty list'}.")
    if missing := wanted.missing({_key(name) for name in names}):
        raise IntakeError(f"{path} has no {', '.join(missing)} in any of its requests, and each needs it.")
    return JsonFile(path, form, total, tuple(map(_shown, names)), wanted)


def _unit(form: Form) -> str:
    return "line" if form == "lines" else "element"


def _members(text: str) -> _Object | str:
    """The members of one request, or what is wrong with it."""
    try:
        found = _DECODER.decode(text)
    except RecursionError:
        return "it is nested too deep"
    except json.JSONDecodeError as error:
        return NO_TEXT if broken(text) else f"it is no JSON object from character {error.pos + 1} on"
    except ValueError as error:
        return str(error)
    if not isinstance(found, _Object):
        return "it is no JSON object"
    kept = dict(found).get(UNREADABLE)
    if isinstance(kept, str):  # it was rejected before, and perhaps mended within its quotation marks
        return _members(kept)
    return found


def _without_marks(text: str) -> str:
    """What follows the opening bracket, without the reasons of an earlier time."""
    before = _MARKED_BEFORE.match(text)
    if not before:
        return text[1:].lstrip()
    end = _PLAIN.raw_decode(text, before.end())[1]
    behind = _FIRST_MEMBER.match(text, end)
    return text[behind.end() if behind else end :]


def _key(name: str) -> str:
    return name.strip().lower()


def _shown(name: str) -> str:
    """A name that can be printed."""
    return name.encode(errors="replace").decode().strip()
