"""Events of FreeSWITCH's mod_callcenter, one JSON object a line or blocks of headers -> events; no I/O.

Blocks are what `/event plain CUSTOM callcenter::info` prints: `Name: value` lines, the values written as in a
URL, and a blank line behind each event. Both may stand in one file.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote

from campaigns.intake.log_format import LONGEST_NAME, LogClock, Parsed, caller, unusable
from campaigns.rules.lost_calls import Connected, Entered, Event, Left, Lost

SUBCLASS = "callcenter::info"
CALL_HEADERS = ("CC-Member-Session-UUID", "CC-Member-UUID", "CC-Caller-UUID")  # the last one: before 2013
NUMBER_HEADERS = ("CC-Member-CID-Number", "CC-Caller-CID-Number")
NAME_HEADERS = ("CC-Member-CID-Name", "CC-Caller-CID-Name")
REASON_HEADERS = ("CC-Cancel-Reason", "CC-Cause-Reason")
JOINED = "CC-Member-Joined-Time"
TIMES = {  # the header with the second in which it happened, where the event itself has no time
    "bridge-agent-start": "CC-Agent-Answered-Time",
    "bridge-agent-end": "CC-Bridge-Terminated-Time",
    "member-queue-end": "CC-Member-Leaving-Time",
}
ACTIONS = frozenset({"member-queue-start", "member-queue-resume", *TIMES})
HUNG_UP = frozenset({"", "NONE", "BREAK_OUT"})
BETWEEN = "RECV EVENT"  # fs_cli prints it before each event
MOST_HEADERS = 500  # of one event; it has a hundred, and a file of another kind never ends one
MICROSECONDS = 1_000_000

_Headers = Mapping[str, str]


class Callcenter:
    """Reads one file of events. country: of numbers written without a country code (RU)."""

    title = "log of callcenter events"

    def __init__(self, country: str) -> None:
        self._country = country
        self.clock = LogClock()
        self._block: dict[str, str] = {}

    def read(self, line: str, now: datetime) -> Parsed:
        """A JSON object, a header of a block, or the blank line that ends one."""
        text = line.strip("\0\r\n ")
        if not text or text == BETWEEN:
            return self.finish(now)
        if text.startswith("{"):
            return self._object(text, now)
        name, colon, value = text.partition(":")
        if not colon or " " in name:
            return Parsed(complaint="it is neither a JSON object nor a header", whole=not self._block)
        self._block[name] = unquote(value.strip(), errors="replace")
        if len(self._block) > MOST_HEADERS:
            self._block = {}
            return Parsed(complaint=f"an event has more than {MOST_HEADERS} headers")
        return Parsed(whole=False)

    def finish(self, now: datetime) -> Parsed:
        """The block that has begun is an event."""
        headers, self._block = self._block, {}
        return self._event(headers, now)

    def _object(self, text: str, now: datetime) -> Parsed:
        """An event by itself; a block that it cuts short is one, too."""
        before = self.finish(now)
        try:
            said = {str(name): str(value) for name, value in json.loads(text).items()}
        except (ValueError, RecursionError):
            return Parsed(before.events, "it is not one JSON object", jumped=before.jumped)
        event = self._event(said, now)
        complaint = before.complaint or event.complaint
        return Parsed((*before.events, *event.events), complaint, jumped=before.jumped or event.jumped)

    def _event(self, headers: _Headers, now: datetime) -> Parsed:
        action = headers.get("CC-Action", "")
        if headers.get("Event-Subclass", SUBCLASS) != SUBCLASS or action not in ACTIONS:
            return Parsed()
        call, epoch = _first(headers, CALL_HEADERS), _epoch(headers, action)
        if not call:
            return Parsed(complaint=f"{action} names no call")
        if epoch is None:
            return Parsed(complaint=f"{action} has no time")
        agent, reason = headers.get("CC-Agent", ""), _first(headers, REASON_HEADERS)
        if complaint := unusable(call, _queue(headers), agent, reason):
            return Parsed(complaint=complaint)
        at = self.clock.moment(epoch, now)
        return Parsed(self._events(action, call, headers, at, now), jumped=self.clock.jumped)

    def _events(
        self, action: str, call: str, headers: _Headers, at: datetime, now: datetime
    ) -> Sequence[Event]:
        queue = _queue(headers)
        match action:
            case "member-queue-start" | "member-queue-resume":
                return (self._entered(call, queue, headers, at),)
            case "bridge-agent-start":
                return (Connected(call, queue, headers.get("CC-Agent", ""), at),)
            case "member-queue-end" if headers.get("CC-Cause") == "Cancel":
                return self._lost(call, queue, headers, at)
            case _:
                return (Left(call, at),)

    def _lost(self, call: str, queue: str, headers: _Headers, at: datetime) -> Sequence[Event]:
        """The event says who it was and since when: its beginning need not have been read."""
        reason, joined = _first(headers, REASON_HEADERS), _seconds(headers.get(JOINED, ""))
        waited = None if joined is None else max(0.0, at.timestamp() - joined)
        lost = Lost(call, queue, reason or "Cancel", waited, at, reason in HUNG_UP)
        return self._entered(call, queue, headers, at), lost

    def _entered(self, call: str, queue: str, headers: _Headers, at: datetime) -> Entered:
        phone, withheld = caller(_first(headers, NUMBER_HEADERS), self._country)
        return Entered(call, queue, phone, withheld, at, _first(headers, NAME_HEADERS))


def _first(headers: _Headers, names: Sequence[str]) -> str:
    return next((headers[name].strip() for name in names if headers.get(name, "").strip()), "")


def _queue(headers: _Headers) -> str:
    return headers.get("CC-Queue", "")[:LONGEST_NAME]


def _epoch(headers: _Headers, action: str) -> float | None:
    micro = _seconds(headers.get("Event-Date-Timestamp", ""))
    return micro / MICROSECONDS if micro else _seconds(headers.get(TIMES.get(action, JOINED), ""))


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
