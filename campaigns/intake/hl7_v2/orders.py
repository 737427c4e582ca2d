"""The orders of an ORU and what is observed of them: which results are ours, and how final they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.intake.hl7_v2.patient import Patient
from campaigns.intake.hl7_v2.segments import Parts, Segment
from campaigns.intake.hl7_v2.values import coded
from campaigns.intake.lab.codes import LabCodes, TestUse
from campaigns.intake.lab.result import Fault, LabStatus

OBX_STATUS: Mapping[str, LabStatus] = {
    "F": "final",
    "U": "final",  # what was preliminary is final
    "V": "final",
    "B": "final",
    "C": "corrected",
    "A": "corrected",
    "P": "preliminary",
    "R": "preliminary",
    "S": "preliminary",
    "I": "preliminary",
    "D": "withdrawn",
    "W": "wrong_patient",
    "X": "not_done",
}
"""HL7 table 0085."""
NO_RESULT = frozenset({"N", "O"})  # of an OBX that only describes the order
OBR_STATUS: Mapping[str, LabStatus] = {
    "F": "final",
    "A": "final",  # some results of the order are there: this one is
    "C": "corrected",
    "P": "preliminary",
    "R": "preliminary",
    "I": "preliminary",
    "S": "preliminary",
    "O": "preliminary",
    "M": "preliminary",
    "D": "withdrawn",
    "W": "wrong_patient",
    "X": "not_done",
}
"""HL7 table 0123, with those of 0085 that laboratories write here, too."""
ENDS: tuple[LabStatus, ...] = ("wrong_patient", "withdrawn", "not_done")
CAUTIOUS: tuple[LabStatus, ...] = (*ENDS, "preliminary", "corrected", "final")
"""Of two that are said of one result the first holds."""


@dataclass
class Order:
    """An OBR with what belongs to it. results: its OBX, without those about the specimen."""

    obr: Segment
    patient: Patient
    orc: Segment | None
    results: list[Segment] = field(default_factory=list)
    specimen: Segment | None = None

    @property
    def external_id(self) -> str:
        """The filler's order number, else the placer's, else patient, test and time together."""
        orc = self.orc
        numbers = [self.obr.text(3), orc.text(3) if orc else "", self.obr.text(2), orc.text(2) if orc else ""]
        made = (self.patient.id, self.obr.text(4) or self.obr.text(4, 2), self.obr.text(7))
        return next((each for each in numbers if each), "/".join(made) if all(made) else "")


def orders_of(segments: Iterable[Segment]) -> tuple[list[Order], list[Fault]]:
    """The orders of a message in its order; what stands where it belongs to nothing is a fault."""
    orders: list[Order] = []
    faults: list[Fault] = []
    patient, orc = Patient(), None
    for segment in segments:
        match segment.name:
            case "PID":
                patient, orc = Patient(segment), None
            case "PV1":
                patient = Patient(patient.pid, segment)
            case "ORC":
                orc = segment
            case "OBR":
                orders.append(Order(segment, patient, orc))
                orc = None
            case "SPM" if orders:
                orders[-1].specimen = segment
            case "OBX" if not orders:
                faults.append(Fault(segment.place(1), "stands before any OBR: send the order first"))
            case "OBX" if orders[-1].specimen is None and orders[-1].patient.pid is patient.pid:
                orders[-1].results.append(segment)
    if not orders:
        faults.append(Fault("OBR-1", "is missing: an ORU needs an order for each result"))
    return orders, faults


def uses_of(order: Order, codes: LabCodes) -> list[tuple[Segment | None, TestUse | None]]:
    """Each result of an order, or the order alone, with its use; an OBX without a test is more of ours."""
    uses = [(obx, use_of(order, obx, codes)) for obx in order.results or (None,)]
    if "ours" not in {use for _, use in uses}:
        return uses
    return [(obx, "ours" if obx is not None and not obx.first(3) else use) for obx, use in uses]


def use_of(order: Order, obx: Segment | None, codes: LabCodes) -> TestUse | None:
    """Whether a result is ours, by OBX-3 or, where that is unknown, by OBR-4; ignored is ignored."""
    of_order = _use(order.obr.first(4), codes)
    of_result = _use(obx.first(3), codes) if obx is not None else None
    if "ignored" in (of_order, of_result):
        return "ignored"
    if of_result is None and obx is not None and len(order.results) > 1:
        return None  # which of several it is, OBR-4 does not say
    return of_result or of_order


def end_of(order: Order, codes: LabCodes) -> tuple[LabStatus, bool] | None:
    """How an order of ours as a whole ends (OBR-25), and whether its test (OBR-4) says that it is ours.

    None: it does not end, or is another test's. Laboratories number all tests of a sample alike: the end of
    one of them is no end of ours. Where no test is named at all, the number is all there is to go by.
    """
    status = OBR_STATUS.get(order.obr.text(25).upper())
    if status not in ENDS:
        return None
    if _use(order.obr.first(4), codes) == "ours":
        return status, True
    unnamed = not order.obr.first(4) and not any(obx.first(3) for obx in order.results)
    return (status, False) if unnamed else None


def status_of(order: Order, obx: Segment | None) -> LabStatus | Fault | None:
    """How final a result is, by OBX-11 and OBR-25; None of what is no result."""
    said = [(order.obr, 25, OBR_STATUS), *([(obx, 11, OBX_STATUS)] if obx is not None else [])]
    found: list[LabStatus] = []
    for segment, number, table in said:
        status = segment.text(number).upper()
        if segment is obx and status in NO_RESULT:
            return None
        if status and status not in table:
            return Fault(segment.place(number), f"is no status that is known: {', '.join(table)}")
        if status:
            found.append(table[status])
    if not found:
        where = obx.place(11) if obx is not None else order.obr.place(25)
        return Fault(where, "is blank: say how final the result is, such as F")
    return next(status for status in CAUTIOUS if status in found)


def _use(test: Parts, codes: LabCodes) -> TestUse | None:
    uses = {codes.test(system, code, text) for code, text, system in coded(test)}
    return "ignored" if "ignored" in uses else "ours" if "ours" in uses else None


def one_of(statuses: Sequence[LabStatus]) -> LabStatus:
    """Of several results of one order: what of it still holds, as cautiously as any of them is."""
    live = [status for status in statuses if status not in ENDS]
    return next(status for status in CAUTIOUS if status in (live or statuses))
