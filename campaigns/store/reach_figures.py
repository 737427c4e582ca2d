"""Whom calls reached and at which attempt, who wants no more of them, and the hours that they took."""

from collections import Counter
from typing import Any, Final

import sqlalchemy
from sqlalchemy import and_, case, func
from sqlmodel import Session, col

from campaigns.models import Attempt, Contact, OperatorCall, OptOut
from campaigns.store.desk_figures import Span
from campaigns.store.moments import ALL_TIME, ENTERED, seconds_from
from campaigns.words import Outcome

REACHED: Final[tuple[Outcome, ...]] = ("completed", "delivered", "partial", "human_wanted", "opted_out")
"""Outcomes of a call in which the person took part."""
_HOUR_SECONDS = 3600


def reached(session: Session, span: Span) -> dict[str, Any]:
    """At which attempt people were reached.

    Only attempts count that used up one of the policy's: a call that failed by a trunk's fault is none.
    called: contacts with at least one; reached: those who took part in a call. by_attempt: of each attempt,
    how many had it, how many of them (`share`) took part in it for the first time, and `by_then`, the share
    of all called who did so in it or before.
    """
    firsts: Counter[int] = Counter()
    had: Counter[int] = Counter()
    for first, calls, contacts in session.connection().execute(_by_contact(span)):
        firsts[first] += contacts
        for number in range(1, calls + 1):
            had[number] += contacts
    firsts.pop(None, None)  # type: ignore[call-overload]  # never reached
    rows, so_far = [], 0
    for number in sorted(had):
        so_far += firsts[number]
        rows.append(
            {
                "attempt": number,
                "called": had[number],
                "reached": firsts[number],
                "share": _share(firsts[number], had[number]),
                "by_then": _share(so_far, had[1]),
            }
        )
    return {"called": had[1], "reached": so_far, "share": _share(so_far, had[1]), "by_attempt": rows}


def _by_contact(span: Span) -> sqlalchemy.Select[Any]:
    """The first attempt that reached, how many there were, and how many contacts are alike in both."""
    nth = func.row_number().over(partition_by=col(Attempt.contact_id), order_by=col(Attempt.number))
    counted = (
        sqlalchemy.select(
            col(Attempt.contact_id).label("contact"), col(Attempt.outcome).label("outcome"), nth.label("nth")
        )
        .where(col(Attempt.counted).is_(True), col(Attempt.ended_at).is_not(None))
        .subquery()
    )
    first = func.min(case((counted.c.outcome.in_(REACHED), counted.c.nth))).label("first")
    calls = func.max(counted.c.nth).label("calls")
    each = sqlalchemy.select(counted.c.contact, first, calls).group_by(counted.c.contact)
    if span != ALL_TIME:
        mine = and_(col(Contact.id) == counted.c.contact, span.holds(ENTERED))
        each = each.join(Contact, mine)
    contacts = each.subquery()
    found = sqlalchemy.select(contacts.c.first, contacts.c.calls, func.count())
    return found.group_by(contacts.c.first, contacts.c.calls)


def opt_outs(session: Session, span: Span, reached: int) -> dict[str, Any]:
    """numbers: entered in the span, by how. contacts: who refused in a call; their share of those reached."""
    entered = sqlalchemy.select(col(OptOut.how), func.count()).where(span.holds(col(OptOut.at)))
    by_how = {how: count for how, count in session.connection().execute(entered.group_by(col(OptOut.how)))}
    refused = sqlalchemy.select(func.count(func.distinct(col(Attempt.contact_id)))).where(
        col(Attempt.outcome) == "opted_out", col(Attempt.ended_at).is_not(None)
    )
    if span != ALL_TIME:
        refused = refused.join(Contact, and_(col(Contact.id) == col(Attempt.contact_id), span.holds(ENTERED)))
    contacts = session.connection().execute(refused).scalar() or 0
    return {
        "numbers": sum(by_how.values()),
        "by_how": dict(sorted(by_how.items())),
        "contacts": contacts,
        "share_of_reached": _share(contacts, reached),
    }


def saved(session: Session, span: Span) -> dict[str, Any]:
    """What operators would have spent on the same calls, had they dialled them by hand.

    hours: from the start to the end of every call that no operator took part in, ringing and talking;
    talk_hours: of that, talking. with_operators: the other calls, whose hours are not counted as saved.
    """
    lasted = func.coalesce(func.sum(seconds_from(session, col(Attempt.started_at), col(Attempt.ended_at))), 0)
    talked = func.coalesce(func.sum(col(Attempt.talk_seconds)), 0.0)
    wanted = sqlalchemy.select(func.count(), lasted, talked).where(
        col(Attempt.ended_at).is_not(None), span.holds(col(Attempt.ended_at))
    )
    taken = sqlalchemy.select(col(OperatorCall.attempt_id)).where(
        col(OperatorCall.attempt_id).is_not(None), col(OperatorCall.taken_at).is_not(None)
    )
    calls, seconds, talk = session.connection().execute(wanted).one()
    theirs, their_seconds, their_talk = (
        session.connection().execute(wanted.where(col(Attempt.id).in_(taken))).one()
    )
    return {
        "calls": calls - theirs,
        "hours": round((float(seconds) - float(their_seconds)) / _HOUR_SECONDS, 1),
        "talk_hours": round((float(talk) - float(their_talk)) / _HOUR_SECONDS, 1),
        "with_operators": theirs,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
