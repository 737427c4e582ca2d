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
WaitReason = Literal["queued", "hours", "retry", "not_here", "own_failure", "interrupted", "speech"]

CAMPAIGN_MOVES: dict[CampaignState, frozenset[CampaignState]] = {
    "draft": frozenset({"running"}),
    "running": frozenset({"paused", "stopped", "finished"}),
    "paused": frozenset({"running", "stopped"}),
    "stopped": frozenset({"running"}),
    "finished": frozenset({"running"}),
}
"""Legal moves; the engine finishes a campaign in which nobody waits, and queueing more moves it back."""
