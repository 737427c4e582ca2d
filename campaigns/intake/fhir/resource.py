"""FHIR's JSON: parsed, held against the models of its release, and looked into without trust."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final, Literal, NoReturn

from fhir_core.fhirabstractmodel import FHIRAbstractModel
from pydantic import ValidationError

from campaigns.intake.lab.result import Fault
from campaigns.intake.textfile import broken

Release = Literal["4.0", "3.0"]
Resource = Mapping[str, Any]

NAMES: Final[Mapping[Release, str]] = {"4.0": "R4", "3.0": "STU3"}
ROOMS: Final[Mapping[Release, str]] = {"4.0": "fhir.resources.R4B", "3.0": "fhir.resources.STU3"}
"""There are no models of R4 itself; R4B changed none of the resources that are read here."""
LOOKED_INTO: Final = ("DiagnosticReport", "Patient", "Observation")
"""Kinds that are held against FHIR; of others only what is needed is read."""
_PASSED_OVER: Final = {"resourceType": "Basic", "code": {"text": "passed over"}}
MOST_FAULTS = 20  # told of one resource: who sends something else altogether needs no list of it
DEEPEST = 32  # levels; Bundles have some 15
_ESCAPED_NUL = b"\\u0000"
_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "is missing, and FHIR {release} needs it",
    "extra_forbidden": "is no element of FHIR {release}: remove it",
    "list_type": "must be a list",
    "model_validation_format": "must be an object",
    "json_invalid": "must be an object",
}
_OTHERWISE = "is not what FHIR {release} has here: correct its form"
_RAISED = (LookupError, TypeError, AttributeError, ValueError, AssertionError, RecursionError)
"""Whatever comes up in the models where they meet types that they do not know."""
_SEVERAL = "got multiple"  # what the models say of value[x] with two values


class Unreadable(Exception):
    """A body that is no resource of the kind that is read; its sender must mend it, and nothing is kept."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def parsed(content: bytes) -> Resource:
    """The resource that the body holds. Raises Unreadable."""
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise _unread("is not UTF-8 text: FHIR knows no other") from None
    except json.JSONDecodeError as error:
        raise _unread(f"is no JSON from line {error.lineno}, column {error.colno} on") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python reads no number of thousands of digits
        raise _unread("holds a number that is too long") from None
    if _ESCAPED_NUL in content:
        raise _unread("holds U+0000, which is in no text")
    if content.count(b"[") + content.count(b"{") > DEEPEST and _depth(found) > DEEPEST:
        raise _too_deep()
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        raise _unread("is no resource: resourceType is missing")
    return found


def faults_of(resource: Resource, kind: str, place: str, release: Release) -> Sequence[Fault]:
    """What does not conform to FHIR in a resource of this kind, without its values; at most `MOST_FAULTS`."""
    try:
        _model(kind, release).model_validate(_with_known_contents(resource))
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        found = (_fault(each["type"], each["msg"], each["loc"], place, release) for each in told)
        return tuple(dict.fromkeys(found))[:MOST_FAULTS]
    except _RAISED:
        return (Fault(place, f"holds what is nothing of FHIR {NAMES[release]}: correct its form"),)
    return ()


def text(resource: object, *path: str | int) -> str:
    """The text at the end of a path of names and positions; "" where there is none."""
    found = resource
    for step in path:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found):
            found = found[step]
        else:
            return ""
    return found.strip() if isinstance(found, str) and not broken(found) else ""


def one(resource: Resource, name: str) -> Resource:
    """The object of this name; {} where there is none."""
    found = resource.get(name)
    return found if isinstance(found, dict) else {}


def many(resource: Resource, name: str) -> Sequence[Resource]:
    """The objects of this name, one or a list of them: releases differ in that."""
    found = resource.get(name)
    if isinstance(found, dict):
        return (found,)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else ()


def texts(resource: Resource, name: str) -> Sequence[str]:
    """The texts of a list of this name."""
    found = resource.get(name)
    return [text(found, number) for number in range(len(found))] if isinstance(found, list) else ()


def codings(concept: Resource) -> Iterator[tuple[str, str, str]]:
    """System, code and text of each coding of a CodeableConcept, and its own text last."""
    for each in many(concept, "coding"):
        yield text(each, "system"), text(each, "code"), text(each, "display")
    if words := text(concept, "text"):
        yield "", "", words


def _with_known_contents(resource: Resource) -> Resource:
    """What it contains of other kinds is nothing to us, and may be of kinds that the models lack."""
    held = resource.get("contained")
    if not isinstance(held, list):
        return resource
    return {**resource, "contained": [_PASSED_OVER if _is_other(each) else each for each in held]}


def _is_other(contained: object) -> bool:
    return isinstance(contained, dict) and contained.get("resourceType") not in LOOKED_INTO


@cache
def _model(kind: str, release: Release) -> type[FHIRAbstractModel]:
    found: type[FHIRAbstractModel] = getattr(import_module(f"{ROOMS[release]}.{kind.lower()}"), kind)
    return found


def _fault(kind: str, message: str, loc: Sequence[str | int], place: str, release: Release) -> Fault:
    steps = [step for step in loc if step != "root"]
    sentence = _SENTENCES.get(kind, _OTHERWISE)
    if _SEVERAL in message:
        sentence = "has two values of which FHIR {release} allows one: leave one"
    elif kind == "extra_forbidden" and not _is_name(steps[-1]):
        steps.pop()
        sentence = "has an element that FHIR {release} does not know: remove it"
    return Fault(placed(place, *steps), sentence.format(release=NAMES[release]))


def _is_name(step: str | int) -> bool:
    """Whether it looks like an element, and not like something of a patient."""
    return isinstance(step, str) and step.isascii() and step.isalpha() and step[:1].islower()


def placed(place: str, *steps: str | int) -> str:
    """FHIRPath to what stands there: "Bundle.entry[1].resource"."""
    for step in steps:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return place


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _unread("has an object with the same member twice: leave one")
    return found


def _refuse(constant: str) -> NoReturn:
    raise _unread(f"holds {constant}, which is no JSON value")


def _unread(sentence: str) -> Unreadable:
    return Unreadable(Fault("the body", sentence))


def _too_deep() -> Unreadable:
    return _unread(f"is nested deeper than {DEEPEST} levels")


def _depth(data: object) -> int:
    """Levels of lists and objects, without recursion."""
    level, depth = [data], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth
