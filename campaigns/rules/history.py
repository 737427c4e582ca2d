"""Whoever was called, and what the earlier calls were like, in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from campaigns.rules.parts import Parts, part_of


@dataclass(frozen=True)
class History:
    """What earlier calls of a contact were like.

    causes: attempts by cause or outcome, those that counted and those whose line was lost after it rang.
    parts: calls that rang by part of the local day. struck: numbers (by place, "0" the first) that are not
    called again.
    """

    causes: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    struck: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Mapping[str, int]]) -> "History":
        """As the store keeps it."""
        return cls(kept.get("causes", {}), kept.get("parts", {}), kept.get("struck", {}))


@dataclass(frozen=True)
class Person:
    """What is known of whoever was called, before this call.

    id: the contact's; it seeds the jitter. phone: the number that was called. phones: all of them, () is just
    that one. time_zone: IANA.
    """

    id: int = 0
    phone: str = ""
    phones: Sequence[str] = ()
    time_zone: str = "UTC"
    deadline: datetime | None = None
    history: History = field(default_factory=History)

    @property
    def struck(self) -> frozenset[str]:
        """The numbers that are not called again."""
        struck = self.history.struck
        return frozenset(phone for place, phone in enumerate(self.phones) if str(place) in struck)

    @property
    def place(self) -> int:
        """Which of the numbers was called, 0 the first."""
        return list(self.phones).index(self.phone) if self.phone in self.phones else 0

    def ended(self, reason: str, strike: bool = False) -> "Person":
        """With one more attempt that ended so; strike: at a number that is not called again."""
        before = self.history
        causes = {**before.causes, reason: before.causes.get(reason, 0) + 1}
        struck = {**before.struck, str(self.place): 1} if strike else before.struck
        return replace(self, history=replace(before, causes=causes, struck=struck))

    def rang(self, parts: Parts, at: datetime) -> "Person":
        """With one more call that rang then."""
        part, tried = part_of(parts, self.time_zone, at), self.history.parts
        if not part:
            return self
        return replace(self, history=replace(self.history, parts={**tried, part: tried.get(part, 0) + 1}))
