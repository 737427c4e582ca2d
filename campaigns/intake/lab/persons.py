"""Whether a result is about the person who was queued under its number: laboratories may number alike."""

from collections.abc import Callable

from campaigns.flows.fields import NAME, Field, parse_field
from campaigns.flows.script import Script
from campaigns.intake.lab.result import LabResult
from campaigns.intake.phones import parse_phone
from campaigns.models import Contact

_PERSON = Field(NAME, "name")


def agrees(result: LabResult, row: Contact, script: Script, country: str) -> bool:
    """Whether both tell the same name, and the same year of birth or phone; a blank agrees with nothing.

    country: of numbers without a country's code (ISO 3166).
    """
    return _same_name(result, row) and (_same_year(result, row, script) or _same_phone(result, row, country))


def contradicts(result: LabResult, row: Contact, country: str) -> bool:
    """Whether it tells another name and another phone than the row."""
    told = all(result.cells.get(column) for column in (NAME, "phone"))
    return told and not _same_name(result, row) and not _same_phone(result, row, country)


def _same_name(result: LabResult, row: Contact) -> bool:
    name = _canonical(result, NAME, lambda raw: parse_field(_PERSON, raw, "UTC"))
    return bool(name) and name.casefold() == row.full_name.casefold()


def _same_year(result: LabResult, row: Contact, script: Script) -> bool:
    """Of birth: no other year is asked of a patient."""
    years = [name for name, field in script.fields.items() if field.type == "year"]
    told = [(result.cells.get(name, "").strip(), row.fields.get(name)) for name in years]
    return any(year and year == known for year, known in told)


def _same_phone(result: LabResult, row: Contact, country: str) -> bool:
    phone = _canonical(result, "phone", lambda raw: parse_phone(raw, country))
    return bool(phone) and phone in (row.phone, *row.phones)


def _canonical(result: LabResult, column: str, parse: Callable[[str], str]) -> str:
    try:
        return parse(result.cells.get(column, ""))
    except ValueError:
        return ""
