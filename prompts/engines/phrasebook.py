"""What a folder of recordings says: words -> file, by the files' names or by its phrases.csv."""

import csv
import io
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TABLE: Final = "phrases.csv"
FORMATS: Final = frozenset({".wav", ".mp3", ".ogg", ".flac"})
OTHER_AUDIO: Final = frozenset(
    {".3gp", ".aac", ".aif", ".aiff", ".amr", ".gsm", ".m4a", ".mp4", ".opus", ".webm", ".wma"}
)
CONVERT: Final = "is neither WAV, MP3, OGG nor FLAC: convert it to one of them"
LARGEST_TABLE_BYTES: Final = 5_000_000
_STRESS: Final = "\u0301"
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Stamp:
    """How a file looked; another size or time of change is another recording, mended rights too."""

    size: int
    written_ns: int
    changed_ns: int  # also its rights and its name


@dataclass(frozen=True)
class Recording:
    """A file that says some words; `problem` is one sentence when it cannot."""

    path: Path = field(repr=False)
    stamp: Stamp | None
    problem: str = ""


@dataclass(frozen=True)
class Phrasebook:
    """Folded words -> recording; problems are sentences that name the file and what to do."""

    recordings: Mapping[str, Recording]
    problems: tuple[str, ...] = ()


def folded(words: str) -> str:
    """The words alone: case, ё, stress marks, punctuation and blanks make no difference."""
    plain = unicodedata.normalize("NFD", words).replace(_STRESS, "")
    plain = unicodedata.normalize("NFC", plain).casefold().replace("ё", "е")
    return " ".join(_WORD.findall(plain))


def stamps_of(folder: Path) -> dict[str, Stamp]:
    """Every recording in the folder and its phrases.csv, as they look now. Raises OSError."""
    stamps = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _wanted(entry.name):
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:  # a link to nowhere, or removed this moment
                continue
            if stat.S_ISREG(status.st_mode):  # a pipe would block its reader
                stamps[entry.name] = Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return dict(sorted(stamps.items()))


def _wanted(name: str) -> bool:
    ending = os.path.splitext(name)[1].lower()
    return not name.startswith(".") and (ending in FORMATS | OTHER_AUDIO or name.lower() == TABLE)


def phrasebook_of(folder: Path, stamps: Mapping[str, Stamp]) -> Phrasebook:
    """The words of each file: those of its lines in phrases.csv, else its own name."""
    recordings: dict[str, Recording] = {}
    problems: list[str] = []
    listed = set()
    for words, recording in _lines(folder, stamps, problems):
        listed.add(recording.path.name)
        _add(recordings, problems, words, recording)
    for name, stamp in stamps.items():
        if name not in listed and name.lower() != TABLE:
            _add(recordings, problems, Path(name).stem, _recording(folder / name, stamp))
    return Phrasebook(recordings, tuple(problems))


def _add(recordings: dict[str, Recording], problems: list[str], words: str, recording: Recording) -> None:
    if recording.problem:
        problems.append(recording.problem)
    first = recordings.setdefault(folded(words), recording)
    if first is not recording:
        problems.append(
            f"{_place(recording.path)} says the same words as {first.path.name}, which is played: remove one."
        )


def _recording(path: Path, stamp: Stamp) -> Recording:
    if path.suffix.lower() in FORMATS:
        return Recording(path, stamp)
    return Recording(path, stamp, f"The recording {_place(path)} {CONVERT}.")


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _lines(folder: Path, stamps: Mapping[str, Stamp], problems: list[str]) -> Iterator[tuple[str, Recording]]:
    """The words and the file of each line of phrases.csv."""
    table = next((folder / name for name in stamps if name.lower() == TABLE), None)
    if table is None:
        return
    files = {unicodedata.normalize("NFC", name).casefold(): name for name in stamps}
    for line in _rows(table, problems):
        where = f"{_place(table)} line {line.number}"
        name = files.get(unicodedata.normalize("NFC", line.file).casefold())
        if line.surplus:  # words cut short would be played for other words
            problems.append(f"{where} has a comma or semicolon too many: put its words in quotes.")
        elif not folded(line.words) or not line.file:
            problems.append(f"{where} lacks a file or its words: complete or remove it.")
        elif name is None:
            missing = f"{where} names {line.file}, which is not beside it: put it there or mend the line."
            yield line.words, Recording(folder / Path(line.file).name, None, missing)
        else:
            yield line.words, _recording(folder / name, stamps[name])


@dataclass(frozen=True)
class _Line:
    """What a line of phrases.csv says."""

    number: int
    file: str
    words: str
    surplus: bool  # there are more cells than columns


def _rows(table: Path, problems: list[str]) -> list[_Line]:
    """The lines that are not empty."""
    try:
        text = _text(table)
        head = text.partition("\n")[0]
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",")
        columns = {(column or "").strip().casefold(): column for column in reader.fieldnames or ()}
        if not {"file", "words"} <= set(columns):
            problems.append(
                f"{_place(table)} has no columns file and words: write file,words in its first line."
            )
            return []
        file, words = columns["file"], columns["words"]
        return [
            _Line(reader.line_num, (row[file] or "").strip(), (row[words] or "").strip(), None in row)
            for row in reader
            if any(row.values())
        ]
    except (OSError, ValueError, csv.Error):
        problems.append(f"{_place(table)} cannot be read: save it as CSV in UTF-8 or Windows-1251.")
        return []


def _text(table: Path) -> str:
    with table.open("rb") as source:
        data = source.read(LARGEST_TABLE_BYTES + 1)
    if len(data) > LARGEST_TABLE_BYTES:
        raise ValueError("too large")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251")
