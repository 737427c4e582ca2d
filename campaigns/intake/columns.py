"""Which columns a file of contacts needs and may have, whatever its registry calls them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.flows.columns import NEEDED, OPTIONAL
from campaigns.flows.fields import NAME
from campaigns.flows.script import Script

STAND_INS: Mapping[str, str] = {"request_id": "external_id"}
"""What serves where a file has no such column: a request is known by its own number."""


@dataclass(frozen=True)
class Named:
    """The cells of a row by our names; `names`: what the file calls them, where that differs.

    doubled: pairs of the file's names that stand for the same and are both filled in.
    """

    cells: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    doubled: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Columns:
    """The columns that are read, by our names in small letters; `aliases`: name in files -> ours."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    def ours(self, written: str) -> str:
        """Our name of a file's column (small letters); "" of one that is not read."""
        name = self.aliases.get(written, written)
        if name in self.needed or name in self.optional:
            return name
        return STAND_INS.get(written, "") if STAND_INS.get(written) in self.needed else ""

    def missing(self, written: Collection[str]) -> list[str]:
        """The needed ones that a file with these columns lacks, as it may call them."""
        there = {self.aliases.get(name, name) for name in written}
        there |= {ours for name, ours in STAND_INS.items() if name in written}
        lacking = [name for name in self.needed if name not in there]
        return [" or ".join((*self._aliases_of(name), *self._itself(name))) for name in lacking]

    def doubled(self, written: Sequence[str]) -> list[str]:
        """Those that a header has more than once, under whatever names it has them."""
        columns = [self.aliases.get(name, name) for name in written]
        known = {*self.needed, *self.optional}
        twice = {name for name in known if columns.count(name) > 1}
        return [name for name in dict.fromkeys(written) if self.aliases.get(name, name) in twice]

    def named(self, cells: Mapping[str, str]) -> Named:
        """The cells of one row (by the file's names, small letters) by our names."""
        if not self.aliases and not STAND_INS.keys() & cells.keys():
            return Named(cells)
        ours: dict[str, str] = {}
        names: dict[str, str] = {}
        doubled: list[tuple[str, str]] = []
        for written, value in cells.items():
            name = self.aliases.get(written, written)
            if value.strip() and ours.get(name, "").strip():
                doubled.append((names[name], written))
            if name not in ours or not ours[name].strip():
                ours[name], names[name] = value, written
        for written, name in STAND_INS.items():
            if name not in ours and written in cells:
                ours[name], names[name] = cells[written], written
        return Named(ours, names, doubled)

    def _aliases_of(self, name: str) -> list[str]:
        return [written for written, ours in self.aliases.items() if ours == name]

    def _itself(self, name: str) -> tuple[str, ...]:
        return () if name in self.aliases else (name,)


def columns_of(script: Script) -> Columns:
    """Those of a file for this script; the name of a person is needed only where a text speaks it."""
    named = script.names_people
    fields = script.fields.values()
    return Columns(
        needed=(*NEEDED, *((NAME,) if named else ()), *(each.name for each in fields if not each.optional)),
        optional=(*OPTIONAL, *(() if named else (NAME,)), *(each.name for each in fields if each.optional)),
        aliases={name: ours for name, ours in script.columns.items() if STAND_INS.get(name) != ours},
    )
