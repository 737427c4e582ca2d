"""What operators did: the calls of their phones, and how long they talked."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from campaigns.models import Operator, OperatorCall
from campaigns.words import OperatorCallResult

TALKED: frozenset[OperatorCallResult | None] = frozenset({"talked", "transferred"})


@dataclass
class _Work:
    """What one operator did, in all or in one hour of the day."""

    calls: int = 0
    talked: int = 0
    talk_seconds: float = 0.0
    results: Counter[str] = field(default_factory=Counter)

    def add(self, result: OperatorCallResult | None, talk_seconds: float) -> None:
        self.calls += 1
        self.talked += result in TALKED
        self.talk_seconds += talk_seconds
        self.results[result or "running"] += 1

    def as_data(self) -> dict[str, Any]:
        return {"calls": self.calls, "talked": self.talked, "talk_seconds": round(self.talk_seconds, 1)}


def work_of(
    session: Session, campaign: str, within: ColumnElement[bool], zone: tzinfo
) -> list[dict[str, Any]]:
    """By group and operator the calls of the phones, whole and by hour of the day in this zone.

    within: a condition on `OperatorCall`. results: by `OperatorCall.result`; `running` is none yet.
    """
    wanted = (
        sqlalchemy.select(
            col(Operator.name),
            col(Operator.group),
            col(OperatorCall.started_at),
            col(OperatorCall.result),
            col(OperatorCall.talk_seconds),
        )
        .join(Operator, col(OperatorCall.operator_id) == col(Operator.id))
        .where(col(OperatorCall.campaign) == campaign, within)
    )
    whole: dict[tuple[str, str], _Work] = {}
    by_hour: dict[tuple[str, str], dict[int, _Work]] = {}
    for name, group, started_at, result, talk_seconds in session.connection().execute(wanted):
        hour = started_at.astimezone(zone).hour
        whole.setdefault((group, name), _Work()).add(result, talk_seconds)
        by_hour.setdefault((group, name), {}).setdefault(hour, _Work()).add(result, talk_seconds)
    return [
        {
            "operator": name,
            "group": group,
            **work.as_data(),
            "results": dict(sorted(work.results.items())),
            "hours": [
                {"hour": hour, **each.as_data()} for hour, each in sorted(by_hour[group, name].items())
            ],
        }
        for (group, name), work in sorted(whole.items())
    ]
