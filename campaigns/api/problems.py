"""What goes wrong, told as RFC 9457 has it: one table of kinds, one exception, one answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, Literal

from fastapi import Response

from campaigns.errors import (
    CampaignsError,
    DatabaseError,
    IllegalMove,
    NoSuchDelivery,
    NoSuchTask,
    NotAllowed,
    NotRecognized,
    OperatorRefused,
    TextsNotApproved,
    TooMany,
    UnknownAccount,
    UnknownCampaign,
    UnknownContact,
    UnknownOperator,
)

MEDIA_TYPE: Final = "application/problem+json"
CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}  # RFC 9110, 11.6.1
AGAIN_SECONDS: Final = 2  # a locked database, or a server that starts again, is mostly back by then

Kind = Literal[
    "malformed",
    "unauthorized",
    "forbidden",
    "not-found",
    "method",
    "not-acceptable",
    "too-slow",
    "conflict",
    "changed",
    "still-running",
    "too-large",
    "media-type",
    "invalid",
    "key-reused",
    "too-many",
    "fault",
    "unavailable",
    "faulty-campaign",
]

KINDS: Final[Mapping[Kind, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be read"),
    "unauthorized": (401, "Nobody knows this caller"),
    "forbidden": (403, "The caller may not do this"),
    "not-found": (404, "There is no such thing, or the caller may not see it"),
    "method": (405, "This cannot be done with it"),
    "not-acceptable": (406, "It cannot be answered in the form that was asked for"),
    "too-slow": (408, "The body came too slowly"),
    "conflict": (409, "It cannot be done as things are"),
    "changed": (409, "It is known with another content"),
    "still-running": (409, "The same request is being worked on"),
    "too-large": (413, "The body is too large"),
    "media-type": (415, "The body is of a type that is not read here"),
    "invalid": (422, "A value cannot be used"),
    "key-reused": (422, "The Idempotency-Key was used for another request"),
    "too-many": (429, "Too many requests"),
    "fault": (500, "A fault of this program"),
    "unavailable": (503, "The database cannot be used at present"),
    "faulty-campaign": (503, "The file of the campaign is faulty"),
}
"""Each kind of problem: the status, and the title that stands for all problems of the kind."""

_OF_ERRORS: Final[Sequence[tuple[type[CampaignsError], Kind]]] = (
    (DatabaseError, "unavailable"),
    (UnknownCampaign, "not-found"),
    (UnknownContact, "not-found"),
    (UnknownOperator, "not-found"),
    (NoSuchTask, "not-found"),
    (NoSuchDelivery, "not-found"),
    (UnknownAccount, "not-found"),
    (NotRecognized, "unauthorized"),
    (NotAllowed, "forbidden"),
    (TooMany, "too-many"),
    (IllegalMove, "conflict"),
    (TextsNotApproved, "conflict"),
    (OperatorRefused, "conflict"),
    (CampaignsError, "conflict"),  # the sentence says what is in the way
)


_INSTEAD: Final[Mapping[Kind, str]] = {"unavailable": "The database cannot be used at present: try again."}
"""Where our own sentence is for whoever runs the program, not for a caller."""


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field of a request; the sentence never holds its value."""

    field: str
    detail: str


class Problem(Exception):
    """Anything that a request is refused with.

    detail: one plain sentence: what is wrong, where, what to do; never a value of a patient. faults: of
    fields, for `errors`. headers: besides the type of the content.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        faults: Sequence[FieldFault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind: Kind = kind
        self.status, self.title = KINDS[kind]
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def as_data(self) -> dict[str, Any]:
        """The members of the problem; also what a row of a batch is answered with."""
        data: dict[str, Any] = {
            "type": type_of(self.kind),
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            data["errors"] = [{"field": each.field, "detail": each.detail} for each in self.faults]
        return data


def type_of(kind: Kind) -> str:
    """The `type` of a problem: where its kind is described (RFC 9457, 3.1.1)."""
    return f"/problems/{kind}"


def problem_of(error: CampaignsError) -> Problem:
    """The problem that an error of ours is to whoever asked."""
    kind = next(kind for known, kind in _OF_ERRORS if isinstance(error, known))
    detail = _INSTEAD.get(kind, str(error))
    return Problem(kind, detail, headers=_headers(kind, error))


def _headers(kind: Kind, error: CampaignsError) -> dict[str, str]:
    match kind:
        case "unavailable":
            return {"Retry-After": str(AGAIN_SECONDS)}
        case "too-many":
            seconds = error.seconds if isinstance(error, TooMany) else AGAIN_SECONDS
            return {"Retry-After": str(max(1, ceil(seconds)))}
        case "unauthorized":
            return CHALLENGE
        case _:
            return {}


def problem_response(problem: Problem) -> Response:
    """The answer to a request that is refused."""
    content = json.dumps(problem.as_data(), ensure_ascii=False).encode()
    return Response(content, problem.status, problem.headers, MEDIA_TYPE)
