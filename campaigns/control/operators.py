"""What is asked of an operator who is entered, and how operators are shown."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, TypeVar

from campaigns.control.masking import masked
from campaigns.control.trunks import out_of_reach
from campaigns.intake.addresses import parse_address
from campaigns.models import Operator
from campaigns.rules.operators import groups_of, hindrance
from campaigns.rules.shifts import parse_shift
from campaigns.settings import Home, SettingsFile
from campaigns.store import staff
from campaigns.store.database import Database
from campaigns.store.staff import NewOperator

LONGEST_NAME = 60  # it stands in tables

Read = TypeVar("Read")


class OperatorFault(ValueError):
    """Something about a new operator that cannot be used; `field` names it as the options do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def new_operator(
    home: Home,
    name: str,
    address: str = "",
    group: str = "",
    languages: Sequence[str] = (),
    skills: Sequence[str] = (),
    shift: str = "",
    agent: str = "",
) -> NewOperator:
    """The operator as written by a person. Raises `OperatorFault`, also for a phone that no trunk leads to.

    group: "" is the only one. It asks the name service for the trunks' hosts, which may take seconds.
    """
    new = NewOperator(
        name=_read("name", lambda: _name(name)),
        address=_read("address", lambda: parse_address(address, home.file.engine.country)),
        group=_read("group", lambda: _group(home.file, group)),
        languages=_read("languages", lambda: tuple(dict.fromkeys(map(_language, languages)))),
        skills=tuple(dict.fromkeys(each.strip() for each in skills if each.strip())),
        shift=_read("shift", lambda: str(parse_shift(shift)) if shift.strip() else ""),
        agent=agent.strip(),
    )
    if reason := out_of_reach(home, new.group, new.address):
        raise OperatorFault("address", f"the phone cannot be called {reason}")
    return new


def shown(file: SettingsFile, database: Database, now: datetime) -> list[dict[str, Any]]:
    """Everybody, as `operators list --json` prints them; numbers are masked."""
    local = now.astimezone(file.engine.zone)
    today = staff.calls_since(database, datetime.combine(local.date(), time(0), local.tzinfo).astimezone(UTC))
    return [as_data(each, today, now, file.engine.time_zone) for each in staff.listing(database)]


def as_data(operator: Operator, calls: Mapping[int, int], now: datetime, zone: str) -> dict[str, Any]:
    """One of them. calls: of the phone today, by the operator's id."""
    sip = operator.address.startswith("sip:")
    return {
        "name": operator.name,
        "group": operator.group,
        "address": operator.address if sip else masked(operator.address),
        "languages": operator.languages,
        "skills": operator.skills,
        "shift": operator.shift or None,
        "agent": operator.agent or None,
        "state": operator.state,
        "state_reason": operator.state_reason or None,
        "now": hindrance(operator, now, zone) or "free",
        "idle_since": operator.idle_since.isoformat(),
        "free_at": operator.free_at.isoformat(),
        "misses": operator.misses,
        "calls_today": calls.get(operator.id, 0),
    }


def _read(field: str, read: Callable[[], Read]) -> Read:
    try:
        return read()
    except ValueError as error:
        raise OperatorFault(field, str(error)) from None


def _name(written: str) -> str:
    name = written.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"the name is blank, longer than {LONGEST_NAME} letters, or cannot be printed")
    return name


def _language(written: str) -> str:
    language = written.strip().lower()
    if not re.fullmatch(r"[a-z]{2}", language):
        raise ValueError(f'the language "{written}" is not of two letters, such as ru')
    return language


def _group(file: SettingsFile, wanted: str) -> str:
    names = [group.name for group in groups_of(file.groups)]
    if wanted in names:
        return wanted
    if wanted or len(names) > 1:
        fault = f'there is no group "{wanted}"' if wanted else "the group is missing"
        raise ValueError(f"{fault}: name one of {', '.join(names)}, or add it to [[groups]] in dialer.toml")
    return names[0]
