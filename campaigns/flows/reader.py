"""YAML as nodes that know their lines; what does not fit becomes a complaint, and reading goes on."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.yaml_text import NoYaml, load_yaml

LARGEST_FILE = 1_000_000  # bytes; the shipped campaigns have 8000
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}) ?%", re.ASCII)
_INSTEAD = {
    type(None): ": it is blank",
    str: ": it is blank",
    bool: ': put "true" or "false" in quotation marks',
    CommentedMap: ": one that begins with a bracket needs quotation marks",
    CommentedSeq: ": write one without brackets, or put it in quotation marks",
}


@dataclass
class Book:
    """The complaints about one file."""

    file: str
    complaints: list[Complaint] = field(default_factory=list)

    def add(self, line: int, sentence: str) -> None:
        """Note a fault; the same one only once."""
        complaint = Complaint(self.file, line, sentence)
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def close(self) -> None:
        """Raise ScriptError when there is any complaint."""
        if self.complaints:
            raise ScriptError(tuple(sorted(self.complaints)))


class Node:
    """One value of the document; `what` names it in complaints."""

    def __init__(self, book: Book, value: object, line: int, what: str) -> None:
        self.book, self.value, self.line, self.what = book, value, line, what

    def complain(self, sentence: str) -> None:
        """A fault at this line."""
        self.book.add(self.line, sentence)

    # ------------------------------------------------------------ mappings and lists

    def entries(self) -> dict[str, "Node"]:
        """The entries of a mapping by key; keys that are numbers become strings."""
        if not isinstance(self.value, CommentedMap):
            self.complain(f"{self.what} must be a list of names with values (name: value)")
            return {}
        lines = self.value.lc.data or {}
        return {
            str(key): Node(self.book, value, lines[key][0] + 1 if key in lines else self.line, str(key))
            for key, value in self.value.items()
        }

    def record(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Node"]:
        """The entries of a mapping with these keys and no others."""
        entries = self.entries()
        for key, node in entries.items():
            if key not in required and key not in optional:
                known = ", ".join((*required, *optional))
                joined = "; a colon needs a space after it" if ":" in key else ""
                node.complain(f'{self.what} does not know "{key}"; it knows: {known}{joined}')
        if isinstance(self.value, CommentedMap):
            for key in required:
                if key not in entries:
                    self.complain(f'{self.what} lacks "{key}"')
        return {key: node for key, node in entries.items() if key in required or key in optional}

    def items(self) -> Iterator["Node"]:
        """The items of a list; a single value is a list of one."""
        if isinstance(self.value, CommentedSeq):
            for index, value in enumerate(self.value):
                yield Node(self.book, value, self.value.lc.data[index][0] + 1, self.what)
        else:
            yield self

    # ------------------------------------------------------------ single values

    def string(self) -> str:
        """A text that is not blank; numbers are taken as written."""
        text = self.text()
        if not text:
            self.complain(f"{self.what} must be a text{_INSTEAD.get(type(self.value), '')}")
        return text

    def text(self) -> str:
        """As `string`, but "" without a complaint when it is none or blank."""
        if isinstance(self.value, str | int | float) and not isinstance(self.value, bool):
            return " ".join(str(self.value).split())
        return ""

    def name(self) -> str:
        """A name of small letters, digits and underscores."""
        text = self.string()
        if text and not _NAME.fullmatch(text):
            self.complain(f'"{text}" is no name: use small letters a-z, digits and underscores')
            return ""
        return text

    def names(self) -> tuple[str, ...]:
        """One name or a list of names."""
        return tuple(name for node in self.items() if (name := node.name()))

    def strings(self) -> tuple[str, ...]:
        """One text or a list of texts."""
        return tuple(text for node in self.items() if (text := node.string()))

    def whole(self, low: int, high: int, or_else: str = "") -> int:
        """A whole number in a range (both ends included); or_else: what complaints say is possible too."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and low <= self.value <= high:
            return int(self.value)
        self.complain(f"{self.what} must be a whole number from {low} to {high}{or_else}")
        return low

    def share(self, low: int, high: int) -> float:
        """A share such as `20 %`, in a range of percent (both ends included), as a part of 1."""
        match = _PERCENT.fullmatch(self.value.strip()) if isinstance(self.value, str) else None
        if match and low <= int(match[1]) <= high:
            return int(match[1]) / 100
        self.complain(f'{self.what} must be a share from "{low} %" to "{high} %"')
        return low / 100

    def yes_no(self) -> bool:
        """True or false."""
        if isinstance(self.value, bool):
            return self.value
        self.complain(f"{self.what} must be true or false")
        return False

    def one_of(self, options: Collection[str]) -> str:
        """One of these words; the first of them when it is none."""
        text = self.string()
        if text in options:
            return text
        if text:
            self.complain(f'{self.what} cannot be "{text}"; it can be: {", ".join(options)}')
        return next(iter(options))


def read_document(book: Book, content: bytes) -> Node:
    """The document of a file as a node; raises ScriptError when it is no YAML at all."""
    if len(content) > LARGEST_FILE:
        book.add(0, f"the file is larger than {LARGEST_FILE} bytes, which nothing to be read here is")
        book.close()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        book.add(content[: error.start].count(b"\n") + 1, "this line is not UTF-8: save the file as UTF-8")
        book.close()
    value: object = None
    try:
        value = load_yaml(text)
    except NoYaml as error:
        book.add(error.line, str(error))
    book.close()
    return Node(book, value, 1, "the campaign")
