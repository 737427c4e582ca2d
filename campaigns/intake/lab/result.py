"""What a laboratory says of its patients' results, whatever format it says it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from campaigns.words import LabAnswer, LabFate

LabStatus = Literal["preliminary", "final", "corrected", "withdrawn", "wrong_patient", "not_done"]
"""Of one result: nobody is called for the first, the last three end what was to be told."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a message, and where: "OBX-5", "Bundle.entry[1].resource.subject".

    sentence: goes on from the place ("is blank: ..."); it never holds a value of a patient.
    """

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place} {self.sentence}".strip()


@dataclass(frozen=True)
class LabResult:
    """One result. external_id: the filler's order number, else the placer's, as the laboratory says it.

    told_at: when the laboratory said so, by its own clock (OBR-22; issued), aware; None: it does not tell.
    sent_at: when it sent that (MSH-7; meta.lastUpdated, Bundle.timestamp), aware.
    cells: columns as in a CSV row of the campaign, without those that are not told. places: column -> where
    it stands, or would, in the message, for faults ({"phone": "PID-13"}).
    """

    external_id: str
    status: LabStatus
    told_at: datetime | None
    sent_at: datetime
    cells: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LabReading:
    """One message, read. sender: application and facility, or the server's name. control_id: MSH-10, Bundle.

    test: MSH-11 says that it is none of a real patient. ignored: results that the mapping passes over.
    faults: what could not be read or mapped; a message with any of them queues nothing.
    """

    sender: str
    control_id: str
    format: Literal["hl7", "fhir"]
    test: bool
    results: tuple[LabResult, ...]
    ignored: int
    faults: tuple[Fault, ...]
    content: bytes


@dataclass(frozen=True)
class LabVerdict:
    """What the laboratory is answered. fates: external_id, what became of it, the contact's id.

    again: the message was accepted before, and the fates are what became of it then.
    """

    answer: LabAnswer
    faults: tuple[Fault, ...] = ()
    fates: tuple[tuple[str, LabFate, int | None], ...] = ()
    again: bool = False
