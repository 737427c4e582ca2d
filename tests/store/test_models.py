"""Times and ranks."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from campaigns.models import END_OF_TIME, OptOut, rank_of
from campaigns.store.database import Database
from tests.store.people import HOUR, NOW


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, None), (0, NOW)),
        ((0, NOW), (0, NOW + timedelta(seconds=1))),
        ((0, END_OF_TIME - HOUR), (0, None)),
        ((0, NOW), (-1, NOW - 24 * HOUR)),
        ((100, END_OF_TIME), (99, datetime.fromtimestamp(0, NOW.tzinfo))),
    ],
)
def test_priority_goes_before_deadline_and_no_deadline_last(
    first: tuple[int, datetime | None], second: tuple[int, datetime | None]
) -> None:
    assert rank_of(*first) < rank_of(*second)


def test_times_keep_the_moment_and_come_back_in_utc(db: Database) -> None:
    with db.write() as session:
        session.add(OptOut(phone="+1", how="key", at=NOW.astimezone(timezone(5 * HOUR))))
    with db.read() as session:
        [entry] = session.exec(select(OptOut)).all()
    assert entry.at == NOW
    assert entry.at.utcoffset() == timedelta(0)


def test_times_of_different_zones_sort_by_the_moment(db: Database) -> None:
    west, east = NOW.astimezone(timezone(-9 * HOUR)), (NOW + HOUR).astimezone(timezone(12 * HOUR))
    with db.write() as session:
        session.add_all([OptOut(phone="late", how="key", at=east), OptOut(phone="early", how="key", at=west)])
    with db.read() as session:
        assert list(session.exec(select(OptOut.phone).order_by(col(OptOut.at)))) == ["early", "late"]
        assert list(session.exec(select(OptOut.phone).where(OptOut.at <= NOW))) == ["early"]


def test_a_time_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError), db.write() as session:
        session.add(OptOut(phone="+1", how="key", at=NOW.replace(tzinfo=None)))
