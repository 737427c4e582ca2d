"""SIP status and local failures -> cause of an ending, whose fault it was, and may it be tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dialer.messages import Cause

Blame = Literal["nobody", "callee", "number", "trunk", "us"]

LocalFailure = Literal[
    "ring_timeout",  # it rang for as long as allowed; we sent CANCEL
    "hung_up",  # we were told to hang up before the answer
    "no_response",  # not even a provisional response: the far end is dead or not there
    "not_resolved",  # the host name of the trunk has no address
    "bad_number",  # the number cannot be written into a SIP URI
    "bad_trunk",  # the trunk is unknown, or its caller id cannot be written into a header
    "no_media",  # answered, but no audio was agreed
    "broken",  # the line process failed
]


@dataclass(frozen=True)
class Ending:
    """What a cause means: `blame` says whose fault it was, `retryable` whether a later call can go better."""

    cause: Cause
    blame: Blame
    retryable: bool


ENDINGS: Mapping[Cause, Ending] = {
    ending.cause: ending
    for ending in (
        Ending("answered", "nobody", False),
        Ending("busy", "callee", True),
        Ending("no_answer", "callee", True),
        Ending("declined", "callee", True),
        Ending("wrong_number", "number", False),
        Ending("blocked", "trunk", True),  # unless `ending_of` knows better
        Ending("redirected", "trunk", True),
        Ending("congestion", "trunk", True),
        Ending("rate_limited", "trunk", True),
        Ending("authentication", "trunk", True),
        Ending("unreachable", "trunk", True),
        Ending("media", "us", True),
        Ending("line_lost", "us", True),
    )
}
assert set(ENDINGS) == set(get_args(Cause))

_BLOCKED_BY_CALLEE = Ending("blocked", "number", False)
_CALLEE_STATUSES = frozenset({433, 607, 608})  # RFC 5079, 8197, 8688: said for the person who is called

_LOCAL: Mapping[LocalFailure, Cause] = {
    "ring_timeout": "no_answer",
    "hung_up": "no_answer",
    "no_response": "unreachable",
    "not_resolved": "unreachable",
    "bad_number": "wrong_number",
    "bad_trunk": "unreachable",
    "no_media": "media",
    "broken": "line_lost",
}

# RFC 3261 section 21 unless another source is named.
_RECEIVED: Mapping[int, Cause] = {
    401: "authentication",
    402: "authentication",  # our account at the trunk: nothing the patient can help
    403: "blocked",
    404: "wrong_number",
    406: "media",
    407: "authentication",
    408: "no_answer",
    410: "wrong_number",
    415: "media",
    429: "rate_limited",  # RFC 3892 gives it another sense; trunks use it as HTTP does
    433: "blocked",  # RFC 5079: anonymous calls refused
    437: "authentication",  # RFC 8224: caller identity
    438: "authentication",
    480: "no_answer",
    481: "congestion",
    484: "wrong_number",
    485: "wrong_number",
    486: "busy",
    487: "no_answer",
    488: "media",
    491: "congestion",
    493: "media",
    494: "authentication",  # RFC 3329
    600: "busy",
    603: "declined",
    604: "wrong_number",
    606: "media",
    607: "blocked",  # RFC 8197: unwanted
    608: "blocked",  # RFC 8688: rejected by an intermediary
}

# For a status that is not in the table: by class. Other 4xx mean that the trunk and we do not speak alike.
_CLASSES: Mapping[int, Cause] = {
    2: "answered",
    3: "redirected",
    4: "unreachable",
    5: "congestion",
    6: "declined",
}

_OWN_MEDIA_STATUSES = frozenset(
    {406, 415, 488}
)  # the library's own, after an answer that holds no common codec


def cause_of(sip_status: int, received: bool, local: LocalFailure | None) -> Cause:
    """The cause of an ending. A local failure decides alone; a status means more when the far end sent it.

    `sip_status` 100-699, 0 for none. `received` is False for a status that the library made up itself, such
    as 408 for no response at all, 503 for a refused TCP connection and 502 for an unknown host.
    """
    if local is not None:
        return _LOCAL[local]
    if not received:
        return "media" if sip_status in _OWN_MEDIA_STATUSES else "unreachable"
    return _RECEIVED.get(sip_status) or _CLASSES.get(sip_status // 100, "unreachable")


def ending_of(cause: Cause, sip_status: int, rang: bool) -> Ending:
    """What this ending means. Only for `blocked` is the cause not enough: `sip_status`, `rang` as in `Ended`.

    A 403 without ringing is the trunk's refusal of us (account not paid, address not allowed): it says
    nothing about the number, and would else use up the attempts of a whole list.
    """
    if cause == "blocked" and (rang or sip_status in _CALLEE_STATUSES):
        return _BLOCKED_BY_CALLEE
    return ENDINGS[cause]
