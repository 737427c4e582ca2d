"""The proof that nothing ended without a person: from the tables alone, whoever raises tasks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Select
from sqlmodel import Session, select

from campaigns.flows.owed import Owed
from campaigns.models import Campaign
from campaigns.store import audit_calls
from campaigns.store.audit_checks import KINDS, MISSING, Check, HoleKind, count_of
from campaigns.store.audit_tasks import task_checks
from campaigns.store.audit_warnings import Warned, campaign_warnings, office_warnings
from campaigns.store.database import Database
from campaigns.words import CampaignState

MOST_LISTED: Final = 1000  # holes of one kind in one list; all of them are counted

FileState = Literal["gone", "faulty"]
"""Of a campaign whose file says nothing: it is not there, or it is not right."""
Known = Mapping[str, Owed | FileState]
"""What each campaign owes, by name; one that is not named has no file."""


@dataclass(frozen=True)
class Hole:
    """Something that has neither a person nor a recorded reason.

    contact: its external_id, "" for a task of a whole campaign. task: its number, None where there is none.
    """

    kind: HoleKind
    campaign: str
    contact: str
    task: int | None
    since: datetime | None

    @property
    def missing(self) -> str:
        """What it lacks, in words."""
        return MISSING[self.kind]

    def as_json(self) -> dict[str, Any]:
        """As `tasks audit --json` prints it."""
        since = None if self.since is None else self.since.isoformat()
        told = {"kind": self.kind, "campaign": self.campaign, "contact": self.contact, "task": self.task}
        return {**told, "missing": self.missing, "since": since}


@dataclass
class Audit:
    """What was found.

    holes: at most `MOST_LISTED` of a kind, the oldest rows first; counts: all of them. examined: how many of
    each kind were looked at. still_called: watched answers whose contacts are still called, so that their
    tasks are yet to come. files: of the campaigns that nothing is known of but what their calls left behind.
    unproved: how many answers such a campaign has, if any; a person may have to act on each.
    """

    at: datetime
    holes: list[Hole] = field(default_factory=list)
    counts: Counter[HoleKind] = field(default_factory=Counter)
    examined: Counter[HoleKind] = field(default_factory=Counter)
    still_called: int = 0
    files: dict[str, FileState] = field(default_factory=dict)
    unproved: dict[str, int] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything was looked at, and has a person or a recorded reason."""
        return not self.counts and not self.unproved

    def as_json(self) -> dict[str, Any]:
        """As `tasks audit --json` prints it."""
        return {
            "clean": self.clean,
            "at": self.at.isoformat(),
            "examined": {kind: self.examined[kind] for kind in KINDS},
            "missing": {kind: self.counts[kind] for kind in KINDS},
            "holes": [hole.as_json() for hole in self.holes],
            "still_called": self.still_called,
            "files": self.files,
            "unproved": self.unproved,
            "warnings": [each.as_json() for each in self.warnings],
        }


def audit(
    db: Database, known: Known, now: datetime, campaign: str | None = None, most: int = MOST_LISTED
) -> Audit:
    """Look at every campaign and task of the database, or at one campaign and its tasks.

    Each kind of hole is one statement, which sees one moment of the database and holds up nobody who writes;
    however many there are, only `most` of a kind are kept in memory.
    """
    found = Audit(now)
    with db.read() as session:
        for name, state in _campaigns(session, campaign).items():
            _look_at(session, found, name, state, known.get(name, "gone"), most)
        _run(session, found, task_checks(campaign, now), most)
        found.warnings += office_warnings(session, campaign)
    return found


def _campaigns(session: Session, only: str | None) -> Mapping[str, CampaignState]:
    wanted = select(Campaign).order_by(Campaign.name)
    if only is not None:
        wanted = wanted.where(Campaign.name == only)
    return {campaign.name: campaign.state for campaign in session.exec(wanted)}


def _look_at(
    session: Session, found: Audit, name: str, state: CampaignState, of: Owed | FileState, most: int
) -> None:
    stopped = state == "stopped"
    if isinstance(of, Owed):
        result = of.result
        for one in of.answers:
            check = audit_calls.answer_check(name, one, of, stopped, found.at)
            _run(session, found, [check], most)
            waiting = audit_calls.still_called(name, one, stopped, found.at)
            found.still_called += _number(session, waiting)
        found.warnings += campaign_warnings(session, name, state, of)
    else:
        found.files[name] = of
        if count := _number(session, audit_calls.answers_of(name)):
            found.unproved[name] = count
        result = session.connection().execute(audit_calls.anybody_told(name)).first() is not None
    _run(session, found, audit_calls.contact_checks(name, result, found.at), most)


def _run(session: Session, found: Audit, checks: Iterable[Check], most: int) -> None:
    for check in checks:
        found.examined[check.kind] += _number(session, check.examined)
        room = most - sum(hole.kind == check.kind for hole in found.holes)
        holes = list(_holes(session, check, room + 1))
        more = len(holes) > room
        count = _number(session, count_of(check.holes)) if more else len(holes)
        found.holes += holes[:room]
        if count:
            found.counts[check.kind] += count


def _holes(session: Session, check: Check, limit: int) -> Iterator[Hole]:
    for row in session.connection().execute(check.holes.limit(limit)):
        yield Hole(check.kind, row.campaign, row.contact, row.task, row.since)


def _number(session: Session, wanted: Select[Any]) -> int:
    return int(session.connection().execute(wanted).scalar_one())
