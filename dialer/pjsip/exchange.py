"""All calls of one line process over its trunks: hands commands and reports to the call they belong to."""

import time
from collections.abc import Callable, Sequence
from typing import Any, assert_never

from dialer.addresses import BadAddress, BadNumber, Way, way_to
from dialer.messages import (
    Clogged,
    Collect,
    Configure,
    Dial,
    Ended,
    Event,
    Fault,
    HangUp,
    Play,
    Probe,
    Record,
    Refused,
    StopPlaying,
)
from dialer.pjsip.calls import KEY, MEDIA, PROGRESS, STATE, STREAM
from dialer.pjsip.endpoint import PARTING_SECONDS, Endpoint, EndpointSettings
from dialer.pjsip.library import calls_held
from dialer.pjsip.loop import WAIT_SECONDS, PostedEvent
from dialer.pjsip.playing import END_OF_FILE
from dialer.pjsip.resolver import RESOLVED, local_address
from dialer.pjsip.session import NoSlot, Session
from dialer.pjsip.trunks import PROBE_ENDED, REGISTRATION, TrunkLine, Trunks

RETRY_SECONDS = 0.02  # a slot that was just freed is not always accepted at once
RETRIES = 10
PLACE_GAP_SECONDS = 0.03  # four slots turned over faster than every 25 ms abort pip's wheel
CLOSING_SECONDS = 0.7  # endings are told at once, but a recording may take half a second to be finished

OF_A_TRUNK = (RESOLVED, REGISTRATION, PROBE_ENDED)

CallCommand = Dial | Play | StopPlaying | Collect | Record | HangUp | Probe
Tell = Callable[[Event | Clogged | Refused], None]


