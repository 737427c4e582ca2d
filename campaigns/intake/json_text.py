"""The text of a JSON file in pieces, one for each request: the lines of JSON lines, the elements of a list.

A broken request spoils itself alone, as far as its end can be told; the file is never in memory as a whole.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from campaigns.intake.errors import IntakeError
from campaigns.intake.textfile import ZIP_MARK, demand_file, readable

LONGEST_REQUEST = 64 * 1024  # characters; one has some hundred
READ_AT_ONCE = 1024 * 1024
Form = Literal["lines", "list"]

_SPACE = re.compile(r"[ \t\r\n]*")
_MARKS = re.compile(r'["\\{}\[\]\n,]')
_DECODER = json.JSONDecoder()
_NEITHER = "is neither a JSON list of requests nor JSON lines, one request on each line"


@dataclass(frozen=True)
class Piece:
    """The text of one request; `number`: its line, or which element it is, from 1."""

    number: int
    text: str


def form_of(path: Path) -> Form:
    """Which of the two it is. Raises IntakeError when it is no file that can be JSON."""
    demand_file(path)
    with readable(path), path.open("rb") as file:
        start = file.read(len(ZIP_MARK))
        if start == ZIP_MARK:
            raise IntakeError(f"{path} is an Excel workbook: save it as CSV.")
        if not start:
            raise IntakeError(f"{path} is empty: it needs a list of requests, or one request on each line.")
    first = next((line.strip() for line in _lines(path) if line.strip()), "")
    if not first.startswith(("[", "{")):
        raise IntakeError(f"{path} {_NEITHER}.")
    return "list" if first.startswith("[") else "lines"


def pieces(path: Path, form: Form) -> Iterator[Piece]:
    """Every request that is not blank. Raises IntakeError where the next one cannot be found."""
    if form == "list":
        with readable(path), _open(path) as file:
            yield from _Elements(path, file).read()
    else:
        for number, line in enumerate(_lines(path), start=1):
            if len(line) > LONGEST_REQUEST:
                raise IntakeError(f"Line {number} of {path} is longer than 64 KiB: the file {_NEITHER}.")
            if line.strip():
                yield Piece(number, line.strip())


def _open(path: Path) -> IO[str]:
    return path.open(encoding="utf-8-sig", errors="surrogateescape")


def _lines(path: Path) -> Iterator[str]:
    """Lines, a longer one cut after the first character that is too much."""
    with readable(path), _open(path) as file:
        while line := file.readline(LONGEST_REQUEST + 1):
            if "\0" in line:
                raise IntakeError(f"{path} is no text in UTF-8: save it as JSON in UTF-8.")
            yield line


@dataclass
class _Elements:
    """The elements of one list, read on as they are needed."""

    path: Path
    file: IO[str]
    text: str = ""
    place: int = 0
    ended: bool = False  # the whole file is in `text`
    count: int = 0

    def read(self) -> Iterator[Piece]:
        """Every element, and nothing but blanks behind the list."""
        self._next()  # the bracket that opens it
        self.place += 1
        if self._next() == "]":
            self.place += 1
        else:
            yield self._element()
            while self._comma():
                yield self._element()
        if self._next():
            raise IntakeError(f"{self.path} goes on behind its list: leave one list in the file.")

    def _comma(self) -> bool:
        """Whether another element follows."""
        match self._next():
            case ",":
                self.place += 1
                return True
            case "]":
                self.place += 1
                return False
            case "":
                raise IntakeError(f"{self.path} ends behind element {self.count}: {_CUT}")
            case _:
                raise IntakeError(
                    f"{self.path} has something behind element {self.count} that is no comma: {_MEND}"
                )

    def _element(self) -> Piece:
        self._next()
        self.count += 1
        end = self._end()
        while end is None and not self.ended and len(self.text) - self.place <= LONGEST_REQUEST:
            self._more()
            end = self._end()
        if end is None:
            end = _balanced(self.text, self.place)
        if end is None and self.ended and len(self.text) - self.place <= LONGEST_REQUEST:
            raise IntakeError(f"Element {self.count} of {self.path} does not end: {_OPEN}")
        if end is None or end - self.place > LONGEST_REQUEST:
            raise IntakeError(f"Element {self.count} of {self.path} is longer than 64 KiB: {_MEND}")
        piece = Piece(self.count, self.text[self.place : end].strip())
        self.place = end
        return piece

    def _end(self) -> int | None:
        """Where a right element ends; None when it is wrong, or not all there yet."""
        try:
            end = _DECODER.raw_decode(self.text, self.place)[1]
        except (ValueError, RecursionError):
            return None
        return end if end < len(self.text) or self.ended else None

    def _next(self) -> str:
        """The next character that is not blank, which `place` then names; "" at the end."""
        while True:
            match = _SPACE.match(self.text, self.place)
            self.place = match.end() if match else self.place
            if self.place < len(self.text):
                return self.text[self.place]
            if self.ended:
                return ""
            self._more()

    def _more(self) -> None:
        more = self.file.read(READ_AT_ONCE)
        if "\0" in more:
            raise IntakeError(f"{self.path} is no text in UTF-8: save it as JSON in UTF-8.")
        self.text, self.place, self.ended = self.text[self.place :] + more, 0, not more


_CUT = "it was cut off, so get it once more."
_OPEN = "a quotation mark or a bracket is missing, or it was cut off: mend it or get it once more."
_MEND = "mend the list there, and queue it again."


def _balanced(text: str, start: int) -> int | None:
    """Where a broken element ends, by its brackets; a string left open ends with its line, or goes on."""
    ends = (_end_by_brackets(text, start, marks) for marks in ('"\n', '"'))
    return next((end for end in ends if end is not None), None)


def _end_by_brackets(text: str, start: int, end_of_string: str) -> int | None:
    depth, quoted, escaped_at = 0, False, -1
    for mark in _MARKS.finditer(text, start, start + LONGEST_REQUEST):
        sign, at = mark.group(), mark.start()
        if at == escaped_at:
            continue
        if quoted:
            escaped_at = at + 1 if sign == "\\" else -1
            quoted = sign not in end_of_string
        elif sign == '"':
            quoted = True
        elif sign in "{[":
            depth += 1
        elif depth == 0 and sign in "}],":
            return at
        elif sign in "}]":
            depth -= 1
    return None
