"""What a SIP message says beside its status: Reason (RFC 3326), Retry-After (RFC 3261 20.33); pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_RETRY_AFTER_SECONDS = 86_400  # whoever asks for more than a day is asked again tomorrow
MOST_MESSAGE_CHARS = 16_384  # four times what the library accepts over UDP

_FOLD = re.compile(r"\r?\n[ \t]+")  # RFC 3261 section 7.3.1
_BODY = re.compile(r"\r?\n\r?\n")
_HEADER = re.compile(r"^(reason|retry-after)[ \t]*:[ \t]*(.*)$", re.I)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')  # an unclosed quotation goes on to the end
_CAUSE = re.compile(r";\s*cause\s*=\s*(\d{1,4})\s*(?=;|$)", re.I)
_SECONDS = re.compile(r"(\d{1,10})\s*(?:[;(]|$)")


@dataclass(frozen=True)
class Told:
    """What a message says about why; zeros where it says nothing that can be understood."""

    q850: int = 0  # 1-127, ITU-T Q.850
    sip: int = 0  # 300-699, a SIP status that somebody further on has seen
    retry_after_seconds: int = 0


NOTHING_TOLD = Told()


def told_by(message: str) -> Told:
    """Read the headers of a SIP message; whatever is malformed counts as not said. Never raises.

    Of several reasons of one protocol the first counts: RFC 3326 section 2 allows one each.
    """
    head = _BODY.split(message[:MOST_MESSAGE_CHARS], 1)[0]
    told = {"q.850": 0, "sip": 0, "retry": 0}
    for line in _FOLD.sub(" ", head).splitlines():
        if (found := _HEADER.match(line)) is None:
            continue
        if found[1].lower() == "retry-after":
            seconds = _SECONDS.match(found[2])
            told["retry"] = told["retry"] or (int(seconds[1]) if seconds else 0)
            continue
        for protocol, cause in _reasons(found[2]):
            told[protocol] = told[protocol] or cause
    return Told(told["q.850"], told["sip"], min(told["retry"], MOST_RETRY_AFTER_SECONDS))


def _reasons(value: str) -> Iterator[tuple[str, int]]:
    """Each protocol with its cause; one header may hold several, separated by commas."""
    for reason in _QUOTED.sub('""', value).split(","):
        protocol, _, parameters = reason.partition(";")
        cause = _CAUSE.search(";" + parameters.rstrip())
        number = int(cause[1]) if cause else 0
        match protocol.strip().lower():
            case "q.850" if 1 <= number <= 127:
                yield "q.850", number
            case "sip" if 300 <= number <= 699:
                yield "sip", number
