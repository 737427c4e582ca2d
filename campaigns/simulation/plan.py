"""What the rest of a campaign needs: measured or assumed calls, put into the forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.rules.erlang import erlangs, lines_for
from campaigns.rules.forecast import (
    Demand,
    Forecast,
    Slot,
    calls_needed,
    fewest_lines,
    forecast,
)
from campaigns.rules.hours import Hours
from campaigns.rules.policy import Policy
from campaigns.store.outlook import Left, Measured

FEWEST_MEASURED = 50  # ended calls; fewer say little of the next ones
MOST_BLOCKED = 0.01  # one call of a hundred that is due finds every line busy
STEPS_AN_HOUR = 4
ASSUMED = Measured(calls=0, answered=0, ring_seconds=15.0, talk_seconds=60.0, closed=0)
ASSUMED_ANSWERED, ASSUMED_CLOSED = 0.55, 0.45  # half of all people are reached at the first call


@dataclass(frozen=True)
class Basis:
    """What calls are like. answered, closes: shares (0 to 1) of calls; measured: of so many, 0: assumed."""

    answered: float
    closes: float
    ring_seconds: float
    talk_seconds: float
    measured: int

    @property
    def call_seconds(self) -> float:
        """How long a line is busy with a call, on average."""
        return self.ring_seconds + self.answered * self.talk_seconds


def basis_of(measured: Measured) -> Basis:
    """What was measured where enough calls have ended, else what is assumed."""
    if measured.calls < FEWEST_MEASURED:
        return Basis(ASSUMED_ANSWERED, ASSUMED_CLOSED, ASSUMED.ring_seconds, ASSUMED.talk_seconds, 0)
    return Basis(
        measured.answered / measured.calls,
        measured.closed / measured.calls,
        measured.ring_seconds,
        measured.talk_seconds,
        measured.calls,
    )


def demands_of(left: Sequence[Left], policy: Policy, basis: Basis) -> Sequence[Demand]:
    """How many calls each group still takes, on average."""
    return [
        Demand(
            group.zone,
            group.deadline,
            group.contacts,
            group.contacts * calls_needed(basis.closes, policy.attempts - group.attempts_used),
        )
        for group in left
    ]


def bounds_of(policy: Policy, now: datetime) -> Sequence[Hours]:
    """The calling hours that must all be open."""
    return [hours for hours in (policy.hours, policy.pack.edition(now.date()).hours) if hours]


def plan(
    campaign: str, policy: Policy, left: Sequence[Left], basis: Basis, lines: int, now: datetime
) -> dict[str, Any]:
    """The plan as `plan --json` prints it; `lines`: those that the home has.

    erlangs: the traffic if the calls were spread evenly over the open hours until the last is made;
    lines_at_blocking: by Erlang B at `most_blocked`. lines_needed: the fewest with which all deadlines hold,
    null: no number does. finished: null when not within 60 days. hours: mean of busy lines, UTC.
    """
    demands, bounds = demands_of(left, policy, basis), bounds_of(policy, now)
    found = forecast(demands, bounds, lines, basis.call_seconds, now)
    calls = sum(demand.calls for demand in demands)
    traffic = erlangs(calls, basis.call_seconds, max(found.open_hours, 0.25) * 3600)
    return {
        "campaign": campaign,
        "now": now.isoformat(timespec="seconds"),
        "contacts": sum(demand.contacts for demand in demands),
        "calls": round(calls),
        "basis": {**vars(basis), "call_seconds": round(basis.call_seconds, 1)},
        "lines": lines,
        "erlangs": round(traffic, 1),
        "most_blocked": MOST_BLOCKED,
        "lines_at_blocking": lines_for(traffic, MOST_BLOCKED),
        "lines_needed": fewest_lines(demands, bounds, basis.call_seconds, now),
        "open_hours": round(found.open_hours, 2),
        "finished": found.finished.isoformat(timespec="minutes") if found.finished else None,
        "holds": found.holds,
        "late_calls": round(found.late),
        "zones": _by_zone(demands),
        "hours": _hourly(found),
    }


def sentences(data: Mapping[str, Any]) -> list[str]:
    """The plan in plain words."""
    if not data["contacts"]:
        return [f"{data['campaign']}: nobody is left to call."]
    basis = data["basis"]
    source = f"measured on {basis['measured']} calls" if basis["measured"] else "assumed: too few calls yet"
    finished = (
        f"finished {data['finished'][:16].replace('T', ' ')} UTC"
        if data["finished"]
        else ("not finished within 60 days")
    )
    needed = data["lines_needed"]
    deadline = {
        True: "Every deadline holds.",
        False: f"Deadlines do not hold: about {data['late_calls']} calls come too late.",
    }[data["holds"]]
    enough = f"{needed} lines are enough for that." if needed else "No number of lines is enough for that."
    return [
        f"{data['campaign']}: {data['contacts']} contacts are left, about {data['calls']} calls.",
        f"A call keeps a line for {basis['call_seconds']:.0f} s, {basis['answered']:.0%} are answered, "
        f"{basis['closes']:.0%} are the last to their contact ({source}).",
        f"With {data['lines']} lines: {data['open_hours']:.1f} hours in which somebody may be called, "
        f"{finished}. {deadline} {enough}",
        f"Spread evenly over these hours that is {data['erlangs']:.1f} erlangs: {data['lines_at_blocking']} "
        f"lines, if one call of {1 / data['most_blocked']:.0f} may find none free (Erlang B).",
    ]


def _by_zone(demands: Sequence[Demand]) -> dict[str, dict[str, int]]:
    zones: dict[str, list[float]] = {}
    for demand in demands:
        zone = zones.setdefault(demand.zone, [0, 0.0])
        zone[0] += demand.contacts
        zone[1] += demand.calls
    return {name: {"contacts": int(zones[name][0]), "calls": round(zones[name][1])} for name in sorted(zones)}


def _hourly(found: Forecast) -> list[dict[str, Any]]:
    """Each hour from the first slot on."""
    hours: list[dict[str, Any]] = []
    for start in range(0, len(found.slots), STEPS_AN_HOUR):
        some: Sequence[Slot] = found.slots[start : start + STEPS_AN_HOUR]
        hours.append(
            {
                "hour": some[0].at.isoformat(timespec="minutes"),
                "calls": round(sum(slot.calls for slot in some)),
                "busy": round(sum(slot.busy for slot in some) / STEPS_AN_HOUR, 1),
            }
        )
    return hours
