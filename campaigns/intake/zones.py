"""The time zone that a phone number says without doubt."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, timezone

SAYS_COUNTRY = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
"""Numbers of one person in one country; who answers a freephone or an internet number may be anywhere."""

CORRECTED: Mapping[str, str] = MappingProxyType(
    {
        "+7401": "Europe/Kaliningrad",  # the library's Bucharest has a summer time, which Russia has not
        "+7845": "Europe/Saratov",  # an hour before Moscow since 2016, and the library says Moscow
        "+74112": "Asia/Yakutsk",
        "+7411": "",  # the districts of Yakutia lie in three zones, and the library says Yakutsk for all
    }
)
"""What the library's table of area codes has wrong, the longer code first; "": it cannot be told."""

_YEAR = range(53)  # weeks: whoever differs at any time of the year differs in one of them
_FIRST_WEEK = datetime(2036, 1, 1, 12, tzinfo=UTC)  # so far ahead only rules that are in force now hold


@cache
def known_zones() -> frozenset[str]:
    """Every IANA zone of this machine."""
    return frozenset(available_timezones())


@lru_cache(maxsize=4096)
def zone_of(phone: str) -> str:
    """The IANA zone of an E.164 number; "" when it may be in more than one, or in none that is known.

    Any number of a country with one time says it, in that country's own zone. Where there are several, as in
    Russia or the United States, only the number of a town does: a mobile goes where its owner goes, and in
    North America no number tells that it is none. The library's table of area codes is not believed when it
    names a time that the country has nowhere.
    """
    number = phonenumbers.parse(phone, None)
    kind = phonenumbers.number_type(number)
    if kind not in SAYS_COUNTRY:
        return ""
    zones = _zones_of(phonenumbers.region_code_for_number(number) or "")
    if len({_year(zone) for zone in zones}) == 1:
        return zones[0]
    return _of_town(phone, number, zones) if kind == PhoneNumberType.FIXED_LINE else ""


def _of_town(phone: str, number: PhoneNumber, zones: Sequence[str]) -> str:
    """What the area code says, as a zone of its country."""
    told = next((zone for code, zone in CORRECTED.items() if phone.startswith(code)), None)
    said = timezone.time_zones_for_number(number) if told is None else (told,)
    if len(said) != 1 or said[0] not in known_zones():
        return ""
    alike = [zone for zone in zones if _year(zone) == _year(said[0])]
    return said[0] if said[0] in alike else next(iter(alike), "")


@cache
def _zones_of(country: str) -> Sequence[str]:
    """The zones of a country (ISO 3166), in the order of the table, as far as this machine has them."""
    return [zone for zone in _countries().get(country, ()) if zone in known_zones()]


@cache
def _countries() -> Mapping[str, Sequence[str]]:
    """Every country's zones, from the table that comes with the zone data."""
    found: dict[str, list[str]] = {}
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return found


@cache
def _year(zone: str) -> Sequence[timedelta | None]:
    """Its offsets from UTC over a year: zones are told apart by them, not by what they are called."""
    place = ZoneInfo(zone)
    return tuple((_FIRST_WEEK + timedelta(weeks=week)).astimezone(place).utcoffset() for week in _YEAR)
