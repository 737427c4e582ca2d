"""What laboratories call tests, results, languages and clinics -> what our campaigns call them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NoReturn, TypeVar, get_args

from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.reader import Book, Node, read_document

Key = TypeVar("Key")

FILE_NAME = "lab-codes.yaml"
SHIPPED = Path(__file__).parent / FILE_NAME
LOCAL, WORDS = "local", "words"
TestUse = Literal["ours", "ignored"]
SOURCES = ("birth_year", "birth_date", "sample_date", "result", "clinic", "patient_id")
"""What is read from a message beside the columns that every campaign has."""

_TABLES = ("systems", "tests", "results", "languages", "usual_language", "institutions", "columns")
Coded = Mapping[tuple[str, str], str]
"""(system, code) in small letters -> what it means; the system "words" holds texts."""


@dataclass(frozen=True)
class LabCodes:
    """The codes of one home. systems: what a system is called in messages -> as here; all in small letters.

    columns: what is read from a message (`SOURCES`) -> the campaign's column that it goes to, "" for none.
    """

    systems: Mapping[str, str]
    tests: Coded
    results: Coded
    languages: Mapping[str, str]
    usual_language: str
    institutions: Mapping[str, str]
    columns: Mapping[str, str]

    def test(self, system: str, code: str, text: str) -> TestUse | None:
        """Whether a test is told by telephone; None of one that is unknown, or that says two things."""
        uses = self._meanings(self.tests, system, code, text)
        return _TEST_USES[uses.pop()] if len(uses) == 1 else None

    def result(self, system: str, code: str, text: str) -> str | None:
        """The campaign's word for a result; None of one that is unknown, or whose code and text differ."""
        meanings = self.meanings(system, code, text)
        return meanings.pop() if len(meanings) == 1 else None

    def meanings(self, system: str, code: str, text: str) -> set[str]:
        """Every result that code and text stand for: none when both are unknown, two when they differ."""
        return self._meanings(self.results, system, code, text)

    def language(self, code: str) -> str:
        """`ru-RU`, `rus`, `Russian` -> `ru`; the usual one when none of ours is named."""
        said = normal(code)
        return self.languages.get(said) or self.languages.get(said.partition("-")[0]) or self.usual_language

    def institution(self, code: str) -> str:
        """The clinic's name; what is not in the mapping is its own."""
        return self.institutions.get(normal(code), code.strip())

    def _meanings(self, table: Coded, system: str, code: str, text: str) -> set[str]:
        said, found = normal(code), {table.get((WORDS, normal(text)), "")}
        if said:
            found |= {table.get((WORDS, said), ""), *self._coded(table, normal(system), said)}
        return found - {""}

    def _coded(self, table: Coded, system: str, code: str) -> Iterable[str]:
        """A system that is not named may be any: LOINC's and SNOMED's codes look like no others."""
        known = {*self.systems.values(), *(each for each, _ in table)} - {LOCAL, WORDS}
        named = self.systems.get(system, system)
        if named in known:
            return {table.get((named, code), "")}
        anywhere = {table.get((each, code), "") for each in known} if not system else set()
        return anywhere | {table.get((LOCAL, code), "")}


_TEST_USES: Mapping[str, TestUse] = {use: use for use in get_args(TestUse)}


def lab_codes(home_file: Path) -> LabCodes:
    """The shipped codes and those of a home's own file, which go first; read again when that has changed.

    Raises ScriptError with file, line and sentence of everything that is wrong with it. No file: ours alone.
    """
    return _codes(home_file, _stamp(home_file))


def normal(text: str) -> str:
    """As codes and words are compared: small letters, ё as е, one space, no full stop at the end."""
    return " ".join(text.casefold().replace("ё", "е").split()).rstrip(".!")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file; None when there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        _unreadable(path, error)
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@lru_cache(maxsize=8)  # one home, and those of tests
def _codes(home_file: Path, stamp: tuple[int, int, int] | None) -> LabCodes:
    shipped = _read(SHIPPED, whole=True)
    if stamp is None:
        return shipped
    own = _read(home_file, whole=False)
    return LabCodes(
        systems={**shipped.systems, **own.systems},
        tests={**shipped.tests, **own.tests},
        results={**shipped.results, **own.results},
        languages={**shipped.languages, **own.languages},
        usual_language=own.usual_language or shipped.usual_language,
        institutions={**shipped.institutions, **own.institutions},
        columns={**shipped.columns, **own.columns},
    )


