"""Texts that somebody approved, and what is launched with them."""

import pytest

from campaigns.errors import IllegalMove
from campaigns.store import approvals, attempts, campaigns, contacts
from campaigns.store.database import Database
from campaigns.words import CampaignState, PauseReason
from tests.store.people import (
    NOW,
    begun,
    done_to_campaign,
    person,
    queue,
    seen,
    take,
    taken_ids,
    unless_opted_out,
)

SAID = {"opening ru": "1", "thanks ru": "1"}
OTHER = {"opening ru": "2", "goodbye ru": "1"}


def test_a_first_launch_approves_what_is_said(db: Database) -> None:
    assert approvals.unapproved(db, "results", SAID) == ()
    approvals.launch(db, "results", SAID, None, NOW)
    assert campaigns.state_of(db, "results") == "running"
    assert approvals.unapproved(db, "results", SAID) == ()
    assert approvals.unapproved(db, "results", OTHER) == ("goodbye ru", "opening ru", "thanks ru")


def test_a_later_launch_approves_anew(db: Database) -> None:
    approvals.launch(db, "results", SAID, None, NOW)
    approvals.launch(db, "results", OTHER, None, NOW)
    assert approvals.unapproved(db, "results", OTHER) == ()
    assert approvals.unapproved(db, "results", SAID) == ("goodbye ru", "opening ru", "thanks ru")


def test_what_runs_already_may_be_put_on_trial_and_taken_off(db: Database) -> None:
    approvals.launch(db, "results", SAID, None, NOW)
    for first in (3, None):
        approvals.launch(db, "results", SAID, first, NOW)
        row = campaigns.find(db, "results")
        assert row is not None
        assert row.first_left == first


@pytest.mark.parametrize(
    ("why", "state"),
    [("approval", "running"), ("texts", "running"), ("supervisor", "paused"), ("failures", "paused")],
)
def test_an_approval_lets_go_on_what_waited_for_it(
    db: Database, why: PauseReason, state: CampaignState
) -> None:
    approvals.launch(db, "results", SAID, None, NOW)
    campaigns.pause_running(db, "results", why, NOW)
    assert approvals.approve(db, "results", OTHER, NOW) == state
    assert campaigns.state_of(db, "results") == state
    assert approvals.unapproved(db, "results", OTHER) == ()


def test_only_what_is_held_back_is_resumed(db: Database) -> None:
    approvals.launch(db, "results", SAID, None, NOW)
    with pytest.raises(IllegalMove, match="is running and cannot become running"):
        approvals.resume(db, "results", OTHER, NOW)
    assert approvals.unapproved(db, "results", SAID) == ()
    campaigns.move(db, "results", "paused", NOW)
    approvals.resume(db, "results", OTHER, NOW)
    assert (campaigns.state_of(db, "results"), approvals.unapproved(db, "results", OTHER)) == ("running", ())


def test_what_runs_unapproved_counts_as_approved_once(db: Database) -> None:
    queue(db, person("A"))
    approvals.adopt(db, "results", SAID, NOW)
    approvals.adopt(db, "results", OTHER, NOW)
    assert approvals.unapproved(db, "results", SAID) == ()
    assert done_to_campaign(db, "results") == ["running", "texts_approved"]


def test_who_was_taken_with_old_texts_is_taken_back(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C", campaign="survey"))
    taken = {contact.external_id: contact for contact in take(db)}
    attempt = begun(db, taken["B"])
    assert approvals.revoke_leases(db, "results") == 1
    old = taken["A"]
    assert attempts.begin(db, old.id, old.token, "trunk", NOW, unless_opted_out, None) is None
    assert taken_ids(db) == ["A"]
    assert seen(db, "B").state == "calling"
    assert attempt
    assert contacts.release(db, taken["C"].id, taken["C"].token)
