"""Telephone numbers cut into the groups in which people say them."""

import re

import phonenumbers

GROUPS = {0: (), 1: (1,), 2: (2,), 3: (3,), 4: (2, 2), 5: (3, 2), 6: (2, 2, 2), 7: (3, 2, 2), 8: (2, 2, 2, 2)}
AREA_DIGITS = 3
RUSSIAN_CODES_OF_THREE = r"34[237]|351|383|391|423|473|49[5689]|812|831|84[36]|86[123]"
"""Towns whose own numbers have seven figures; elsewhere a code of four stands before six (3452 in Tyumen)."""
RUSSIAN_LANDLINE = re.compile(
    rf"\+7(?!{RUSSIAN_CODES_OF_THREE})(?P<code>[348][1-9][0-9][0-9])(?P<number>[0-9]{{6}})"
)


def groups_of(e164: str) -> tuple[str, tuple[str, ...]]:
    """("7", ("912", "345", "67", "89")) for +79123456789; the country code is "" for a short number.

    The code of a Russian town is whole as people know it: ("7", ("3452", "12", "34", "56")).

    Raises ValueError when it is no telephone number.
    """
    if re.fullmatch(r"8[3489][0-9]{9}", e164):  # as Russians dial it
        e164 = f"+7{e164[1:]}"
    if re.fullmatch(r"[0-9]{2,15}", e164):
        return "", _cut(e164)
    if not re.fullmatch(r"\+[1-9][0-9]{4,14}", e164):
        raise ValueError("not a telephone number in E.164")
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a telephone number in E.164") from error
    landline = RUSSIAN_LANDLINE.fullmatch(e164)
    if landline:
        return "7", (landline["code"], *_cut(landline["number"]))
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    written = re.findall(r"[0-9]+", shown)
    groups = [group for part in written[1:] for group in (_cut(part) if len(part) > AREA_DIGITS else (part,))]
    return written[0], tuple(groups)


def _cut(digits: str) -> tuple[str, ...]:
    """Groups of two and three; what is longer than eight begins with an area code of three."""
    if len(digits) > max(GROUPS):
        return (digits[:AREA_DIGITS], *_cut(digits[AREA_DIGITS:]))
    groups, at = [], 0
    for size in GROUPS[len(digits)]:
        groups.append(digits[at : at + size])
        at += size
    return tuple(groups)
