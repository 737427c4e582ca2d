"""FHIR's forms over HTTP: which release and format is sent and wanted, and refusals as OperationOutcome."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import Request, Response

from campaigns.api.problems import KINDS, Kind, Problem
from campaigns.intake.fhir.answers import refused
from campaigns.intake.fhir.resource import Release

TYPE: Final = "application/fhir+json"
_JSON: Final = (TYPE, "application/json", "application/json+fhir", "text/json", "json")
_ANY: Final = ("*/*", "application/*")
_RELEASES: Final[Mapping[str, Release]] = {"4.0": "4.0", "4.3": "4.0", "3.0": "3.0"}  # 4.3 is R4B
_UTF8: Final = ("utf-8", "utf8")
_ONLY_JSON: Final = f"FHIR is read and written as JSON alone ({TYPE}), not as XML or RDF."
_CODES: Final[Mapping[Kind, str]] = {
    "malformed": "structure",
    "unauthorized": "login",
    "forbidden": "forbidden",
    "not-found": "not-found",
    "method": "not-supported",
    "not-acceptable": "not-supported",
    "too-slow": "timeout",
    "conflict": "conflict",
    "changed": "conflict",
    "still-running": "conflict",
    "too-large": "too-long",
    "media-type": "not-supported",
    "invalid": "invalid",
    "key-reused": "conflict",
    "too-many": "throttled",
    "fault": "exception",
    "unavailable": "transient",
    "faulty-campaign": "transient",
}
"""IssueType of each kind of problem (FHIR R4, section 2.28.0.3)."""
assert _CODES.keys() == KINDS.keys()


def respond(
    status: int, body: Mapping[str, Any], release: Release = "4.0", headers: Mapping[str, str] | None = None
) -> Response:
    """A resource as the answer."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, headers, f"{TYPE}; fhirVersion={release}")


def refusal(problem: Problem) -> Response:
    """A refusal as FHIR says it; of `Refusals`."""
    return respond(problem.status, refused(_CODES[problem.kind], problem.detail), headers=problem.headers)


def release_sent(request: Request) -> Release | None:
    """The release that the body is said to be of; None where its type does not tell. Raises Problem (415)."""
    kind, parameters = _media_type(request.headers.get("content-type", ""))
    if kind not in _JSON:
        raise Problem("media-type", _ONLY_JSON, headers={"Accept-Post": TYPE})
    if parameters.get("charset", "utf-8").lower() not in _UTF8:
        raise Problem("media-type", "FHIR is UTF-8: send it so, or leave charset out.")
    return _release(parameters, "media-type")


def release_wanted(request: Request) -> Release | None:
    """The release that is asked for, if any. Raises Problem (406) when nothing that is asked for is JSON."""
    wanted = request.query_params.get("_format") or request.headers.get("accept") or "*/*"
    for kind, parameters in _wanted(wanted):
        if kind in (*_JSON, *_ANY):
            return _release(parameters, "not-acceptable")
    raise Problem("not-acceptable", _ONLY_JSON)


def _wanted(written: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for each in written.split(","):
        kind, parameters = _media_type(each)
        if parameters.get("q", "1").strip("0.") or "q" not in parameters:  # q=0: not this one
            yield kind, parameters


def _release(parameters: Mapping[str, str], kind: Kind) -> Release | None:
    if "fhirversion" not in parameters:
        return None
    release = _RELEASES.get(".".join(parameters["fhirversion"].split(".")[:2]))
    if release is None:
        raise Problem(kind, "This fhirVersion is not read here: use 4.0 or 3.0.")
    return release


def _media_type(written: str) -> tuple[str, Mapping[str, str]]:
    """The type and its parameters; names in small letters. A + that became a blank in an address is one."""
    kind, *parameters = written.split(";")
    named = (each.partition("=") for each in parameters)
    values = {name.strip().lower(): value.strip(' "') for name, _, value in named}
    return kind.strip().lower().replace(" ", "+"), values
