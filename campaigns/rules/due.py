"""May this contact be called now? Asked when it is taken, and once more when the call would leave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.rules.caps import LONGEST, WEEK, Caps, Ring
from campaigns.rules.caps import reached as cap_reached
from campaigns.rules.hours import LONGEST_SEARCH, Window, opening
from campaigns.rules.packs import Edition, Exemption
from campaigns.rules.policy import Policy
from campaigns.words import Outcome, WaitReason, ZoneSource

ASKED_AGAIN = timedelta(days=1)  # what only a correction can mend, which wakes the contact by itself
MOST_HOLDS = 20  # that follow each other; each is over later than the one before, so few ever do


@dataclass(frozen=True)
class Candidate:
    """What the rules need to know of a contact; all times aware.

    id: 0 for one that is not queued yet. outcome: that of its last attempt, None before the first.
    delivered: it has heard the message. consent: it is known, with its source and date.
    fields: what decides whether it is urgent. zone_from: where `time_zone` is known from.
    """

    time_zone: str
    not_before: datetime | None = None
    deadline: datetime | None = None
    outcome: Outcome | None = None
    delivered: bool = False
    id: int = 0
    consent: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    zone_from: ZoneSource = "clinic"


@dataclass(frozen=True)
class Standing:
    """What is known of the contact's number: whether it opted out, and the calls that rang in 30 days."""

    opted_out: bool = False
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True)
class CallNow:
    """Nothing speaks against it; `grounds`: what was looked at, by name, for `contacts explain`.

    back: the person called first, and is not called while the number waits in the queue again.
    """

    grounds: Mapping[str, str] = field(default_factory=dict, compare=False)
    back: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class WaitUntil:
    """Ask again at this time (UTC, after `now`)."""

    at: datetime
    reason: WaitReason
    grounds: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Close:
    """Never call again; the contact is closed with this state and outcome, on these grounds."""

    state: Literal["done", "exhausted"]
    outcome: Outcome | None
    grounds: Mapping[str, str] = field(default_factory=dict, compare=False)


Decision = CallNow | WaitUntil | Close


@dataclass(frozen=True)
class CallingHours:
    """The calendar of a campaign: open when its own hours and those of its rule pack on that day are."""

    policy: Policy

    def window(self, day: date) -> Window | None:
        """The window of one local day; None when nobody is called on it."""
        own, outer = self.policy.hours.window(day), self.policy.pack.edition(day).hours
        if own is None or outer is None:
            return own
        bound = outer.window(day)
        return own & bound if bound else None


def judge(policy: Policy, contact: Candidate, standing: Standing, now: datetime) -> Decision:
    """Whether to call at `now`, to wait, or to close the contact; it never raises.

    A contact that cannot be called any more before its deadline, whatever holds it back, is closed at once,
    not at the deadline: the humans who take over gain that time. A wait tells of what holds it back first;
    when something else does after that, the ground `earliest` tells when all of it is over.
    """
    if standing.opted_out:
        return Close("done", "opted_out", {"closed": "opted_out"})
    if contact.delivered:
        return Close("done", "delivered", {"closed": "delivered"})
    if contact.deadline is not None and now >= contact.deadline:
        return Close("exhausted", contact.outcome, {"closed": "deadline"})
    waits = list(holds(policy, contact, standing, now))
    if not waits:
        return CallNow(_grounds(policy, contact, standing, now), policy.purpose == "callback")
    first, last = waits[0], waits[-1]
    if contact.deadline is not None and _ends_after(waits, contact.deadline):
        grounds = {
            **first.grounds,
            "closed": "no_time",
            "held": first.reason,
            "earliest": last.at.isoformat(),
        }
        return Close("exhausted", contact.outcome, grounds)
    later = {} if last is first else {"earliest": last.at.isoformat()}
    return replace(first, grounds={**first.grounds, **later})


def holds(policy: Policy, contact: Candidate, standing: Standing, now: datetime) -> Iterator[WaitUntil]:
    """What speaks against a call, each looked at when the one before it is over; nothing: call now.

    After the last one it may be called, unless that is one which time alone does not mend.
    """
    at = now
    for _ in range(MOST_HOLDS):
        wait, mends = _hold(policy, contact, standing, at)
        if wait is None:
            return
        yield wait
        if not mends:
            return
        at = wait.at


