"""HL7 v2: an ORU^R01 as a laboratory sends it -> what it says of its patients' results; no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.intake.hl7_v2.header import Header, open_message
from campaigns.intake.hl7_v2.orders import ENDS, Order, end_of, one_of, orders_of, status_of, uses_of
from campaigns.intake.hl7_v2.patient import Patient, Told, tell_clinic, tell_patient
from campaigns.intake.hl7_v2.segments import LOST, Segment, segments_of, strays_of
from campaigns.intake.hl7_v2.times import home_day_of, moment_of, offset_of
from campaigns.intake.hl7_v2.values import result_of
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.result import Fault, LabReading, LabResult, LabStatus
from campaigns.intake.rows import IntakeDefaults

_STRAY = r"goes on in a line that is no segment: write \.br\ for a line end within a text"


@dataclass(frozen=True)
class Hl7Message:
    """A message, read. reading: None when it is refused (AR) for these `faults`, which are of no patient."""

    header: Header
    reading: LabReading | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Finding:
    """One result of an order that is ours, or may have been."""

    order: Order
    obx: Segment | None
    status: LabStatus
    ours: bool


def read_hl7(content: bytes, codes: LabCodes, defaults: IntakeDefaults, now: datetime) -> Hl7Message:
    """One message, without the block around it. `now`: the latest that anything can have been said at.

    A training message (MSH-11) is read no further. A result whose order is ours, and that cannot be mapped,
    is a fault of the reading: the message is kept and answered AE.
    """
    opened = open_message(content)
    header = opened.header
    if opened.faults:
        return Hl7Message(header, None, opened.faults)
    if header.test:
        return Hl7Message(header, _reading(content, header, test=True))
    try:
        segments = list(segments_of(opened.text, header.encoding))
    except ValueError as error:
        return Hl7Message(header, None, (Fault("MSH-9", f"has {error}: send fewer results at once"),))
    strays = [Fault(place, _STRAY) for place in strays_of(opened.text)]
    results = _Results(segments[0], codes, defaults, now)
    return Hl7Message(header, results.of(content, header, segments[1:], strays))


def queued_by(reading: LabReading) -> str:
    """What a contact says of the laboratory that sent it; no key is called so, and only FHIR has keys."""
    return reading.sender if reading.format == "fhir" else f"hl7:{reading.sender}"


def _reading(
    content: bytes,
    header: Header,
    results: Sequence[LabResult] = (),
    ignored: int = 0,
    faults: Sequence[Fault] = (),
    test: bool = False,
) -> LabReading:
    return LabReading(
        header.sender, header.control_id, "hl7", test, tuple(results), ignored, tuple(faults), content
    )


class _Results:
    """Reads the results of one message."""

    def __init__(self, msh: Segment, codes: LabCodes, defaults: IntakeDefaults, now: datetime) -> None:
        self._msh, self._codes, self._defaults, self._now = msh, codes, defaults, now
        self._home = ZoneInfo(defaults.time_zone)
        self._zone = offset_of(msh.text(7)) or self._home
        self._faults: list[Fault] = []
        self._unknown: list[Fault] = []
        self._ignored = 0

    def of(
        self, content: bytes, header: Header, segments: Sequence[Segment], strays: Sequence[Fault]
    ) -> LabReading:
        """Everything that the message says. strays: lines of it that are no segments."""
        orders, misplaced = orders_of(segments)
        self._faults = [*strays, *misplaced]
        by_order: dict[str, list[_Finding]] = {}
        for order in orders:
            found = list(self._findings(order))
            if not order.external_id and any(finding.ours for finding in found):
                where = order.obr.place(3)
                self._faults.append(Fault(where, "is blank: send the number of the order"))
            elif order.external_id:
                by_order.setdefault(order.external_id, []).extend(found)
        results = [self._result(number, findings) for number, findings in by_order.items() if findings]
        if not any(finding.ours for findings in by_order.values() for finding in findings):
            self._faults += self._unknown  # beside results of ours it is no matter of ours
        return _reading(content, header, results, self._ignored, self._faults)

    def _findings(self, order: Order) -> Iterator[_Finding]:
        if end := end_of(order, self._codes):
            yield _Finding(order, None, *end)
        for obx, use in uses_of(order, self._codes):
            status = status_of(order, obx)
            if end and use != "ours":
                continue  # the order has ended, whatever else stands under it
            if use == "ignored" or status is None:
                self._ignored += 1
            elif isinstance(status, Fault):
                (self._faults if use == "ours" else self._unknown).append(status)
            elif use == "ours" and (obx is not None or status == "preliminary" or end):
                yield _Finding(order, obx, status, True)
            elif use == "ours":
                self._faults.append(
                    Fault(order.obr.place(25), "is final, and no OBX follows: send the result")
                )
            else:
                self._ignored += 1
                self._note_unknown(order, obx)

    def _note_unknown(self, order: Order, obx: Segment | None) -> None:
        where = obx.place(3) if obx is not None else order.obr.place(4)
        sentence = "is a test that lab-codes.yaml does not know: add it as ours or as ignored"
        self._unknown.append(Fault(where, sentence))

    def _result(self, external_id: str, findings: Sequence[_Finding]) -> LabResult:
        status = one_of([finding.status for finding in findings])
        live = [finding for finding in findings if finding.status not in ENDS] or findings
        first = live[0]
        told = Told()
        told.add("external_id", external_id, first.order.obr.place(3))
        if status in ("final", "corrected"):
            self._demand_alive(first.order.patient)
        tell_patient(told, first.order.patient, self._codes, self._defaults)
        tell_clinic(told, first.order.orc, first.order.patient.pv1, self._msh, self._codes)
        self._tell_sample(told, first)
        self._tell_result(told, live, status)
        self._demand_letters(told, status)
        said = [moment for finding in findings if (moment := self._moment(finding.order.obr, 22))]
        sent_at = self._moment(self._msh, 7) or self._now
        return LabResult(external_id, status, max(said, default=None), sent_at, told.cells, told.places)

    def _demand_alive(self, patient: Patient) -> None:
        pid = patient.pid
        if pid is not None and (pid.text(30).upper() == "Y" or pid.text(29)):
            what = "says that the patient has died, so nobody is called: a human must see to it"
            self._faults.append(Fault(pid.place(30 if pid.text(30) else 29), what))

    def _demand_letters(self, told: Told, status: LabStatus) -> None:
        for column, value in told.cells.items():
            if LOST in value and status not in ENDS:
                what = "has an escape that is no letter of the message's character set (MSH-18)"
                self._faults.append(Fault(told.places[column], what))

    def _tell_sample(self, told: Told, finding: _Finding) -> None:
        """When it was taken: OBR-7, SPM-17, OBX-14."""
        obr, specimen, obx = finding.order.obr, finding.order.specimen, finding.obx
        places = [(obr, 7), *([(specimen, 17)] if specimen else []), *([(obx, 14)] if obx else [])]
        segment, number = next((each for each in places if each[0].text(each[1])), places[0])
        day = home_day_of(segment.text(number), self._zone, self._home)
        told.add(self._codes.columns["sample_date"], day, segment.place(number))

    def _tell_result(self, told: Told, findings: Sequence[_Finding], status: LabStatus) -> None:
        """Several findings of one order must say the same; only what is to be told must be known."""
        column = self._codes.columns["result"]
        final = status in ("final", "corrected")
        for obx in (finding.obx for finding in findings if finding.obx is not None):
            result = result_of(obx, self._codes)
            if isinstance(result, Fault):
                told.add(column, "", result.place)
                self._faults += [result] if final else []
            elif told.cells.get(column, result) != result:
                what = "says another result than one before it of the same order: send an order for each"
                self._faults.append(Fault(obx.place(5), what))
            else:
                told.add(column, result, obx.place(5))

    def _moment(self, segment: Segment, field: int) -> datetime | None:
        """A time that is told; a clock that is fast must not outdate what follows."""
        moment = moment_of(segment.text(field), self._zone)
        return min(moment, self._now) if moment else None
