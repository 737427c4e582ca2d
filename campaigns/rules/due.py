"""May this contact be called now? Asked when it is taken, and once more when the call would leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from campaigns.rules.hours import next_opening
from campaigns.rules.policy import Policy
from campaigns.words import Outcome, WaitReason


@dataclass(frozen=True)
class Candidate:
    """What the rules need to know of a contact; all times aware.

    outcome: that of its last attempt, None before the first. delivered: it has heard the message.
    """

    time_zone: str
    not_before: datetime | None = None
    deadline: datetime | None = None
    outcome: Outcome | None = None
    delivered: bool = False


@dataclass(frozen=True)
class CallNow:
    """Nothing speaks against it."""


@dataclass(frozen=True)
class WaitUntil:
    """Ask again at this time (UTC, after `now`)."""

    at: datetime
    reason: WaitReason


@dataclass(frozen=True)
class Close:
    """Never call again; the contact is closed with this state and outcome."""

    state: Literal["done", "exhausted"]
    outcome: Outcome | None


Decision = CallNow | WaitUntil | Close


def judge(policy: Policy, contact: Candidate, opted_out: bool, now: datetime) -> Decision:
    """Whether to call at `now`, to wait, or to close the contact.

    A contact whose calling hours do not open again before its deadline is closed at once, not at the
    deadline: nobody can call it any more, and the humans who take over gain that time.
    """
    if opted_out:
        return Close("done", "opted_out")
    if contact.delivered:
        return Close("done", "delivered")
    if contact.deadline is not None and now >= contact.deadline:
        return Close("exhausted", contact.outcome)
    if contact.not_before is not None and now < contact.not_before:
        return WaitUntil(contact.not_before, "queued")
    opening = next_opening(policy.hours, contact.time_zone, now)
    if opening <= now:
        return CallNow()
    if contact.deadline is not None and opening >= contact.deadline:
        return Close("exhausted", contact.outcome)
    return WaitUntil(opening, "hours")
