"""What the observations of a FHIR DiagnosticReport say, by the laboratories' codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.intake.fhir.bundle import Gathered, Placed, nowhere
from campaigns.intake.fhir.resource import Release, Resource, codings, many, one, text
from campaigns.intake.lab.codes import FILE_NAME, LabCodes, TestUse
from campaigns.intake.lab.result import Fault

OBSERVATION = "Observation"
MOST_OBSERVATIONS = 1000  # of one report, panels within panels
_RELATED = "has-member"  # STU3's Observation.related.type
ENDED = frozenset({"entered-in-error", "cancelled"})  # statuses of an Observation that holds no more
_CONTRARY: Mapping[str, frozenset[str]] = {
    "negative": frozenset({"A", "AA", "H", "HH"}),
    "positive": frozenset({"N"}),
}
"""Codes of Observation.interpretation that say the contrary of a result, besides those that name another."""
CONTRADICTS = "says something else than the value: correct one of the two"


@dataclass(frozen=True)
class Findings:
    """What a report found. ignored: it is about nothing that is told by telephone. known: its test is ours.

    unsaid: neither the report nor any observation says which test it is.
    result: the campaign's word, "" where there is none or where there are faults. place: where it stands.
    statuses: of the observations that it rests on; sources: these themselves.
    """

    ignored: bool = False
    known: bool = True
    unsaid: bool = False
    result: str = ""
    place: str = ""
    faults: tuple[Fault, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """An observation, or one of its components: `resource` is what holds code and value."""

    resource: Resource
    source: Placed
    place: str


@dataclass
class _Reading:
    report: Placed
    gathered: Gathered
    release: Release
    codes: LabCodes
    faults: list[Fault] = field(default_factory=list)


def findings_of(report: Placed, gathered: Gathered, release: Release, codes: LabCodes) -> Findings:
    """What is to be told of a report, and what keeps us from knowing it."""
    reading = _Reading(report, gathered, release, codes)
    pieces = list(_pieces(reading))
    use = _use(codes, report.resource)
    uses = [_use(codes, piece.resource) for piece in pieces]
    ours = _live([piece for piece, each in zip(pieces, uses, strict=True) if each == "ours"])
    unknown = _live(
        [piece for piece, each in zip(pieces, uses, strict=True) if each is None and _has_value(piece)]
    )
    if not ours and use == "ours":  # the report says which test it is, and its observation need not repeat it
        ours, unknown = (unknown, []) if len(unknown) == 1 else (_concluded(reading), unknown)
    if not ours and not unknown and not reading.faults and use != "ours" and "ignored" in (use, *uses):
        return Findings(ignored=True)
    if not ours:
        return _without(reading, [piece for piece, each in zip(pieces, uses, strict=True) if not each], use)
    return _told(reading, ours)


def _live(pieces: list[_Piece]) -> list[_Piece]:
    """Without those that were taken back or never made, unless all of them were."""
    return [each for each in pieces if text(each.source.resource, "status") not in ENDED] or pieces


def _told(reading: _Reading, ours: Sequence[_Piece]) -> Findings:
    results: dict[str, _Piece] = {}
    faults = list(reading.faults)
    for piece in ours:
        found = _result(reading.codes, piece)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            results.setdefault(found, piece)
    if len(results) > 1:
        what = "says something else than another observation of this report: send one result"
        faults.append(Fault(f"{list(results.values())[1].place}.value", what))
    first = next(iter(results.values()), ours[0])
    sources = tuple(dict.fromkeys(piece.source.place for piece in ours))
    by_place = {piece.source.place: piece.source for piece in ours}
    placed = tuple(by_place[place] for place in sources)
    return Findings(
        result="" if faults else next(iter(results)),
        place=f"{first.place}.value",
        faults=tuple(faults),
        statuses=tuple(text(each.resource, "status") for each in placed if each.kind == OBSERVATION),
        sources=placed,
    )


def _without(reading: _Reading, pieces: list[_Piece], use: TestUse | None) -> Findings:
    """Nothing of it is a test of ours as far as we know. pieces: those that are of no test that is known."""
    faults = list(reading.faults)
    unknown = _live([piece for piece in pieces if _has_value(piece)])
    place = unknown[0].place if unknown else reading.report.place
    if use == "ours" and not unknown:
        faults.append(Fault(reading.report.at("result"), "holds no result of the test: send its Observation"))
    else:
        what = f"is a test that {FILE_NAME} does not know: add it to tests, as ours or as ignored"
        faults.append(Fault(f"{place}.code", what))
    statuses = {piece.source.place: text(piece.source.resource, "status") for piece in _live(pieces)}
    named = [piece.resource for piece in pieces] + [reading.report.resource]
    return Findings(
        known=use == "ours",
        unsaid=not any(list(codings(one(each, "code"))) for each in named),
        place=f"{place}.value",
        faults=tuple(faults),
        statuses=tuple(statuses.values()),
    )


def _pieces(reading: _Reading) -> Iterator[_Piece]:
    """The report's observations, the members of panels and their components; each once."""
    waiting = [
        (reference, reading.report, reading.report.at("result", number))
        for number, reference in enumerate(many(reading.report.resource, "result"))
    ]
    seen: set[str] = set()
    while waiting and len(seen) < MOST_OBSERVATIONS:
        reference, source, place = waiting.pop(0)
        found = reading.gathered.meant(reference, source)
        if found is None or found.kind != OBSERVATION:
            what = nowhere(reference) if found is None else f"points to no {OBSERVATION}"
            reading.faults.append(Fault(place, what))
            continue
        if found.place in seen:
            continue
        seen.add(found.place)
        if faults := found.faults(reading.release):
            reading.faults += faults
            continue
        yield _Piece(found.resource, found, found.place)
        for number, each in enumerate(many(found.resource, "component")):
            yield _Piece(each, found, found.at("component", number))
        waiting += [(each, found, found.at("hasMember")) for each in _members(found.resource)]


