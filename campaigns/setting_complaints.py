"""What is wrong in `dialer.toml`, in one plain sentence with its line."""

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from campaigns.setting_tables import Misfit

_KIND = re.compile(r"\[|^constrained-str$")  # what pydantic adds to the place of a value of several kinds


def first_complaint(path: Path, text: str, error: ValidationError) -> str:
    """The first thing that is wrong, with file and line."""
    first = error.errors(include_url=False)[0]
    fault = first.get("ctx", {}).get("error")
    location = fault.place if isinstance(fault, Misfit) else first["loc"]
    where = ".".join(part for part in map(str, location) if not _KIND.search(part)) or "trunks"
    what = _sentence(first["type"], first["msg"], location)
    return f"{path}, line {_line_of(text, location)}: {where} {what}."


def _sentence(kind: str, message: str, location: tuple[Any, ...]) -> str:
    match kind:
        case "tuple_type" if location in (("groups",), ("trunks",)):
            return f"is one table: begin each with [[{location[0]}]], in two brackets"
        case "tuple_type":
            return 'is not a list: write it in brackets, such as ["first", "second"]'
        case "string_pattern_mismatch" if location[0] == "groups":
            return "is blank: give the group a name"
        case "extra_forbidden":
            return "is not a setting; remove it or correct its name"
        case "missing":
            return "is missing"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return f"is wrong: {message[0].lower()}{message[1:]}"


def _line_of(text: str, location: tuple[Any, ...]) -> int:
    """The line of the key that a complaint is about: its table first, then the key below it."""
    table, index, key = (*location, None, None, None)[:3]
    if not isinstance(index, int):
        key, index = index, 0
    seen, line_found = -1, 1
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"\s*\[\[?\s*{re.escape(str(table))}\b", line):
            if seen == index:
                break
            seen, line_found = seen + 1, number
        elif seen == index and key is not None and re.match(rf"\s*{re.escape(str(key))}\s*[.=]", line):
            return number
    return line_found
