"""Requests within a call that the library leaves unanswered: keys in SIP INFO (RFC 6086), and OPTIONS."""

import re

from dialer.digits import KEYS

OK, UNSUPPORTED_MEDIA_TYPE, BAD_INFO_PACKAGE = 200, 415, 469
RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"
EVENT_NUMBERS = {"10": "*", "11": "#"}  # some far ends write the event of RFC 4733 instead of the key
ANSWERED_BY_LIBRARY = frozenset(
    {RELAY, "application/media_control+xml", "application/trickle-ice-sdpfrag"}
)  # when they have a body; a second final response must not go out

_CONTENT_TYPE = re.compile(r"^(?:content-type|c)[ \t]*:[ \t]*([^\s;]+)", re.MULTILINE | re.IGNORECASE)
_INFO_PACKAGE = re.compile(r"^info-package[ \t]*:", re.MULTILINE | re.IGNORECASE)
_SIGNAL = re.compile(r"^[ \t]*signal[ \t]*=[ \t]*(\S{1,2})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)


def key_of(message: str) -> str:
    """The key that an INFO request carries, one of 0-9*#; "" for none."""
    kind, body = _content_type(message), _body(message)
    if kind not in (RELAY, PLAIN):
        return ""
    found = _SIGNAL.search(body)
    signal = found[1] if found else body.strip() if kind == PLAIN else ""
    key = EVENT_NUMBERS.get(signal, signal)
    return key if key in KEYS else ""


def answer_to(method: str, message: str) -> int:
    """The status that we owe to a request within a call; 0 where the library answers by itself.

    An INFO without a body is a sign of life (RFC 6086 section 4.2.2), one with a package or a body that
    we do not know is refused, and leaves the call as it is.
    """
    if method == "OPTIONS":
        return OK
    kind, body = _content_type(message), _body(message)
    if method != "INFO" or (body and kind in ANSWERED_BY_LIBRARY):
        return 0
    if _INFO_PACKAGE.search(_head(message)):
        return BAD_INFO_PACKAGE
    return OK if kind == PLAIN or not body.strip() else UNSUPPORTED_MEDIA_TYPE


def _head(message: str) -> str:
    return message.partition("\r\n\r\n")[0]


def _body(message: str) -> str:
    return message.partition("\r\n\r\n")[2]


def _content_type(message: str) -> str:
    found = _CONTENT_TYPE.search(_head(message))
    return found[1].lower() if found else ""
