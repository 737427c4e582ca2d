"""Plays a call in the terminal, with the keyboard for the keypad."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from campaigns.flows.golden import golden_text
from campaigns.flows.reach import connects, records
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
    SPEAKS,
    SPEAKS_AND_HANGS_UP,
    SPEAKS_THEN,
    Exchange,
    Rehearsal,
)
from campaigns.flows.script import Script

LINES = 'keys, an empty line for none, "!1" to interrupt, "hangup", "!hangup" or "beep"'
AT_VOICE = 'after the tone "speak", "speak 1" to end it with a key, or "speak hangup"'
AT_OPERATORS = 'where an operator is looked for "operator" or "nobody", and "lost" when that line breaks'
"""What `simulate` understands, in words for the terminal."""

_SPEAK = "speak "
_DEEDS: Mapping[str, str] = {
    "": NOTHING,
    "hangup": HANGS_UP,
    "!hangup": HANGS_UP_EARLY,
    "beep": IS_A_MACHINE,
    "operator": GETS_AN_OPERATOR,
    "nobody": GETS_NOBODY,
    "lost": LOSES_THE_OPERATOR,
    "speak": SPEAKS,
    "speak hangup": SPEAKS_AND_HANGS_UP,
}


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
            yield f"Use {'; '.join(understood(script))}."
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


def understood(script: Script) -> tuple[str, ...]:
    """What a callee of this script can do, in words for the terminal."""
    return (LINES, *((AT_VOICE,) if records(script) else ()), *((AT_OPERATORS,) if connects(script) else ()))


def _callee(line: str) -> str | None:
    if line in _DEEDS:
        return _DEEDS[line]
    if line.startswith(_SPEAK) and line.removeprefix(_SPEAK) in KEYPAD:
        return SPEAKS_THEN + line.removeprefix(_SPEAK)
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
