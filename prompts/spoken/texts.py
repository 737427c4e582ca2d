"""What the studio is asked to say: a text of a campaign and the values that stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

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


@dataclass(frozen=True)
class Value:
    """A value in its canonical form.

    date, time and datetime in ISO 8601, and the wall clock that is written is the one that is said: bring it
    to the contact's zone before. phone in E.164, money in rubles ("1250.50"), temperature in degrees Celsius.
    """

    kind: ValueKind
    raw: str = field(repr=False)


@dataclass(frozen=True)
class Text:
    """A template in a language: "{name}", "{name:kind}" to say it as that kind, "{key:1}" for a key."""

    language: str
    template: str
    values: Mapping[str, Value] = field(default_factory=dict)
