"""All calls of one line process over its trunks: hands commands and reports to the call they belong to."""

import time
from collections.abc import Callable, Sequence
from typing import Any, assert_never

from dialer.addresses import BadAddress, TrunkAddress, address_of
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
    Record,
    Refused,
    StopPlaying,
)
from dialer.pjsip.calls import KEY, MEDIA, PROGRESS, STATE
from dialer.pjsip.endpoint import Endpoint, EndpointSettings, RefusingAccount, account_config
from dialer.pjsip.hearing import BEEP
from dialer.pjsip.library import calls_held, pj
from dialer.pjsip.loop import WAIT_SECONDS, PostedEvent
from dialer.pjsip.playing import END_OF_FILE
from dialer.pjsip.resolver import RESOLVED, Resolver, local_address
from dialer.pjsip.session import NoSlot, Session
from dialer.settings import Trunk

RETRY_SECONDS = 0.02  # a slot that was just freed is not always accepted at once
RETRIES = 10
CLOSING_SECONDS = 0.7  # endings are told at once, but a recording may take half a second to be finished

CallCommand = Dial | Play | StopPlaying | Collect | Record | HangUp
Tell = Callable[[Event | Clogged | Refused], None]


class TrunkLine:
    """One trunk with its account, made when its address is known."""

    def __init__(self, trunk: Trunk) -> None:
        self.trunk = trunk
        self.address: TrunkAddress = address_of(trunk)
        self.identity = self.address.identity(trunk.caller_id or trunk.username)
        self._account: RefusingAccount | None = None
        self._resolved = ""

    def account(self, endpoint: Endpoint, resolved: str) -> Any:
        """The account for calls to this address of the trunk."""
        if self._account is None or self._resolved != resolved:
            config = self._config(endpoint.settings, resolved)
            if self._account is None:
                self._account = RefusingAccount(endpoint.loop)
                self._account.create(config)
            else:
                self._account.modify(config)
            self._resolved = resolved
        return self._account

    def _config(self, settings: EndpointSettings, resolved: str) -> Any:
        config = account_config(settings, self.identity, local_address(resolved))
        if not self.address.is_literal:
            config.sipConfig.proxies.append(self.address.route(resolved))
        if self.trunk.username:
            login = pj.AuthCredInfo("digest", "*", self.trunk.username, 0, self.trunk.password)
            config.sipConfig.authCreds.append(login)
        return config


class Exchange:
    """Opens the endpoint and holds `calls` calls. Raises pj.Error (the SIP port is taken), BadAddress."""

    def __init__(self, configure: Configure, tell: Tell) -> None:
        self._trunks = {trunk.name: TrunkLine(trunk) for trunk in configure.trunks}
        self._endpoint = Endpoint(_endpoint_settings(configure, list(self._trunks.values())))
        self._tell = tell
        self._resolver = Resolver(self._endpoint.loop)
        self._sessions: dict[str, Session] = {}
        self._waiting: dict[str, list[Session]] = {}
        self._retries: list[tuple[float, int, Session]] = []
        self._clogged = 0
        self.calls = self._endpoint.calls

    def watch(self, descriptor: int) -> None:
        """Let `round` return when this descriptor is readable."""
        self._endpoint.loop.watch(descriptor)

    def ignore(self, descriptor: int) -> None:
        """Watch it no longer."""
        self._endpoint.loop.ignore(descriptor)

    @property
    def idle(self) -> bool:
        """No call is under way."""
        return not self._sessions

    # ------------------------------------------------------------ commands

    def execute(self, command: CallCommand) -> None:
        """Carry out a command; one for a call that is over is ignored."""
        now = time.monotonic()
        if isinstance(command, Dial):
            self._dial(command, now)
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
        line = self._trunks.get(dial.trunk)
        if line is None:
            session.finish(now, "bad_trunk")
            return
        resolved = line.address.host if line.address.is_literal else self._resolver.address(line.address.host)
        if resolved is None:
            self._waiting.setdefault(line.address.host, []).append(session)
        else:
            self._place(session, line, resolved, now)

    def _place(self, session: Session, line: TrunkLine, resolved: str, now: float, tries: int = 0) -> None:
        if session.over:
            return
        if not resolved:
            session.finish(now, "not_resolved")
            return
        try:
            uri = line.address.request_uri(session.dial.number)
        except BadAddress:
            session.finish(now, "bad_number")
            return
        try:
            identity = line.address.identity(session.dial.caller_id) if session.dial.caller_id else ""
        except BadAddress as error:
            self._tell(Fault(session.dial.call, str(error)))
            session.finish(now, "bad_trunk")
            return
        try:
            session.place(line.account(self._endpoint, resolved), uri, identity or line.identity, now)
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
            line = self._trunks[session.dial.trunk]
            resolved = (
                line.address.host if line.address.is_literal else self._resolver.address(line.address.host)
            )
            self._place(session, line, resolved or "", now, tries)

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
        return min([WAIT_SECONDS, *(at - time.monotonic() for at in deadlines)])

    def _heed(self, event: PostedEvent, now: float) -> None:
        kind, key, *rest = event
        if kind == RESOLVED:
            self._resolved(key, rest[0], now)
            return
        session = self._sessions.get(key)
        if session is None or session.over:
            return  # late reports of a call that is over do arrive
        if kind == KEY:
            session.on_key(rest[0], rest[1], rest[2], now)
        elif kind == END_OF_FILE:
            session.on_end_of_file(rest[0], now)
        elif kind == STATE:
            session.on_state(rest[0], rest[1], rest[2], now)
        elif kind == MEDIA:
            session.on_media(rest[0], now)
        elif kind == PROGRESS:
            session.on_progress()
        elif kind == BEEP:
            session.on_beep()

    def _resolved(self, host: str, address: str, now: float) -> None:
        self._resolver.keep(host, address)
        for session in self._waiting.pop(host, []):
            self._place(session, self._trunks[session.dial.trunk], address, now)

    # ------------------------------------------------------------ the end

    def close(self) -> None:
        """Hang up everything with BYE or CANCEL, tell every ending, destroy the library."""
        now = time.monotonic()
        for session in list(self._sessions.values()):
            session.hang_up(now, "broken")
        until = now + CLOSING_SECONDS
        while self._sessions and time.monotonic() < until:
            self.round()
        for session in list(self._sessions.values()):
            session.finish(time.monotonic(), "broken")
        self._endpoint.close()


def _places_a_call(event: PostedEvent) -> bool:
    """Endings first: a call object that outlives its call hangs up whatever gets its slot (`lifetime`)."""
    return bool(event[0] == RESOLVED)


def _endpoint_settings(configure: Configure, lines: Sequence[TrunkLine]) -> EndpointSettings:
    """Listen only on the address that leads to the trunks, where there is one such address."""
    literal = all(line.address.is_literal for line in lines)
    addresses = {local_address(line.address.host) for line in lines} if literal else set()
    return EndpointSettings(
        sip_port=configure.sip_port,
        rtp_port_first=configure.rtp_port_first,
        rtp_port_last=configure.rtp_port_last,
        address=addresses.pop() if len(addresses) == 1 else "",
        tcp=any(line.address.tcp for line in lines),
    )
