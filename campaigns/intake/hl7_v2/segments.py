"""Segments of an HL7 v2 message and what stands in their fields; values without delimiters and escapes."""

import re
from collections.abc import Iterator, Mapping, Sequence

import hl7

ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
MOST_SEPARATORS = 20_000  # a message of 500 results has as many; the library takes 15 µs for each
READ = ("MSH", "PID", "PV1", "ORC", "OBR", "OBX", "SPM")
"""The segments that say something to us; others are not even split."""
_NULL = '""'  # "delete what you have": nothing, to us


class Segment:
    """One segment; `number` among those of its name in the message, from 1."""

    def __init__(self, name: str, number: int, fields: hl7.Segment, encoding: str) -> None:
        self.name, self.number = name, number
        self._fields, self._encoding = fields, encoding  # the latter of hexadecimal escapes
        self._read: dict[int, Sequence[Parts]] = {}

    def place(self, field: int) -> str:
        """Where something stands: `OBX-5`, `OBX-5 (second OBX)`."""
        return place_of(self.name, field, self.number)

    def repetitions(self, field: int) -> Sequence["Parts"]:
        """What stands in a field, once for each repetition; none of an empty field."""
        if field not in self._read:
            found = self._fields[field] if field < len(self._fields) else ()
            self._read[field] = [part for part in map(self._parts, found) if part]
        return self._read[field]

    def first(self, field: int) -> "Parts":
        """Its first repetition; an empty one when there is none."""
        repetitions = self.repetitions(field)
        return repetitions[0] if repetitions else Parts((), self)

    def text(self, field: int, component: int = 1) -> str:
        """One component of the first repetition, "" when it is not there."""
        return self.first(field)[component]

    def unescaped(self, text: str) -> str:
        """As it is meant (HL7 chapter 2, use of escape sequences)."""
        return unescape(text, self._fields.separators, self._fields.esc, self._encoding)

    def first_part(self, text: str) -> str:
        """The first subcomponent of a component."""
        return text.partition(self._fields.separators[4])[0]

    def _parts(self, repetition: "str | hl7.Repetition") -> "Parts":
        return Parts(
            [repetition] if isinstance(repetition, str) else [str(part) for part in repetition], self
        )


class Parts:
    """The components of one repetition, from 1; `[n]` is never missing, and has its first subcomponent."""

    def __init__(self, components: Sequence[str], segment: Segment) -> None:
        self._components, self._segment = components, segment

    def __getitem__(self, component: int) -> str:
        if not 0 < component <= len(self._components):
            return ""
        first = self._segment.first_part(self._components[component - 1])
        return "" if first == _NULL else " ".join(self._segment.unescaped(first).split())

    def __bool__(self) -> bool:
        return any(component.strip() and component != _NULL for component in self._components)


def place_of(segment: str, field: int, number: int = 1) -> str:
    """See `Segment.place`."""
    if number == 1:
        return f"{segment}-{field}"
    which = ORDINALS[number - 2] if number - 2 < len(ORDINALS) else f"{number}th"
    return f"{segment}-{field} ({which} {segment})"


def segments_of(text: str, encoding: str) -> Iterator[Segment]:
    """Those that are read, in order. Raises ValueError when there are more fields than any message has."""
    lines = [line for line in text.split("\r") if line[:3] in READ]
    if sum(map(text.count, set(text[3:8]))) > MOST_SEPARATORS:
        kept = "".join(lines)
        if sum(map(kept.count, set(text[3:8]))) > MOST_SEPARATORS:
            raise ValueError(f"more than {MOST_SEPARATORS} fields")
    numbers: dict[str, int] = {}
    for fields in hl7.parse("\r".join(lines)):
        name = str(fields[0])
        numbers[name] = numbers.get(name, 0) + 1
        yield Segment(name, numbers[name], fields, encoding)


def unescape(text: str, separators: str, escape: str, encoding: str) -> str:
    """`\\S\\` -> `^`, `\\X41\\` -> `A`; what only shapes a text, or cannot be read, is a space or nothing."""
    if not escape or escape not in text:
        return text
    marks: Mapping[str, str] = dict(zip("FRST", separators[1:], strict=False)) | {"E": escape}

    def meant(found: re.Match[str]) -> str:
        code = found[1]
        if code.startswith("X"):
            return _hexadecimal(code[1:], encoding)
        return marks.get(code, " " if code.startswith(".") else "")

    mark = re.escape(escape)
    return re.sub(f"{mark}([^{mark}]*){mark}", meant, text)


def _hexadecimal(digits: str, encoding: str) -> str:
    try:
        return bytes.fromhex(digits).decode(encoding).replace("\0", "")
    except ValueError:
        return ""
