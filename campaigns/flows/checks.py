"""What can be wrong with a script that reads well: names, ways, keys, translations, and the privacy proof."""

from collections.abc import Iterator, Mapping
from typing import get_args

from campaigns.flows.coverage import coverage_faults
from campaigns.flows.fields import BUILT_INS, NOT_KNOWN, SPOKEN_AS, Field
from campaigns.flows.followups import DELIVERED
from campaigns.flows.proof import Fault, places, privacy_faults, starts
from campaigns.flows.reader import Book
from campaigns.flows.resuming import resume_faults
from campaigns.flows.script import Afterwards, Script, Step
from campaigns.flows.standard import OPTED_OUT, STANDARD_TEXTS
from campaigns.flows.verbs.ask import AskStep
from campaigns.flows.verbs.branch import BranchStep
from campaigns.flows.verbs.connect import TAKE_KEY, ConnectStep
from campaigns.flows.verbs.record import RecordStep
from campaigns.flows.verbs.task import TaskStep
from campaigns.flows.verbs.verify import VerifyStep
from campaigns.flows.voice_answers import asked_wrongly, named_wrongly, voice_answers
from campaigns.flows.watched import delivers
from campaigns.flows.wording import Placeholder, keys_named, placeholders
from campaigns.rules.policy import Connect
from campaigns.words import ContactState, Outcome


def check(script: Script, book: Book, lines: Mapping[str, int]) -> None:
    """Note every fault in the book; ways and privacy are looked at once all names are known.

    lines: where the file's first level stands (`start`, `machine`, `languages`).
    """
    names = [
        *_unknown_steps(script, lines),
        *_unknown_texts(script, lines),
        *_unknown_values(script),
        *_answers(script),
        *named_wrongly(script),
    ]
    faults = [*names, *_keys(script), *_afterwards(script), *_promise(script, lines), *_policy(script, lines)]
    faults += [*_connect(script, lines), *resume_faults(script, lines.get("resume", 0))]
    if not names:
        faults += [*_ways(script), *_branches(script), *_told_keys(script), *privacy_faults(script)]
        faults += asked_wrongly(script)
    if not faults:
        faults += coverage_faults(script, lines)
    for line, sentence in faults:
        book.add(line, sentence)


def _unknown_steps(script: Script, lines: Mapping[str, int]) -> Iterator[Fault]:
    if script.start not in script.steps:
        yield lines.get("start", 0), f'the start "{script.start}" is no step'
    for step in script.steps.values():
        for way in step.exits():
            if way.to not in script.steps:
                yield step.line, f'the step "{step.name}" leads to "{way.to}", which is no step'


def _unknown_texts(script: Script, lines: Mapping[str, int]) -> Iterator[Fault]:
    said = [(s.line, text) for s in script.steps.values() for text in (*s.texts(), *s.whispers())]
    said += [(lines.get(part, 0), text) for part in ("machine", "resume") for text in getattr(script, part)]
    for line, text in said:
        if text not in script.texts:
            yield line, f'there is no text "{text}"'
    for text in STANDARD_TEXTS.keys() & script.texts.keys():
        for language in script.languages:
            if language not in script.texts[text].wording:
                sentence = f'the text "{text}" is missing in "{language}": write it under texts'
                yield lines.get("languages", 0), sentence
    for text in script.texts.keys() - STANDARD_TEXTS.keys() - {text for _, text in said}:
        yield script.texts[text].line, f'the text "{text}" is never said'
    if not script.machine:
        yield lines.get("machine", 0), "a machine needs a text to be said to it"


def _promise(script: Script, lines: Mapping[str, int]) -> Iterator[Fault]:
    """The standard words for who opts out promise that nobody calls again."""
    if script.opt_out_scope == "campaign" and not script.texts[OPTED_OUT].line:
        sentence = f'other campaigns may still call: write a text "{OPTED_OUT}" that promises less'
        yield lines.get("opt_out_scope", 0), sentence


