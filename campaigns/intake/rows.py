"""One row of words -> one contact, or all the reasons why not; no I/O."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from campaigns.flows.columns import CONSENT, MORE_PHONES
from campaigns.flows.fields import NAME, Field, parse_field
from campaigns.flows.script import Script
from campaigns.intake.columns import Columns, columns_of
from campaigns.intake.moments import (
    END_OF_DAY,
    START_OF_DAY,
    earlier,
    moment,
    parse_consent,
    parse_moment,
    parse_time,
    promised,
)
from campaigns.intake.phones import parse_phone
from campaigns.intake.zones import known_zones, zone_of
from campaigns.store.contacts import NewContact
from campaigns.words import ZoneSource

_IDENTITY = Field("external_id", "text")
_NAME = Field(NAME, "name")
_SOURCE = Field("consent_source", "text")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class IntakeDefaults:
    """What holds where a row says nothing: `country` of phone numbers (RU), IANA `time_zone`.

    The zone holds where the phone number does not say it either.
    """

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


class _Told:
    """The cells of a row by our names, and what is found to be wrong with them, by the names of its file."""

    def __init__(self, cells: Mapping[str, str], columns: Columns) -> None:
        named = columns.named(cells)
        self.cells = named.cells
        self._names = named.names
        self.reasons = [f"{one} and {other} mean the same: leave one" for one, other in named.doubled]

    def called(self, column: str) -> str:
        """What its file calls it."""
        return self._names.get(column, column)

    def take(self, column: str, parse: Callable[[str], str]) -> str:
        """The canonical value; "" after a complaint."""
        try:
            return parse(self.cells.get(column, ""))
        except ValueError as error:
            self.reasons.append(str(error).replace(column, self.called(column), 1))
            return ""


class RowReader:
    """Reads the rows that are queued for one script at one time."""

    def __init__(self, script: Script, defaults: IntakeDefaults, now: datetime) -> None:
        self._script = script
        self._columns = columns_of(script)
        self._times_of_dates = _times_of_dates(script)
        self._defaults = defaults
        self._now = now

    def read(self, cells: Mapping[str, str]) -> Usable | Unusable:
        """`cells` by the file's names in lower case; columns that are not there count as blank."""
        told = _Told(cells, self._columns)
        external_id = told.take("external_id", lambda raw: parse_field(_IDENTITY, raw, "UTC"))
        phones = self._phones(told)
        full_name = told.take("full_name", self._name)
        language = told.take("language", self._language)
        told_zone = told.take("time_zone", self._zone)
        zone, zone_from = self._zone_of(told_zone, phones[0])
        start, end = self._span(told, zone)
        fields = {
            name: told.take(name, partial(self._field, field, zone))
            for name, field in self._script.fields.items()
            if not field.optional or told.cells.get(name, "").strip()
        }
        deadline = moment(end)
        not_before = self._not_before(told, fields, zone, moment(start), deadline)
        self._order(told, fields, zone)
        consent = self._consent(told, zone)
        if told.reasons:
            return Unusable(tuple(dict.fromkeys(told.reasons)))
        since = {"phones": phones[1:], "consent": consent if any(consent) else ()}
        contact = NewContact(
            campaign=self._script.name,
            external_id=external_id,
            phone=phones[0],
            full_name=full_name,
            language=language,
            time_zone=zone,
            fields=fields,
            digest=_digest(
                *(external_id, phones[0], full_name, language, told_zone or self._defaults.time_zone),
                *(start, end, fields),
                *(
                    [since] if any(since.values()) else []
                ),  # so that digests from before these columns hold on
            ),
            not_before=not_before,
            deadline=deadline or self._usual_deadline(not_before),
            priority=self._script.priority,
            phones=phones if len(phones) > 1 else (),
            zone_from=zone_from,
            institution=fields.get(self._script.institution, ""),
            consent_source=consent[0],
            consent_at=moment(consent[1]),
        )
        return Usable(contact, deadline is not None and deadline <= self._now)

    def _field(self, field: Field, zone: str, raw: str) -> str:
        if field.name in self._times_of_dates:
            return parse_time(field, raw, zone, self._now, self._times_of_dates[field.name])
        return _parse_often(field, raw, zone, self._now)

    def _phones(self, told: "_Told") -> tuple[str, ...]:
        """Its numbers, each once; "" as the first when that is wrong."""
        phone = told.take("phone", lambda raw: parse_phone(raw, self._defaults.country))
        more = [told.take(name, partial(self._more, name)) for name in MORE_PHONES]
        return (phone, *dict.fromkeys(other for other in more if other and other != phone))

    def _more(self, column: str, raw: str) -> str:
        """A second or third number; the reason against it names its column."""
        if not raw.strip():
            return ""
        try:
            return parse_phone(raw, self._defaults.country)
        except ValueError as error:
            raise ValueError(str(error).replace("phone", column, 1)) from None

    def _span(self, told: "_Told", zone: str) -> tuple[str, str]:
        start = told.take("not_before", lambda raw: parse_moment("not_before", raw, zone, START_OF_DAY))
        return start, told.take("deadline", lambda raw: parse_moment("deadline", raw, zone, END_OF_DAY))

    def _not_before(
        self,
        told: "_Told",
        fields: Mapping[str, str],
        zone: str,
        start: datetime | None,
        deadline: datetime | None,
    ) -> datetime | None:
        """From when on the contact may be called: what was promised has had its time."""
        why, after = "not_before", self._script.policy.after
        if fields.get(after):
            try:
                due = promised(told.called(after), fields[after], zone)
            except ValueError as error:
                told.reasons.append(str(error))
                return None
            if start is None or start < due:
                start, why = due, after
        if start and deadline and deadline <= start:
            told.reasons.append(f"{told.called('deadline')} is not later than {told.called(why)}")
        return start

    def _order(self, told: "_Told", fields: Mapping[str, str], zone: str) -> None:
        """What the script's fields say of one another."""
        for name, field in self._script.fields.items():
            value, other = fields.get(name), fields.get(field.after)
            if value and other and earlier(value, other, zone):
                told.reasons.append(f"{told.called(name)} is earlier than {told.called(field.after)}")

    def _consent(self, told: "_Told", zone: str) -> tuple[str, str]:
        """Its source and its time; both or none."""
        there = [bool(told.cells.get(column, "").strip()) for column in CONSENT]
        pack = self._script.policy.pack
        if any(there) and not all(there):
            told.reasons.append(
                "consent_source and consent_at go together: fill in both, or leave both blank"
            )
        elif not any(there) and pack.edition(self._now.astimezone(ZoneInfo(zone)).date()).consent:
            told.reasons.append(
                f"consent_source and consent_at are blank, and the rules {pack.name} ask for a consent"
            )
        if not all(there):
            return "", ""
        source = told.take("consent_source", lambda raw: parse_field(_SOURCE, raw, zone))
        return source, told.take("consent_at", lambda raw: parse_consent(raw, zone, self._now))

    def _name(self, raw: str) -> str:
        """It may be blank where nothing speaks it: of a lost call only the number is known."""
        return parse_field(_NAME, raw, "UTC") if raw.strip() or self._script.names_people else ""

    def _language(self, raw: str) -> str:
        language = raw.strip().lower()
        if not language:
            raise ValueError("language is blank")
        if language not in self._script.languages:
            raise ValueError(f"language is not one of {', '.join(self._script.languages)}")
        return language

    def _zone(self, raw: str) -> str:
        zone = raw.strip()
        if zone and zone not in known_zones():
            raise ValueError("time_zone is not an IANA time zone, such as Europe/Moscow")
        return zone

    def _zone_of(self, told: str, phone: str) -> tuple[str, ZoneSource]:
        if told:
            return told, "file"
        said = zone_of(phone) if phone else ""
        return (said, "number") if said else (self._defaults.time_zone, "clinic")

    def _usual_deadline(self, not_before: datetime | None) -> datetime | None:
        """The campaign's, counted from when the contact may first be called."""
        age = self._script.policy.deadline
        return None if age is None else max(self._now, not_before or self._now) + age


_parse_often = lru_cache(maxsize=4096)(parse_field)  # years, dates, clinics: the same few in a whole file


def _times_of_dates(script: Script) -> Mapping[str, time]:
    """The times that are compared with others, and what a date alone stands for: a promise holds all day."""
    fields = script.fields.values()
    promises = {script.policy.after, *(field.name for field in fields if field.after)}
    begun = {field.after for field in fields} - promises
    said = dict.fromkeys(begun, START_OF_DAY) | dict.fromkeys(promises, END_OF_DAY)
    return {
        field.name: said[field.name] for field in fields if field.type == "datetime" and field.name in said
    }


def _digest(*values: object) -> str:
    """What tells a repetition from a change: SHA-256 over the canonical JSON of all that was told."""
    return hashlib.sha256(_CANONICAL.encode(values).encode()).hexdigest()