def _members(observation: Resource) -> Iterator[Resource]:
    yield from many(observation, "hasMember")
    for each in many(observation, "related"):
        if text(each, "type") == _RELATED:
            yield one(each, "target")


def _concluded(reading: _Reading) -> list[_Piece]:
    """The coded conclusion, where a report of our test has no observations."""
    report = reading.report
    for name in ("conclusionCode", "codedDiagnosis"):  # R4, STU3
        for number, concept in enumerate(many(report.resource, name)):
            held = {"valueCodeableConcept": concept}
            return [_Piece(held, report, report.at(name, number))]
    return []


def _use(codes: LabCodes, resource: Resource) -> TestUse | None:
    """What its code says; None where no coding is known, or where they differ."""
    uses = {codes.test(*coding) for coding in codings(one(resource, "code"))} - {None}
    return uses.pop() if len(uses) == 1 else None


def _has_value(piece: _Piece) -> bool:
    return any(name.startswith("value") for name in piece.resource)


def _result(codes: LabCodes, piece: _Piece) -> str | Fault:
    """The campaign's word for a value; what is interpreted counts where there is no value in words."""
    concepts = [one(piece.resource, "valueCodeableConcept")]
    words = text(piece.resource, "valueString")
    if not concepts[0] and not words:
        concepts = list(many(piece.resource, "interpretation"))
    said = [coding for concept in concepts for coding in codings(concept)]
    said += [("", "", words)] if words else []
    meanings = set().union(*(codes.meanings(*coding) for coding in said))
    place = f"{piece.place}.value"
    if len(meanings) == 1:
        (result,) = meanings
        return result if _fits(codes, piece, result) else Fault(f"{piece.place}.interpretation", CONTRADICTS)
    if len(meanings) > 1:
        return Fault(place, f"means two results by {FILE_NAME}: correct the codes, or the mapping")
    if said or _has_value(piece):
        return Fault(place, f"is a result that {FILE_NAME} does not know: add it")
    return Fault(place, "is blank: a final report needs a result")


def _fits(codes: LabCodes, piece: _Piece, result: str) -> bool:
    """Whether its interpretations do not say the contrary."""
    said = [each for concept in many(piece.resource, "interpretation") for each in codings(concept)]
    named = set().union(*(codes.meanings(*each) for each in said))
    return named <= {result} and _CONTRARY.get(result, frozenset()).isdisjoint(
        code.upper() for _, code, _ in said
    )
