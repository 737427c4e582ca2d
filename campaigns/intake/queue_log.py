"""The queue_log of Asterisk, `epoch|callid|queue|agent|EVENT|data...` -> events; no I/O.

The events are those of app_queue from Asterisk 1.4 to 22. Names of members and of callers may hold bars: the
event is the first field behind the queue that is the name of one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.intake.log_format import LONGEST_NAME, LogClock, Parsed, caller, unusable
from campaigns.rules.lost_calls import Connected, Entered, Event, Left, Lost, Restarted

AGENT = 3  # the field in which the log names who talks
NO_CALL = "NONE"
WAITED = {"ABANDON": 2, "EXITEMPTY": 2, "EXITWITHTIMEOUT": 2, "WITHDRAW": 2, "EXITWITHKEY": 3}
"""How a queue loses a call, and which of the data says how many seconds the call had waited."""
SENT_AWAY = frozenset({"FULL", "JOINEMPTY", "JOINUNAVAIL"})
"""Never let in; it stands there where the dialplan says QueueLog(queue,${UNIQUEID},NONE,FULL,number)."""
LOST = frozenset({*WAITED, *SENT_AWAY, "SYSCOMPAT", "EXITHANGUP", "LEAVEEMPTY", "LEAVEUNAVAIL"})
HUNG_UP = frozenset({"ABANDON", "EXITHANGUP"})
LEFT = frozenset({"COMPLETECALLER", "COMPLETEAGENT", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"})
OTHERS = frozenset(
    {
        *("ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "PAUSEREASON"),
        *(
            "MEMBERPENALTY",
            "PENALTY",
            "RINGNOANSWER",
            "RINGCANCELED",
            "AGENTDUMP",
            "AGENTLOGIN",
            "AGENTLOGOFF",
        ),
        *("AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "CONFIGRELOAD", "DID", "INFO", "EXITCODE", "CALLERID"),
    }
)
"""What says nothing of a loss."""
EVENTS = LOST | LEFT | OTHERS | {"ENTERQUEUE", "CONNECT", "QUEUESTART"}

_EPOCH = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
_EVENT = re.compile(r"[A-Z][A-Z_]{2,}")


class QueueLog:
    """Reads one queue_log. country: of numbers written without a country code (RU)."""

    title = "queue_log of Asterisk"

    def __init__(self, country: str) -> None:
        self._country = country
        self.clock = LogClock()

    def read(self, line: str, now: datetime) -> Parsed:
        """What one line says; an event that says nothing of a loss comes to nothing."""
        text = line.strip("\0\r\n ")  # a log that was truncated under its writer begins with zeros
        if not text:
            return Parsed()
        fields = text.split("|")
        if not _EPOCH.fullmatch(fields[0]):
            return Parsed(complaint="it does not begin with the seconds since 1970")
        place = _place_of_event(fields)
        if place is None:
            return Parsed(complaint="it names no event")
        at = self.clock.moment(float(fields[0]), now)
        agent = "|".join(fields[AGENT:place])
        call, queue, agent, event = map(str.strip, (fields[1], fields[2], agent, fields[place]))
        if complaint := unusable(call, queue[:LONGEST_NAME], agent):
            return Parsed(complaint=complaint)
        said = _Said(call, queue[:LONGEST_NAME], agent, event, fields[place + 1 :], at)
        if not said.names_a_call and said.event in EVENTS - OTHERS - {"QUEUESTART"}:
            return Parsed(complaint=f"{said.event} names no call")
        if said.event == "ENTERQUEUE" and len(said.data) < 2:
            return Parsed(complaint="ENTERQUEUE has no place for a number")
        return Parsed(self._events(said), jumped=self.clock.jumped)

    def finish(self, now: datetime) -> Parsed:
        """Every line is whole by itself."""
        return Parsed()

    def _events(self, said: "_Said") -> Sequence[Event]:
        match said.event:
            case "ENTERQUEUE":
                return (self._entered(said, said.data[1], "|".join(said.data[3:])),)
            case "CONNECT":
                return (
                    Connected(said.call, said.queue, "" if said.agent == NO_CALL else said.agent, said.at),
                )
            case "QUEUESTART":
                return (Restarted(said.event, said.at),)
            case event if event in SENT_AWAY:
                return self._entered(said, "".join(said.data[:1])), said.lost
            case event if event in LOST:
                return (said.lost,)
            case event if event in LEFT:
                return (Left(said.call, said.at),)
            case _:
                return ()

    def _entered(self, said: "_Said", number: str, name: str = "") -> Entered:
        phone, withheld = caller(number, self._country)
        return Entered(said.call, said.queue, phone, withheld, said.at, name)


@dataclass(frozen=True)
class _Said:
    """The fields of one line."""

    call: str
    queue: str
    agent: str
    event: str
    data: Sequence[str]
    at: datetime

    @property
    def names_a_call(self) -> bool:
        return bool(self.call) and self.call != NO_CALL

    @property
    def lost(self) -> Lost:
        return Lost(self.call, self.queue, self.event, self._waited, self.at, self.event in HUNG_UP)

    @property
    def _waited(self) -> float | None:
        """None when the log does not say; older Asterisks say it in fewer data."""
        place = WAITED.get(self.event, len(self.data))
        said = self.data[place].strip() if place < len(self.data) else ""
        return float(said) if said.isascii() and said.isdigit() else None


def _place_of_event(fields: Sequence[str]) -> int | None:
    """A known event wherever it stands; else, what looks like one in its place."""
    for place in range(AGENT + 1, len(fields)):
        if fields[place].strip() in EVENTS:
            return place
    usual = AGENT + 1
    return usual if usual < len(fields) and _EVENT.fullmatch(fields[usual].strip()) else None
