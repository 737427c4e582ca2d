"""One FHIR DiagnosticReport, with the resources that came with it, as one result of a laboratory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from campaigns.intake.fhir.bundle import Gathered, Placed, nowhere
from campaigns.intake.fhir.person import Cell, died, patient_id, told_of
from campaigns.intake.fhir.resource import Release, Resource, codings, many, one, text
from campaigns.intake.fhir.result import OBSERVATION, Findings, findings_of
from campaigns.intake.lab.codes import SOURCES, LabCodes
from campaigns.intake.lab.result import Fault, LabResult, LabStatus

REPORT: Final = "DiagnosticReport"
STATUSES: Final[Mapping[str, LabStatus]] = {
    "registered": "preliminary",
    "partial": "preliminary",
    "preliminary": "preliminary",
    "final": "final",
    "amended": "corrected",
    "corrected": "corrected",
    "appended": "corrected",
    "cancelled": "not_done",
    "entered-in-error": "withdrawn",
    "unknown": "preliminary",
}
"""All ten of DiagnosticReport.status, R4 and STU3; also those of an Observation, which are eight of them."""
FILLER, PLACER = "FILL", "PLAC"  # HL7 table 0203: who carries out an order, and who placed it
TEST_DATA = "HTEST"  # v3-ActReason: the security label of what is no real patient's
_DAY = len("2026-11-23")


@dataclass(frozen=True)
class ReportReading:
    """result: None of a report that is passed over, or that has faults."""

    result: LabResult | None
    faults: tuple[Fault, ...] = ()
    test: bool = False


@dataclass(frozen=True)
class Eyes:
    """What reports are read with. zone: in which a day begins whose time is told in UTC.

    now: when it came. sent_at: when all of it was sent, if it says so, for reports that do not tell when they
    were last updated. lasting: ids of resources are a server's own and stay, so that they serve as order
    numbers where there are no others.
    """

    release: Release
    codes: LabCodes
    zone: ZoneInfo
    now: datetime
    sent_at: datetime | None = None
    lasting: bool = False


def read_report(report: Placed, gathered: Gathered, eyes: Eyes) -> ReportReading:
    """The one result of a report; all that is wrong with it, if anything is."""
    test = is_test(report.resource)
    if faults := report.faults(eyes.release):
        return ReportReading(None, tuple(faults), test)
    status = STATUSES.get(text(report.resource, "status"))
    if status is None:
        return ReportReading(None, (Fault(report.at("status"), "is none of FHIR's ten statuses"),), test)
    findings = findings_of(report, gathered, eyes.release, eyes.codes)
    if findings.ignored:
        return ReportReading(None, (), test)
    status = _lowest(status, findings)
    return _Reading(report, gathered, eyes, findings, status).whole(test)


def is_test(resource: Resource) -> bool:
    """Whether its labels say that it is none of a real patient (FHIR's way of MSH-11 T)."""
    labels = (*many(one(resource, "meta"), "security"), *many(one(resource, "meta"), "tag"))
    return any(text(label, "code") == TEST_DATA for label in labels)


def instant(written: str) -> datetime | None:
    """A time with its offset; None of anything else."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _lowest(status: LabStatus, findings: Findings) -> LabStatus:
    """A final report may rest on an observation that is not final, or has been taken back."""
    if status not in ("final", "corrected"):
        return status
    below = [each for each in (STATUSES.get(said) for said in findings.statuses) if each]
    for lower in ("withdrawn", "not_done", "preliminary"):
        if lower in below:
            return lower
    return "corrected" if "corrected" in below else status


class _Reading:
    """One report while it is read; `faults` grow."""

    def __init__(
        self, report: Placed, gathered: Gathered, eyes: Eyes, findings: Findings, status: LabStatus
    ) -> None:
        self._report, self._gathered, self._eyes = report, gathered, eyes
        self._findings, self._status = findings, status
        self._faults: list[Fault] = []
        self._patient = self._found("subject", "Patient")

    def whole(self, test: bool) -> ReportReading:
        """All of it; what is only taken back needs no more than its number."""
        cells = dict(self._named(self._cells()))
        order = self._order()
        faults = self._needed(order)
        test = test or (self._patient is not None and is_test(self._patient.resource))
        if faults:
            return ReportReading(None, tuple(dict.fromkeys(faults)), test)
        told_at, sent_at = self._moments()
        result = LabResult(
            order,
            self._status,
            told_at,
            sent_at,
            {column: value for column, (value, _) in cells.items() if value},
            {column: place for column, (_, place) in cells.items()}
            | {"external_id": self._report.at("identifier")},
        )
        return ReportReading(result, (), test)

    def _moments(self) -> tuple[datetime | None, datetime]:
        """When it was issued, and when it was sent.

        One that was late, and says nothing of its sending, is no newer than others of the same issue.
        """
        issued = instant(text(self._report.resource, "issued"))
        updated = instant(text(self._report.resource, "meta", "lastUpdated"))
        return issued, updated or self._eyes.sent_at or issued or self._eyes.now

    def _needed(self, order: str) -> list[Fault]:
        """What is wrong, as far as it matters at this status."""
        faults = []
        if not order:
            what = "is blank, and nothing else names this result: send the laboratory's order number"
            faults.append(Fault(self._report.at("identifier"), what))
        match self._status:
            case "final" | "corrected":
                return [
                    *faults,
                    *self._faults,
                    *self._findings.faults,
                    *self._of_the_dead(),
                    *self._of_others(),
                ]
            case "preliminary" if not self._findings.known:
                return [*faults, *self._findings.faults]
            case _ if not (self._findings.known or self._findings.unsaid):  # another test of the same order
                return [*faults, *self._findings.faults]
        return faults

    def _cells(self) -> Mapping[str, Cell]:
        person = {} if self._patient is None else told_of(self._patient, self._eyes.codes)
        return {
            **person,
            "sample_date": self._sampled(),
            "result": (self._findings.result, self._findings.place),
            "clinic": self._clinic(),
        }

    def _named(self, cells: Mapping[str, Cell]) -> Iterator[tuple[str, Cell]]:
        """By the campaign's columns."""
        for source, cell in cells.items():
            column = self._eyes.codes.columns.get(source, "") if source in SOURCES else source
            if column:
                yield column, cell

    def _of_the_dead(self) -> Sequence[Fault]:
        if self._patient is None or not died(self._patient.resource):
            return ()
        what = "says that the patient has died, so nobody is called: a human must see to it"
        return (Fault(self._patient.at("deceased"), what),)

    def _of_others(self) -> Iterator[Fault]:
        """Observations that are said to be of somebody or something else than the report."""
        for found in self._findings.sources:
            if self._patient is None or found.kind != OBSERVATION:
                continue
            subject = one(found.resource, "subject")
            if not self._gathered.is_of(subject, found, self._patient):
                what = "is not the Patient of the report, or was not sent: refer to the same one"
                yield Fault(found.at("subject"), what)

    # ------------------------------------------------------------ what the report names

    def _found(self, name: str, kind: str) -> Placed | None:
        """The resource that an element of the report refers to; a fault when it is none of this kind."""
        reference = one(self._report.resource, name)
        place = self._report.at(name)
        if not reference:
            self._faults.append(Fault(place, f"is missing: a {kind} must be sent with the report"))
            return None
        found = self._gathered.meant(reference, self._report)
        if found is None:
            self._faults.append(Fault(place, nowhere(reference)))
        elif found.kind != kind:
            self._faults.append(Fault(place, f"is no {kind}: nobody else can be called"))
        elif faults := found.faults(self._eyes.release):
            self._faults += faults
        else:
            return found
        return None

    def _others(self, source: Resource, *names: str) -> Iterator[Placed]:
        """Resources that elements refer to and that are here; others matter to nobody."""
        for name in names:
            for reference in many(source, name):
                if found := self._gathered.meant(one(reference, "actor") or reference, self._report):
                    yield found

    def _sampled(self) -> Cell:
        report = self._report
        for specimen in self._others(report.resource, "specimen"):
            if day := self._day(one(specimen.resource, "collection"), "collected"):
                return day, specimen.at("collection")
        for source in (report, *self._findings.sources):
            if day := self._day(source.resource, "effective"):
                return day, source.at("effective")
        return "", report.at("effective")

    def _day(self, resource: Resource, name: str) -> str:
        """The day of a date, a time, or the beginning of a period; a time in UTC is one of the clinic's."""
        written = text(resource, f"{name}DateTime") or text(resource, f"{name}Period", "start")
        moment = instant(written)
        if moment is not None and moment.utcoffset() == UTC.utcoffset(None):
            return moment.astimezone(self._eyes.zone).date().isoformat()
        return written[:_DAY] if len(written) >= _DAY else ""

    def _clinic(self) -> Cell:
        """Who ordered it, else where the patient belongs, else who carried it out."""
        report = self._report.resource
        asked = list(self._others(report, "encounter", "context"))
        ordered = list(self._others(report, "basedOn"))
        person = [] if self._patient is None else [self._patient]
        sources = [(each, "requester") for each in ordered]
        sources += [(each, "serviceProvider") for each in asked]
        sources += [(each, "managingOrganization") for each in person]
        sources += [(self._report, "performer")]
        for source, name in sources:
            for reference in many(source.resource, name):
                if named := self._organization(one(reference, "actor") or reference, source):
                    return named, source.at(name)
        return "", self._report.at("performer")

    def _organization(self, reference: Resource, source: Placed) -> str:
        codes, found = self._eyes.codes, self._gathered.meant(reference, source)
        if found is None:
            kind = text(reference, "type") or text(reference, "reference").partition("/")[0]
            code = text(reference, "identifier", "value")
            known = code and codes.institution(code)
            named = known if known != code else text(reference, "display")
            return codes.institution(named or code) if kind in ("Organization", "") else ""
        if found.kind != "Organization":
            return ""
        for each in many(found.resource, "identifier"):
            code = text(each, "value")
            if code and (known := codes.institution(code)) != code:
                return known
        return codes.institution(text(found.resource, "name"))

    # ------------------------------------------------------------ which result it is

    def _order(self) -> str:
        """The filler's number, else the placer's, else what tells this result from others."""
        report = self._report.resource
        own = _numbers(many(report, "identifier"))
        asked = [one(each, "identifier") for each in many(report, "basedOn")]
        asked += [each for found in self._others(report, "basedOn") for each in _ids(found.resource)]
        known = (own.get(FILLER), own.get(""), own.get(PLACER), *_numbers(asked).values())
        if found := next(filter(None, known), ""):
            return found
        if self._eyes.lasting and text(report, "id"):
            return self._report.name
        person = (
            patient_id(self._patient.resource)
            if self._patient
            else text(report, "subject", "identifier", "value")
        )
        test = next((code or words for _, code, words in codings(one(report, "code"))), "")
        sampled = self._sampled()[0]
        return f"{person} {test} {sampled}" if person and test and sampled else ""


def _ids(resource: Resource) -> Sequence[Resource]:
    return many(resource, "identifier")


def _numbers(identifiers: Sequence[Resource]) -> dict[str, str]:
    """The first number of each kind that matters: the filler's, the placer's, "" of any other."""
    found: dict[str, str] = {}
    for each in identifiers:
        kinds = {code for _, code, _ in codings(one(each, "type"))}
        kind = next((known for known in (FILLER, PLACER) if known in kinds), "")
        if (value := text(each, "value")) and text(each, "use") != "old":
            found.setdefault(kind, value)
    return found
