"""What the rest of a campaign needs: measured or assumed calls, put into the forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.rules.due import Candidate, exempt
from campaigns.rules.erlang import erlangs, lines_for
from campaigns.rules.forecast import (
    MOST_LINES,
    Demand,
    Forecast,
    Slot,
    Terms,
    fewest_lines,
    forecast,
    totals,
)
from campaigns.rules.policy import Policy
from campaigns.store.outlook import Left, Measured
from campaigns.words import CampaignState

FEWEST_MEASURED = 50  # ended calls; fewer say little of the next ones
MOST_BLOCKED = 0.01  # one call of a hundred that is due finds every line busy
STEPS_AN_HOUR = 4
ASSUMED = Measured(calls=0, answered=0, ring_seconds=15.0, talk_seconds=60.0, closed=0)
ASSUMED_ANSWERED, ASSUMED_CLOSED = 0.55, 0.45  # half of all people are reached at the first call
USUAL = ("no_answer", "busy", "declined", "voicemail", "hung_up")
"""Whose wait stands for all: that of the first of these that is tried again."""
NOT_COUNTED = (
    "Not counted: calls of other campaigns to the same numbers, shares of lines, and what spreads attempts "
    "over the day."
)


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


def fields_needed(policy: Policy) -> tuple[str, ...]:
    """The fields that decide which contacts are urgent."""
    return () if isinstance(policy.urgent, bool) else tuple(policy.urgent)


def demands_of(left: Sequence[Left], policy: Policy, now: datetime) -> Sequence[Demand]:
    """The groups, and whether the caps of the rules hold for them."""
    edition = policy.pack.edition(now.date())
    return [
        Demand(
            group.zone,
            group.deadline,
            group.contacts,
            group.attempts_used,
            group.due,
            not exempt(policy, edition, Candidate(group.zone, fields=dict(group.values))),
            group.rings,
        )
        for group in left
    ]


def terms_of(policy: Policy, basis: Basis, now: datetime) -> Terms:
    """What the calls are bound by, in the edition of the rules that holds today."""
    edition = policy.pack.edition(now.date())
    waits = [policy.retry_after[cause] for cause in USUAL if cause in policy.retry_after]
    return Terms(
        [hours for hours in (policy.hours, edition.hours) if hours],
        basis.call_seconds,
        basis.closes,
        policy.attempts,
        waits[0] if waits else (),
        edition.caps,
    )


def plan(
    campaign: str,
    policy: Policy,
    left: Sequence[Left],
    basis: Basis,
    lines: int,
    now: datetime,
    state: CampaignState = "running",
) -> dict[str, Any]:
    """The plan as `plan --json` prints it; `lines`: those that the home has.

    lines: those, but no more than the policy's `max_calls`. erlangs: the traffic if the calls were spread
    evenly over the open hours until the last is made; lines_at_blocking: by Erlang B at `most_blocked`.
    lines_needed: the fewest with which all deadlines hold, null: no number does. late_at_best: calls that
    come too late with any number of lines. finished: null when not within 60 days. hours: mean of busy
    lines, UTC.
    """
    demands, terms = demands_of(left, policy, now), terms_of(policy, basis, now)
    most = min(policy.pace.max_calls or MOST_LINES, MOST_LINES)
    found = forecast(demands, terms, min(lines, most), now)
    needed = fewest_lines(demands, terms, now, most)
    calls = sum(terms.calls(demand) for demand in demands)
    traffic = erlangs(calls, basis.call_seconds, max(found.open_hours, 0.25) * 3600)
    return {
        "campaign": campaign,
        "state": state,
        "now": now.isoformat(timespec="seconds"),
        "contacts": sum(demand.contacts for demand in demands),
        "calls": round(calls),
        "basis": {**vars(basis), "call_seconds": round(basis.call_seconds, 1)},
        "lines": found.lines,
        "erlangs": round(traffic, 1),
        "most_blocked": MOST_BLOCKED,
        "lines_at_blocking": lines_for(traffic, MOST_BLOCKED),
        "lines_needed": needed,
        "open_hours": round(found.open_hours, 2),
        "finished": found.finished.isoformat(timespec="minutes") if found.finished else None,
        "holds": found.holds,
        "late_calls": round(found.late),
        "late_at_best": 0 if needed is not None else round(forecast(demands, terms, most, now).late),
        "zones": _by_zone(demands, terms),
        "hours": _hourly(found),
    }


def sentences(data: Mapping[str, Any]) -> list[str]:
    """The plan in plain words."""
    held = data["state"] != "running"
    if not data["contacts"]:
        return [f"{data['campaign']}: nobody is left to call."]
    basis = data["basis"]
    source = f"measured on {basis['measured']} calls" if basis["measured"] else "assumed: too few calls yet"
    return [
        f"{data['campaign']}: {_count(data['contacts'], 'contact')} {_are(data['contacts'])} left, "
        f"about {_count(data['calls'], 'call')}.",
        *([f"It is {data['state']}: what follows holds once it runs, as from now."] if held else []),
        f"A call keeps a line for {basis['call_seconds']:.0f} s, {basis['answered']:.0%} are answered, "
        f"{basis['closes']:.0%} are the last to their contact ({source}).",
        f"With {_count(data['lines'], 'line')}: {data['open_hours']:.1f} hours in which somebody may be "
        f"called, {_finished(data)}. {_deadlines(data)}",
        f"Spread evenly over these hours that is {data['erlangs']:.1f} erlangs: "
        f"{_count(data['lines_at_blocking'], 'line')}, if one call of {1 / data['most_blocked']:.0f} may "
        "find none free (Erlang B).",
        NOT_COUNTED,
    ]


def _finished(data: Mapping[str, Any]) -> str:
    if data["finished"] is None:
        return "not finished within 60 days"
    return f"finished {data['finished'][:16].replace('T', ' ')} UTC"


def _deadlines(data: Mapping[str, Any]) -> str:
    late, needed, best = data["late_calls"], data["lines_needed"], data["late_at_best"]
    if data["holds"]:
        said = "Every deadline holds."
    elif late:
        come = "comes" if late == 1 else "come"
        said = f"Deadlines do not hold: about {_count(late, 'call')} {come} too late."
    else:
        said = "That is too long for a forecast."
    if needed:
        return f"{said} {_count(needed, 'line')} {'is' if needed == 1 else 'are'} enough for that."
    if best:
        why = f": windows, waits and caps leave no time for about {_count(best, 'call')}"
        return f"{said} No number of lines is enough for that{why}."
    return f"{said} No number of lines is enough for that."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _by_zone(demands: Sequence[Demand], terms: Terms) -> dict[str, dict[str, int]]:
    return {
        zone: {"contacts": contacts, "calls": round(calls)}
        for zone, (contacts, calls) in totals(demands, terms).items()
    }


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
