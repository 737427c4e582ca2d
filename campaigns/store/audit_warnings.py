"""What an audit names without failing: offices that cannot be told, marks that nobody called low."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col

from campaigns.flows.owed import Owed
from campaigns.models import DEAD, OPEN_TASK, Answer, Delivery, OutboxEvent, Task
from campaigns.store import audit_calls
from campaigns.store.task_moves import levels_of
from campaigns.words import CampaignState

WarnedKind = Literal[
    "no_head", "no_authority", "older_reason", "marks_not_named", "results_stopped", "notices_dead"
]


@dataclass(frozen=True)
class Warned:
    """One sentence, and how many it is about; about: a campaign or an institution, "" for neither."""

    kind: WarnedKind
    about: str
    count: int
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """As `tasks audit --json` prints it."""
        return dict(vars(self))


def office_warnings(session: Session, campaign: str | None) -> Iterator[Warned]:
    """Institutions of open tasks whose head nobody can tell, the authority, and dead notices."""
    levels = levels_of(session)
    tasks = sqlalchemy.select(col(Task.institution), func.count()).where(OPEN_TASK)
    if campaign is not None:
        tasks = tasks.where(col(Task.campaign) == campaign)
    found = session.connection().execute(tasks.group_by(col(Task.institution)))
    open_ones: dict[str, int] = {institution: count for institution, count in found}
    for institution, count in sorted(open_ones.items()):
        if not levels.can_be_told("head", institution):
            whose = f"of {institution} have no head" if institution else "name no institution, so no head"
            yield Warned(
                "no_head",
                institution,
                count,
                f"{count} open tasks {whose} who can be told: see [[institutions]] in dialer.toml.",
            )
    if open_ones and not levels.authority:
        count = sum(open_ones.values())
        sentence = (
            f"{count} open tasks have no authority above who can be told: see [authority] in dialer.toml."
        )
        yield Warned("no_authority", "", count, sentence)
    yield from _dead_notices(session)


def campaign_warnings(session: Session, name: str, state: CampaignState, of: Owed) -> Iterator[Warned]:
    """What today's file does not say, and whom a stopped campaign leaves waiting."""
    older = sum(_count(session, audit_calls.under_older_reasons(name, one, of)) for one in of.answers)
    if older:
        sentence = f"{older} answers in {name} have tasks under reasons that its file does not have any more."
        yield Warned("older_reason", name, older, sentence)
    for question in of.unmarked:
        count = _count(session, _answers(name, question))
        sentence = f'{count} marks of "{question}" in {name} are not proved: its file names no low marks.'
        if count:
            yield Warned("marks_not_named", name, count, sentence)
    waiting = _count(session, audit_calls.waiting_results(name)) if of.result and state == "stopped" else 0
    if waiting:
        sentence = f"{waiting} contacts of {name} wait for a result, and it is stopped."
        yield Warned("results_stopped", name, waiting, sentence)


def _dead_notices(session: Session) -> Iterator[Warned]:
    dead = (
        sqlalchemy.select(func.count())
        .select_from(Delivery)
        .join(OutboxEvent, col(OutboxEvent.id) == col(Delivery.event_id))
        .where(DEAD, col(OutboxEvent.kind) == "task.escalated")
    )
    count = _count(session, dead)
    if count:
        sentence = f"{count} notices of late tasks were given up: see dialer outbox list --dead."
        yield Warned("notices_dead", "", count, sentence)


def _answers(name: str, question: str) -> sqlalchemy.Select[Any]:
    of_question = col(Answer.campaign) == name, col(Answer.question) == question
    return sqlalchemy.select(func.count()).select_from(Answer).where(*of_question)


def _count(session: Session, wanted: sqlalchemy.Select[Any]) -> int:
    return int(session.connection().execute(wanted).scalar_one())