class Exchange:
    """Opens the endpoint and holds `calls` calls.

    Raises pj.Error (the SIP port is taken), BadAddress, and NotGuarded here or in `round`.
    """

    def __init__(self, configure: Configure, tell: Tell) -> None:
        ways = [way_to(trunk) for trunk in configure.trunks]
        self._endpoint = Endpoint(_endpoint_settings(configure, ways))
        self._tell = tell
        self._trunks = Trunks(ways, configure.registrar, self._endpoint, tell)
        self._sessions: dict[str, Session] = {}
        self._waiting: dict[str, list[Session]] = {}
        self._retries: list[tuple[float, int, Session]] = []
        self._clogged = 0
        self._next_place_at = 0.0
        self.calls = self._endpoint.calls

    def watch(self, descriptor: int) -> None:
        """Let `round` return when this descriptor is readable."""
        self._endpoint.loop.watch(descriptor)

    def ignore(self, descriptor: int) -> None:
        """Watch it no longer."""
        self._endpoint.loop.ignore(descriptor)

    @property
    def idle(self) -> bool:
        """No call or probe is under way, and the library holds no call for a silent far end."""
        return not (self._sessions or self._clogged or self._trunks.probing)

    # ------------------------------------------------------------ commands

    def execute(self, command: CallCommand) -> None:
        """Carry out a command; one for a call that is over is ignored."""
        now = time.monotonic()
        if isinstance(command, Dial):
            self._dial(command, now)
            return
        if isinstance(command, Probe):
            self._trunks.probe(command, now)
            return
        session = self._sessions.get(command.call)
        if session is None:
            return
        match command:
            case Play():
                session.play(command, now)
            case StopPlaying():
                session.stop_playing(now)
            case Collect():
                session.collect(command, now)
            case Record():
                session.record(command)
            case HangUp():
                session.hang_up(now)
            case _:
                assert_never(command)

    def _dial(self, dial: Dial, now: float) -> None:
        session = Session(dial, self._endpoint.loop, self._tell_of_call, now)
        self._sessions[dial.call] = session
        line = self._trunks.line(dial.trunk)
        if line is None:
            session.finish(now, "bad_trunk")
        else:
            self._place(session, line, now)

    def _place(self, session: Session, line: TrunkLine, now: float, tries: int = 0) -> None:
        if session.over:
            return
        resolved = self._trunks.address(line)
        if resolved is None:
            self._waiting.setdefault(line.way.next_hop.host, []).append(session)
            return
        if not resolved:
            session.finish(now, "not_resolved")
            return
        if now < self._next_place_at:
            self._retries.append((self._next_place_at, tries, session))
            return
        self._next_place_at = now + PLACE_GAP_SECONDS
        try:
            invitation = line.way.invitation(session.dial.number, session.dial.caller_id)
            self._endpoint.loop.expect_connection()
            session.place(line.account, invitation, now)
            self._trunks.guard_media(line)
        except BadNumber:
            session.finish(now, "bad_number")
        except BadAddress as error:
            self._tell(Fault(session.dial.call, str(error)))
            session.finish(now, "bad_trunk")
        except NoSlot:
            self._retries.append((now + RETRY_SECONDS, tries + 1, session))

    def _retry(self, now: float) -> None:
        due = [retry for retry in self._retries if retry[0] <= now]
        self._retries = [retry for retry in self._retries if retry[0] > now]
        for _, tries, session in due:
            if session.over:
                continue
            if tries > RETRIES:
                del self._sessions[session.dial.call]
                self._tell(Refused(session.dial.call))
                continue
            self._place_again(session, now, tries)

    def _place_again(self, session: Session, now: float, tries: int = 0) -> None:
        line = self._trunks.line(session.dial.trunk)
        if line is not None:
            self._place(session, line, now, tries)

    # ------------------------------------------------------------ the loop

    def round(self) -> set[int]:
        """Wait for something to do and do it; returns the readable descriptors that are watched."""
        ready, posted = self._endpoint.loop.once(self._wait_seconds())
        now = time.monotonic()
        for event in sorted(posted, key=_places_a_call):
            self._heed(event, now)
        for session in list(self._sessions.values()):
            deadline = session.deadline()
            if not session.over and deadline is not None and deadline <= now:
                session.expire(now)
        self._trunks.expire(now)
        self._retry(now)
        self._sweep()
        return ready

    def _tell_of_call(self, event: Event) -> None:
        if isinstance(event, Ended):
            self._sweep()  # the pool must not take a slot for free that the far end still holds
        self._tell(event)

    def _sweep(self) -> None:
        """Forget calls that are over, and tell of slots that their far ends still hold."""
        for key in [key for key, session in self._sessions.items() if session.over]:
            del self._sessions[key]
        clogged = max(0, calls_held() - sum(session.placed for session in self._sessions.values()))
        if clogged != self._clogged:
            self._clogged = clogged
            self._tell(Clogged(clogged))

    def _wait_seconds(self) -> float:
        deadlines: list[float] = [retry[0] for retry in self._retries]
        deadlines += [at for s in self._sessions.values() if (at := s.deadline()) is not None]
        if (due := self._trunks.deadline()) is not None:
            deadlines.append(due)
        return min([WAIT_SECONDS, *(at - time.monotonic() for at in deadlines)])

    def _heed(self, event: PostedEvent, now: float) -> None:
        kind, key, *rest = event
        if kind in OF_A_TRUNK:
            self._heed_trunk(event, now)
            return
        session = self._sessions.get(key)
        if session is not None and not session.over:  # late reports of a call that is over do arrive
            _report(session, kind, rest, now)

    def _heed_trunk(self, event: PostedEvent, now: float) -> None:
        self._trunks.heed(event, now)
        if event[0] == RESOLVED:
            for session in self._waiting.pop(event[1], []):
                self._place_again(session, now)

    # ------------------------------------------------------------ the end

    def close(self, parting_seconds: float = PARTING_SECONDS) -> None:
        """Hang up everything with BYE or CANCEL, tell every ending, destroy the library."""
        registered = self._trunks.leave()
        now = time.monotonic()
        for session in list(self._sessions.values()):
            session.hang_up(now, "broken")
        until = now + CLOSING_SECONDS
        while self._sessions and time.monotonic() < until:
            self.round()
        for session in list(self._sessions.values()):
            session.finish(time.monotonic(), "broken")
        self._endpoint.pump(PARTING_SECONDS if registered else parting_seconds)
        self._endpoint.close(parting_seconds=0.0)
        self._trunks.close()


def _report(session: Session, kind: str, rest: Sequence[Any], now: float) -> None:
    if kind == KEY:
        session.on_key(rest[0], now)
    elif kind == END_OF_FILE:
        session.on_end_of_file(rest[0], now)
    elif kind == STATE:
        session.on_state(rest[0], rest[1], rest[2], rest[3], now)
    elif kind == MEDIA:
        session.on_media(rest[0], now)
    elif kind == STREAM:
        session.on_stream(rest[0])
    elif kind == PROGRESS:
        session.on_progress()


def _places_a_call(event: PostedEvent) -> bool:
    """Endings first: a call object that outlives its call hangs up whatever gets its slot (`lifetime`)."""
    return bool(event[0] == RESOLVED)


def _endpoint_settings(configure: Configure, ways: Sequence[Way]) -> EndpointSettings:
    """Listen only on the address that leads to the trunks, where there is one such address."""
    hops = [way.next_hop for way in ways]
    literal = all(hop.is_literal for hop in hops)
    addresses = {local_address(hop.host) for hop in hops} if literal else set()
    return EndpointSettings(
        sip_port=configure.sip_port,
        rtp_port_first=configure.rtp_port_first,
        rtp_port_last=configure.rtp_port_last,
        address=addresses.pop() if len(addresses) == 1 else "",
        tcp=any(hop.tcp for hop in hops),
    )
