"""Is it text, and in which encoding? UTF-8 is tried strictly, then Windows-1251, as Excel writes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaigns.intake.errors import IntakeError

LONGEST_LINE_BYTES = 64 * 1024  # a row of contacts takes some hundred bytes
UTF8_MARK = b"\xef\xbb\xbf"
ZIP_MARK = b"PK\x03\x04"  # what an Excel workbook begins with


@dataclass(frozen=True)
class TextFile:
    """A readable text file. `marked`: it begins with a byte-order mark. `lines`: how many it has."""

    path: Path
    encoding: str
    marked: bool
    lines: int

    def read(self) -> Iterator[str]:
        """Its lines, in order, with their ends; bytes that are no text arrive as lone surrogates."""
        with readable(self.path), self.path.open(encoding=self.encoding, errors="surrogateescape") as file:
            yield from file


def broken(text: str) -> bool:
    """Whether some bytes of this text could not be decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def examine(path: Path) -> TextFile:
    """Look through the whole file once. Raises IntakeError when it is no text that we can read."""
    demand_file(path)
    with readable(path), path.open("rb") as file:
        start = file.read(len(ZIP_MARK))
        if start == ZIP_MARK:
            raise IntakeError(f"{path} is an Excel workbook: save it as CSV.")
        file.seek(0)
        lines, decoded, undecoded = 0, 0, 0
        while line := file.readline(LONGEST_LINE_BYTES + 1):
            lines += 1
            _check_line(path, lines, line)
            if not line.isascii():
                utf8 = _decodes(line, "utf-8")
                decoded, undecoded = decoded + utf8, undecoded + (not utf8)
    if not lines:
        raise IntakeError(f"{path} is empty: it needs a first line with the names of the columns.")
    # Cyrillic in Windows-1251 is hardly ever right UTF-8 by chance: both in one file is damaged UTF-8
    encoding = "cp1251" if undecoded > decoded else "utf-8-sig"
    return TextFile(path, encoding, start.startswith(UTF8_MARK), lines)


def demand_file(path: Path) -> None:
    """Raises IntakeError for what is no ordinary file."""
    if path.is_dir():
        raise IntakeError(f"{path} is a folder: name the file in it.")
    if not path.exists():
        raise IntakeError(f"There is no file {path}.")
    if not path.is_file():
        raise IntakeError(f"{path} is no ordinary file: save the contacts as a CSV or JSON file.")


def _check_line(path: Path, number: int, line: bytes) -> None:
    if b"\0" in line:
        raise IntakeError(f"{path} is no text in UTF-8 or Windows-1251: save it as CSV in UTF-8.")
    if len(line) > LONGEST_LINE_BYTES:
        raise IntakeError(
            f"Line {number} of {path} is longer than {LONGEST_LINE_BYTES // 1024} KiB: "
            "a CSV file has one contact on each line."
        )


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """An error of the disk becomes an IntakeError."""
    try:
        yield
    except OSError as error:
        raise IntakeError(
            f"{path} cannot be read: {error.strerror or 'the disk reports an error'}."
        ) from None
