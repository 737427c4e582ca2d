"""The resources that came together, and which of them a reference means (FHIR R4, section 2.36.4.1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from campaigns.intake.fhir.resource import Release, Resource, faults_of, many, one, placed, text
from campaigns.intake.lab.result import Fault

CONTAINED = "#"


@dataclass(frozen=True)
class Placed:
    """A resource and where it stands. url: its fullUrl. outer: the resource that contains it."""

    resource: Resource
    place: str
    url: str = ""
    outer: "Placed | None" = None

    @property
    def kind(self) -> str:
        """Such as "Patient"."""
        return text(self.resource, "resourceType")

    @property
    def name(self) -> str:
        """Its relative address, such as "Patient/1"; "" without an id."""
        number = text(self.resource, "id")
        return f"{self.kind}/{number}" if number else ""

    def faults(self, release: Release) -> Sequence[Fault]:
        """What does not conform to FHIR; what is contained was looked at with its outer one."""
        return () if self.outer else faults_of(self.resource, self.kind, self.place, release)

    def at(self, *steps: str | int) -> str:
        """Where an element of it stands."""
        return placed(self.place, *steps)


@dataclass(frozen=True)
class Gathered:
    """What came together, in its order."""

    entries: Sequence[Placed]
    _by_address: Mapping[str, Sequence[Placed]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Placed]] = {}
        for each in self.entries:
            for address in {each.url, each.name} - {""}:
                found.setdefault(address, []).append(each)
        object.__setattr__(self, "_by_address", found)

    def of_kind(self, kind: str) -> Iterator[Placed]:
        """Those of one kind, such as "DiagnosticReport"."""
        return (each for each in self.entries if each.kind == kind)

    def meant(self, reference: Resource, source: Placed) -> Placed | None:
        """What a Reference within `source` means; None when it is not here, or may be one of several."""
        written = text(reference, "reference").split("/_history/")[0]
        if written.startswith(CONTAINED):
            return _contained(source, written.removeprefix(CONTAINED))
        if written:
            return self._addressed(written, source)
        return _only(self._identified(text(reference, "type"), one(reference, "identifier")))

    def is_of(self, reference: Resource, source: Placed, person: Placed) -> bool:
        """Whether a Reference within `source` means this one, by an entry of its own too, or says nothing."""
        if not text(reference, "reference") and not text(reference, "identifier", "value"):
            return True
        found = self.meant(reference, source)
        return found is not None and (found.place == person.place or _same(found, person))

    def _addressed(self, written: str, source: Placed) -> Placed | None:
        """By an absolute or relative address, or by a search that one of them answers (3.1.0.11.2)."""
        kind, searched, query = written.partition("?")
        if searched:
            wanted = dict(parse_qsl(query)).get("identifier", "")
            system, parted, value = wanted.rpartition("|")
            return _only(self._identified(kind, {"value": value} | ({"system": system} if parted else {})))
        outer = source.outer or source
        base = outer.url.removesuffix(outer.name) if outer.name and outer.url.endswith(outer.name) else ""
        for address in (written, base + written):
            if found := self._by_address.get(address):
                return _only(found)
        return None

    def _identified(self, kind: str, wanted: Resource) -> Sequence[Placed]:
        value, system = text(wanted, "value"), text(wanted, "system")
        if not value:
            return ()
        return [
            each
            for each in self.entries
            if (not kind or each.kind == kind)
            and any(
                text(known, "value") == value and (not system or text(known, "system") == system)
                for known in many(each.resource, "identifier")
            )
        ]


def entries_of(bundle: Resource, place: str = "Bundle") -> Gathered:
    """The resources of a Bundle's entries."""
    return Gathered(
        [
            Placed(one(entry, "resource"), placed(place, "entry", number, "resource"), text(entry, "fullUrl"))
            for number, entry in enumerate(many(bundle, "entry"))
            if one(entry, "resource")
        ]
    )


def nowhere(reference: Resource) -> str:
    """Why a reference means nothing here; never with what it holds."""
    written = text(reference, "reference")
    if written.startswith("#"):
        return "points to a contained resource that is not there: add it"
    if written.startswith(("http://", "https://")):
        return "points to another server, where nothing is looked up: send the resource along"
    return "points to nothing that was sent, or to several: send the resource along, under its own fullUrl"


def _contained(source: Placed, number: str) -> Placed | None:
    """A resource that the same outermost one contains; `#` alone is that one itself."""
    outer = source.outer or source
    if not number:
        return outer
    for position, each in enumerate(many(outer.resource, "contained")):
        if text(each, "id") == number:
            return Placed(each, outer.at("contained", position), outer=outer)
    return None


def _same(this: Placed, other: Placed) -> bool:
    """Whether two resources are of one person: they share a number of the same system."""

    def numbers(of: Placed) -> set[tuple[str, str]]:
        told = ((text(each, "system"), text(each, "value")) for each in many(of.resource, "identifier"))
        return {each for each in told if all(each)}

    return this.kind == other.kind and not numbers(this).isdisjoint(numbers(other))


def _only(found: Sequence[Placed]) -> Placed | None:
    return found[0] if len(found) == 1 else None
