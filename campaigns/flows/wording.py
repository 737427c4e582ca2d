"""The placeholders of a text: {name}, {name:kind} and {key:1}."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FORM = re.compile(r"([a-z][a-z0-9_]*)(?::([a-z]+))?", re.ASCII)
_KEY = re.compile(r"key:([0-9])", re.ASCII)


@dataclass(frozen=True)
class Placeholder:
    """A value to be spoken; `kind` is "" when the field's usual one will do."""

    name: str
    kind: str = ""


@lru_cache(maxsize=4096)
def placeholders(template: str) -> tuple[Placeholder, ...]:
    """The values that a template speaks, in order; keys are not values."""
    return tuple(
        Placeholder(match[1], match[2] or "")
        for inner in _PLACEHOLDER.findall(template)
        if not _KEY.fullmatch(inner) and (match := _FORM.fullmatch(inner))
    )


def keys_named(template: str) -> frozenset[str]:
    """The phone keys that a template tells the callee to press."""
    return frozenset(match[1] for inner in _PLACEHOLDER.findall(template) if (match := _KEY.fullmatch(inner)))


def malformed(template: str) -> str | None:
    """The first thing in braces that is no placeholder, or a lone brace; None when all is well."""
    for inner in _PLACEHOLDER.findall(template):
        if not (_KEY.fullmatch(inner) or _FORM.fullmatch(inner)):
            return f"{{{inner}}}"
    rest = _PLACEHOLDER.sub("", template)
    return next((brace for brace in "{}" if brace in rest), None)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with raw values in it, for terminals and golden conversations."""

    def value(match: re.Match[str]) -> str:
        name, _, kind = match[1].partition(":")
        raw = kind if name == "key" else values.get(name, f"<{name}>")
        return raw[11:16] if kind == "time" else raw[:10] if kind == "date" else raw

    return _PLACEHOLDER.sub(value, template)
