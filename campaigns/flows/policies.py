"""The rules of calling in a campaign file: how often, when, how fast, and what makes it stop."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import cast, get_args

from campaigns.flows.columns import read_after
from campaigns.flows.connects import read_connect
from campaigns.flows.fields import Field
from campaigns.flows.impossible import closed_by_pack, too_late
from campaigns.flows.packs import PackReader
from campaigns.flows.reader import Node
from campaigns.flows.spreads import read_spread
from campaigns.flows.times import read_duration, read_hours
from campaigns.rules.hours import Hours, Window
from campaigns.rules.packs import NO_PACK
from campaigns.rules.policy import Brakes, Connect, Pace, Policy
from campaigns.words import Purpose

MOST_ATTEMPTS = 20  # more calls for one message are a nuisance
MOST_CALLS = 10_000  # at once: more lines than one house has
BRAKED_OF_LAST = (10, 1000)  # fewer calls prove nothing; more, and it has called a whole day for nothing
RETRY_AFTER: tuple[str, ...] = (
    *("busy", "no_answer", "declined", "wrong_number", "blocked", "redirected", "congestion"),
    *("rate_limited", "authentication", "unreachable", "media", "line_lost"),
    *("partial", "not_here", "voicemail", "hung_up", "silent"),
)
"""Causes of an ending and outcomes after which another attempt makes sense."""
DEFAULT_HOURS = Hours(Window(time(9), time(20)), Window(time(10), time(18)))

_CALLING = ("after", "deadline", "hours", "retry_after", "jitter", "parts", "completed")
_RULES = ("purpose", "urgent", "rules")
_PACE = ("max_calls", "share", "institution_share")
_SHARED_NUMBERS = ("pause", "same_call")


def read_policy(node: Node, fields: Mapping[str, Field], read_pack: PackReader) -> Policy | None:
    """The rules of calling; None after a complaint. fields: those of the script."""
    node.what = "the policy"
    entries = node.record(
        required=("attempts",), optional=(*_CALLING, *_RULES, *_SHARED_NUMBERS, *_PACE, "brakes", "connect")
    )
    hours = read_hours(entries["hours"]) if "hours" in entries else DEFAULT_HOURS
    pack = read_pack(entries["rules"]) if "rules" in entries else NO_PACK
    purpose = entries["purpose"].one_of(get_args(Purpose)) if "purpose" in entries else "notice"
    if hours is None or pack is None:
        return None
    policy = Policy(
        attempts=entries["attempts"].whole(1, MOST_ATTEMPTS) if "attempts" in entries else 1,
        retry_after=_retry_after(entries["retry_after"]) if "retry_after" in entries else {},
        hours=hours,
        deadline=read_duration(entries["deadline"]) if "deadline" in entries else None,
        purpose=cast(Purpose, purpose),
        urgent=_urgent(entries["urgent"], fields) if "urgent" in entries else False,
        pack=pack,
        pause=(read_duration(entries["pause"]) if "pause" in entries else None) or timedelta(0),
        same_call="same_call" in entries and entries["same_call"].yes_no(),
        completed="completed" in entries and entries["completed"].yes_no(),
        spread=read_spread(entries, hours),
        pace=_pace(entries),
        brakes=_brakes(entries["brakes"]) if "brakes" in entries else Brakes(),
        connect=read_connect(entries["connect"]) if "connect" in entries else Connect(),
        after=read_after(entries["after"], fields) if "after" in entries else "",
    )
    _contradictions(policy, entries)
    return policy


def _retry_after(node: Node) -> dict[str, tuple[timedelta, ...]]:
    entries = node.record(required=(), optional=RETRY_AFTER)
    return {reason: waits for reason, entry in entries.items() if (waits := _waits(entry))}


def _waits(node: Node) -> tuple[timedelta, ...]:
    """One wait, or a list: the first after the first such ending, and so on."""
    items = list(node.items())
    if not items:
        node.complain(f'{node.what} must be a time such as "15 min", or a list such as [15 min, 1 h]')
    return tuple(wait for item in items if (wait := read_duration(item)) is not None)


def _urgent(node: Node, fields: Mapping[str, Field]) -> bool | Mapping[str, tuple[str, ...]]:
    """`true`, or the values of choices that make a result urgent."""
    if isinstance(node.value, bool):
        return node.value
    if not isinstance(node.value, Mapping) or not node.value:
        choices = [f"{name}: [{field.values[0]}]" for name, field in fields.items() if field.values]
        example = f", such as {{{choices[0]}}}" if choices else "; this script has no choices"
        node.complain(f"urgent must be true or false, or name choices and their urgent values{example}")
        return False
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in node.entries().items():
        known = fields[name].values if name in fields else ()
        if not known:
            entry.complain(f"urgent asks for {name}, which is no field of the type choice")
            continue
        found[name] = entry.strings()
        if entry.value == []:
            entry.complain(f"urgent needs at least one value of {name}; it can be: {', '.join(known)}")
        for value in sorted(set(found[name]) - set(known)):
            entry.complain(f'{name} is never "{value}"; it can be: {", ".join(known)}')
    return found


def _pace(entries: Mapping[str, Node]) -> Pace:
    pace = Pace()
    if "max_calls" in entries:
        pace = replace(pace, max_calls=entries["max_calls"].whole(1, MOST_CALLS))
    if "share" in entries:
        pace = replace(pace, share=entries["share"].share(1, 100))
    if "institution_share" in entries:
        pace = replace(pace, institution_share=entries["institution_share"].share(1, 100))
    return pace


def _brakes(node: Node) -> Brakes:
    entries = node.record(required=(), optional=("failures", "opt_outs", "of_last"))
    if isinstance(node.value, Mapping) and not entries.keys() & {"failures", "opt_outs"}:
        node.complain('brakes need "failures" or "opt_outs", such as failures: "30 %"')
    brakes = Brakes()
    if "failures" in entries:
        brakes = replace(brakes, failures=entries["failures"].share(1, 100))
    if "opt_outs" in entries:
        brakes = replace(brakes, opt_outs=entries["opt_outs"].share(1, 100))
    if "of_last" in entries:
        brakes = replace(brakes, of_last=entries["of_last"].whole(*BRAKED_OF_LAST))
    return brakes


def _contradictions(policy: Policy, entries: Mapping[str, Node]) -> None:
    """What reads well and cannot be meant."""
    closed_by_pack(policy, entries["hours"] if "hours" in entries else entries.get("rules"))
    too_late(policy, entries.get("retry_after"))
    if policy.urgent is not False and policy.purpose != "result":
        entries["urgent"].complain("urgent is said of results: write purpose: result as well")
    if policy.completed and not policy.retry_after.keys() & {"partial", "hung_up"}:
        entries["completed"].complain("completed needs a wait: write partial under retry_after")
