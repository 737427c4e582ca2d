"""Segments of an HL7 v2 message and what stands in their fields; values without delimiters and escapes."""

import re
from collections.abc import Iterator, Mapping, Sequence

import hl7

ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
MOST_SEPARATORS = 20_000  # a message of 500 results has as many; the library takes 15 µs for each
READ = ("MSH", "PID", "PV1", "ORC", "OBR", "OBX", "SPM")
"""The segments that say something to us; others are not even split."""
MOST_STRAYS = 20  # as many places as are told at once
_BLANK = " \t\n\f\v\x1a"  # a line of these alone is none; the last ends a file of DOS
LOST = "\ufffd"  # an escape that cannot be read
_HIGHLIGHTS = ("H", "N")
_LAYOUT = re.compile(r"\.[a-z]{2}[+-]?\d*", re.ASCII)
_BYTES = re.compile(r"X(?:[0-9A-Fa-f]{2})+")
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

    def subcomponents(self, text: str) -> list[str]:
        """Those of a component, each as it is meant; "" for one that is not there."""
        return [self._meant(each) for each in text.split(self._fields.separators[4])]

    def _meant(self, text: str) -> str:
        return "" if text == _NULL else " ".join(self.unescaped(text).split())

    def _parts(self, repetition: "str | hl7.Repetition") -> "Parts":
        return Parts(
            [repetition] if isinstance(repetition, str) else [str(part) for part in repetition], self
        )


class Parts:
    """The components of one repetition, from 1; `[n]` is never missing, and has its first subcomponent."""

    def __init__(self, components: Sequence[str], segment: Segment) -> None:
        self._components, self._segment = components, segment

    def __getitem__(self, component: int) -> str:
        return next(iter(self._subcomponents(component)), "")

    def whole(self, component: int) -> str:
        """All subcomponents of a component: a text in which & stands without an escape is one text."""
        return " ".join(filter(None, self._subcomponents(component)))

    @property
    def joined(self) -> str:
        """All of it as one text."""
        components = range(1, len(self._components) + 1)
        return " ".join(filter(None, map(self.whole, components)))

    def _subcomponents(self, component: int) -> Sequence[str]:
        if not 0 < component <= len(self._components):
            return ()
        return self._segment.subcomponents(self._components[component - 1])

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


def strays_of(text: str) -> list[str]:
    """Where a segment goes on in a line that is none: the places of the fields that are broken there.

    A line end within a text is an error of the sender, and what follows it must not be lost unseen.
    """
    begins = re.compile(rf"[A-Z][A-Z0-9]{{2}}{re.escape(text[3])}")
    numbers: dict[str, int] = {}
    places: list[str] = []
    before = ""
    for line in (line for line in text.split("\r") if line.strip(_BLANK)):
        if begins.match(line):
            before, name = line, line[:3]
            numbers[name] = numbers.get(name, 0) + 1
        elif before:
            field = before.count(text[3]) + before.startswith("MSH")
            places.append(place_of(before[:3], field, numbers[before[:3]]))
            before = ""  # one line is enough of each segment
        if len(places) == MOST_STRAYS:
            break
    return places


def unescape(text: str, separators: str, escape: str, encoding: str) -> str:
    """`\\S\\` -> `^`, `\\X41\\` -> `A`; what only shapes a text is a space or nothing.

    Other marks are no escapes, and stay: no word may vanish between two of them. An escape that cannot be
    read is a `LOST` letter.
    """
    if not escape or escape not in text:
        return text
    marks: Mapping[str, str] = dict(zip("FRST", separators[1:], strict=False)) | {"E": escape}

    def meant(found: re.Match[str]) -> str:
        code = found[1]
        if _BYTES.fullmatch(code):
            return _hexadecimal(code[1:], encoding)
        if _LAYOUT.fullmatch(code):
            return " "
        return "" if code in _HIGHLIGHTS else marks.get(code, found[0])

    mark = re.escape(escape)
    return re.sub(f"{mark}([^{mark}]*){mark}", meant, text)


def _hexadecimal(digits: str, encoding: str) -> str:
    try:
        return bytes.fromhex(digits).decode(encoding).replace("\0", "")
    except ValueError:
        return LOST
