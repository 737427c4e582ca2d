"""Batches and files of HL7 v2 (BHS, FHS): known, so that who sends one is told that it is not taken."""

import re

from campaigns.intake.hl7_v2.header import Header
from campaigns.intake.lab.result import Fault

BATCH = Fault("BHS-1", "batches (BHS, FHS) are not taken: send each message by itself")
_HEAD = re.compile(rb"(?:\A|[\r\n])[\s\x00]*((?:BHS|FHS)[^\r\n]*)")
_BYTES = "latin-1"  # each byte a letter: names go back as they came
_CONTROL_ID = 11  # of BHS and FHS alike: HL7 v2 chapter 2, 2.15.2 and 2.15.4


def batch_head(content: bytes) -> Header | None:
    """How a batch is to be answered; None for what is none."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith((b"BHS", b"FHS")):
        return None
    heads = [_fields(found) for found in _HEAD.findall(start.partition(b"MSH")[0])]
    last = heads[-1]  # BHS stands behind FHS
    control_id = next((head[_CONTROL_ID] for head in reversed(heads) if head.get(_CONTROL_ID)), "")
    mark = start[3:4].decode(_BYTES)
    separators = Header().separators if not mark or mark.isalnum() or mark.isspace() else mark + "^~\\&"
    return Header(
        application=last.get(3, ""),
        facility=last.get(4, ""),
        to_application=last.get(5, ""),
        to_facility=last.get(6, ""),
        control_id=control_id,
        separators=separators,
        encoding=_BYTES,
    )


def _fields(segment: bytes) -> dict[int, str]:
    """By number; the mark between them is the first."""
    text = segment.decode(_BYTES)
    return {number + 1: field.strip() for number, field in enumerate(text.split(text[3:4] or "|")) if number}
