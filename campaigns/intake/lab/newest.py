"""Which of two things that a laboratory said of one result holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

_GRAVITY: Mapping[str, int] = {
    "preliminary": 0,
    "final": 1,
    "corrected": 2,
    "withdrawn": 3,
    "wrong_patient": 3,
    "not_done": 3,
}
"""What holds of things that were said and sent in the same moment: what may no longer be told, above all."""


class Said(Protocol):
    """What is said of a result, and when, by the laboratory's clock; told_at: None where it is not told."""

    @property
    def status(self) -> str: ...
    @property
    def told_at(self) -> datetime | None: ...
    @property
    def sent_at(self) -> datetime: ...


def is_older(new: Said, known: Said) -> bool:
    """Whether what comes now changes nothing, as more is known already; of the same, the last to come holds.

    When it was told decides, then when it was sent (a message that was late is a repetition of what held
    then), then what it says. Where one of them does not say when it was told, only what both say counts.
    A preliminary result makes no other older: laboratories tell it to the second, and the final one to the
    minute or the day.
    """
    if known.status == "preliminary" and new.status != "preliminary":
        return False
    if new.told_at is not None and known.told_at is not None and new.told_at != known.told_at:
        return new.told_at < known.told_at
    if new.sent_at != known.sent_at:
        return new.sent_at < known.sent_at
    return _GRAVITY[new.status] < _GRAVITY[known.status]


def is_newer(new: Said, known: Said) -> bool:
    """Whether of two that come at once the one holds, and not the other."""
    return is_older(known, new) or (known.status == "preliminary" != new.status)
