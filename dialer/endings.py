"""SIP status, Reason header and local failures -> cause of an ending, whose fault, may it be tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dialer.messages import Cause
from dialer.refusals import NOTHING_TOLD, Told

Blame = Literal["nobody", "callee", "number", "trunk", "us"]

LocalFailure = Literal[
    "ring_timeout",  # it rang for as long as allowed; we sent CANCEL
    "hung_up",  # we were told to hang up before the answer
    "no_response",  # not even a provisional response: the far end is dead or not there
    "not_resolved",  # the host name of the trunk has no address
    "bad_number",  # the number cannot be written into a SIP URI
    "bad_trunk",  # the trunk is unknown, or its caller id cannot be written into a header
    "no_media",  # answered, but no audio was agreed, none came, or it stopped coming
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
_SILENT_TRUNK = Ending("no_answer", "trunk", True)
_CALLEE_STATUSES = frozenset({433, 607, 608})  # RFC 5079, 8197, 8688: said for the person who is called
_CALLEE_BARRED = frozenset({54, 55, 87})  # Q.850: incoming calls barred; not of the closed user group
_CALLEE_SILENT = frozenset({18, 19, 20})  # Q.850: no user responding, no answer, subscriber absent

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

# Statuses that gateways use for whatever they know no better name for, so that a Reason header refines them;
# those of class 4 and 5 that are not in `_RECEIVED` too.
_VAGUE = frozenset({400, 408, 480, 487, 500, 501, 502, 503, 504})

# ITU-T Q.850 section 2.2.7. The sense is that of the SIP status to which RFC 3398 section 7.2.4.1 maps the
# cause, where it does; what else says something stands with "Q.850". A cause that is not here says nothing.
_Q850: Mapping[int, Cause] = {
    1: "wrong_number",  # unallocated number, 404
    2: "congestion",  # no route to the transit network; 404, but it is the network that lacks something
    3: "wrong_number",  # no route to destination, 404
    17: "busy",  # 486
    18: "no_answer",  # no user responding, 408
    19: "no_answer",  # user alerted, no answer, 480
    20: "no_answer",  # subscriber absent, 480
    21: "declined",  # call rejected; 403 there, and 603 maps back to it (section 8.2.6.1)
    22: "wrong_number",  # number changed, 410
    23: "redirected",  # to a new destination; 410 there, but the number is right
    25: "congestion",  # Q.850: exchange routing error
    27: "congestion",  # destination out of order, 502
    28: "wrong_number",  # number incomplete, 484
    29: "congestion",  # facility rejected, 501
    34: "congestion",  # no circuit available, 503
    38: "congestion",  # network out of order, 503
    41: "congestion",  # temporary failure, 503
    42: "congestion",  # switching equipment congestion, 503
    44: "congestion",  # Q.850: requested circuit not available
    47: "congestion",  # resource unavailable, 503
    49: "congestion",  # Q.850: quality of service not available
    52: "blocked",  # Q.850: outgoing calls barred
    53: "blocked",  # Q.850: outgoing calls barred within the closed user group
    54: "blocked",  # Q.850: incoming calls barred
    55: "blocked",  # incoming calls barred within the closed user group, 403
    57: "blocked",  # bearer capability not authorized, 403
    58: "congestion",  # bearer capability not presently available, 503
    63: "congestion",  # Q.850: service or option not available
    65: "media",  # bearer capability not implemented, 488
    70: "media",  # only restricted digital information, 488
    79: "congestion",  # service not implemented, 501
    87: "blocked",  # user not member of the closed user group, 403
    88: "congestion",  # incompatible destination, 503
    102: "congestion",  # recovery on timer expiry, 504
    111: "congestion",  # protocol error, 500
}


def cause_of(sip_status: int, received: bool, local: LocalFailure | None, told: Told = NOTHING_TOLD) -> Cause:
    """The cause of an ending: the status, then the Reason header (`told`), then a failure of our own.

    `sip_status` 100-699, 0 for none. `received` is False for a status that the library made up itself, such
    as 408 for no response at all, 503 for a refused TCP connection and 502 for an unknown host. A 2xx is no
    ending, and a 487 only confirms our own CANCEL: behind these a local failure shows.
    """
    refused = received and sip_status >= 300
    if local is not None and (not refused or sip_status == 487):
        return _LOCAL[local]
    if not received:
        return "media" if sip_status in _OWN_MEDIA_STATUSES else "unreachable"
    vague = sip_status in _VAGUE or (sip_status not in _RECEIVED and sip_status // 100 in (4, 5))
    return (_refined(told) if vague else None) or _of_status(sip_status)


def broke_off(sip_status: int) -> bool:
    """Whether an answered call ended otherwise than by a BYE (200): its peer did not refresh the session
    (408, RFC 4028 section 10), no longer knew the dialog (481), or lost its connection (503)."""
    return sip_status >= 300


def _of_status(sip_status: int) -> Cause:
    return _RECEIVED.get(sip_status) or _CLASSES.get(sip_status // 100, "unreachable")


def _refined(told: Told) -> Cause | None:
    """What the Reason header says; None when that is nothing. Q.850 first: it comes from further on."""
    if told.q850 in _Q850:
        return _Q850[told.q850]
    return _of_status(told.sip) if told.sip else None


def ending_of(cause: Cause, sip_status: int, rang: bool, q850: int = 0) -> Ending:
    """What this ending means. The cause alone is not enough for two of them; the rest as in `Ended`.

    A 403 without ringing is the trunk's refusal of us (account not paid, address not allowed), and a 408
    without ringing its own silence towards somebody behind it: both say nothing about the number, and would
    else use up the attempts of a whole list.
    """
    if cause == "blocked" and (rang or sip_status in _CALLEE_STATUSES or q850 in _CALLEE_BARRED):
        return _BLOCKED_BY_CALLEE
    if cause == "no_answer" and sip_status == 408 and not rang and q850 not in _CALLEE_SILENT:
        return _SILENT_TRUNK
    return ENDINGS[cause]


def trunk_failed(cause: Cause, sip_status: int, rang: bool, q850: int = 0) -> bool:
    """Whether an ending counts against its trunk: the call never rang, and the fault was the trunk's.

    That is so for a plain 408 and for no answer at all (`unreachable`) too. A call that only got 100 or 183
    before our patience ended does not count: many networks play their ringing tone behind a 183.
    """
    return not rang and ending_of(cause, sip_status, rang, q850).blame == "trunk"
