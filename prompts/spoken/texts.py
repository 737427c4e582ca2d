"""What the studio is asked to say: a text of a campaign and the values that stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

ValueKind = Literal[
    "name",
    "place",
    "date",
    "time",
    "datetime",
    "year",
    "phone",
    "digits",
    "count",
    "money",
    "temperature",
    "text",
]
KINDS: frozenset[str] = frozenset(get_args(ValueKind))
COMMON_KINDS: Final = frozenset({"date", "time", "datetime", "year", "count", "temperature"})
"""Kinds whose spoken form alone says nothing of a person: thousands of contacts share each value."""


@dataclass(frozen=True)
class Value:
    """A value in its canonical form.

    date, time and datetime in ISO 8601, and the wall clock that is written is the one that is said: bring it
    to the contact's zone before. phone in E.164, money in rubles ("1250.50"), temperature in degrees Celsius.
    shared: the same for every contact here, such as the institution's name; it is still a value, and stays
    on this machine.
    """

    kind: ValueKind
    raw: str = field(repr=False)
    shared: bool = False


@dataclass(frozen=True)
class Text:
    """A template in a language: "{name}", "{name:kind}" to say it as that kind, "{key:1}" for a key."""

    language: str
    template: str
    values: Mapping[str, Value] = field(default_factory=dict)
