"""What calls of a script can come to: its steps, its texts, and whether it connects people with operators."""

from collections.abc import Mapping, Sequence

from campaigns.flows.script import Question, Script, Step
from campaigns.flows.standard import (
    AT_LONG_QUESTIONS,
    AT_QUESTIONS,
    AT_VOICE_QUESTIONS,
    NEXT_PERSON,
    OF_CONNECTING,
)
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.record import RecordStep


def first_connect(script: Script, values: Mapping[str, str] | None = None) -> ConnectStep | None:
    """The step whose whisper operators hear that are called first for a contact with these values.

    values: None: any contact's. None: no call to this contact comes to a step that connects.
    """
    steps = _reached(script, values)
    return next((step for step in steps if isinstance(step, ConnectStep)), None)


def connects(script: Script) -> bool:
    """Whether it connects people with operators."""
    return any(isinstance(step, ConnectStep) for step in script.steps.values())


def records(script: Script) -> bool:
    """Whether it asks people to speak."""
    return any(isinstance(step, RecordStep) for step in script.steps.values())


def sayable(script: Script, values: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The ids of every text that could be said to a contact with these values, in the order of the script.

    None: to anybody.
    """
    steps = _reached(script, values)
    questions = [step for step in steps if isinstance(step, Question)]
    found = [text for step in steps for text in (*step.texts(), *step.whispers())]
    found += AT_QUESTIONS if questions else ()
    found += AT_LONG_QUESTIONS if any(question.max_keys > 1 for question in questions) else ()
    found += AT_VOICE_QUESTIONS if any(isinstance(step, RecordStep) for step in steps) else ()
    found += OF_CONNECTING if any(isinstance(step, ConnectStep) for step in steps) else ()
    found += (NEXT_PERSON,) if script.policy.same_call else ()
    return tuple(dict.fromkeys((*script.resume, *found, *script.machine)))


def _reached(script: Script, values: Mapping[str, str] | None) -> Sequence[Step]:
    """The steps that a call to a contact with these values can come to, in the order of the script."""
    ways, seen = [script.start], {script.start}
    while ways:
        for way in script.steps[ways.pop()].known_exits(values or {}):
            if way.to not in seen:
                seen.add(way.to)
                ways.append(way.to)
    return [step for name, step in script.steps.items() if name in seen]