def _unknown_values(script: Script) -> Iterator[Fault]:
    known = {**script.fields, **BUILT_INS}
    for text in script.texts.values():
        for template in text.wording.values():
            for place in placeholders(template):
                yield from ((text.line, fault) for fault in _placeholder(text.id, place, known))
    names = script.fields.keys() | _questions(script).keys() | voice_answers(script).keys()
    for step in script.steps.values():
        if isinstance(step, VerifyStep) and not _private(script, step.field):
            yield step.line, f"verify needs a private field, and {step.field} is none"
        details = step.details if isinstance(step, TaskStep) else ()
        for name in (*step.reads(), *details):
            if name not in names:
                yield step.line, f"{name} is neither a field nor an answer"
        for name in (*step.reads(), *([step.field] if isinstance(step, VerifyStep) else ())):
            if name in script.fields and script.fields[name].optional:
                yield step.line, f'"{step.name}" needs {name}, which is optional: not every contact has it'


def _placeholder(text: str, place: Placeholder, known: Mapping[str, Field]) -> Iterator[str]:
    if place.name not in known:
        yield f'the text "{text}" speaks {{{place.name}}}, which is no field'
        return
    if known[place.name].optional:
        yield f'the text "{text}" speaks {{{place.name}}}, which is optional: not every contact has it'
        return
    kinds = SPOKEN_AS[known[place.name].type]
    if not kinds:
        yield f'the text "{text}" speaks {{{place.name}}}, a choice: branch on it instead'
    elif place.kind and place.kind not in kinds:
        yield f'the text "{text}" speaks {place.name} as {place.kind}; it can be: {", ".join(kinds)}'


def _private(script: Script, name: str) -> bool:
    return name in script.fields and script.fields[name].private


def _questions(script: Script) -> dict[str, list[AskStep]]:
    """The steps that ask for each answer."""
    found: dict[str, list[AskStep]] = {}
    for step in script.steps.values():
        if isinstance(step, AskStep) and step.answer:
            found.setdefault(step.answer, []).append(step)
    return found


def _values_of(script: Script, name: str) -> set[str] | None:
    """Every value that a choice or an answer can have; None when they are without number."""
    if name in script.fields:
        return set(script.fields[name].values) or None
    return {key.value for step in _questions(script).get(name, ()) for key in step.keys}


def _answers(script: Script) -> Iterator[Fault]:
    for name, steps in _questions(script).items():
        if name in script.fields or name in BUILT_INS:
            yield steps[0].line, f'the answer "{name}" has the name of a field: give it another'


def _keys(script: Script) -> Iterator[Fault]:
    reserved = {script.opt_out_key: "the opt-out key", script.human_key: "the key for a human"}
    for step in script.steps.values():
        if isinstance(step, AskStep):
            what = f"the scale to {step.scale}" if step.scale else "an answer"
            for key in step.keys:
                if key.key in reserved:
                    yield (
                        key.line,
                        f'{key.key} is {reserved[key.key]}, so {what} of "{step.name}" cannot use it',
                    )


def _told_keys(script: Script) -> Iterator[Fault]:
    """Keys that a text names must work where it is said, and keys that work must be named."""
    for step in script.steps.values():
        yield from ((step.line, fault) for fault in _whispered_keys(script, step))
        for language in script.languages:
            told = {key for text in step.texts() for key in keys_named(script.texts[text].wording[language])}
            yield from ((step.line, fault) for fault in _mistold(script, step, told, language))


def _whispered_keys(script: Script, step: Step) -> Iterator[str]:
    """An operator is told the key that takes the call, and no other."""
    for language in script.languages if step.whispers() else ():
        told = {k for text in step.whispers() for k in keys_named(script.texts[text].wording[language])}
        if TAKE_KEY not in told:
            yield (
                f'no whisper of "{step.name}" names key {TAKE_KEY} in "{language}", '
                f"with which an operator takes the call: write {{key:{TAKE_KEY}}}"
            )
        for name in sorted(told - {TAKE_KEY}):
            yield f'a whisper of "{step.name}" names key {name} in "{language}", but it does nothing'


def _mistold(script: Script, step: Step, told: set[str], language: str) -> Iterator[str]:
    if isinstance(step, RecordStep):
        return
    keys = step.keys if isinstance(step, AskStep) else ()
    works = {key.key for key in keys} | ({script.opt_out_key, script.human_key} if keys else set())
    for name in sorted(told - works):
        yield f'a text of "{step.name}" names key {name} in "{language}", but there it does nothing'
    scale = isinstance(step, AskStep) and step.scale
    for key in keys[:1] + keys[-1:] if scale else keys:
        if key.key not in told:
            yield f'no text of "{step.name}" names key {key.key} in "{language}": write {{key:{key.key}}}'


