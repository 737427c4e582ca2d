"""The figures of a survey, as `dialer report --campaign NAME --json` prints them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal
from sqlmodel import Session, col

from campaigns.flows.surveyed import Asked
from campaigns.models import Answer, Attempt, Contact
from campaigns.rules.aapor import DISPOSITIONS, NO_SUCH_NUMBER, OF_CALL, OPEN, PARTIAL_SHARE, UNHEARD, rates
from campaigns.rules.marks import marks_of
from campaigns.rules.naturally import natural
from campaigns.rules.weeks import weeks_between
from campaigns.store.database import Database
from campaigns.store.desk_figures import Span
from campaigns.store.moments import ALL_TIME, ENTERED, period

RECORDED = "recorded"
"""Stands for every voice answer, which is kept as the name of a file."""
_RANK: Mapping[str, int] = {name: place for place, name in enumerate(DISPOSITIONS)}
_WAITS = len(DISPOSITIONS)  # in the place of a rank: the contact is no case yet
_ANSWERED_CORE = 1_000_000  # for one answer to a question of everybody's, and 1 for any, in one sum
_ENDED = and_(col(Attempt.contact_id) == col(Contact.id), col(Attempt.ended_at).is_not(None))


class _Place(NamedTuple):
    """Where a contact is counted."""

    institution: str
    week: str


class _Tally:
    """What is counted together."""

    def __init__(self) -> None:
        self.cases: Counter[int] = Counter()  # by rank
        self.answers: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def figures(self, asked: Asked) -> dict[str, Any]:
        counts = {name: self.cases[rank] for name, rank in _RANK.items()}
        cases = sum(counts.values())
        known = [*asked.questions, *sorted(self.answers.keys() - set(asked.questions))]
        return {
            "contacts": cases + self.cases[_WAITS],
            "open": self.cases[_WAITS],
            "cases": cases,
            **counts,
            "rates": rates(counts),
            "questions": [_question(name, self.answers[name], asked) for name in known],
        }


def survey_report(
    db: Database, campaign: str, asked: Asked, zone: tzinfo, span: Span = ALL_TIME
) -> dict[str, Any]:
    """The survey's figures, all of one moment, of the contacts that stand in this span.

    A contact stands where and when it was closed; one that still waits, when it was queued. contacts = open +
    cases, and cases = the sum of the eight dispositions (`rules.aapor`). rates: of the cases. questions: how
    many gave each answer last, those too who broke off or wait to be asked for the rest; one with a scale has
    `marks`, one about a promise says how many found it `broken`, voice answers are only counted.
    institutions, weeks (ISO, in this zone): the same of each, in their order; each adds up to the whole.
    """
    whole, by_institution, by_week = (
        _Tally(),
        defaultdict[str, _Tally](_Tally),
        defaultdict[str, _Tally](_Tally),
    )

    def tallies(place: _Place) -> tuple[_Tally, ...]:
        return whole, by_institution[place.institution], by_week[place.week]

    with db.read() as session:
        _count(session, campaign, asked, zone, span, tallies)
    return {
        "campaign": campaign,
        "since": _iso(span.since),
        "until": _iso(span.until),
        "time_zone": str(zone),
        "everybody_is_asked": [name for name in asked.questions if name in asked.core],
        **whole.figures(asked),
        "institutions": [
            {"institution": name, **by_institution[name].figures(asked)}
            for name in sorted(by_institution, key=natural)
        ],
        "weeks": [{"week": name, **tally.figures(asked)} for name, tally in sorted(by_week.items())],
    }


def _count(
    session: Session,
    campaign: str,
    asked: Asked,
    zone: tzinfo,
    span: Span,
    tallies: Callable[[_Place], Sequence[_Tally]],
) -> None:
    mine = and_(col(Contact.campaign) == campaign, span.holds(ENTERED))
    weeks = _weeks(session, mine, zone)
    if not weeks:
        return
    week = period(ENTERED, [begins for _, begins in weeks])
    for institution, number, rank, count in session.connection().execute(_cases(mine, week, asked)):
        for tally in tallies(_Place(institution, weeks[number][0])):
            tally.cases[rank] += count
    for institution, number, question, value, count in session.connection().execute(_answers(mine, week)):
        for tally in tallies(_Place(institution, weeks[number][0])):
            tally.answers[question][value] += count


def _weeks(session: Session, mine: ColumnElement[bool], zone: tzinfo) -> Sequence[tuple[str, datetime]]:
    first, last = (
        session.connection()
        .execute(sqlalchemy.select(func.min(ENTERED), func.max(ENTERED)).where(mine))
        .one()
    )
    return weeks_between(first, last, zone) if first is not None else ()


def _cases(mine: ColumnElement[bool], week: ColumnElement[int], asked: Asked) -> Select[Any]:
    """`rules.aapor.disposition` in SQL; tests hold the one to the other."""
    of_contact = (
        sqlalchemy.select(
            col(Contact.institution).label("institution"),
            week.label("week"),
            col(Contact.state).label("state"),
            col(Contact.outcome).label("outcome"),
            _best_call().label("call"),
            _gone().label("gone"),
            _answered(asked).label("answered"),
        )
        .where(mine)
        .cte("of_contact")
        .prefix_with(
            "MATERIALIZED"
        )  # else what is looked up for each contact is looked up for each use of it
    )
    rank = _rank(of_contact.c, len(asked.core)).label("rank")
    found = sqlalchemy.select(of_contact.c.institution, of_contact.c.week, rank, func.count())
    return found.group_by(of_contact.c.institution, of_contact.c.week, rank)


def _best_call() -> Any:
    """The rank of the call that says most of its case; None without any."""
    of_outcome = case(
        {outcome: _number(_RANK[found]) for outcome, found in OF_CALL.items()},
        value=col(Attempt.outcome),
        else_=_number(_RANK["unknown"]),
    )
    rank = case((col(Attempt.cause) == NO_SUCH_NUMBER, _number(_RANK["not_eligible"])), else_=of_outcome)
    return sqlalchemy.select(func.min(rank)).where(_ENDED).scalar_subquery()


def _gone() -> Any:
    """1 where the last call to a contact's only number found that there is no such number."""
    wrong = case((col(Attempt.cause) == NO_SUCH_NUMBER, _number(1)), else_=_number(0))
    last = func.max(col(Attempt.id) * _number(2) + wrong) % _number(2)
    only = cast(col(Contact.phones), String) == "[]"
    return case((only, sqlalchemy.select(last).where(_ENDED).scalar_subquery()), else_=_number(0))


