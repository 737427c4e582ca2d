"""An ORU^R01 of the usual kind, and others made of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from campaigns.intake.hl7_v2.message import Hl7Message, read_hl7
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.lab.result import LabReading, LabResult
from campaigns.intake.rows import IntakeDefaults

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URALS = IntakeDefaults("RU", "Asia/Yekaterinburg")  # UTC+5
LINES = {
    "MSH": r"MSH|^~\&|LIS|CITYLAB|DIALER|HOSP|20261120110000+0500||ORU^R01|M1|P|2.5.1",
    "PID": "PID|1||P17||Иванова^Мария^Петровна||19540312|F|||||+79123456789||rus",
    "OBR": "OBR|1|P1|F1|94500-6^SARS-CoV-2^LN|||20261119081500",
    "OBX": "OBX|1|CE|94500-6^SARS-CoV-2^LN||260373001^Detected^SCT||||||F",
}


def read(content: bytes) -> Hl7Message:
    return read_hl7(content, lab_codes(Path("none")), URALS, NOW)


def message(**changed: str) -> Hl7Message:
    """The usual message with other segments; several lines may stand in one."""
    lines = {**LINES, **changed}
    return read("\r".join(line for line in lines.values() if line).encode())


def reading(**changed: str) -> LabReading:
    found = message(**changed)
    assert found.reading is not None, found.faults
    return found.reading


def result(**changed: str) -> LabResult:
    (found,) = reading(**changed).results
    return found


def with_fields(segment: str, values: Mapping[int, str]) -> str:
    """The usual segment with other fields."""
    fields = LINES[segment].split("|")
    fields += [""] * (max(values) + 1 - len(fields))
    for number, value in values.items():
        fields[number - (segment == "MSH")] = value
    return "|".join(fields)