def _ways(script: Script) -> Iterator[Fault]:
    """Steps that no call reaches, and circles that no call leaves."""
    reached = {place.step for place in places(script)}
    for step in script.steps.values():
        if step.name not in reached:
            yield step.line, f'the step "{step.name}" is never reached'
    circle = _circle(script)
    if circle:
        way = " -> ".join(circle)
        sentence = f"the steps go round without end: {way}; give a key on this way at_most and after"
        yield script.steps[circle[0]].line, sentence


def _circle(script: Script) -> list[str]:
    """One circle without a limited way, as names with the first again at the end; [] when there is none."""
    ways = {name: [way.to for way in step.exits() if not way.limited] for name, step in script.steps.items()}
    while ended := [name for name, targets in ways.items() if not ways.keys() & targets]:
        for name in ended:
            del ways[name]
    trail = list(ways)[:1]
    while ways and trail[-1] not in trail[:-1]:
        trail.append(next(target for target in ways[trail[-1]] if target in ways))
    return trail[trail.index(trail[-1]) :] if trail else []


def _branches(script: Script) -> Iterator[Fault]:
    for step in script.steps.values():
        if isinstance(step, BranchStep):
            yield from ((step.line, fault) for fault in _branch(script, step))


def _branch(script: Script, step: BranchStep) -> Iterator[str]:
    values = _values_of(script, step.subject)
    strange = step.cases.keys() - values if values is not None else set()
    for value in sorted(strange):
        yield f'{step.subject} is never "{value}"'
    missing = sorted(values - step.cases.keys()) if values is not None else ["any other value"]
    if missing and not step.otherwise:
        yield f'the branch on {step.subject} has no case for {missing[0]}: add it, or an "else"'
    if not missing and step.otherwise and step.subject in script.fields:
        yield f"the branch on {step.subject} has a case for every value: its else is never reached"
    if step.subject not in script.fields and not step.otherwise and _avoidable(script, step):
        yield f'the branch on {step.subject} can be reached without that answer: add an "else"'


def _avoidable(script: Script, step: BranchStep) -> bool:
    """Whether a path leads to the branch on which its answer was not given."""
    ways = list(starts(script))
    seen = set(ways)
    while ways:
        for way in script.steps[ways.pop()].exits():
            if way.to not in seen and not (way.answers and way.answers[0] == step.subject):
                seen.add(way.to)
                ways.append(way.to)
    return step.name in seen


def _afterwards(script: Script) -> Iterator[Fault]:
    accepted = {
        "state": set(get_args(ContactState)),
        "outcome": set(get_args(Outcome)),
        DELIVERED: {"yes", "no"},
    }
    names = script.fields.keys() | _questions(script).keys() | voice_answers(script).keys()
    for rule in script.rules:
        for name in (*rule.when, *(rule.details if isinstance(rule, Afterwards) else ())):
            if name not in names and name not in accepted:
                yield rule.line, f"the rule asks for {name}, which is neither a field nor an answer"
        for name, values in rule.when.items():
            if name in names or name in accepted:
                known = _values_of(script, name) if name in names else accepted[name]
                for value in sorted(set(values) - known - {NOT_KNOWN}) if known else ():
                    yield rule.line, f'{name} is never "{value}"'


def _policy(script: Script, lines: Mapping[str, int]) -> Iterator[Fault]:
    """Rules of calling that do not fit the rest of the file."""
    tells = sorted(n for n, s in script.steps.items() if delivers(s) and not isinstance(s, ConnectStep))
    if script.policy.completed and tells:
        yield (
            lines.get("policy", 0),
            f'completed is for surveys: "{tells[0]}" tells a message, and who heard it is never called again',
        )
    if script.policy.pace.institution_share < 1 and not script.institution:
        sentence = "institution_share needs to know the institutions: write institution with a field's name"
        yield lines.get("policy", 0), sentence


def _connect(script: Script, lines: Mapping[str, int]) -> Iterator[Fault]:
    """Rules of connecting for a script that does not, and what operators' first calls leave no room for."""
    policy, line = script.policy, lines.get("policy", 0)
    if policy.connect != Connect() and not any(isinstance(s, ConnectStep) for s in script.steps.values()):
        yield line, "the policy says how to connect people, but no step has the verb connect"
    elif policy.connect.mode == "operator_first" and policy.same_call:
        yield (
            line,
            "same_call cannot go with operator_first: the operator talks to the next person, no script",
        )
