"""One row of words -> one contact, or all the reasons why not; no I/O."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from campaigns.flows.fields import Field, parse_field
from campaigns.flows.script import Script
from campaigns.intake.phones import parse_phone
from campaigns.store.contacts import NewContact

NEEDED = ("external_id", "phone", "full_name", "language")
OPTIONAL = ("time_zone", "not_before", "deadline")
END_OF_DAY = time(23, 59, 59)
YEARS = range(2000, 2101)  # of deadlines; others are slips of the hand, and some cannot be converted

_IDENTITY = Field("external_id", "text")
_NAME = Field("full_name", "name")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class IntakeDefaults:
    """What holds where a row says nothing: `country` of phone numbers (RU), IANA `time_zone`."""

    country: str
    time_zone: str


@dataclass(frozen=True)
class Unusable:
    """Every reason why a row cannot be queued; none holds a value of the row."""

    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Usable:
    """A contact. `late`: its own deadline has passed, so it may only be one that is known already."""

    contact: NewContact
    late: bool


class RowReader:
    """Reads the rows that are queued for one script at one time."""

    def __init__(self, script: Script, defaults: IntakeDefaults, now: datetime) -> None:
        self._script = script
        self._defaults = defaults
        self._now = now

    def read(self, cells: Mapping[str, str]) -> Usable | Unusable:
        """`cells` by column name in lower case; columns that are not there count as blank."""
        reasons: list[str] = []

        def take(column: str, parse: Callable[[str], str]) -> str:
            try:
                return parse(cells.get(column, ""))
            except ValueError as error:
                reasons.append(str(error))
                return ""

        external_id = take("external_id", lambda raw: parse_field(_IDENTITY, raw, "UTC"))
        phone = take("phone", lambda raw: parse_phone(raw, self._defaults.country))
        full_name = take("full_name", lambda raw: parse_field(_NAME, raw, "UTC"))
        language = take("language", self._language)
        zone = take("time_zone", self._zone) or self._defaults.time_zone
        start = take("not_before", lambda raw: _parse_moment("not_before", raw, zone, time(0)))
        end = take("deadline", lambda raw: _parse_moment("deadline", raw, zone, END_OF_DAY))
        not_before, deadline = _moment(start), _moment(end)
        fields = {
            name: take(name, lambda raw, field=field: _parse_often(field, raw, zone, self._now))  # type: ignore[misc]
            for name, field in self._script.fields.items()
        }
        if not_before and deadline and deadline <= not_before:
            reasons.append("deadline is not later than not_before")
        if reasons:
            return Unusable(tuple(reasons))
        contact = NewContact(
            campaign=self._script.name,
            external_id=external_id,
            phone=phone,
            full_name=full_name,
            language=language,
            time_zone=zone,
            fields=fields,
            digest=_digest(external_id, phone, full_name, language, zone, start, end, fields),
            not_before=not_before,
            deadline=deadline or self._usual_deadline(not_before),
            priority=self._script.priority,
        )
        return Usable(contact, deadline is not None and deadline <= self._now)

    def _language(self, raw: str) -> str:
        language = raw.strip().lower()
        if not language:
            raise ValueError("language is blank")
        if language not in self._script.languages:
            raise ValueError(f"language is not one of {', '.join(self._script.languages)}")
        return language

    def _zone(self, raw: str) -> str:
        zone = raw.strip()
        if zone and zone not in _zones():
            raise ValueError("time_zone is not an IANA time zone, such as Europe/Moscow")
        return zone

    def _usual_deadline(self, not_before: datetime | None) -> datetime | None:
        """The campaign's, counted from when the contact may first be called."""
        age = self._script.policy.deadline
        return None if age is None else max(self._now, not_before or self._now) + age


_parse_often = lru_cache(maxsize=4096)(parse_field)  # years, dates, clinics: the same few in a whole file


@lru_cache(maxsize=4096)
def _parse_moment(column: str, raw: str, zone: str, time_of_dates: time) -> str:
    """An ISO time in UTC, "" for a blank; a date alone stands for that local time of the day."""
    if not raw.strip():
        return ""
    try:
        day = parse_field(Field(column, "date"), raw, zone)
    except ValueError:
        local = datetime.fromisoformat(parse_field(Field(column, "datetime"), raw, zone))
    else:
        local = datetime.combine(datetime.fromisoformat(day), time_of_dates, ZoneInfo(zone))
    if local.year not in YEARS:
        raise ValueError(f"{column} is not in the years {YEARS[0]} to {YEARS[-1]}")
    return local.astimezone(UTC).isoformat()


@lru_cache(maxsize=4096)
def _moment(canonical: str) -> datetime | None:
    return datetime.fromisoformat(canonical) if canonical else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _digest(*values: object) -> str:
    """What tells a repetition from a change: SHA-256 over the canonical JSON of all that was told."""
    return hashlib.sha256(_CANONICAL.encode(values).encode()).hexdigest()
