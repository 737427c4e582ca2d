"""What a campaign owes its people, as its script says today: whom it may not leave without a person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from campaigns.flows.script import Script
from campaigns.flows.verbs.task import TaskStep
from campaigns.flows.watched import Watched, is_delivered_in, unmarked, watched


@dataclass(frozen=True)
class Owed:
    """answers: each question once for each kind. result: whether everybody must hear a message, or a person.

    reasons: of all tasks that the script can make. unmarked: questions with a scale whose low marks it does
    not name.
    """

    answers: tuple[Watched, ...] = ()
    result: bool = False
    reasons: frozenset[str] = frozenset()
    unmarked: tuple[str, ...] = ()


def owed(script: Script) -> Owed:
    """What this script owes."""
    steps = {step.reason for step in script.steps.values() if isinstance(step, TaskStep)}
    rules = {rule.reason for rule in script.afterwards}
    scales = tuple(dict.fromkeys(step.answer for step in unmarked(script)))
    return Owed(tuple(_merged(script)), is_delivered_in(script), frozenset(steps | rules), scales)


def _merged(script: Script) -> Iterator[Watched]:
    """A question may be asked at several steps."""
    found: dict[tuple[str, str], Watched] = {}
    for one in watched(script):
        before = found.get((one.question, one.kind), one)
        found[one.question, one.kind] = replace(
            before, values=before.values | one.values, reasons=before.reasons | one.reasons
        )
    yield from found.values()
