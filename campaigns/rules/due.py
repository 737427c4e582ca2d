"""May this contact be called now? Asked when it is taken, and once more when the call would leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from campaigns.rules.caps import Ring
from campaigns.rules.caps import reached as cap_reached
from campaigns.rules.hours import next_opening
from campaigns.rules.packs import Edition
from campaigns.rules.policy import Policy
from campaigns.words import Outcome, WaitReason

CONSENT_AGAIN = timedelta(days=1)  # a consent may be entered by a correction, which wakes the contact


@dataclass(frozen=True)
class Candidate:
    """What the rules need to know of a contact; all times aware.

    id: 0 for one that is not queued yet. outcome: that of its last attempt, None before the first.
    delivered: it has heard the message. consent: it is known, with its source and date.
    fields: what decides whether it is urgent.
    """

    time_zone: str
    not_before: datetime | None = None
    deadline: datetime | None = None
    outcome: Outcome | None = None
    delivered: bool = False
    id: int = 0
    consent: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """What is known of the contact's number: whether it opted out, and the calls that rang in 30 days."""

    opted_out: bool = False
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True)
class CallNow:
    """Nothing speaks against it; `grounds`: what was looked at, by name, for `contacts explain`."""

    grounds: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class WaitUntil:
    """Ask again at this time (UTC, after `now`)."""

    at: datetime
    reason: WaitReason
    grounds: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Close:
    """Never call again; the contact is closed with this state and outcome."""

    state: Literal["done", "exhausted"]
    outcome: Outcome | None


Decision = CallNow | WaitUntil | Close


def judge(policy: Policy, contact: Candidate, standing: Standing, now: datetime) -> Decision:
    """Whether to call at `now`, to wait, or to close the contact.

    A contact whose calling hours do not open again before its deadline is closed at once, not at the
    deadline: nobody can call it any more, and the humans who take over gain that time.
    """
    if standing.opted_out:
        return Close("done", "opted_out")
    if contact.delivered:
        return Close("done", "delivered")
    if contact.deadline is not None and now >= contact.deadline:
        return Close("exhausted", contact.outcome)
    if contact.not_before is not None and now < contact.not_before:
        return WaitUntil(contact.not_before, "queued")
    wait = _wait(policy, contact, standing, now)
    if wait is None:
        return CallNow(_grounds(policy, contact, now))
    if contact.deadline is not None and wait.at >= contact.deadline:
        return Close("exhausted", contact.outcome)
    return wait


def _wait(policy: Policy, contact: Candidate, standing: Standing, now: datetime) -> WaitUntil | None:
    """What holds it back now."""
    edition = policy.pack.edition(now.date())
    if edition.consent and not contact.consent:
        return WaitUntil(now + CONSENT_AGAIN, "consent", {"pack": policy.pack.name})
    pause = _pause_end(policy, contact, standing)
    if pause is not None and pause > now:
        return WaitUntil(pause, "pause")
    cap = cap_reached(edition.caps, standing.rings, contact.time_zone, now)
    if cap is not None and not exempt(policy, edition, contact):
        grounds = {"cap": cap.name, "most": str(cap.most), "pack": policy.pack.name}
        return WaitUntil(cap.until, "cap", grounds)
    opening = max(
        next_opening(hours, contact.time_zone, now) for hours in (policy.hours, edition.hours) if hours
    )
    return WaitUntil(opening, "hours", {"zone": contact.time_zone}) if opening > now else None


def exempt(policy: Policy, edition: Edition, contact: Candidate) -> bool:
    """Whether the pack's caps do not hold for it."""
    urgent = policy.urgent
    is_urgent = (
        urgent
        if isinstance(urgent, bool)
        else any(contact.fields.get(name) in values for name, values in urgent.items())
    )
    by = {"callback": policy.purpose == "callback", "urgent_result": policy.purpose == "result" and is_urgent}
    return any(by[name] for name in edition.exempt)


def _pause_end(policy: Policy, contact: Candidate, standing: Standing) -> datetime | None:
    """When the pause after the last call to the number for another person is over."""
    others = [ring.ended_at or ring.at for ring in standing.rings if ring.contact != contact.id]
    return max(others) + policy.pause if others and policy.pause else None


def _grounds(policy: Policy, contact: Candidate, now: datetime) -> Mapping[str, str]:
    local = now.astimezone(ZoneInfo(contact.time_zone))
    window = policy.hours.window(local.date())
    return {
        "zone": contact.time_zone,
        "local": local.isoformat(timespec="seconds"),
        "window": str(window),
        "pack": policy.pack.name,
        "edition": policy.pack.edition(now.date()).since.isoformat(),
    }
