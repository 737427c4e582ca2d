"""Phone numbers as people write them -> E.164."""

import re

import phonenumbers

_DIGITS = re.compile(r"\d+")


def parse_phone(raw: str, country: str) -> str:
    """`8 (912) 345-67-89` -> `+79123456789`; `country` (RU) is that of numbers without a country code.

    Raises ValueError with one plain reason without the number: no number at all, none that is in use,
    one with an extension, or more than one.
    """
    text = raw.strip()
    if not text:
        raise ValueError("phone is blank")
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise ValueError("phone is not one phone number") from None
    if number.extension:
        raise ValueError("phone has an extension, which cannot be dialled")
    if not phonenumbers.is_valid_number(number):
        raise ValueError("phone is not a number that is in use")
    digits = str(int("".join(_DIGITS.findall(text))))  # of any script
    if not digits.endswith(str(number.national_number)):  # it dropped what follows a slash, or read letters
        raise ValueError("phone is not one phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
