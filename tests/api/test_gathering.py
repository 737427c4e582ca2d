"""Single contacts that come at once: one statement enters them, each is answered for itself."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from campaigns.api import gathering
from campaigns.api.doorway import Doorway
from campaigns.api.gathering import Gatherer
from campaigns.errors import DatabaseUnusable
from campaigns.store import contacts
from campaigns.store.arrivals import Arrived
from campaigns.store.database import Database
from campaigns.store.queueing import NewContact
from tests.store.people import person

CAMPAIGN = "covid-results"


def _arrive(here: Doorway, *sent: NewContact) -> list[Arrived | BaseException]:
    """All at once, as from as many connections."""

    async def send() -> list[Arrived | BaseException]:
        gatherer = Gatherer(here)
        each = (gatherer.arrive(CAMPAIGN, (one, False)) for one in sent)
        return await asyncio.gather(*each, return_exceptions=True)

    return asyncio.run(send())


def _someone(name: str) -> NewContact:
    return person(name, campaign=CAMPAIGN)


def test_each_is_told_what_became_of_it(here: Doorway) -> None:
    first = _someone("A")
    sent = (first, _someone("B"), first, replace(first, digest="other"))
    found = _arrive(here, *sent)
    assert [each.fate for each in found if isinstance(each, Arrived)] == ["new", "new", "known", "changed"]
    assert [each.id for each in found if isinstance(each, Arrived)] == [1, 2, 1, 1]


def test_many_are_many_groups(here: Doorway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_GATHERED", 3)
    found = _arrive(here, *(_someone(f"A-{number}") for number in range(10)))
    assert [each.fate for each in found if isinstance(each, Arrived)] == ["new"] * 10
    assert len(contacts.listing(here.db, CAMPAIGN)) == 10


def test_one_that_spoils_it_is_found_out_alone(here: Doorway) -> None:
    nobodys: Any = None
    wrong = replace(_someone("B"), phone=nobodys)
    first, second, third = _arrive(here, _someone("A"), wrong, _someone("C"))
    assert isinstance(second, IntegrityError)
    assert [each.fate for each in (first, third) if isinstance(each, Arrived)] == ["new", "new"]
    assert [each.external_id for each in contacts.listing(here.db, CAMPAIGN)] == ["A", "C"]


def test_who_comes_after_a_database_that_was_away_is_not_told_of_it(
    here: Doorway, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> AbstractContextManager[Session]:
        raise DatabaseUnusable("The database is locked.")

    async def send() -> Arrived:
        gatherer = Gatherer(here)
        with monkeypatch.context() as locked:
            locked.setattr(db, "write", away)
            with pytest.raises(DatabaseUnusable):
                await gatherer.arrive(CAMPAIGN, (_someone("A"), False))
        return await gatherer.arrive(CAMPAIGN, (_someone("B"), False))

    assert asyncio.run(send()).fate == "new"
    assert [each.external_id for each in contacts.listing(here.db, CAMPAIGN)] == ["B"]


def test_where_nothing_can_be_written_all_are_told(here: Doorway) -> None:
    here.together.close()
    assert [type(each) for each in _arrive(here, _someone("A"), _someone("B"))] == [DatabaseUnusable] * 2
