"""The time zone that a phone number says without doubt."""

from functools import cache, lru_cache
from zoneinfo import available_timezones

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

SAYS_WHERE = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
"""Numbers of one person at one place; who answers a freephone or an internet number may be anywhere."""


@cache
def known_zones() -> frozenset[str]:
    """Every IANA zone of this machine."""
    return frozenset(available_timezones())


@lru_cache(maxsize=4096)
def zone_of(phone: str) -> str:
    """The IANA zone of an E.164 number; "" when it may be in more than one, or in none that is known.

    A number of a town says it, and so does any number of a country with one zone. A mobile number of a
    country with several, such as Russia or Kazakhstan, does not: it goes where its owner goes.
    """
    number = phonenumbers.parse(phone, None)
    if phonenumbers.number_type(number) not in SAYS_WHERE:
        return ""
    zones = timezone.time_zones_for_number(number)
    return zones[0] if len(zones) == 1 and zones[0] in known_zones() else ""
