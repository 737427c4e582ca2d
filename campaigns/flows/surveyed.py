"""What a script asks, for the figures: which questions everybody is asked, and which of them have a scale."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigns.flows.script import Script, Step
from campaigns.flows.verbs.ask import AskStep
from campaigns.flows.verbs.end import EndStep
from campaigns.flows.verbs.record import RecordStep


@dataclass(frozen=True)
class Scale:
    """Marks from 1 to `top`; `low`: those that are never left without a person."""

    top: int
    low: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asked:
    """What a script asks; of one that cannot be read nothing is known.

    questions: all that are kept, in the order of the file. core: those that nobody can go round who comes to
    the end. broken: question -> the answers by which a promise was broken.
    """

    questions: tuple[str, ...] = ()
    core: frozenset[str] = frozenset()
    scales: Mapping[str, Scale] = field(default_factory=dict)
    broken: Mapping[str, frozenset[str]] = field(default_factory=dict)


def asked(script: Script) -> Asked:
    """What this script asks; `core` by its graph: no way leads round such a question to a completed end."""
    steps = script.steps.values()
    questions = tuple(dict.fromkeys(name for step in steps for name in (*_keyed(step), *_spoken(step))))
    core = frozenset(name for name in questions if not _way_round(script, name))
    promises = (step for step in steps if isinstance(step, AskStep) and step.broken)
    return Asked(questions, core, _scales(script), {step.answer: step.broken for step in promises})


def _keyed(step: Step) -> tuple[str, ...]:
    """The question that has an answer whichever way leads out of this step."""
    return tuple(dict.fromkeys(each.answers[0] for each in step.exits() if each.answers))


def _spoken(step: Step) -> tuple[str, ...]:
    """The question to which a voice answers, or nobody: that is no reason to call a talk unfinished."""
    return (step.answer,) if isinstance(step, RecordStep) else ()


def _way_round(script: Script, question: str) -> bool:
    """Whether a talk can be completed without this question."""
    seen: set[str] = set()
    ahead = [script.start]
    while ahead:
        name = ahead.pop()
        step = script.steps.get(name)
        if step is None or name in seen or question in _keyed(step):
            continue
        seen.add(name)
        if isinstance(step, EndStep) and step.outcome == "completed":
            return True
        ahead.extend(each.to for each in step.exits())
    return False


def _scales(script: Script) -> Mapping[str, Scale]:
    found: dict[str, Scale] = {}
    for step in script.steps.values():
        if isinstance(step, AskStep) and step.scale:
            before = found.get(step.answer, Scale(0))
            found[step.answer] = Scale(max(before.top, step.scale), before.low | step.low)
    return found
