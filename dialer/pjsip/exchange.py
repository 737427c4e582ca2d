"""All calls of one line process over its trunks: hands commands and reports to the call they belong to."""

import time
from collections.abc import Callable, Sequence
from typing import Any, assert_never

from dialer.addresses import Way, way_to
from dialer.messages import (
    Bridge,
    Bridged,
    Clogged,
    Collect,
    Configure,
    Dial,
    Ended,
    Event,
    HangUp,
    Listen,
    Play,
    Probe,
    Record,
    Refused,
    StopPlaying,
    Transfer,
)
from dialer.pjsip.calls import KEY, MEDIA, PROGRESS, STATE, STREAM, TRANSFER
from dialer.pjsip.endpoint import PARTING_SECONDS, Endpoint, EndpointSettings
from dialer.pjsip.library import calls_held
from dialer.pjsip.loop import WAIT_SECONDS, PostedEvent
from dialer.pjsip.placing import Placing
from dialer.pjsip.playing import END_OF_FILE
from dialer.pjsip.resolver import RESOLVED, local_address
from dialer.pjsip.session import Session
from dialer.pjsip.trunks import PROBE_ENDED, REGISTRATION, Trunks

CLOSING_SECONDS = 0.7  # endings are told at once, but a recording may take half a second to be finished

OF_A_TRUNK = (RESOLVED, REGISTRATION, PROBE_ENDED)

LaterCommand = Play | StopPlaying | Collect | Listen | Record | Bridge | Transfer | HangUp  # in a call
CallCommand = Dial | LaterCommand | Probe
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
        self._placing = Placing(self._endpoint, self._trunks, tell, self._refuse)
        self._clogged = 0
        self._forsaken = False
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

    @property
    def bridging(self) -> bool:
        """Two people hear each other."""
        return any(session.side.bridged for session in self._sessions.values())

    def forsake(self) -> None:
        """Nobody commands any more: those who hear each other go on until either hangs up, nobody else."""
        self._forsaken = True
        self._drop_lonely(time.monotonic())

    def _drop_lonely(self, now: float) -> None:
        for session in list(self._sessions.values()):
            if not session.side.bridged:
                session.hang_up(now)

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
        if session is not None:
            self._execute(command, session, now)

    def _execute(self, command: LaterCommand, session: Session, now: float) -> None:
        match command:
            case Play():
                session.play(command, now)
            case StopPlaying():
                session.stop_playing(now)
            case Collect():
                session.collect(command, now)
            case Listen():
                session.listen(command, now)
            case Record():
                session.record(command)
            case Bridge(other=other):
                self._bridge(session, self._sessions.get(other), command, now)
            case Transfer():
                session.transfer(command, now)
            case HangUp():
                session.hang_up(now)
            case _:
                assert_never(command)

    def _dial(self, dial: Dial, now: float) -> None:
        session = Session(dial, self._endpoint.loop, self._tell_of_call, now)
        self._sessions[dial.call] = session
        self._placing.place(session, now)

    def _refuse(self, session: Session) -> None:
        del self._sessions[session.dial.call]
        self._tell(Refused(session.dial.call))

    def _bridge(self, session: Session, other: Session | None, bridge: Bridge, now: float) -> None:
        joined = other is not None and session.side.join(other.side, now)
        self._tell(Bridged(bridge.call, bridge.other, joined))

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
        self._placing.expire(now)
        if self._forsaken:
            self._drop_lonely(now)
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
        deadlines = self._placing.deadlines()
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
            self._placing.resolved(event[1], now)

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
    elif kind == TRANSFER:
        session.transferring.heed(rest[0], rest[1], now)
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
