"""What a simulated day came to, as `simulate-load --json` prints it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from campaigns.simulation.audit import BREACHES, audit, hours_between
from campaigns.simulation.day import Plan, Ran
from campaigns.store import figures
from campaigns.store.calls_log import calls
from campaigns.store.database import Database


def findings(database: Database, plan: Plan, ran: Ran) -> dict[str, Any]:
    """Figures of the day and the checks of its record.

    seconds: real ones. hours: UTC, with the calls begun in each. zones: local times of the first and the last
    call. lines_used: mean share (0 to 1) of the lines from the first hour with calls to the last. breaches:
    by name, each 0 when the rule was kept; kept: whether all were.
    """
    found = audit(plan.script.policy, calls(database, plan.script.name))
    hours = hours_between(found, plan.begins, plan.ends)
    report = figures.report(database, plan.script.name)
    busy_hours = _working_hours([hour.calls for _, hour in hours])
    return {
        "campaign": plan.script.name,
        "day": plan.day.isoformat(),
        "lines": plan.lines,
        "seed": plan.seed,
        "contacts": report["contacts"],
        "calls": found.calls,
        "outcomes": report["outcomes"],
        "tasks": report["tasks"],
        "busiest_lines": ran.busiest_lines,
        "busiest_hour_calls": max((hour.calls for _, hour in hours), default=0),
        "lines_used": _share(found.line_seconds, plan.lines * busy_hours * 3600.0),
        "hours": [{"hour": at.isoformat(), **asdict(hour)} for at, hour in hours],
        "zones": {name: asdict(zone) for name, zone in sorted(found.zones.items())},
        "breaches": {name: found.breaches[name] for name in BREACHES},
        "kept": found.kept,
        "seconds": {"queueing": round(ran.queue_seconds, 1), "calling": round(ran.run_seconds, 1)},
        "calls_a_second": round(_share(found.calls, ran.run_seconds), 1),
        "told": list(ran.told),
    }


def _working_hours(hourly: list[int]) -> int:
    """From the first hour with a call to the last."""
    places = [place for place, count in enumerate(hourly) if count]
    return places[-1] - places[0] + 1 if places else 0


def _share(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def day_in_words(data: Mapping[str, Any]) -> list[str]:
    """How busy the day was, and what became of the contacts."""
    states = {state: count for state, count in data["contacts"].items() if state != "total" and count}
    return [
        f"{data['calls']} calls, at most {data['busiest_hour_calls']} an hour and {data['busiest_lines']} at "
        f"once; {data['lines_used']:.0%} of the lines in use from the first hour to the last.",
        f"At the end of the day: {', '.join(f'{count} {state}' for state, count in states.items())}.",
    ]


def breaches_in_words(data: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Each check and how often it was broken."""
    return [(BREACHES[name], count) for name, count in data["breaches"].items()]
