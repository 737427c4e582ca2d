"""What a campaign knows of its contacts: the types of fields, and raw values made canonical."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, get_args
from zoneinfo import ZoneInfo

FieldType = Literal["year", "date", "datetime", "choice", "place", "text", "digits", "count", "name", "phone"]
DECLARABLE: tuple[str, ...] = get_args(FieldType)[:8]  # names and phones come with every contact
NAME = "full_name"
NOT_KNOWN = "none"  # in rules: no such answer, or never called
LONGEST_TEXT = 200  # characters; spoken, that is already fifteen seconds
LONGEST_DIGITS = 20
LONGEST_LIFE_YEARS = 130
EARLIEST = date(1900, 1, 1)  # what is older than any patient is a slip of the hand
CLOCK_SLACK = timedelta(days=1)  # a clock that is wrong, a zone further east: still not the future
MOST_COUNTED = 999_999  # what the voices say as one number

SPOKEN_AS: Mapping[FieldType, tuple[str, ...]] = {
    "year": ("year", "digits"),
    "date": ("date",),
    "datetime": ("datetime", "date", "time"),
    "choice": (),
    "place": ("place", "text"),
    "text": ("text",),
    "digits": ("digits",),
    "count": ("count",),
    "name": ("name",),
    "phone": ("phone",),
}
"""The kinds of value a type can be spoken as, the usual one first; a choice never is (branch on it)."""

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
_TIME = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII)


@dataclass(frozen=True)
class Field:
    """One declared field; `private` values are only spoken to a verified person, never to a machine."""

    name: str
    type: FieldType
    private: bool = True
    values: tuple[str, ...] = ()  # of a choice
    future: bool = False  # a date or time that may lie ahead, such as an appointment
    optional: bool = False  # a contact need not have it, so that it is never spoken nor decided on
    after: str = ""  # the date or time that a date or time of a contact must not be earlier than

    @property
    def kind(self) -> str:
        """The prompts' ValueKind it is spoken as, unless the text names another; a choice has none: ""."""
        return (SPOKEN_AS[self.type] or ("",))[0]


BUILT_INS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field(NAME, "name", private=False),
        Field("institution", "place", private=False),
        Field("call_back", "phone", private=False),
    )
}
"""What every script may say of every contact, also before anyone is verified and to machines."""


def parse_field(field: Field, raw: str, zone: str | tzinfo, now: datetime | None = None) -> str:
    """The canonical value: ISO dates, times with offset, digits, plain text; "" is never one.

    zone: the contact's own (an IANA name), for times that are written without an offset.
    now: when given, dates and times of a field without `future` must lie in the past, from 1900 on, and a
    year must be one of the last 130, as a year of birth is; one day later is allowed, for clocks and zones
    that differ. None: no check.
    Raises ValueError with one plain reason that names the field and never holds the value.
    """
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    if not text:
        raise ValueError(f"{field.name} is blank")
    tz = ZoneInfo(zone) if isinstance(zone, str) else zone
    try:
        value = _PARSERS[field.type](field, text, tz)
        if now is not None and not field.future:
            _demand_past(field.type, value, (now + CLOCK_SLACK).astimezone(tz))
        return value
    except (ValueError, OverflowError) as error:
        reason = str(error) if isinstance(error, _Unfit) else _EXPECTED[field.type]
        raise ValueError(f"{field.name} is not {reason}") from None


class _Unfit(ValueError):
    """A reason of its own, without the value."""


_EXPECTED: Mapping[FieldType, str] = {
    "year": "a year of four digits, such as 1954",
    "date": "a possible date, such as 2026-11-18 or 18.11.2026",
    "datetime": "a possible date and time, such as 2026-11-18 14:05",
    "choice": "one of its values",
    "place": f"a text of at most {LONGEST_TEXT} characters",
    "text": f"a text of at most {LONGEST_TEXT} characters",
    "digits": f"at most {LONGEST_DIGITS} digits",
    "count": f"a whole number from 0 to {MOST_COUNTED}",
    "name": f"a name of at most {LONGEST_TEXT} characters",
    "phone": "a phone number in the form +74951234567",
}


def _year(_field: Field, text: str, _tz: tzinfo) -> str:
    _demand(re.fullmatch(r"(19|20)\d\d", text, re.ASCII))
    return text


def _day(text: str) -> date:
    match = _DATE.fullmatch(text)
    _demand(match)
    assert match is not None
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
    return date(int(year), int(month), int(day))


def _date(_field: Field, text: str, _tz: tzinfo) -> str:
    return _day(text).isoformat()


def _datetime(_field: Field, text: str, tz: tzinfo) -> str:
    found = _TIME.search(text)
    _demand(found and found.end() == len(text))
    assert found is not None
    clock = found.group().lstrip("T ").replace(" ", "")
    hour, rest = clock.split(":", 1)
    moment = datetime.fromisoformat(f"{_day(text[: found.start()]).isoformat()}T{int(hour):02}:{rest}")
    local = moment.replace(tzinfo=tz) if moment.tzinfo is None else moment.astimezone(tz)
    return local.isoformat(timespec="seconds")


def _choice(field: Field, text: str, _tz: tzinfo) -> str:
    for value in field.values:
        if value.casefold() == text.casefold():
            return value
    raise _Unfit(f"one of {', '.join(field.values)}")


def _text(_field: Field, text: str, _tz: tzinfo) -> str:
    _demand(len(text) <= LONGEST_TEXT)
    _demand(not any(unicodedata.category(mark) in ("Cc", "Cf") for mark in text))
    return text


def _digits(_field: Field, text: str, _tz: tzinfo) -> str:
    _demand(re.fullmatch(rf"\d{{1,{LONGEST_DIGITS}}}", text, re.ASCII))
    return text


def _count(_field: Field, text: str, _tz: tzinfo) -> str:
    _demand(re.fullmatch(r"\d{1,12}", text, re.ASCII))
    _demand(int(text) <= MOST_COUNTED)
    return str(int(text))


def _phone(_field: Field, text: str, _tz: tzinfo) -> str:
    _demand(re.fullmatch(r"\+\d{5,15}", text, re.ASCII))  # E.164: at most 15 digits
    return text


def _demand_past(kind: FieldType, value: str, latest: datetime) -> None:
    match kind:
        case "year":
            if not latest.year - LONGEST_LIFE_YEARS <= int(value) <= latest.year:
                raise _Unfit(f"one of the last {LONGEST_LIFE_YEARS} years")
        case "date":
            if not EARLIEST <= date.fromisoformat(value) <= latest.date():
                raise _Unfit(f"a date from {EARLIEST.year} until today")
        case "datetime":
            moment = datetime.fromisoformat(value)
            if moment.date() < EARLIEST or moment > latest:
                raise _Unfit(f"a time from {EARLIEST.year} until now")


def _demand(condition: object) -> None:
    if not condition:
        raise ValueError


_PARSERS: Mapping[FieldType, Callable[[Field, str, tzinfo], str]] = {
    "year": _year,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "place": _text,
    "text": _text,
    "digits": _digits,
    "count": _count,
    "name": _text,
    "phone": _phone,
}
