"""Plays a call in the terminal, with the keyboard for the keypad."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from campaigns.flows.golden import golden_text
from campaigns.flows.rehearsal import (
    ANSWERS,
    HANGS_UP,
    HANGS_UP_EARLY,
    INTERRUPTS,
    IS_A_MACHINE,
    KEYPAD,
    NOTHING,
    PRESSES,
    Exchange,
    Rehearsal,
)
from campaigns.flows.script import Script

LINES = 'keys, an empty line for none, "!1" to interrupt, "hangup", "!hangup" or "beep"'
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
            yield f"Use {LINES}."
            continue
        yield from _shown(rehearsal.play(callee))
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


_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "full_name": {"ru": "Мария Петрова", "en": "Mary Peters"},
    "institution": {"ru": "поликлиника номер три", "en": "City Clinic"},
    "place": {"ru": "Поликлиника на Садовой", "en": "Garden Street Clinic"},
    "text": {"ru": "вызов врача", "en": "home visit"},
}
_EXAMPLE_RAW = {
    "year": "1954",
    "date": "2026-11-18",
    "datetime": "2026-11-18T14:05:00+03:00",
    "digits": "123456",
    "count": "3",
}
_EXAMPLE_CALL_BACK = "+74951234567"


def example_values(script: Script, language: str) -> dict[str, str]:
    """A contact to try a script with: every field and built-in has a value; a choice has its first."""
    other = "en"
    values = {
        name: _EXAMPLES[name].get(language, _EXAMPLES[name][other]) for name in ("full_name", "institution")
    }
    values["call_back"] = _EXAMPLE_CALL_BACK
    for name, field in script.fields.items():
        if field.values:
            values[name] = field.values[0]
        elif field.type in _EXAMPLES:
            values[name] = _EXAMPLES[field.type].get(language, _EXAMPLES[field.type][other])
        else:
            values[name] = _EXAMPLE_RAW[field.type]
    return values
