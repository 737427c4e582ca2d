"""The proof that nothing ends without a person that must not: low marks, broken promises, results, strangers.

For each of them the walk visits every place that a call can come to, each with the answers and fields that
rules ask about, and looks at every way in which the call may end there. A task on the way is work for a
person. Where there was none, the rules under `afterwards` must fit whatever is still possible: a call after
which nobody calls again is closed with its own outcome; after any other the contact may be closed with every
outcome there is, and no rule may lean on an answer that a later call could replace. What is cancelled is left
out: who cancels is a person, and is recorded.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from campaigns.flows.fields import NOT_KNOWN
from campaigns.flows.followups import DELIVERED
from campaigns.flows.proof import Fault, starts
from campaigns.flows.script import Afterwards, Exit, Question, Script, Step
from campaigns.flows.verbs.ask import AskStep
from campaigns.flows.verbs.branch import BranchStep
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.end import EndStep
from campaigns.flows.verbs.record import RecordStep
from campaigns.flows.verbs.task import TaskStep
from campaigns.flows.watched import Watched, is_delivered_in, watched
from campaigns.rules.repeats import ELSEWHERE, FINAL
from campaigns.words import Outcome

MOST_PLACES = 20_000  # of one question; the shipped campaigns have 60
ANOTHER = "any other"  # stands for all values that no rule names
_STATES = ("done", "exhausted")

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A step, and what is certain there; facts: of the names that are looked at."""

    step: str
    facts: tuple[tuple[str, str], ...] = ()
    raised: bool = False  # a task since the answer, or since the beginning
    answered: bool = False
    delivered: bool = False
    awaited: bool = False  # a message may be cut short, and then was not heard


@dataclass(frozen=True)
class Ending:
    """One way in which a call may end."""

    place: Place
    outcome: Outcome


class _TooMany(Exception):
    """More places than can be looked at."""


def coverage_faults(script: Script, lines: Mapping[str, int]) -> Iterator[Fault]:
    """Every answer, end and result that could be left without a person; lines: of the file's first level."""
    all_watched = watched(script)
    for number, each in enumerate(all_watched, start=1):
        later = [other for other in all_watched[number:] if other.question != each.question]
        yield from _proved(each.line, _answer_faults(script, each, later))
    yield from _proved(lines.get("steps", 0), _stranger_faults(script))
    if is_delivered_in(script):
        yield from _proved(lines.get("policy", 0), _result_faults(script, lines.get("policy", 0)))


def _proved(line: int, found: Iterator[Fault]) -> Iterator[Fault]:
    """The first fault of each kind is enough: the others go away with it."""
    try:
        yield from [fault for fault in [next(found, None)] if fault]
    except _TooMany:
        yield line, "the rules under afterwards ask for too many answers at once to be proved: ask for fewer"


# ---------------------------------------------------------------- what is owed


def _answer_faults(script: Script, each: Watched, later: Sequence[Watched]) -> Iterator[Fault]:
    """later: whoever gives one of their answers, too, has a person by their own proof."""
    proved = [Afterwards({one.question: tuple(one.values)}, "", "normal") for one in later]
    asking = [rule for rule in script.afterwards if each.question in rule.when]
    names = {each.question}.union(*(rule.when for rule in asking))
    for ending in _endings(script, names, each.question):
        facts = dict(ending.place.facts)
        value = facts.get(each.question, NOT_KNOWN)
        if value not in each.values or ending.place.raised:
            continue
        goes_on = _goes_on(script, ending.outcome)
        if goes_on and not script.resume:
            yield (
                each.line,
                f'{_called(each)} {value} of "{each.question}" could be lost: after outcome {ending.outcome} '
                "another call asks again and its answer replaces this one; make its task in a step behind it",
            )
        known = {each.question: value} if goes_on else {**facts, **_closed(ending)}
        left = _unfitting(script, (*script.afterwards, *proved), known)
        if left is not None:
            yield (
                each.line,
                f'{_called(each)} {value} of "{each.question}" could end without a person: no rule under '
                f"afterwards fits {_in_words(left)}; add one, such as when: {{{each.question}: [{value}]}}",
            )


def _called(each: Watched) -> str:
    return "the mark" if each.kind == "low_mark" else "the answer"


def _stranger_faults(script: Script) -> Iterator[Fault]:
    names = {name for rule in script.afterwards for name in rule.when if "outcome" in rule.when}
    for ending in _endings(script, names):
        if ending.outcome == "unverified" and not ending.place.raised:
            left = _unfitting(script, script.afterwards, {**dict(ending.place.facts), **_closed(ending)})
            if left is not None:
                yield (
                    script.steps[ending.place.step].line,
                    f'who is not verified at "{ending.place.step}" could be left without a person: no step '
                    f"on the way makes a task, and no rule under afterwards fits {_in_words(left)}",
                )


def _result_faults(script: Script, line: int) -> Iterator[Fault]:
    names = {name for rule in script.afterwards for name in rule.when}
    never: list[Facts] = [
        {"state": "exhausted", "outcome": outcome, DELIVERED: "no"}
        for outcome in (NOT_KNOWN, *get_args(Outcome))
        if outcome not in FINAL
    ]
    never.append({"state": "done", "outcome": "opted_out", DELIVERED: "no"})
    told = (
        {**dict(ending.place.facts), **_closed(ending)}
        for ending in _endings(script, names)
        if not (ending.place.delivered or ending.place.raised)
        and _may_close(script, ending.outcome)
        and ending.outcome != "human_wanted"  # that is a task
    )
    for known in (*never, *told):
        left = _unfitting(script, script.afterwards, known)
        if left is not None:
            yield (
                line,
                "a result could be closed without having been heard, and without a person: no rule under "
                f"afterwards fits {_in_words(left)}",
            )


