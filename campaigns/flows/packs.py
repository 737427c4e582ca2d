"""Reads a rule pack: dated editions of figures, each with its source; or every complaint with its line.

A pack is a file of its name: the shipped ones lie beside this module, a home's own in its folder `rules`.
Every edition names every figure, as `{is: VALUE, source: WHERE IT IS FROM}`; `none` is a value like others,
so that nothing is absent by oversight.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import combinations
from pathlib import Path

from campaigns.flows.complaints import ScriptError
from campaigns.flows.reader import Book, Node, read_document
from campaigns.flows.times import in_words, read_day, read_duration, read_hours
from campaigns.rules.caps import MOST_CALLS, Caps
from campaigns.rules.packs import EXEMPTIONS, NO_PACK, Demand, Edition, Exemption, Pack, misfit

SHIPPED = Path(__file__).parent / "packs"
SUFFIX = ".yaml"
NONE = "none"
OR_NONE = f", or {NONE}"
FIRST_PLACE = timezone(timedelta(hours=14))  # where a day begins before it does anywhere else
LONGEST_RING = timedelta(minutes=2)  # networks end what nobody answers before that
LONGEST_REST = timedelta(days=30)  # calls are looked at no further back

_CAPS = ("day", "week", "month")
_RESTS = ("after_machine", "after_abandoned")
_FIGURES = ("hours", *_CAPS, *_RESTS, "exempt", "consent", "ring")

PackReader = Callable[[Node], Pack | None]
"""Given the name of a pack where a file says it: the pack, or None after a complaint."""


def find_packs(*folders: Path) -> dict[str, Path]:
    """Pack name -> file; a later folder wins, and a folder that is not there has none."""
    return {path.stem: path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))}


def pack_reader(*own: Path) -> PackReader:
    """A reader of the shipped packs and of those in these folders, which go first.

    `none` is no pack. A name that there is not is a complaint where it stands; faults of the pack's own file
    are complaints there.
    """
    return lambda node: _named(node, find_packs(SHIPPED, *own))


def load_pack(path: Path) -> Pack:
    """The pack of one file. Raises ScriptError with every complaint, also when the file cannot be read."""
    book = Book(str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        book.add(0, f"the rule pack cannot be read: {error.strerror or 'unknown reason'}")
        book.close()
    document = read_document(book, content)
    document.what = "the rule pack"
    entries = document.record(("name", "title", "editions"))
    book.close()
    if entries["name"].string() != path.stem:
        entries["name"].complain(f'the name must be that of the file, "{path.stem}"')
    title = entries["title"].string()
    editions = _editions(entries["editions"])
    book.close()
    return Pack(path.stem, title, tuple(editions))


def _named(node: Node, packs: Mapping[str, Path]) -> Pack | None:
    name = node.string()
    if name == NONE:
        return NO_PACK
    if name not in packs:
        if name:
            node.complain(f'there is no rule pack "{name}"; there are: {", ".join((NONE, *sorted(packs)))}')
        return None
    try:
        return load_pack(packs[name])
    except ScriptError as error:
        node.book.complaints += [one for one in error.complaints if one not in node.book.complaints]
        return None


def _editions(node: Node) -> Sequence[Edition]:
    nodes = list(node.items())
    editions = [_edition(entry) for entry in nodes]
    whole = [edition for edition in editions if edition is not None]
    if len(whole) == len(nodes) and (fault := misfit(whole)):
        (nodes[fault.edition] if nodes else node).complain(fault.sentence)
    elif whole and whole[0].since > (today := datetime.now(FIRST_PLACE).date()):
        nodes[0].complain(
            f"no edition holds today, {today}: the first one begins on {whole[0].since}; "
            "write one before it, or begin it earlier"
        )
    return whole


def _edition(node: Node) -> Edition | None:
    node.what = "the edition"
    entries = node.record(("since", *_FIGURES), optional=("until", "demands"))
    if not {"since", *_FIGURES} <= entries.keys():
        return None
    since = read_day(entries["since"])
    until = read_day(entries["until"]) if "until" in entries else None
    figures = {name: entries[name].record(("is", "source")) for name in _FIGURES}
    if since is None or any(len(figure) < 2 for figure in figures.values()):
        return None
    values = {name: _renamed(figure["is"], name) for name, figure in figures.items()}
    return _figures(
        since,
        until,
        values,
        {name: figure["source"].string() for name, figure in figures.items()},
        tuple(demand for entry in _list(entries.get("demands")) if (demand := _demand(entry))),
    )


def _figures(
    since: date,
    until: date | None,
    values: Mapping[str, Node],
    sources: Mapping[str, str],
    demands: tuple[Demand, ...],
) -> Edition:
    day, week, month = (_most(values[name]) for name in _CAPS)
    _demand_rising([(values[name], most) for name, most in zip(_CAPS, (day, week, month), strict=True)])
    after_machine, after_abandoned = (_span(values[name], LONGEST_REST) for name in _RESTS)
    return Edition(
        since=since,
        until=until,
        hours=None if _is_none(values["hours"]) else read_hours(values["hours"]),
        caps=Caps(day, week, month, after_machine, after_abandoned),
        exempt=frozenset(_exemptions(values["exempt"])),
        consent=values["consent"].yes_no(),
        ring_seconds=(_span(values["ring"], LONGEST_RING) or timedelta(0)).total_seconds(),
        sources=sources,
        demands=demands,
    )


def _renamed(node: Node, what: str) -> Node:
    node.what = what
    return node


def _is_none(node: Node) -> bool:
    return node.value == NONE


def _most(node: Node) -> int | None:
    return None if _is_none(node) else node.whole(1, MOST_CALLS, OR_NONE)


def _demand_rising(caps: Sequence[tuple[Node, int | None]]) -> None:
    """A longer time with fewer calls makes the cap of the shorter one idle: one of the two is a slip."""
    for (shorter, most), (longer, fewer) in combinations(caps, 2):
        if most is not None and fewer is not None and most > fewer:
            shorter.complain(
                f"{shorter.what} allows {most} calls and {longer.what} only {fewer}: "
                f"{shorter.what} can be at most {fewer}, or {NONE}"
            )


def _span(node: Node, longest: timedelta) -> timedelta | None:
    span = None if _is_none(node) else read_duration(node, OR_NONE)
    if span is not None and span > longest:
        node.complain(f"{node.what} cannot be longer than {in_words(longest)}")
    return span


def _exemptions(node: Node) -> Sequence[Exemption]:
    if _is_none(node):
        return ()
    names = [item.one_of(EXEMPTIONS) for item in node.items()]
    return [exemption for exemption in EXEMPTIONS if exemption in names]


def _list(node: Node | None) -> Sequence[Node]:
    return list(node.items()) if node else ()


def _demand(node: Node) -> Demand | None:
    node.what = "the demand"
    entries = node.record(("is", "source"))
    return Demand(entries["is"].string(), entries["source"].string()) if len(entries) == 2 else None
