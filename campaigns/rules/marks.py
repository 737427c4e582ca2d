"""What many marks say together: middle, spread, and how many of them are low."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any


@dataclass(frozen=True)
class Marks:
    """Marks by their value; `low` of them count as low, out of `judged` whose question says which do.

    mean, median, deviation: None without any mark. deviation: the standard deviation of these marks
    themselves (the sum of squares divided by their count), for they are no sample of anything.
    """

    counts: Mapping[int, int]
    low: int = 0
    judged: int = 0

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        if not self.count:
            return None
        return sum(mark * count for mark, count in self.counts.items()) / self.count

    @property
    def median(self) -> float | None:
        """The middle one; of an even number the middle of the two middle ones."""
        if not self.count:
            return None
        return (self._at((self.count - 1) // 2) + self._at(self.count // 2)) / 2

    @property
    def deviation(self) -> float | None:
        mean = self.mean
        if mean is None:
            return None
        return sqrt(sum(count * (mark - mean) ** 2 for mark, count in self.counts.items()) / self.count)

    @property
    def low_share(self) -> float | None:
        """0 to 1; None where no question says which marks are low."""
        return self.low / self.judged if self.judged else None

    def _at(self, place: int) -> int:
        """The mark at this place (from 0 on) when all of them stand in a row."""
        passed = 0
        for mark in sorted(self.counts):
            passed += self.counts[mark]
            if place < passed:
                return mark
        raise IndexError(f"there are {passed} marks, and none at {place}")

    def __add__(self, other: "Marks") -> "Marks":
        marks = self.counts.keys() | other.counts.keys()
        together = {mark: self.counts.get(mark, 0) + other.counts.get(mark, 0) for mark in sorted(marks)}
        return Marks(together, self.low + other.low, self.judged + other.judged)

    def as_json(self) -> dict[str, Any]:
        """As reports print them, rounded to a hundredth, shares to a hundredth of a per cent."""
        return {
            "count": self.count,
            "mean": _rounded(self.mean, 2),
            "median": self.median,
            "deviation": _rounded(self.deviation, 2),
            "low": self.low if self.judged else None,
            "low_share": _rounded(self.low_share, 4),
            "marks": {str(mark): self.counts[mark] for mark in sorted(self.counts)},
        }


def marks_of(counts: Mapping[str, int], top: int, low: Collection[str] = ()) -> Marks:
    """Of a scale from 1 to `top`: every mark has its count; answers that are no mark of it are left out."""
    found = {mark: counts.get(str(mark), 0) for mark in range(1, top + 1)}
    few = sum(count for mark, count in found.items() if str(mark) in low)
    return Marks(found, few, sum(found.values()) if low else 0)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
