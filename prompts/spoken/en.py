"""English as it is said."""

from collections.abc import Callable, Mapping
from typing import Final

from prompts.spoken.en_texts import UNSPEAKABLE, name_said, place_said, spelled
from prompts.spoken.en_values import (
    DIGITS,
    count_said,
    date_said,
    datetime_said,
    digits_said,
    money_said,
    phone_said,
    temperature_said,
    time_said,
    year_said,
)
from prompts.spoken.language import Language
from prompts.spoken.texts import ValueKind

KEYS: Final = {"*": "star", "#": "pound"}


def key_said(key: str, before: str) -> str:
    """ "one", "star", "pound"."""
    return KEYS.get(key) or DIGITS[int(key)]


_FORMS: Final[Mapping[ValueKind, Callable[[str], str]]] = {
    "name": name_said,
    "place": place_said,
    "date": date_said,
    "time": time_said,
    "datetime": datetime_said,
    "year": year_said,
    "phone": phone_said,
    "digits": digits_said,
    "count": count_said,
    "money": money_said,
    "temperature": temperature_said,
    "text": spelled,
}
ENGLISH: Final = Language("en", UNSPEAKABLE, _FORMS, key_said, spelled)
