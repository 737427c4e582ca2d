"""Whom a result is about: columns of a contact from PID, PV1, ORC and MSH."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import phonenumbers

from campaigns.flows.columns import MORE_PHONES
from campaigns.flows.fields import NAME
from campaigns.intake.hl7_v2.segments import Parts, Segment
from campaigns.intake.hl7_v2.times import day_of, year_of
from campaigns.intake.lab.codes import LabCodes, normal
from campaigns.intake.phones import parse_phone
from campaigns.intake.rows import IntakeDefaults

NO_VOICE = frozenset({"FX", "BP", "MD", "TDD", "TTY", "SAT", "INTERNET", "X.400"})  # table 0202, equipment
MAIL = "NET"  # table 0201, use
MOBILE = "CP"
FAMILY_FIRST = frozenset({"ru"})  # languages in which the family name stands before the others
_TAIL = re.compile(r"\s*[BC]\s*\D.*$|\s*[XBC]\s*$", re.DOTALL)  # beeper and comment of XTN-1 before 2.3


@dataclass
class Told:
    """Columns and where they stand in the message; a blank one has a place, too."""

    cells: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, column: str, value: str, place: str) -> None:
        """Note what a column is; one without a name is not wanted."""
        if column:
            self.places[column] = place
            if value:
                self.cells[column] = value


@dataclass(frozen=True)
class Patient:
    """The segments about one patient; pid: None when the message has none."""

    pid: Segment | None = None
    pv1: Segment | None = None

    @property
    def id(self) -> str:
        """What the laboratory knows the patient by."""
        return self.pid.text(3) or self.pid.text(2) if self.pid is not None else ""


def tell_patient(told: Told, patient: Patient, codes: LabCodes, defaults: IntakeDefaults) -> None:
    """Name, numbers, language and birth."""
    pid = patient.pid
    if pid is None:
        for column, place in (("phone", "PID-13"), (NAME, "PID-5"), (codes.columns["birth_year"], "PID-7")):
            told.add(column, "", place)
        told.add("language", codes.usual_language, "PID-15")
        return
    language = codes.language(pid.text(15)) if pid.text(15) else codes.language(pid.text(15, 2))
    told.add("language", language, pid.place(15))
    told.add(NAME, _name(pid, language), pid.place(5))
    numbers = _phones(pid, defaults.country) or [""]
    for column, number in zip(("phone", *MORE_PHONES), numbers, strict=False):
        told.add(column, number, pid.place(13))
    birth = pid.text(7)
    told.add(codes.columns["birth_year"], year_of(birth), pid.place(7))
    told.add(codes.columns["birth_date"], day_of(birth), pid.place(7))
    told.add(codes.columns["patient_id"], patient.id, pid.place(3))


def tell_clinic(told: Told, orc: Segment | None, pv1: Segment | None, msh: Segment, codes: LabCodes) -> None:
    """The institution: who ordered, where the patient is, else who sends; first what the mapping knows."""
    named = [*_ordering(orc), *((pv1.text(3, 4), pv1.place(3)) for pv1 in (pv1,) if pv1 is not None)]
    named += [(msh.text(4), msh.place(4)), (msh.text(3), msh.place(3))]
    coded = [(orc.text(21, part), orc.place(21)) for part in (10, 3) if orc is not None]
    known = [each for each in (*coded, *named) if normal(each[0]) in codes.institutions]
    name, place = next((each for each in (*known, *named) if each[0]), ("", msh.place(4)))
    told.add(codes.columns["clinic"], codes.institution(name), place)


def _ordering(orc: Segment | None) -> Iterator[tuple[str, str]]:
    if orc is not None:
        yield orc.text(21), orc.place(21)


def _name(pid: Segment, language: str) -> str:
    """The legal name, or the first one."""
    names = pid.repetitions(5)
    name = next((each for each in names if each[7] == "L"), names[0] if names else None)
    if name is None:
        return ""
    family, others = name[1], [name[2], name[3]]
    parts = [family, *others] if language in FAMILY_FIRST else [*others, family]
    return " ".join(part for part in parts if part)


def _phones(pid: Segment, country: str) -> list[str]:
    """Numbers to call, mobile ones first; those that cannot be dialled only when no other is there."""
    spoken = [each for each in pid.repetitions(13) if each[3].upper() not in NO_VOICE and each[2] != MAIL]
    spoken.sort(key=lambda each: each[3] != MOBILE)
    numbers = list(dict.fromkeys(number for each in spoken if (number := _number(each, country))))
    return [number for number in numbers if _dialled(number, country)] or numbers


def _number(phone: Parts, country: str) -> str:
    """XTN: in the first component, or in the fifth to seventh, or in the twelfth.

    Where the fifth names a country the number is one of that country, however the first writes it.
    """
    whole = _TAIL.sub("", phone[1])
    whole = whole if any(mark.isdigit() for mark in whole) else ""
    land, area, local = phone[5].lstrip("+0"), phone[6], phone[7]
    apart = " ".join(filter(None, (f"+{land}" if land else "", area, local))) if local else ""
    if region := _region(land):
        if _dialled(apart, country) or not whole:
            return apart or phone[12]
        return _abroad(whole, land, region)
    return whole or apart or phone[12]


def _region(land: str) -> str:
    """The country of a calling code, the first of those that share it; "" of what is none."""
    code = int(land) if land.isascii() and land.isdigit() else 0
    region = phonenumbers.region_code_for_country_code(code)
    return "" if region in ("ZZ", "001") else region


def _abroad(whole: str, land: str, region: str) -> str:
    """A number as it is dialled within a country, with its code; never one of the home's."""
    try:
        return parse_phone(whole, region)
    except ValueError:
        return whole if whole.startswith("+") else f"+{land} {whole}"


def _dialled(number: str, country: str) -> bool:
    try:
        parse_phone(number, country)
    except ValueError:
        return False
    return True
