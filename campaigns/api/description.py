"""The description at /openapi.json: what FastAPI finds out by itself, and how each operation is refused."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from campaigns.api.once import HEADER, LONGEST_KEY, REPLAYED
from campaigns.api.problems import KINDS, MEDIA_TYPE, FieldFault, Kind, Problem

SUMMARY: Final = (
    "Results, callbacks and surveys by telephone: queue who is to be called, and see what came of it."
)
DESCRIPTION: Final = """\
Show a key with `Authorization: Bearer KEY` (`dialer keys add NAME --role ROLE`), or log in at
`/api/v1/session`.

A request that changes something is answered when that is safe on the disk. Send it again with the same
`Idempotency-Key` when no answer came: it is done once, and answered as before for 24 hours.

What is refused is a problem of RFC 9457; `errors` names the fields. A list is read page by page: its `next`
is the `after` of the following page, and null on the last one.
"""
UNSAFE: Final = frozenset({"post", "put", "patch", "delete"})
FHIR: Final = "/fhir"
FHIR_TYPE: Final = "application/fhir+json"
_METHODS: Final = UNSAFE | {"get", "head"}
_SOLE: Final = ("/session", "/explain", ":find")  # no Idempotency-Key: the answer is a secret, or changes
_HEADERS: Final[Mapping[Kind, Mapping[str, str]]] = {
    "unauthorized": {"WWW-Authenticate": "How to prove who you are (RFC 9110)."},
    "too-many": {"Retry-After": "Seconds after which it may be asked again."},
    "unavailable": {"Retry-After": "Seconds after which it may be asked again."},
}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457); never with a value of a patient.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem."},
        "title": {"type": "string", "description": "What all problems of this kind have in common."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong, where, and what to do."},
        "errors": {
            "type": "array",
            "description": "What is wrong with each field.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_OUTCOME: Final = {
    "type": "object",
    "title": "OperationOutcome",
    "description": "Why a request was refused, as FHIR says it.",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    },
}
_KEY_PARAMETER: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same request is worked on once, and answered alike for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    "example": "3e1b6c9a-5a0f-4f53-9f43-0a4f6b1f4c11",
}


def operation_name(route: APIRoute) -> str:
    """Of `FastAPI.generate_unique_id_function`: what a generated client calls it."""
    return f"{route.tags[0] if route.tags else 'other'}_{route.name}"


def describe(app: FastAPI) -> dict[str, Any]:
    """Of `FastAPI.openapi`, made once."""
    if not app.openapi_schema:
        app.openapi_schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=SUMMARY,
            description=DESCRIPTION,
            routes=app.routes,
        )
        _complete(app.openapi_schema)
    return app.openapi_schema


def _complete(description: dict[str, Any]) -> None:
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"Problem": _PROBLEM, "OperationOutcome": _OUTCOME}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _complete_operation(path, method, operation)
    for ours in ("HTTPValidationError", "ValidationError"):
        schemas.pop(ours, None)


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    keyed = method in UNSAFE and path.startswith("/api/") and not path.endswith(_SOLE)
    if keyed:
        operation.setdefault("parameters", []).append(_KEY_PARAMETER)
    responses: dict[str, Any] = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    if keyed:
        for status in (status for status in responses if status.startswith("2")):
            responses[status].setdefault("headers", {})[REPLAYED] = {
                "description": '"true" when this was answered before.',
                "schema": {"type": "string"},
            }
    for kind in _kinds(path, method, operation, keyed):
        responses.setdefault(str(KINDS[kind][0]), _refusal(path, kind))


def _kinds(path: str, method: str, operation: Mapping[str, Any], keyed: bool) -> Iterator[Kind]:
    """How an operation may be refused, whatever it does."""
    yield "malformed"
    yield "unavailable"
    if "security" in operation:
        yield from ("unauthorized", "forbidden", "too-many")
    if operation.get("parameters") or "requestBody" in operation:
        yield "invalid"
    if "{" in path:
        yield "not-found"
    if method in ("post", "put", "patch"):
        yield from ("too-slow", "too-large", "media-type")
    if keyed:
        yield "conflict"


def _refusal(path: str, kind: Kind) -> dict[str, Any]:
    title = KINDS[kind][1]
    headers = {
        name: {"description": what, "schema": {"type": "string"}}
        for name, what in _HEADERS.get(kind, {}).items()
    }
    return {
        "description": f"{title}.",
        "content": _outcome_of(kind) if path.startswith(FHIR) else _problem_of(kind),
        **({"headers": headers} if headers else {}),
    }


def _problem_of(kind: Kind) -> dict[str, Any]:
    faults = [FieldFault("phone", "is no telephone number")] if kind == "invalid" else []
    problem = Problem(kind, "A plain sentence: what is wrong, where, what to do.", faults)
    return {
        MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem.as_data()},
    }


def _outcome_of(kind: Kind) -> dict[str, Any]:
    issue = {"severity": "error", "code": "invalid", "diagnostics": f"{KINDS[kind][1]}."}
    return {
        FHIR_TYPE: {
            "schema": {"$ref": "#/components/schemas/OperationOutcome"},
            "example": {"resourceType": "OperationOutcome", "issue": [issue]},
        }
    }
