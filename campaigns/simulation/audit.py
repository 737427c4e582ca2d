"""Goes through the record of a simulated day and counts what broke a rule; it asks no rule that called."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.rules.due import Candidate, exempt
from campaigns.rules.policy import Policy
from campaigns.store.calls_log import CallRow

HOUR = timedelta(hours=1)
BREACHES: Mapping[str, str] = {
    "outside_window": "calls outside the calling hours of campaign or rule pack",
    "before_start": "calls before the contact's not_before",
    "past_deadline": "calls at or after the contact's deadline",
    "past_cap": "calls that rang past a cap of the rule pack",
    "told_twice": "calls to somebody who had heard the message",
    "two_at_once": "calls to a number that was in another call",
    "past_attempts": "contacts called more often than the policy allows",
    "left_open": "calls without an end",
}
"""What is counted, in words; all of them ought to be 0."""


@dataclass
class Hour:
    """Calls begun within one hour."""

    calls: int = 0
    answered: int = 0


@dataclass
class Zone:
    """Calls of one zone, and the wall-clock times of the first and the last."""

    calls: int = 0
    first: str = ""
    last: str = ""


@dataclass
class Audit:
    """What the record says."""

    breaches: Counter[str] = field(default_factory=Counter)
    hours: dict[datetime, Hour] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    calls: int = 0
    line_seconds: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether no rule was broken."""
        return not self.breaches.total()


def audit(policy: Policy, calls: Iterable[CallRow]) -> Audit:
    """Everything in one pass; `calls` in the order in which they were begun."""
    found = Audit()
    numbers: dict[str, list[datetime]] = defaultdict(list)  # when it rang at each
    busy_until: dict[str, datetime] = {}
    counted: Counter[int] = Counter()
    for call in calls:
        local = call.started_at.astimezone(ZoneInfo(call.zone))
        _tally(found, call, local)
        found.breaches.update(_own_breaches(policy, call, local))
        found.breaches["two_at_once"] += call.started_at < busy_until.get(call.phone, call.started_at)
        busy_until[call.phone] = call.ended_at or datetime.max.replace(tzinfo=UTC)
        counted[call.contact] += call.counted
        if call.rang_at is not None:
            found.breaches["past_cap"] += _past_cap(policy, call, call.rang_at, numbers[call.phone])
            numbers[call.phone].append(call.rang_at)
    found.breaches["past_attempts"] = sum(count > policy.attempts for count in counted.values())
    return found


def _tally(found: Audit, call: CallRow, local: datetime) -> None:
    found.calls += 1
    hour = found.hours.setdefault(call.started_at.replace(minute=0, second=0, microsecond=0), Hour())
    hour.calls += 1
    hour.answered += call.answered_at is not None
    zone = found.zones.setdefault(call.zone, Zone())
    at = f"{local:%H:%M:%S}"
    zone.calls += 1
    zone.first, zone.last = min(zone.first or at, at), max(zone.last, at)
    if call.ended_at is not None:
        found.line_seconds += (call.ended_at - call.started_at).total_seconds()


def _own_breaches(policy: Policy, call: CallRow, local: datetime) -> Sequence[str]:
    """What one call alone shows."""
    at = call.started_at
    shown = {
        "outside_window": not _in_window(policy, local),
        "before_start": call.not_before is not None and at < call.not_before,
        "past_deadline": call.deadline is not None and at >= call.deadline,
        "told_twice": call.delivered_at is not None and at > call.delivered_at,
        "left_open": call.ended_at is None,
    }
    return [name for name, broken in shown.items() if broken]


def _in_window(policy: Policy, local: datetime) -> bool:
    edition = policy.pack.edition(local.astimezone(UTC).date())
    windows = [hours.window(local.date()) for hours in (policy.hours, edition.hours) if hours]
    return all(window is not None and window.holds(local.time()) for window in windows)


def _past_cap(policy: Policy, call: CallRow, rang_at: datetime, earlier: Sequence[datetime]) -> bool:
    """Whether a call that rang was one too many for its number. `earlier`: when it rang there before."""
    edition = policy.pack.edition(rang_at.date())
    if not earlier or exempt(policy, edition, Candidate(call.zone, fields=call.fields)):
        return False
    tz = ZoneInfo(call.zone)
    today: date = rang_at.astimezone(tz).date()
    caps = edition.caps
    spans = (
        (caps.day, sum(at.astimezone(tz).date() == today for at in earlier)),
        (caps.week, sum(at > rang_at - timedelta(days=7) for at in earlier)),
        (caps.month, sum(at > rang_at - timedelta(days=30) for at in earlier)),
    )
    return any(most is not None and count >= most for most, count in spans)


def hours_between(found: Audit, begins: datetime, ends: datetime) -> Sequence[tuple[datetime, Hour]]:
    """Every hour of the day, those without a call among them."""
    start = begins.replace(minute=0, second=0, microsecond=0)
    count = -((start - ends) // HOUR)
    return [
        (start + HOUR * number, found.hours.get(start + HOUR * number, Hour())) for number in range(count)
    ]