def _answered(asked: Asked) -> Any:
    """How many questions have an answer, those of everybody's counted a million times."""
    is_core = col(Answer.question).in_(sorted(asked.core))
    each = case((is_core, _number(_ANSWERED_CORE + 1)), else_=_number(1))
    given = sqlalchemy.select(func.coalesce(func.sum(each), 0))
    return given.where(col(Answer.contact_id) == col(Contact.id)).scalar_subquery()


def _rank(of: Any, core: int) -> ColumnElement[int]:
    unheard = [_RANK[name] for name in UNHEARD]
    enough = of.answered >= PARTIAL_SHARE * core * _ANSWERED_CORE
    return case(
        (of.state.in_(OPEN), _number(_WAITS)),
        (of.call == _number(_RANK["complete"]), _number(_RANK["complete"])),
        (and_(of.answered > 0, enough), _number(_RANK["partial"])),
        (of.answered > 0, _number(_RANK["break_off"])),
        (of.state == "cancelled", _number(_RANK["not_eligible"])),
        (of.outcome == "opted_out", _number(_RANK["refusal"])),
        (of.outcome == "wrong_person", _number(_RANK["not_eligible"])),
        (and_(of.gone == _number(1), of.call.in_(unheard)), _number(_RANK["not_eligible"])),
        else_=func.coalesce(of.call, _number(_RANK["unknown"])),
    )


def _answers(mine: ColumnElement[bool], week: ColumnElement[int]) -> Select[Any]:
    value = case((col(Answer.value).like("%.wav"), RECORDED), else_=col(Answer.value)).label("given")
    keys = [col(Contact.institution), week.label("week"), col(Answer.question), value]
    found = sqlalchemy.select(*keys, func.count())
    return found.join(Contact, col(Contact.id) == col(Answer.contact_id)).where(mine).group_by(*keys)


def _question(name: str, given: Counter[str], asked: Asked) -> dict[str, Any]:
    scale = asked.scales.get(name)
    return {
        "question": name,
        "answered": sum(given.values()),
        "answers": {value: given[value] for value in sorted(given)},
        "broken": sum(given[value] for value in asked.broken[name]) if name in asked.broken else None,
        "marks": None if scale is None else marks_of(given, scale.top, scale.low).as_json(),
    }


def _number(value: int) -> Any:
    """Written into the statement: there are too many of them for a reader of the query plan otherwise."""
    return literal(value, literal_execute=True)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
