"""Which operator takes a call: who may at all, of which group, and who is first; and the rest afterwards."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar

from campaigns.rules.shifts import in_shift
from campaigns.settings import GroupTable
from campaigns.words import OperatorCallResult, OperatorState

ONLY_GROUP = "main"  # of a clinic that has configured none
MISSES_BEFORE_PAUSE = 2  # one may be a walk to the printer
VAIN_BEFORE_NOTICE = 5  # a phone that is busy or refuses so often in a row rejects every call
ON_ANOTHER_CALL = timedelta(seconds=60)  # until a phone that was busy or silent is tried again
BREATH = timedelta(seconds=5)  # until a phone that was just hung up is on the hook again

Hindrance = Literal["off", "paused", "group", "language", "skill", "shift", "held", "queue_call", "rest"]
"""Why an operator does not take a call now."""


class Candidate(Protocol):
    """An operator, as the table `operator` has them."""

    @property
    def id(self) -> int: ...
    @property
    def group(self) -> str: ...
    @property
    def languages(self) -> list[str]: ...
    @property
    def skills(self) -> list[str]: ...
    @property
    def shift(self) -> str: ...
    @property
    def state(self) -> OperatorState: ...
    @property
    def idle_since(self) -> datetime: ...
    @property
    def free_at(self) -> datetime: ...
    @property
    def held_by(self) -> str: ...
    @property
    def queue_call(self) -> str: ...


Someone = TypeVar("Someone", bound=Candidate)


@dataclass(frozen=True)
class Group:
    """Operators of one site.

    trunk: leads to their phones; "" is the usable one of the best priority. institutions: contacts of these
    are its own. overflow: groups that take what it cannot, in this order.
    """

    name: str
    trunk: str = ""
    institutions: tuple[str, ...] = ()
    overflow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Whom a contact needs; groups: in the order in which they are asked (`order_of_groups`)."""

    language: str
    institution: str
    groups: tuple[str, ...]


def groups_of(tables: Sequence[GroupTable]) -> tuple[Group, ...]:
    """The groups of the settings, or the one of a clinic that has none there."""
    return or_one([Group(table.name, table.trunk, table.institutions, table.overflow) for table in tables])


def or_one(groups: Sequence[Group]) -> tuple[Group, ...]:
    """These groups; where there are none, the one that holds every operator."""
    return tuple(groups) or (Group(ONLY_GROUP),)


def order_of_groups(
    groups: Sequence[Group], institution: str, campaign_groups: Sequence[str] = ()
) -> tuple[str, ...]:
    """The groups that take a contact's calls, the first first.

    Its institution's own, or else those of the campaign (() is every group); each is followed by those that
    take its overflow, which may be of no campaign. A campaign's groups that are not configured are left out.
    """
    known = {group.name: group for group in groups}
    allowed = [known[name] for name in campaign_groups if name in known] if campaign_groups else list(groups)
    own = [group for group in allowed if institution and institution in group.institutions]
    ordered = [name for group in own or allowed for name in (group.name, *group.overflow)]
    return tuple(dict.fromkeys(ordered))


def trunks_now(groups: Sequence[Group], usable: Sequence[str]) -> dict[str, str]:
    """By group the trunk that leads to its phones; a group whose trunk rests is left out.

    usable: names of the trunks that take calls now, the best first.
    """
    found = {group.name: group.trunk or next(iter(usable), "") for group in groups}
    return {name: trunk for name, trunk in found.items() if trunk in usable}


def hindrance(
    operator: Candidate, now: datetime, zone: str, wanted: Wanted | None = None
) -> Hindrance | None:
    """Why this operator does not take a call now, the first reason of several; None: takes it.

    wanted: whom the call needs; without it, only whether the operator takes any call. zone: IANA, of shifts.
    """
    if operator.state != "on":
        return operator.state
    if wanted is not None and (why := unfit(operator, wanted)):
        return why
    if not in_shift(operator.shift, zone, now):
        return "shift"
    return next((why for why, busy in _BUSY.items() if busy(operator, now)), None)


def first_of(operators: Iterable[Someone], groups: Sequence[str]) -> list[Someone]:
    """Whom to ask first: by the order of the groups, within one the longest idle first."""
    place = {name: number for number, name in enumerate(groups)}
    return sorted(operators, key=lambda each: (place.get(each.group, len(place)), each.idle_since, each.id))


def rest_after(result: OperatorCallResult, wrap_up: timedelta) -> timedelta:
    """How long an operator is left alone after such a call of the phone."""
    return wrap_up if result in _WORKED else _RESTS[result]


def is_miss(result: OperatorCallResult, answered: bool, trunk_failed: bool) -> bool:
    """Whether the phone, and not a person, the trunk or another call, kept the operator from answering.

    A phone that rejects a call without being answered (603) is one too; one that is busy is not. So is one
    that is answered and where nobody presses a key: a machine answers every call.
    """
    if result == "not_taken":
        return True
    if answered or trunk_failed:
        return False
    return result in ("no_answer", "failed", "refused")


def unfit(operator: Candidate, wanted: Wanted) -> Hindrance | None:
    """Why this operator never takes such a call; None: does, when at work and free."""
    if operator.group not in wanted.groups:
        return "group"
    if operator.languages and wanted.language not in operator.languages:
        return "language"
    if operator.skills and wanted.institution and wanted.institution not in operator.skills:
        return "skill"
    return None


_BUSY: Mapping[Hindrance, Callable[[Candidate, datetime], bool]] = {
    "held": lambda operator, _now: bool(operator.held_by),
    "queue_call": lambda operator, _now: bool(operator.queue_call),
    "rest": lambda operator, now: operator.free_at > now,
}

_WORKED: frozenset[OperatorCallResult] = frozenset({"talked", "transferred", "refused"})

_RESTS: Mapping[OperatorCallResult, timedelta] = {
    "no_answer": ON_ANOTHER_CALL,
    "not_taken": ON_ANOTHER_CALL,
    "busy": ON_ANOTHER_CALL,
    "failed": ON_ANOTHER_CALL,
    "patient_unreached": BREATH,  # nothing to write down: the next one may come
    "patient_gone": BREATH,
}
