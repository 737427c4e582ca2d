"""A FHIR Patient as the cells of a contact, each with where it stands."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from campaigns.flows.columns import MORE_PHONES
from campaigns.flows.fields import NAME
from campaigns.intake.fhir.bundle import Placed
from campaigns.intake.fhir.resource import Resource, codings, many, one, text, texts
from campaigns.intake.lab.codes import LabCodes

PHONES: Final = ("phone", *MORE_PHONES)
ZONE: Final = "http://hl7.org/fhir/StructureDefinition/timezone"  # an extension of Patient and Address
_CALLED: Final = ("phone", "sms", "")  # systems of numbers that can be rung
_OVER: Final = "old"
_FIRST_USES: Final = ("mobile", "home", "temp", "work")
_NAME_USES: Final = ("official", "usual", "", "temp", "nickname", "maiden", "anonymous")
_LAST: Final = 10**6  # behind whatever has a rank
_BEFORE_A_NUMBER: Final = re.compile(r"(?i)^(tel|sms):")
FAMILY_FIRST: Final = ("ru", "kk", "uk", "be", "tt", "ba")
"""Languages in which people are called by family name, name and patronymic."""

Cell = tuple[str, str]
"""A value, and where it stands."""


def told_of(patient: Placed, codes: LabCodes) -> Mapping[str, Cell]:
    """By column, or by what `LabCodes.columns` knows; those that the resource does not tell are ""."""
    person = patient.resource
    language, spoken_at = _language(person)
    spoken = codes.language(language)
    born = text(person, "birthDate")
    cells = {
        NAME: (_name(person, spoken), patient.at("name")),
        "language": (spoken, patient.at(*spoken_at)),
        "time_zone": (_zone(person), patient.at("extension")),
        "birth_year": (born[:4], patient.at("birthDate")),
        "birth_date": (born, patient.at("birthDate")),
        "patient_id": (patient_id(person), patient.at("identifier")),
    }
    numbers = list(dict.fromkeys(_numbers(person)))
    numbers += [""] * len(PHONES)
    return cells | {
        column: (number, patient.at("telecom")) for column, number in zip(PHONES, numbers, strict=False)
    }


def patient_id(person: Resource) -> str:
    """How the laboratory numbers this person: the official or usual identifier, else the first."""
    known = [each for each in many(person, "identifier") if text(each, "value")]
    known.sort(key=lambda each: text(each, "use") not in ("official", "usual"))
    return text(known[0], "value") if known else ""


def died(person: Resource) -> bool:
    """Whether it says that the person is dead: then nobody may be called."""
    return person.get("deceasedBoolean") is True or bool(text(person, "deceasedDateTime"))


def _numbers(person: Resource) -> Iterator[str]:
    """Of its telephones in the order in which they are to be tried (ContactPoint, section 2.24.0.14)."""
    points = [
        point
        for point in many(person, "telecom")
        if text(point, "system") in _CALLED and text(point, "use") != _OVER and text(point, "value")
    ]
    for point in sorted(points, key=_turn):
        yield _BEFORE_A_NUMBER.sub("", text(point, "value"))


def _turn(point: Resource) -> tuple[int, int]:
    rank, use = point.get("rank"), text(point, "use")
    first = _FIRST_USES.index(use) if use in _FIRST_USES else len(_FIRST_USES)
    return (rank if isinstance(rank, int) else _LAST), first


def _name(person: Resource, language: str) -> str:
    names = [each for each in many(person, "name") if text(each, "use") in _NAME_USES]
    for name in sorted(names, key=lambda each: _NAME_USES.index(text(each, "use"))):
        given, family = texts(name, "given"), text(name, "family")
        parts = [family, *given] if language in FAMILY_FIRST else [*given, family]
        if whole := (" ".join(filter(None, parts)) if family else "") or text(name, "text"):
            return whole
    return ""


def _language(person: Resource) -> tuple[str, tuple[str | int, ...]]:
    """The code of the language that the person wants, else understands, and where it stands."""
    spoken = list(enumerate(many(person, "communication")))
    spoken.sort(key=lambda each: each[1].get("preferred") is not True)
    for number, each in spoken:
        for _, code, words in codings(one(each, "language")):
            if said := code or words:
                return said, ("communication", number, "language")
    return "", ("communication",)


def _zone(person: Resource) -> str:
    places = (person, *many(person, "address"))
    for extension in (each for place in places for each in many(place, "extension")):
        if text(extension, "url") == ZONE:
            return text(extension, "valueCode")
    return ""
