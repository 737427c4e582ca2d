"""How changes are worded, those too that a newer version wrote down."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import get_args

import pytest

from campaigns.control.deeds import CAMPAIGN, CONTACT, deed
from campaigns.models import Change
from campaigns.store import approvals, corrections
from campaigns.words import CAMPAIGN_MOVES, PauseReason


def said(kind: str, details: Mapping[str, str], contact: int | None) -> str:
    at = datetime(2026, 3, 2, 7, tzinfo=UTC)
    return deed(Change(at=at, campaign="results", contact_id=contact, kind=kind, details=dict(details)))


@pytest.mark.parametrize(
    ("kind", "details", "contact", "sentence"),
    [
        (
            "number_opted_out",
            {"from": "1", "to": "2"},
            7,
            "Its number 1 opted out, so its number 2 is called.",
        ),
        ("corrected", {"changed": "phone"}, 7, "Corrected while it was ?: phone (revision ?)."),
        ("some_new_kind", {"calls": "3"}, 7, "Some new kind: calls 3."),
        ("some_new_kind", {}, 7, "Some new kind."),
        ("some_new_kind", {"opening ru": "0123"}, None, "To its campaign: some new kind."),
        ("texts_approved", {"opening ru": "0123"}, None, "The texts of its campaign were approved."),
        ("finished", {}, None, "Its campaign finished: nobody in it was left to call."),
        ("paused", {}, None, "Its campaign was paused."),
        ("paused", {"why": "of a newer version"}, None, "Its campaign was paused."),
        ("stopped", {"why": "supervisor"}, None, "Its campaign was stopped, by a supervisor."),
        ("first_calls", {"calls": "1"}, None, CAMPAIGN["first_calls"].replace("{calls}", "1")),
    ],
)
def test_a_change_is_a_sentence(
    kind: str, details: Mapping[str, str], contact: int | None, sentence: str
) -> None:
    assert said(kind, details, contact) == sentence


@pytest.mark.parametrize("why", get_args(PauseReason))
def test_who_or_what_paused_it_is_told(why: str) -> None:
    assert said("paused", {"why": why}, None).startswith("Its campaign was paused, b") is bool(why)


def test_every_kind_has_its_words() -> None:
    assert set(CAMPAIGN) >= {to for moves in CAMPAIGN_MOVES.values() for to in moves} | {approvals.APPROVED}
    assert set(CONTACT) >= {corrections.CORRECTED, corrections.CANCELLED, corrections.CANCEL_ASKED}