def _unreadable(path: Path, error: OSError) -> NoReturn:
    sentence = f"the codes of laboratories cannot be read: {error.strerror or 'unknown reason'}"
    raise ScriptError((Complaint(str(path), 0, sentence),)) from None


def _read(path: Path, whole: bool) -> LabCodes:
    """One file. whole: nothing may be missing."""
    book = Book(str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        _unreadable(path, error)
    document = read_document(book, content)
    document.what = "the mapping"
    blank = not whole and document.value is None  # a file of comments
    entries = {} if blank else document.record(_TABLES if whole else (), () if whole else _TABLES)
    known = _aliases(entries.get("systems"))
    shipped = {} if whole else _read_cached(SHIPPED).systems
    systems = {**shipped, **known}
    codes = LabCodes(
        known,
        _coded(entries.get("tests"), systems, get_args(TestUse)),
        _coded(entries.get("results"), systems),
        _names(entries.get("languages"), in_small=True),
        entries["usual_language"].string() if "usual_language" in entries else "",
        _names(entries.get("institutions")),
        _columns(entries.get("columns")),
    )
    book.close()
    return codes


@lru_cache(maxsize=1)
def _read_cached(path: Path) -> LabCodes:
    return _read(path, whole=True)


def _aliases(node: Node | None) -> dict[str, str]:
    """What a system is called in messages -> its name here, in small letters."""
    found: dict[str, str] = {}
    for name, entry in _entries(node):
        if normal(name) in (LOCAL, WORDS):
            entry.complain(f"{name} stands for codes without a system and for texts: choose another name")
        for alias in (name, *_texts(entry)):
            _put(entry, found, normal(alias), normal(name), alias)
    return found


def _coded(node: Node | None, systems: Mapping[str, str], only: Iterable[str] = ()) -> Coded:
    """`{positive: {SNOMED: [...], words: [...]}}`; only: what else may not stand there."""
    found: dict[tuple[str, str], str] = {}
    for meaning, entry in _entries(node):
        if only and meaning not in only:
            entry.complain(f'tests cannot be "{meaning}"; they can be: {", ".join(only)}')
        for system, codes in _entries(entry):
            home = systems.get(normal(system), normal(system))
            for code in _texts(codes):
                _put(codes, found, (home, normal(code)), meaning, code)
    return found


def _names(node: Node | None, in_small: bool = False) -> dict[str, str]:
    """`{Our name: [code, name in messages]}`, the other way round."""
    found: dict[str, str] = {}
    for name, entry in _entries(node):
        if in_small and name != name.lower():
            entry.complain(f'"{name}" is no language of a campaign: write it in small letters, such as ru')
        for code in (name, *_texts(entry)):
            _put(entry, found, normal(code), name, code)
    return found


def _columns(node: Node | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for source, entry in _entries(node):
        if source not in SOURCES:
            entry.complain(f'columns do not know "{source}"; they know: {", ".join(SOURCES)}')
        found[source] = entry.name() if entry.text() else ""
    return found


def _entries(node: Node | None) -> Iterable[tuple[str, Node]]:
    return node.entries().items() if node is not None else ()


def _texts(node: Node) -> Iterable[str]:
    """Texts of a list, as they are written: a number that loses something as a number is a complaint."""
    for item in node.items():
        if isinstance(item.value, ScalarInt | ScalarFloat | float):
            item.complain(f"{item.what} has a code that reads as another number: put it in quotation marks")
        elif text := item.string():
            yield text


def _put(node: Node, found: dict[Key, str], key: Key, meaning: str, written: str) -> None:
    if found.setdefault(key, meaning) != meaning:
        node.complain(f'"{written}" stands for {found[key]} and for {meaning}: leave one of the two')
