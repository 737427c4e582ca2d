"""What must not end without a person, as a script names it: low marks, broken promises, results."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from campaigns.flows.script import Script, Step
from campaigns.flows.verbs.ask import AskStep
from campaigns.flows.verbs.branch import BranchStep
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.task import TaskStep

WatchedKind = Literal["low_mark", "broken_promise"]


@dataclass(frozen=True)
class Watched:
    """Answers to one question after which a person has to find out why.

    values: as they are stored. scale: marks from 1 to it, 0 where the question has none. reasons: those of
    the tasks that the script makes for them.
    """

    question: str
    kind: WatchedKind
    values: frozenset[str]
    scale: int
    reasons: frozenset[str]
    line: int = 0


def watched(script: Script) -> tuple[Watched, ...]:
    """Every question with such answers, in the order of the script."""
    return tuple(
        found for step in script.steps.values() if isinstance(step, AskStep) for found in _of(script, step)
    )


def _of(script: Script, step: AskStep) -> Iterator[Watched]:
    named: tuple[tuple[WatchedKind, frozenset[str]], ...] = (
        ("low_mark", step.low),
        ("broken_promise", step.broken),
    )
    for kind, values in named:
        if values:
            reasons = _reasons(script, step.answer, values)
            yield Watched(step.answer, kind, values, step.scale, reasons, step.line)


def _reasons(script: Script, question: str, values: frozenset[str]) -> frozenset[str]:
    """Of the rules that ask for one of these answers, and of the steps behind it that make a task."""
    rules = {rule.reason for rule in script.afterwards if values & {*rule.when.get(question, ())}}
    behind = map(script.steps.__getitem__, _behind(script, question, values))
    return frozenset(rules | {step.reason for step in behind if isinstance(step, TaskStep)})


def _behind(script: Script, question: str, values: frozenset[str]) -> frozenset[str]:
    """Every step that a call may come to after one of these answers; a branch on it goes their ways only."""
    given = {(question, value) for value in values}
    ways = {way.to for step in script.steps.values() for way in step.exits() if way.answers in given}
    seen: set[str] = set()
    while ways:
        seen |= ways
        ways = {to for name in ways for to in _onward(script.steps[name], question, values)} - seen
    return frozenset(seen)


def _onward(step: Step, question: str, values: frozenset[str]) -> Iterator[str]:
    if isinstance(step, BranchStep) and step.subject == question:
        return (to for value in values if (to := step.cases.get(value, step.otherwise)))
    return (
        way.to
        for way in step.exits()
        if way.answers is None or way.answers[0] != question or way.answers[1] in values
    )


def unmarked(script: Script) -> tuple[AskStep, ...]:
    """The questions with a scale whose low marks the script does not name: they may end without a person."""
    asked = (step for step in script.steps.values() if isinstance(step, AskStep) and step.scale)
    return tuple(step for step in asked if not step.low)


def is_delivered_in(script: Script) -> bool:
    """Whether it is a result that contacts hear, so that none is closed without it and without a person."""
    return script.policy.purpose == "result" and any(map(delivers, script.steps.values()))


def delivers(step: Step) -> bool:
    """Whether a contact may hear the message at this step, or confirm it."""
    keyed = isinstance(step, AskStep) and any(key.delivers for key in step.keys)
    return step.delivers or keyed or isinstance(step, ConnectStep)
