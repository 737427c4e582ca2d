"""The proof over the graph: nothing private is spoken before the person is verified, or to a machine.

Every step is looked at together with what is certain when it is reached: whether the person has been
verified, and whether any key was pressed. There are at most four such places for each step, and the walk
visits all that can be reached, so what it does not find cannot happen. A branch on a private field counts
as speaking it: what is said afterwards would give it away. Beside the steps' own texts it holds what is
said at any question (wrong key, opt-out, human, goodbye), and the machine's message, for which nobody is
ever verified. Operators' phones have machines and families, too: what is whispered to them holds nothing
private. Where they are called first, a call may begin at the step for people who get no operator.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.flows.fields import BUILT_INS
from campaigns.flows.script import Exit, Question, Script, Step
from campaigns.flows.standard import (
    AT_LONG_QUESTIONS,
    AT_QUESTIONS,
    AT_VOICE_QUESTIONS,
    CONNECTION_LOST,
    TO_OPERATORS,
)
from campaigns.flows.verbs.branch import BranchStep
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.record import RecordStep
from campaigns.flows.verbs.verify import VerifyStep
from campaigns.flows.wording import placeholders

Fault = tuple[int, str]  # line and sentence


@dataclass(frozen=True)
class Place:
    """A step, and what is certain there."""

    step: str
    verified: bool = False
    pressed: bool = False


@dataclass(frozen=True)
class Arrival:
    """How a place was first reached: from where, and by which way out."""

    source: Place | None
    way: Exit | None


def places(script: Script) -> dict[Place, Arrival]:
    """Every place that a call can reach, by the shortest path."""
    reached = {Place(start): Arrival(None, None) for start in starts(script)}
    waiting = deque(reached)
    while waiting:
        place = waiting.popleft()
        step = script.steps[place.step]
        for way in step.exits():
            following = _beyond(place, step, way)
            if following not in reached and way.to in script.steps:
                reached[following] = Arrival(place, way)
                waiting.append(following)
    return reached


def starts(script: Script) -> Iterator[str]:
    """Every step at which a call can begin.

    Where operators are called first, fields may decide which connect step is the first that a call can come
    to: each counts up to one that every call can come to.
    """
    yield script.start
    if script.policy.connect.mode == "operator_first":
        certain = _reached_by_all(script)
        for step in script.steps.values():
            if isinstance(step, ConnectStep):
                yield step.gone or step.nobody
                if step.name in certain:
                    return


def _reached_by_all(script: Script) -> set[str]:
    """The steps that a call can come to whatever the fields of its contact are."""
    ways, seen = [script.start], {script.start}
    while ways:
        step = script.steps[ways.pop()]
        if not (isinstance(step, BranchStep) and step.subject in script.fields):
            new = {way.to for way in step.exits()} - seen
            seen |= new
            ways += new
    return seen


def _beyond(place: Place, step: Step, way: Exit) -> Place:
    """What is certain after a way out: a failed try takes away what an earlier one proved."""
    verified = way.verifies if isinstance(step, VerifyStep) else place.verified
    return Place(way.to, verified, place.pressed or isinstance(step, Question))


def path(reached: dict[Place, Arrival], place: Place) -> str:
    """The way to a place in words: who -> (key 1) birth_year -> (the right birth_year) result."""
    words: list[str] = []
    at: Place | None = place
    while at is not None:
        arrival = reached[at]
        label = f"({arrival.way.label}) " if arrival.way and arrival.way.label else ""
        words.append(f"{label}{at.step}")
        at = arrival.source
    return " -> ".join(reversed(words))


def privacy_faults(script: Script) -> Iterator[Fault]:
    """Every step that could tell something private to somebody else, with the path there."""
    reached = places(script)
    for place in reached:
        if not place.verified:
            yield from _told_unverified(script, script.steps[place.step], path(reached, place))
    yield from _told_to_machines(script)
    yield from _told_to_operators(script)
    yield from _heard_by_machines(script, reached)


def _told_unverified(script: Script, step: Step, way: str) -> Iterator[Fault]:
    for text in _spoken_at(step):
        if script.texts[text].private:
            why = _reason(script, text)
            sentence = f'the text "{text}" is private{why} and could be spoken before the person is verified'
            yield step.line, f"{sentence}: {way}"
    for name in step.reads():
        if name in script.fields and script.fields[name].private:
            sentence = f"the private field {name} decides the way before the person is verified"
            yield step.line, f"{sentence}, so what is said next would give it away: {way}"


def _told_to_machines(script: Script) -> Iterator[Fault]:
    for name in script.machine:
        text = script.texts[name]
        if text.private:
            yield text.line, f'the text "{name}" is private{_reason(script, name)}, but machines hear it'
        elif strange := sorted(_values(script, name) - BUILT_INS.keys()):
            known = ", ".join(BUILT_INS)
            yield text.line, f'machines hear "{name}", so it can speak only {known}, not {strange[0]}'


def _told_to_operators(script: Script) -> Iterator[Fault]:
    steps = [step for step in script.steps.values() if step.whispers()]
    for name in dict.fromkeys(
        (*(text for s in steps for text in s.whispers()), *(TO_OPERATORS if steps else ()))
    ):
        if script.texts[name].private:
            sentence = f'the text "{name}" is private{_reason(script, name)}'
            yield script.texts[name].line, f"{sentence}, but whoever picks up an operator's phone hears it"


def _heard_by_machines(script: Script, reached: dict[Place, Arrival]) -> Iterator[Fault]:
    for place in reached:
        step = script.steps[place.step]
        if step.delivers and not place.pressed:
            sentence = f'"{step.name}" delivers, but a machine could hear it: ask for a key before it'
            yield step.line, f"{sentence}: {path(reached, place)}"


def _spoken_at(step: Step) -> tuple[str, ...]:
    if isinstance(step, ConnectStep):
        return (*step.texts(), CONNECTION_LOST)
    if isinstance(step, RecordStep):
        return (*step.texts(), *AT_VOICE_QUESTIONS)
    if not isinstance(step, Question):
        return step.texts()
    return (*step.texts(), *AT_QUESTIONS, *(AT_LONG_QUESTIONS if step.max_keys > 1 else ()))


def _values(script: Script, text: str) -> set[str]:
    wording = script.texts[text].wording.values()
    return {place.name for template in wording for place in placeholders(template)}


def _reason(script: Script, text: str) -> str:
    secret = sorted(n for n in _values(script, text) if n in script.fields and script.fields[n].private)
    return f" (it speaks {secret[0]})" if secret else ""
