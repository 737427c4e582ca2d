"""The head of an HL7 v2 message: who says it, what it is, and how it is to be answered."""

from dataclasses import dataclass

from campaigns.intake.hl7_v2.segments import place_of
from campaigns.intake.hl7_v2.text import decode
from campaigns.intake.lab.result import Fault

VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1")
LONGEST_ID = 199  # of MSH-10, in any version
USUAL_SEPARATORS = "|^~\\&"
_MARKS = " \n\t\ufeff"


@dataclass(frozen=True)
class Header:
    """MSH as it stands there, with escapes, as far as it could be read; "" for what is not there.

    separators: of fields, components, repetitions, escapes, subcomponents. encoding: Python's name of the
    character set that the message is in.
    """

    application: str = ""
    facility: str = ""
    to_application: str = ""
    to_facility: str = ""
    sent_at: str = ""
    kind: str = ""
    control_id: str = ""
    processing: str = ""
    version: str = ""
    charset: str = ""
    separators: str = USUAL_SEPARATORS
    encoding: str = "ascii"

    @property
    def sender(self) -> str:
        """Application and facility, without what else identifies them."""
        names = (self.part(self.application), self.part(self.facility))
        return "@".join(name for name in names if name) or "unnamed"

    @property
    def test(self) -> bool:
        """Whether it says that it is none of a real patient: training, debugging; or of an archive."""
        return self.part(self.processing) in ("T", "D") or self.part(self.processing, 2) in ("A", "R", "I")

    @property
    def modern(self) -> bool:
        """From 2.5 on errors are told in other fields."""
        return self.part(self.version) not in ("2.1", "2.2", "2.3", "2.3.1", "2.4")

    def part(self, field: str, number: int = 1) -> str:
        """A component of a field, from 1."""
        parts = field.split(self.separators[1])
        return parts[number - 1].strip() if number <= len(parts) else ""


@dataclass(frozen=True)
class Opened:
    """A message as text, segments ended by CR. faults: why it is refused; then nothing else is to be read."""

    header: Header
    text: str
    faults: tuple[Fault, ...]


def open_message(content: bytes) -> Opened:
    """Text and head of a message, whatever comes."""
    declared = _raw_fields(content.decode("latin-1")).get(18, "")
    decoded = decode(content, declared.split("~")[0].split("^")[0])
    text = decoded.text.lstrip(_MARKS + "\r").replace("\r\n", "\r").replace("\n", "\r")
    if not text.startswith("MSH") or len(text) < 8 or text[3].isalnum() or text[3] in "\r ":
        return Opened(Header(), text, (Fault("MSH-1", "is not where a message begins: send MSH first"),))
    header = _header(text, decoded.encoding)
    if "\0" in text:
        return Opened(header, text, (Fault("MSH-18", "stands above text with zero bytes: send plain text"),))
    if not decoded.sound:
        unread = Fault("MSH-18", "does not say the character set that the text is in: name the right one")
        return Opened(header, text, (unread,))
    return Opened(header, text, tuple(_faults(header, text)))


def _raw_fields(text: str) -> dict[int, str]:
    """The fields of MSH by number, as they stand there."""
    line = text.lstrip(_MARKS + "\r\xef\xbb\xbf").replace("\n", "\r").partition("\r")[0]
    if len(line) < 5:
        return {}
    return {number + 1: field for number, field in enumerate(line.split(line[3])) if number}


def _header(text: str, encoding: str) -> Header:
    fields = {number: field.strip() for number, field in _raw_fields(text).items()}
    marks = fields.get(2, "")
    return Header(
        application=fields.get(3, ""),
        facility=fields.get(4, ""),
        to_application=fields.get(5, ""),
        to_facility=fields.get(6, ""),
        sent_at=fields.get(7, ""),
        kind=fields.get(9, ""),
        control_id=fields.get(10, ""),
        processing=fields.get(11, ""),
        version=fields.get(12, ""),
        charset=fields.get(18, ""),
        separators=text[3] + (marks + USUAL_SEPARATORS[1 + len(marks) :])[:4],
        encoding=encoding,
    )


def _faults(header: Header, text: str) -> list[Fault]:
    """Why a message is refused as a whole: it is none that we take."""
    found: list[Fault] = []
    if len(set(header.separators)) < len(header.separators):
        found.append(Fault("MSH-2", "has one delimiter twice: name four different ones"))
    if "\rMSH" in text:
        again = place_of("MSH", 1, 2)
        found.append(Fault(again, "begins another message: send each in a block of its own"))
    kind, event = header.part(header.kind), header.part(header.kind, 2)
    if kind != "ORU" or event not in ("R01", ""):
        found.append(Fault("MSH-9", "is no message that is taken here: send results as ORU^R01"))
    if not header.control_id:
        found.append(Fault("MSH-10", "is blank: give each message an identifier of its own"))
    elif len(header.control_id) > LONGEST_ID:
        found.append(Fault("MSH-10", f"is longer than {LONGEST_ID} characters"))
    if header.part(header.processing) not in ("P", "T", "D"):
        blank = not header.part(header.processing)
        found.append(Fault("MSH-11", f"is {'blank' if blank else 'none of them'}: say P, T or D"))
    if header.part(header.version) not in VERSIONS:
        found.append(Fault("MSH-12", f"is no version that is understood here: {', '.join(VERSIONS)}"))
    return found
