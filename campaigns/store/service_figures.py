"""The figures of the whole service, as `dialer report --json` prints them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy
from sqlalchemy import and_, case, func, or_
from sqlmodel import Session, col

from campaigns.flows.surveyed import Asked
from campaigns.models import Answer, Contact
from campaigns.rules.marks import Marks, marks_of
from campaigns.rules.naturally import natural
from campaigns.store.database import Database
from campaigns.store.desk_figures import Span
from campaigns.store.moments import ALL_TIME, ENTERED, seconds_from
from campaigns.store.reach_figures import opt_outs, reached, saved
from campaigns.store.task_figures import task_figures
from campaigns.words import Purpose

WITHIN: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "four_hours": timedelta(hours=4),
    "day": timedelta(days=1),
}
"""How soon a result was told, by the first that holds; `later` otherwise."""
TOLD = (*WITHIN, "later")
UNTOLD = ("not_told", "waiting", "fresh", "cancelled")


@dataclass(frozen=True)
class Known:
    """What the campaign files say; a campaign whose file cannot be read is in none of them."""

    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    asked: Mapping[str, Asked] = field(default_factory=dict)


def service_report(
    db: Database, known: Known, now: datetime, zone: tzinfo, span: Span = ALL_TIME
) -> dict[str, Any]:
    """The figures of all campaigns, all of one moment.

    A contact stands in the span when it was closed in it, or queued while it is open; a task when it was
    raised, a call when it ended, an opted-out number when it was entered. results, marks, promises, reached,
    opt_outs, saved, tasks: see the functions of these names.
    """
    with db.read() as session:
        names = [name for name, purpose in known.purposes.items() if purpose == "result"]
        by_number = reached(session, span)
        return {
            "since": _iso(span.since),
            "until": _iso(span.until),
            "time_zone": str(zone),
            "campaigns": _campaigns(session, known, span),
            "results": results(session, names, now, span),
            "reached": by_number,
            "marks": marks(session, known, span),
            "promises": promises(session, known, span),
            "tasks": task_figures(session, now, span),
            "opt_outs": opt_outs(session, span, by_number["reached"]),
            "saved": saved(session, span),
        }


def _campaigns(session: Session, known: Known, span: Span) -> list[dict[str, Any]]:
    """How many contacts of each campaign stand in the span; purpose: None where its file cannot be read."""
    wanted = sqlalchemy.select(col(Contact.campaign), func.count()).where(span.holds(ENTERED))
    counts = session.connection().execute(wanted.group_by(col(Contact.campaign)))
    return [
        {"campaign": name, "purpose": known.purposes.get(name), "contacts": count}
        for name, count in sorted((name, count) for name, count in counts)
    ]


def results(session: Session, campaigns: list[str], now: datetime, span: Span) -> dict[str, Any]:
    """How soon results were told, from when they were queued, or from `not_before` where that is later.

    contacts is the sum of: hour, four_hours, day, later (told so soon), not_told (closed without), waiting
    (its hour is over), fresh (its hour is not) and cancelled. share: hour / (contacts - fresh - cancelled).
    """
    begins: Any = case(
        (col(Contact.not_before) > col(Contact.queued_at), col(Contact.not_before)),
        else_=col(Contact.queued_at),
    )
    took = seconds_from(session, begins, col(Contact.delivered_at))
    told = case(*((took <= limit.total_seconds(), name) for name, limit in WITHIN.items()), else_="later")
    kind = case(
        (col(Contact.delivered_at).is_not(None), told),
        (col(Contact.state) == "cancelled", "cancelled"),
        (col(Contact.closed_at).is_not(None), "not_told"),
        (begins > now - WITHIN["hour"], "fresh"),
        else_="waiting",
    ).label("kind")
    wanted = sqlalchemy.select(kind, func.count()).where(
        col(Contact.campaign).in_(campaigns), span.holds(ENTERED)
    )
    counts = {name: count for name, count in session.connection().execute(wanted.group_by(kind))}
    figures = {name: counts.get(name, 0) for name in (*TOLD, *UNTOLD)}
    total = sum(figures.values())
    return {
        "contacts": total,
        **figures,
        "share": _share(figures["hour"], total - figures["fresh"] - figures["cancelled"]),
    }


def marks(session: Session, known: Known, span: Span) -> list[dict[str, Any]]:
    """The marks of each institution over all questions of one scale, the lowest mean first.

    scale: the best mark. mean, median, deviation, low (marks that the scripts name as low; None where none
    does) and low_share as in `rules.marks`. institution "": of contacts that have none.
    """
    scales = {
        (campaign, question): scale
        for campaign, asked in known.asked.items()
        for question, scale in asked.scales.items()
    }
    found: defaultdict[tuple[str, int], Marks] = defaultdict(lambda: Marks({}))
    for (institution, campaign, question), given in _given(session, list(scales), span).items():
        scale = scales[campaign, question]
        found[institution, scale.top] += marks_of(given, scale.top, scale.low)
    rows = [(each.mean or 0.0, name, top, each) for (name, top), each in found.items() if each.count]
    return [
        {"institution": name, "scale": top, **each.as_json()}
        for _, name, top, each in sorted(rows, key=lambda row: (row[0], natural(row[1]), row[2]))
    ]


def promises(session: Session, known: Known, span: Span) -> dict[str, Any]:
    """asked: who answered whether they got what was promised; broken: who did not; share: of those asked."""
    answers = {
        (campaign, question): values
        for campaign, asked in known.asked.items()
        for question, values in asked.broken.items()
    }
    total = broken = 0
    for (_, campaign, question), given in _given(session, list(answers), span).items():
        total += sum(given.values())
        broken += sum(given[value] for value in answers[campaign, question])
    return {"asked": total, "broken": broken, "share": _share(broken, total)}


def _given(
    session: Session, questions: Sequence[tuple[str, str]], span: Span
) -> Mapping[tuple[str, str, str], Counter[str]]:
    """Institution, campaign and question -> answers and how often each was given."""
    keys = [col(Contact.institution), col(Answer.campaign), col(Answer.question), col(Answer.value)]
    wanted: Any = (
        sqlalchemy.select(*keys, func.count())
        .join(Contact, col(Contact.id) == col(Answer.contact_id))
        .where(
            or_(
                *(
                    and_(col(Answer.campaign) == campaign, col(Answer.question) == question)
                    for campaign, question in questions
                ),
                sqlalchemy.false(),
            ),
            span.holds(ENTERED),
        )
        .group_by(*keys)
    )
    found: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for institution, campaign, question, value, count in session.connection().execute(wanted):
        found[institution, campaign, question][value] += count
    return found


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
