"""Acknowledgements of HL7 v2: ACK with MSA, and ERR that names segment, sequence and field."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime

from campaigns.intake.hl7_v2.header import Header
from campaigns.intake.hl7_v2.segments import ORDINALS
from campaigns.intake.lab.result import Fault
from campaigns.words import LabAnswer

LONGEST_MSA_TEXT = 80  # MSA-3
LONGEST_USER_MESSAGE = 250  # ERR-8
MOST_ERRORS = 20  # a message that is wrong all over is told so once
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)(?:\.\d+)?(?: \((\d+|[a-z]+)(?:th)? \1\))?")
_CONDITIONS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "207": "Application internal error",
}
"""HL7 table 0357."""
_OF_FIELDS = {"BHS-1": "200", "MSH-1": "100", "MSH-9": "200", "MSH-11": "202", "MSH-12": "203"}


def answer(header: Header, code: LabAnswer, faults: Sequence[Fault], now: datetime) -> bytes:
    """The acknowledgement in the version, the delimiters and the character set of the message."""
    faults = list({fault.place or fault.sentence: fault for fault in reversed(faults)}.values())[
        ::-1
    ]  # the first of each place
    field, part = header.separators[0], header.separators[1]
    version = header.part(header.version)
    event = header.part(header.kind, 2)
    kind = part.join(
        ("ACK", event, "ACK") if header.modern and event else ("ACK", event) if event else ("ACK",)
    )
    msh = [
        *("MSH", header.separators[1:], header.to_application, header.to_facility),
        *(header.application, header.facility, f"{now:%Y%m%d%H%M%S%z}", "", kind, uuid.uuid4().hex[:20]),
        *(header.part(header.processing) or "P", version or "2.5.1", "", "", "", "", "", header.charset),
    ]
    msa = ["MSA", code, header.control_id]
    if faults:
        msa.append(_plain(faults[0], header)[:LONGEST_MSA_TEXT])
    lines = [msh, msa, *(_err(faults[:MOST_ERRORS], header) if faults else ())]
    text = "".join(field.join(line).rstrip(field) + "\r" for line in lines)
    return text.encode(header.encoding, "replace")


def _err(faults: Sequence[Fault], header: Header) -> list[list[str]]:
    """Before 2.5 all errors stand in one field, from then on each in a segment of its own."""
    _, part, repetition, _, subpart = tuple(header.separators)
    if not header.modern:
        coded = [part.join((*_location(fault), subpart.join(_condition(fault)))) for fault in faults]
        return [["ERR", repetition.join(coded)]]
    return [
        [
            *("ERR", "", part.join(_location(fault)), part.join(_condition(fault)), "E", "", "", ""),
            _plain(fault, header)[:LONGEST_USER_MESSAGE],
        ]
        for fault in faults
    ]


def _location(fault: Fault) -> tuple[str, ...]:
    """Segment, its number among those of its name, field."""
    found = _PLACE.match(fault.place)
    if not found:
        return ("", "", "")
    which = found[3] or "1"
    number = ORDINALS.index(which) + 2 if which in ORDINALS else int(which) if which.isdigit() else 1
    return (found[1], str(number), found[2])


def _condition(fault: Fault) -> tuple[str, str, str]:
    code = _OF_FIELDS.get(fault.place)
    if code is None:
        found = _PLACE.match(fault.place)
        missing, unknown = "is blank" in fault.sentence, "does not know" in fault.sentence
        ours = not found or "was not taken" in fault.sentence
        code = "207" if ours else "101" if missing else "103" if unknown else "102"
    return (code, _CONDITIONS[code], "HL70357")


def _plain(fault: Fault, header: Header) -> str:
    """Without what would be read as a delimiter; our sentences need none."""
    return str(fault).strip().translate({ord(mark): " " for mark in (*header.separators, "\r", "\n")})
