"""What an audit looks for: one question to the database for each kind of hole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import sqlalchemy
from sqlalchemy import Select

HoleKind = Literal[
    "low_mark",
    "broken_promise",
    "unverified",
    "undelivered",
    "no_outcome",
    "not_asked",
    "no_verdict",
    "not_escalated",
    "lease_over",
    "not_woken",
    "record_differs",
    "illegal_record",
]
KINDS: Final[tuple[HoleKind, ...]] = get_args(HoleKind)

MISSING: Final[Mapping[HoleKind, str]] = {
    "low_mark": "a task for a low mark",
    "broken_promise": "a task for a broken promise",
    "unverified": "a task: the person could not prove who they are",
    "undelivered": "a task: the person never heard the result",
    "no_outcome": "what was done: the task is closed without an outcome",
    "not_asked": "the call that asks whether it is solved",
    "no_verdict": "what came of asking whether it is solved",
    "not_escalated": "the next level: it is late, and nobody was told",
    "lease_over": "a return: who took it let its time run out",
    "not_woken": "a return: it was to wait until then",
    "record_differs": "the record of how it came to be as it is",
    "illegal_record": "a step in its record: no legal move leads there",
}
"""What each kind of hole lacks, in words."""

_PHONE: Final = (
    "Telephone whoever has no task (what happened: dialer contacts explain CAMPAIGN CONTACT); dialer run and "
    "dialer contacts cancel close whoever still waits, with the tasks."
)
_RUN: Final = "Start dialer run: it hands up what is late and takes back what was left, within a minute."
_REOPEN: Final = "Open again with dialer tasks reopen what was closed so, and resolve it with --note."
_RECORD: Final = (
    "Look at such a task with dialer tasks show and find out who else writes to the database, or restore it."
)
MENDED_BY: Final[Mapping[HoleKind, str]] = {
    **dict.fromkeys(("low_mark", "broken_promise", "unverified", "undelivered"), _PHONE),
    **dict.fromkeys(("no_outcome", "not_asked", "no_verdict"), _REOPEN),
    **dict.fromkeys(("not_escalated", "lease_over", "not_woken"), _RUN),
    **dict.fromkeys(("record_differs", "illegal_record"), _RECORD),
}
"""What a person does about each kind of hole: one sentence."""


@dataclass(frozen=True)
class Check:
    """examined: a count of all that was looked at. holes: campaign, contact, task and since of each hole."""

    kind: HoleKind
    examined: Select[Any]
    holes: Select[Any]


def count_of(wanted: Select[Any]) -> Select[Any]:
    """How many rows another question has."""
    return sqlalchemy.select(sqlalchemy.func.count()).select_from(wanted.subquery())
