"""What can be wrong with asking people to speak: a machine recorded, no end that is told, a rule on words."""

from collections.abc import Iterator

from campaigns.flows.fields import BUILT_INS, NOT_KNOWN
from campaigns.flows.proof import Fault, path, places
from campaigns.flows.script import Script
from campaigns.flows.standard import AFTER_THE_TONE
from campaigns.flows.verbs.ask import AskStep
from campaigns.flows.verbs.branch import BranchStep
from campaigns.flows.verbs.record import RecordStep
from campaigns.flows.wording import keys_named


def voice_answers(script: Script) -> dict[str, RecordStep]:
    """The first step that records each answer."""
    found: dict[str, RecordStep] = {}
    for step in script.steps.values():
        if isinstance(step, RecordStep):
            found.setdefault(step.answer, step)
    return found


def named_wrongly(script: Script) -> Iterator[Fault]:
    """Answers whose names are taken, and rules and branches on what was said."""
    keyed = {step.answer for step in script.steps.values() if isinstance(step, AskStep)}
    spoken = voice_answers(script)
    for name, step in spoken.items():
        if name in script.fields or name in BUILT_INS:
            yield step.line, f'the answer "{name}" has the name of a field: give it another'
        if name in keyed:
            yield step.line, f'the answer "{name}" is given by a key, too: give it another name'
    for branch in script.steps.values():
        if isinstance(branch, BranchStep) and branch.subject in spoken.keys() - keyed:
            yield branch.line, f"{branch.subject} is a voice answer: no branch knows what was said"
    for rule in script.rules:
        for name in rule.when.keys() & (spoken.keys() - keyed):
            if set(rule.when[name]) - {NOT_KNOWN}:
                yield rule.line, f'{name} is a voice answer: a rule can only ask for "{NOT_KNOWN}"'


def asked_wrongly(script: Script) -> Iterator[Fault]:
    """Texts that name no key with which to end, and ways on which a machine would be recorded."""
    steps = [step for step in script.steps.values() if isinstance(step, RecordStep)]
    for step in steps:
        for language in script.languages:
            told = {key for text in step.asked for key in keys_named(script.texts[text].wording[language])}
            if not told - {script.opt_out_key, script.human_key}:
                yield (
                    step.line,
                    f'no text of "{step.name}" names a key that ends it in "{language}": '
                    f"add the text {AFTER_THE_TONE}",
                )
    reached = places(script) if steps else {}
    for place in reached:
        step_there = script.steps[place.step]
        if isinstance(step_there, RecordStep) and not place.pressed:
            sentence = f'"{place.step}" records, but a machine could be recorded: ask for a key before it'
            yield step_there.line, f"{sentence}: {path(reached, place)}"
