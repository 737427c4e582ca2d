"""A campaign's rules of calling as tables: what its file says, and what its rule pack demands beyond that."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from campaigns.flows.fields import Field
from campaigns.flows.script import Script
from campaigns.rules.hours import Hours
from campaigns.rules.packs import NO_PACK, Edition, Pack
from campaigns.rules.policy import Brakes, Connect, Pace, Policy
from campaigns.words import ConnectMode

Row = tuple[str, str]
SourcedRow = tuple[str, str, str]
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Names of the columns, and the rows."""

_FIRST: Mapping[ConnectMode, str] = {
    "robot_first": "the patient, by the robot",
    "operator_first": "an operator",
    "patient_first": "the patient, while an operator is free",
}
_UNITS = (("days", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def shown_tables(script: Script, today: date) -> Sequence[Table]:
    """What `campaign show` prints: the rules of calling, the rule pack where there is one, the fields."""
    policy = script.policy
    rules = (*policy_rows(policy), *_opt_outs(script))
    fields = [(field.name, field.type, _said_to(field)) for field in script.fields.values()]
    tables: list[Table] = [(("rule", "value"), rules)]
    if policy.pack != NO_PACK:
        tables.append(((policy.pack.name, "value", "source"), pack_rows(policy.pack, today)))
    return (*tables, (("field", "type", "may be said to"), fields))


def as_data(script: Script, today: date) -> Mapping[str, object]:
    """The same for other programs."""
    pack = script.policy.pack
    figures = [
        {"figure": name, "value": value, "source": source} for name, value, source in pack_rows(pack, today)
    ]
    return {
        "campaign": script.name,
        "title": script.title,
        "languages": list(script.languages),
        "rules": dict((*policy_rows(script.policy), *_opt_outs(script))),
        "pack": {"name": pack.name, "title": pack.title, "figures": figures},
        "fields": [
            {"field": field.name, "type": field.type, "may_be_said_to": _said_to(field)}
            for field in script.fields.values()
        ],
    }


def policy_rows(policy: Policy) -> Sequence[Row]:
    """Rule and value, in the words of the campaign file; also those that it leaves as they usually are."""
    return (
        ("purpose", policy.purpose),
        ("urgent", _urgent(policy.urgent)),
        ("attempts", str(policy.attempts)),
        ("deadline", f"{shown(policy.deadline)} after queueing" if policy.deadline else "none"),
        *_hours(policy.hours),
        *_waits(policy),
        *_several_people(policy),
        *_pace(policy.pace),
        *_brakes(policy.brakes),
        *(_connect(policy.connect) if policy.connect != Connect() else ()),
        ("rules", policy.pack.name),
    )


def pack_rows(pack: Pack, today: date) -> Sequence[SourcedRow]:
    """Figure, value and source of the edition in force, and from when another one holds; () for no pack."""
    if pack == NO_PACK:
        return ()
    edition = pack.edition(today)
    sources = edition.sources or {}
    rows = [(name, value, sources.get(name, "")) for name, value in _figures(edition)]
    rows += [("demands", demand.sentence, demand.source) for demand in edition.demands]
    later = [(f"from {other.since}", "another edition", "") for other in pack.editions if other.since > today]
    return (("since", str(edition.since), ""), *rows, *later)


def shown(wait: timedelta) -> str:
    """A wait in the largest unit that it is a whole number of: `3 days`, `90 min`, `45 s`."""
    for unit, size in _UNITS:
        if not wait % size:
            count = wait // size
            return f"{count} {'day' if unit == 'days' and count == 1 else unit}"
    return f"{wait.total_seconds():.0f} s"


def _opt_outs(script: Script) -> Iterator[Row]:
    scope = "all campaigns" if script.opt_out_scope == "all" else "this campaign"
    yield f"key {script.opt_out_key} refuses calls of", scope
    yield "institution", f"the field {script.institution}" if script.institution else "not known"


def _said_to(field: Field) -> str:
    return "private" if field.private else "public"


def _urgent(urgent: bool | Mapping[str, Sequence[str]]) -> str:
    if isinstance(urgent, bool):
        return "always" if urgent else "never"
    return "when " + " or ".join(f"{name} is {' or '.join(values)}" for name, values in urgent.items())


def _hours(hours: Hours) -> Iterator[Row]:
    yield "weekdays", str(hours.weekdays)
    yield "days off", str(hours.weekends or "no calls")
    yield "holidays of", hours.holidays or "no country"


def _waits(policy: Policy) -> Iterator[Row]:
    for cause, waits in policy.retry_after.items():
        yield f"again after {cause}", ", then ".join(shown(wait) for wait in waits)
    if policy.spread.jitter:
        yield "these waits vary by", _percent(policy.spread.jitter)
    for name, window in policy.spread.parts:
        yield f"part of the day: {name}", str(window)
    yield "called until completed", _yes(policy.completed)


def _several_people(policy: Policy) -> Iterator[Row]:
    yield "pause before another person", shown(policy.pause) if policy.pause else "none"
    yield "another person in the same call", _yes(policy.same_call)


def _pace(pace: Pace) -> Iterator[Row]:
    yield "calls at once", "as many as there are lines" if pace.max_calls is None else str(pace.max_calls)
    yield "lines kept for it", _percent(pace.share) if pace.share else "none"
    yield "most for one institution", _percent(pace.institution_share)


def _brakes(brakes: Brakes) -> Iterator[Row]:
    for name, share in (("failures", brakes.failures), ("opt-outs", brakes.opt_outs)):
        value = f"{_percent(share)} of the last {brakes.of_last} calls" if share < 1 else "never"
        yield f"pauses itself at {name} of", value


def _connect(connect: Connect) -> Iterator[Row]:
    yield "who is called first", _FIRST[connect.mode]
    if connect.mode == "patient_first":
        cap = f", at most {_percent(connect.abandoned)} abandoned in 24 h"
        yield "calls ahead of operators", connect.pacing + (cap if connect.pacing == "predictive" else "")
    yield "groups of operators", ", then ".join(connect.groups) or "all"
    yield "an operator's phone rings", shown(connect.answer)
    yield "rest after a call", shown(connect.wrap_up)
    yield "longest wait for an operator", shown(connect.patience)
    yield "transfer before bridging", _yes(connect.transfer)


def _figures(edition: Edition) -> Iterator[Row]:
    hours, caps = edition.hours, edition.caps
    yield "hours", ", ".join(f"{name} {value}" for name, value in _hours(hours)) if hours else "any"
    for name, most in (("day", caps.day), ("week", caps.week), ("month", caps.month)):
        yield name, "no cap" if most is None else f"at most {most} that ring"
    for name, rest in (("after_machine", caps.after_machine), ("after_abandoned", caps.after_abandoned)):
        yield name, f"no call for {shown(rest)}" if rest else "no rest"
    yield "exempt", ", ".join(sorted(edition.exempt)) or "nothing"
    yield "consent", "needed" if edition.consent else "not needed"
    yield "ring", f"{edition.ring_seconds:.0f} s or longer" if edition.ring_seconds else "any"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