# ---------------------------------------------------------------- how calls end


def _endings(script: Script, names: set[str], since: str = "") -> Iterator[Ending]:
    """Every way in which a call may end; since: the answer after which tasks count."""
    waiting = deque(Place(start) for start in starts(script))
    seen = set(waiting)
    while waiting:
        place = waiting.popleft()
        step = script.steps[place.step]
        yield from _ends_at(script, place, step)
        for following in _beyond(script, place, step, names, since):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
        if len(seen) > MOST_PLACES:
            raise _TooMany


def _ends_at(script: Script, place: Place, step: Step) -> Iterator[Ending]:
    """Ends of the script, and where it waits for somebody who may hang up, or wants no calls, or a human."""
    if isinstance(step, EndStep):
        cut_short = step.outcome == "completed" and place.awaited and not place.delivered
        yield Ending(place, _hung_up(place) if cut_short else _meaning(place, step.outcome))
        if cut_short:
            yield Ending(replace(place, delivered=True), "completed")
    elif isinstance(step, Question | RecordStep | ConnectStep):
        yield Ending(place, _hung_up(place))
        if place.awaited:
            yield Ending(replace(place, delivered=True), "delivered")
        if not isinstance(step, ConnectStep):
            yield Ending(place, "opted_out")
            yield Ending(place, "human_wanted")


def _meaning(place: Place, outcome: Outcome) -> Outcome:
    return "delivered" if place.delivered and outcome != "completed" else outcome


def _hung_up(place: Place) -> Outcome:
    return "delivered" if place.delivered else "partial" if place.answered else "hung_up"


def _beyond(script: Script, place: Place, step: Step, names: set[str], since: str) -> Iterator[Place]:
    for way in step.exits():
        for facts in _known_beyond(script, place, step, way, names):
            answered = place.answered or way.answers is not None or isinstance(step, RecordStep)
            anew = way.answers is not None and way.answers[0] == since
            yield replace(
                place,
                step=way.to,
                facts=facts,
                answered=answered,
                raised=(place.raised and not anew) or isinstance(step, TaskStep),
                delivered=place.delivered or _confirmed(step, way),
                awaited=place.awaited or step.delivers,
            )


def _confirmed(step: Step, way: Exit) -> bool:
    """Whether the key of this way confirms that the message was heard."""
    if not isinstance(step, AskStep):
        return False
    return any(key.delivers and way.label.startswith(f"key {key.key}") for key in step.keys)


def _known_beyond(
    script: Script, place: Place, step: Step, way: Exit, names: set[str]
) -> Iterator[tuple[tuple[str, str], ...]]:
    """What is known after a way out; nothing at all where what is known forbids the way."""
    facts = dict(place.facts)
    if way.answers is not None and way.answers[0] in names:
        facts[way.answers[0]] = way.answers[1]
    if not isinstance(step, BranchStep) or step.subject not in names:
        yield tuple(sorted(facts.items()))
        return
    known = facts.get(step.subject)
    for value in _values(script, step.subject) if known is None else (known,):
        if step.cases.get(value, step.otherwise) == way.to:
            told = {step.subject: value} if step.subject in script.fields else {}
            yield tuple(sorted({**facts, **told}.items()))


def _goes_on(script: Script, outcome: Outcome) -> bool:
    """Whether the contact may be called again after such a call, and then be closed with any outcome."""
    policy = script.policy
    if outcome in FINAL:
        return outcome == "wrong_person"
    again = outcome in policy.retry_after or outcome in ELSEWHERE
    return again or (policy.completed and outcome == "partial")


def _may_close(script: Script, outcome: Outcome) -> bool:
    """Whether the contact may be closed with it; with `wrong_person` once it has no other number."""
    return outcome == "wrong_person" or not _goes_on(script, outcome)


def _closed(ending: Ending) -> Facts:
    """As what a contact is closed at once."""
    state = "done" if ending.outcome in FINAL or ending.outcome == "partial" else "exhausted"
    return {
        "state": state,
        "outcome": ending.outcome,
        DELIVERED: "yes" if ending.place.delivered else "no",
    }


# ---------------------------------------------------------------- which rules fit


def _unfitting(script: Script, rules: Sequence[Afterwards], facts: Facts) -> Facts | None:
    """Something that is possible with these facts and that no rule fits; None when there is nothing."""
    possible = [r for r in rules if all(facts.get(name, of[0]) in of for name, of in r.when.items() if of)]
    if not possible:
        return facts
    if any(rule.when.keys() <= facts.keys() for rule in possible):
        return None
    name = next(name for rule in possible for name in rule.when if name not in facts)
    found = (_unfitting(script, possible, {**facts, name: value}) for value in _values(script, name))
    return next((left for left in found if left is not None), None)


def _values(script: Script, name: str) -> tuple[str, ...]:
    """What a name in a rule can be; the values of a text are those that rules name, and another."""
    fixed: Mapping[str, tuple[str, ...]] = {
        "state": _STATES,
        "outcome": (NOT_KNOWN, *get_args(Outcome)),
        DELIVERED: ("yes", "no"),
    }
    field = script.fields.get(name)
    if field is not None:
        said = field.values or (*(v for r in script.afterwards for v in r.when.get(name, ())), ANOTHER)
        return (*said, NOT_KNOWN) if field.optional else said
    asked = [s for s in script.steps.values() if isinstance(s, AskStep) and s.answer == name]
    answers = tuple(dict.fromkeys(key.value for step in asked for key in step.keys))
    spoken = any(isinstance(s, RecordStep) and s.answer == name for s in script.steps.values())
    return fixed.get(name) or (*answers, *((ANOTHER,) if spoken else ()), NOT_KNOWN)


def _in_words(facts: Facts) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(facts.items()))
