"""Plays a call in the terminal, with the keyboard for the keypad."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from campaigns.flows.golden import golden_text
from campaigns.flows.rehearsal import (
    ANSWERS,
    GETS_AN_OPERATOR,
    GETS_NOBODY,
    HANGS_UP,
    HANGS_UP_EARLY,
    INTERRUPTS,
    IS_A_MACHINE,
    KEYPAD,
    LOSES_THE_OPERATOR,
    NOTHING,
    PRESSES,
    Exchange,
    Rehearsal,
)
from campaigns.flows.run import connects
from campaigns.flows.script import Script

LINES = 'keys, an empty line for none, "!1" to interrupt, "hangup", "!hangup" or "beep"'
AT_OPERATORS = 'where an operator is looked for "operator" or "nobody", and "lost" when that line breaks'
"""What `simulate` understands, in words for the terminal."""


def simulate(
    script: Script,
    values: Mapping[str, str],
    language: str,
    lines: Iterable[str],
    dump: Callable[[str], object] | None = None,
) -> Iterator[str]:
    """Play one call: each line is what the callee does (see LINES), each answer a line for the terminal.

    A callee listens to the end unless the line begins with "!"; when the lines end, the callee hangs up.
    dump: gets the talk as a golden conversation (YAML) at the end.
    """
    rehearsal = Rehearsal(script, values, language)
    yield from _shown(rehearsal.play(ANSWERS))
    for line in lines:
        callee = _callee(line.strip())
        if callee is None:
            yield f"Use {LINES}; {AT_OPERATORS}." if connects(script) else f"Use {LINES}."
            continue
        try:
            yield from _shown(rehearsal.play(callee))
        except ValueError as error:
            yield f"{error}."
        if not rehearsal.calling:
            break
    if rehearsal.calling:
        yield from _shown(rehearsal.play(HANGS_UP))
    yield from (f"afterwards: {work}" for work in rehearsal.afterwards())
    if dump is not None:
        dump(golden_text(rehearsal, script.title))


def _callee(line: str) -> str | None:
    match line:
        case "":
            return NOTHING
        case "hangup":
            return HANGS_UP
        case "!hangup":
            return HANGS_UP_EARLY
        case "beep":
            return IS_A_MACHINE
        case "operator":
            return GETS_AN_OPERATOR
        case "nobody":
            return GETS_NOBODY
        case "lost":
            return LOSES_THE_OPERATOR
    keys = line.removeprefix("!")
    if not keys or not KEYPAD.issuperset(keys):
        return None
    return (PRESSES if keys == line else INTERRUPTS) + keys


def _shown(exchange: Exchange) -> Iterator[str]:
    yield f"callee {exchange.callee}"
    yield from (f"  recorded: {fact}" for fact in exchange.recorded)
    yield from (f"  we: {said}" for said in exchange.we)
    if exchange.ends:
        yield f"  the call ends: {exchange.ends}"
