"""The literals that stand in the database, in JSON and in reports."""

from typing import Literal

Outcome = Literal[
    "completed",
    "delivered",
    "partial",
    "not_here",
    "wrong_person",
    "unverified",
    "opted_out",
    "human_wanted",
    "voicemail",
    "hung_up",
    "silent",
    "unanswered",
    "failed",
]
ContactState = Literal["waiting", "calling", "done", "exhausted", "cancelled"]
CampaignState = Literal["draft", "running", "paused", "stopped", "finished"]
TaskState = Literal["open", "taken", "waiting", "resolved", "verified", "reopened"]
Urgency = Literal["low", "normal", "high"]
WaitReason = Literal[
    "queued", "hours", "retry", "not_here", "own_failure", "interrupted", "speech", "cap", "pause", "consent"
]
ZoneSource = Literal["file", "number", "clinic"]
"""Where a contact's time zone is known from: its row, its phone number, or the settings."""
Purpose = Literal["result", "callback", "survey", "notice"]
"""Why a campaign calls; a callback was asked for by the patient."""
PauseReason = Literal["", "supervisor", "approval", "failures", "opt_outs", "file", "texts"]
"""Who or what holds a campaign back that is paused or stopped."""

CONTACT_MOVES: dict[ContactState, frozenset[ContactState]] = {
    "waiting": frozenset({"calling", "done", "exhausted", "cancelled"}),
    "calling": frozenset({"waiting", "done", "exhausted", "cancelled"}),
    "done": frozenset(),
    "exhausted": frozenset(),
    "cancelled": frozenset(),
}
"""Legal moves; `calling` is entered only by a committed attempt and left only by its end."""

CAMPAIGN_MOVES: dict[CampaignState, frozenset[CampaignState]] = {
    "draft": frozenset({"running"}),
    "running": frozenset({"paused", "stopped", "finished"}),
    "paused": frozenset({"running", "stopped"}),
    "stopped": frozenset({"running"}),
    "finished": frozenset({"running"}),
}
"""Legal moves; the engine finishes a campaign in which nobody waits, and queueing more moves it back."""