def _hold(
    policy: Policy, contact: Candidate, standing: Standing, at: datetime
) -> tuple[WaitUntil | None, bool]:
    """What holds it back at this time, and whether that is over by itself."""
    if contact.not_before is not None and at < contact.not_before:
        return WaitUntil(contact.not_before, "queued"), True
    zone = _zone(contact.time_zone)
    if zone is None:
        return WaitUntil(_again(contact, at), "hours", {"unknown_zone": contact.time_zone}), False
    edition = policy.pack.edition(at.astimezone(zone).date())
    pack = {"pack": policy.pack.name, "edition": edition.since.isoformat()}
    if edition.consent and not contact.consent:
        return WaitUntil(_again(contact, at), "consent", pack), False
    pause = _pause_end(policy, contact, standing)
    if pause is not None and pause > at:
        return WaitUntil(pause, "pause", {"pause_seconds": f"{policy.pause.total_seconds():.0f}"}), True
    cap = cap_reached(edition.caps, standing.rings, contact.time_zone, at)
    if cap is not None and not exempt(policy, edition, contact):
        return WaitUntil(cap.until, "cap", {"cap": cap.name, "most": str(cap.most), **pack}), True
    return _closed_hours(policy, contact, zone, at)


def _closed_hours(
    policy: Policy, contact: Candidate, zone: ZoneInfo, at: datetime
) -> tuple[WaitUntil | None, bool]:
    hours = CallingHours(policy)
    opens = opening(hours, contact.time_zone, at)
    if opens is not None and opens <= at:
        return None, True
    grounds = _clock(contact, zone, at) | {
        "window": str(hours.window(at.astimezone(zone).date()) or "closed"),
        "opens": "never" if opens is None else opens.astimezone(zone).isoformat(timespec="seconds"),
        "pack": policy.pack.name,
    }
    return WaitUntil(opens or at + LONGEST_SEARCH, "hours", grounds), opens is not None


def _ends_after(waits: Sequence[WaitUntil], deadline: datetime) -> bool:
    """Whether one of them lasts until the deadline, and nobody can shorten it."""
    return any(wait.at >= deadline and not _needs_correction(wait) for wait in waits)


def _needs_correction(wait: WaitUntil) -> bool:
    """Whether somebody can still mend what no time mends."""
    return wait.reason == "consent" or "unknown_zone" in wait.grounds


def _again(contact: Candidate, at: datetime) -> datetime:
    """When to look at it again though nothing is over by itself: in time to close it at its deadline."""
    later = at + ASKED_AGAIN
    return later if contact.deadline is None else min(later, contact.deadline)


def _zone(name: str) -> ZoneInfo | None:
    """None for one that the machine's zone data has lost since the contact was queued."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def exempt(policy: Policy, edition: Edition, contact: Candidate) -> bool:
    """Whether the pack's caps do not hold for it."""
    return exemption(policy, edition, contact) is not None


def exemption(policy: Policy, edition: Edition, contact: Candidate) -> Exemption | None:
    """Why the pack's caps do not hold for it; None when they do."""
    urgent = policy.urgent
    is_urgent = (
        urgent
        if isinstance(urgent, bool)
        else any(contact.fields.get(name) in values for name, values in urgent.items())
    )
    by: dict[Exemption, bool] = {
        "callback": policy.purpose == "callback",
        "urgent_result": policy.purpose == "result" and is_urgent,
    }
    return next((name for name, is_so in by.items() if is_so and name in edition.exempt), None)


def _pause_end(policy: Policy, contact: Candidate, standing: Standing) -> datetime | None:
    """When the pause after the last call to the number for another person is over."""
    others = [ring.ended_at or ring.at for ring in standing.rings if ring.contact != contact.id]
    return max(others) + policy.pause if others and policy.pause else None


def _grounds(policy: Policy, contact: Candidate, standing: Standing, now: datetime) -> Mapping[str, str]:
    """What a call is allowed by, as strings for the record."""
    zone = ZoneInfo(contact.time_zone)
    today = now.astimezone(zone).date()
    edition = policy.pack.edition(today)
    reason = exemption(policy, edition, contact)
    return {
        **_clock(contact, zone, now),
        "day": "working day" if policy.hours.works_on(today) else "day off",
        "window": str(CallingHours(policy).window(today) or "closed"),
        "pack": policy.pack.name,
        "edition": edition.since.isoformat(),
        **({"caps": _listed(edition.caps)} if edition.caps != Caps() else {}),
        "rang": _counted(standing, zone, now),
        **({"exempt": reason} if reason else {}),
    }


def _clock(contact: Candidate, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    local = now.astimezone(zone).isoformat(timespec="seconds")
    return {"zone": contact.time_zone, "zone_from": contact.zone_from, "local": local}


def _listed(caps: Caps) -> str:
    """`day 1, week 2, month 8`, without those that there are not."""
    most = {"day": caps.day, "week": caps.week, "month": caps.month}
    return ", ".join(f"{name} {calls}" for name, calls in most.items() if calls is not None)


def _counted(standing: Standing, zone: ZoneInfo, now: datetime) -> str:
    """How often the number rang before this call, in the same form."""
    rings = [ring.at for ring in standing.rings]
    today = sum(at.astimezone(zone).date() == now.astimezone(zone).date() for at in rings)
    week, month = (sum(at > now - span for at in rings) for span in (WEEK, LONGEST))
    return f"day {today}, week {week}, month {month}"
