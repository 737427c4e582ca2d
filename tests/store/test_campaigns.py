"""States of campaigns."""

from itertools import product
from typing import get_args

import pytest

from campaigns.errors import IllegalMove
from campaigns.store import campaigns, contacts
from campaigns.store.database import Database
from campaigns.words import CAMPAIGN_MOVES, CampaignState
from tests.store.people import COMPLETED, HOUR, NOW, RETRY, begun, call, finish, person, queue, take

STATES: tuple[CampaignState, ...] = get_args(CampaignState)
WAY: dict[CampaignState, tuple[CampaignState, ...]] = {
    "draft": (),
    "running": ("running",),
    "paused": ("running", "paused"),
    "stopped": ("running", "stopped"),
    "finished": ("running", "finished"),
}


@pytest.mark.parametrize(("state", "to"), list(product(STATES, STATES)))
def test_only_legal_moves_are_made(db: Database, state: CampaignState, to: CampaignState) -> None:
    for step in WAY[state]:
        campaigns.move(db, "results", step, NOW)
    if to in CAMPAIGN_MOVES[state]:
        assert campaigns.move(db, "results", to, NOW) == to
        assert campaigns.state_of(db, "results") == to
    else:
        with pytest.raises(IllegalMove, match=f"is {state} and cannot become {to}"):
            campaigns.move(db, "results", to, NOW)
        assert campaigns.state_of(db, "results") == state


def test_a_refusal_says_what_is_possible(db: Database) -> None:
    campaigns.move(db, "results", "running", NOW)
    campaigns.move(db, "results", "paused", NOW)
    with pytest.raises(IllegalMove, match=r"from here it can only become running or stopped\.$"):
        campaigns.move(db, "results", "finished", NOW)


def test_what_was_queued_but_never_launched_is_a_draft(db: Database) -> None:
    contacts.add(db, [person("A")], NOW)
    campaigns.move(db, "survey", "running", NOW)
    assert campaigns.states(db) == {"results": "draft", "survey": "running"}
    assert campaigns.state_of(db, "unheard of") == "draft"


def test_a_campaign_is_finished_when_nobody_waits_and_nobody_is_called(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C", campaign="survey"))
    first, second, _survey = take(db)
    assert campaigns.finish_done(db, NOW) == []
    finish(db, begun(db, first), first, COMPLETED)
    attempt = begun(db, second)
    assert campaigns.finish_done(db, NOW) == []
    finish(db, attempt, second, RETRY)
    assert campaigns.finish_done(db, NOW) == []
    [second] = take(db, now=NOW + HOUR)
    finish(db, begun(db, second), second, COMPLETED)
    assert campaigns.finish_done(db, NOW) == ["results"]
    assert campaigns.states(db) == {"results": "finished", "survey": "running"}
    assert campaigns.finish_done(db, NOW) == []


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_campaign_that_a_person_held_back_is_not_finished(db: Database, state: CampaignState) -> None:
    contact, attempt = call(db)
    campaigns.move(db, "results", state, NOW)
    finish(db, attempt, contact, COMPLETED)
    assert campaigns.finish_done(db, NOW) == []
    assert campaigns.state_of(db, "results") == state


def test_a_campaign_without_contacts_waits_for_them(db: Database) -> None:
    campaigns.move(db, "results", "running", NOW)
    assert campaigns.finish_done(db, NOW) == []
