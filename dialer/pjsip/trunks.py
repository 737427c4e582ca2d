"""The trunks of one line process: accounts and registrations, probes, names looked up, strangers kept out."""

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from dialer.addresses import Way
from dialer.messages import Event, Probe, Probed, Registered
from dialer.pjsip.doorkeeper import Doorkeeper, Network
from dialer.pjsip.endpoint import Endpoint, RefusingAccount, account_config
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy
from dialer.pjsip.loop import Loop, PostedEvent, guarded
from dialer.pjsip.probing import Probing
from dialer.pjsip.resolver import RESOLVED, Resolver, local_address

REGISTRATION, PROBE_ENDED = "registration", "probe_ended"
REGISTERED_SECONDS = 300  # asked for; the library renews in time, and a registrar may grant less
AGAIN_SECONDS = (5.0, 10.0, 20.0, 40.0, 60.0)  # after so many failed registrations in a row; then the last
LOOK_UP_SECONDS = 1.0  # for a name that is being looked up
MOST_ACCOUNTS = 8  # in one process (PJSUA_MAX_ACC); one more would abort it


def again_seconds(failures: int) -> float:
    """How long to wait after the registration has failed so often in a row, 1 or more."""
    return AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS)) - 1]


class TrunkAccount(RefusingAccount):
    """Posts (REGISTRATION, trunk, status) and (PROBE_ENDED, trunk, status); 0 when no response came."""

    def __init__(self, loop: Loop, trunk: str) -> None:
        super().__init__(loop)
        self._trunk = trunk

    @guarded
    def onRegState(self, prm: Any) -> None:  # noqa: N802
        self.loop.post(REGISTRATION, self._trunk, int(prm.code) if prm.rdata.wholeMsg else 0)

    @guarded
    def onSendRequest(self, prm: Any) -> None:  # noqa: N802
        transaction = prm.e.body.tsxState
        received = transaction.type == pj.PJSIP_EVENT_RX_MSG
        self.loop.post(PROBE_ENDED, self._trunk, int(transaction.tsx.statusCode) if received else 0)


class TrunkLine:
    """One trunk and its account, which exists once the address of the next hop is known."""

    def __init__(self, way: Way, registers: bool) -> None:
        self.way = way
        self.account: TrunkAccount | None = None
        self.probing = Probing(way.trunk.name)
        self.registers = registers
        self.register_at: float | None = None
        self._failures = 0
        self._told: int | None = None
        self._resolved = ""
        self._direct: TrunkAccount | None = None

    def open(self, endpoint: Endpoint, resolved: str) -> None:
        """Have the account for this address of the next hop."""
        if self._resolved == resolved:
            return
        config = self._config(endpoint, resolved)
        self._resolved = resolved
        if self.account is None:
            self.account = TrunkAccount(endpoint.loop, self.way.trunk.name)
            self.account.create(config)
        else:
            self.account.modify(config)

    @property
    def accounts(self) -> int:
        """How many it has, or will have: its own, and perhaps one past its routes."""
        return 1 if self._direct is None else 2

    def direct(self, endpoint: Endpoint, may_add: bool) -> TrunkAccount | None:
        """The account for phones that are called past the routes of the trunk, once `open` was called.

        Without one the trunk gets the INVITE, and may send it on to where its request URI says.
        """
        if not self.way.routes(self._resolved):
            return self.account
        if self._direct is None and may_add:
            self._direct = TrunkAccount(endpoint.loop, self.way.trunk.name)
            config = self._own_config(endpoint, self._resolved)
            config.sipConfig.transportId = endpoint.udp
            self._direct.create(config)
        return self._direct or self.account

    def _own_config(self, endpoint: Endpoint, resolved: str) -> Any:
        return account_config(
            endpoint.settings, self.way.account, local_address(self.way.media_towards(resolved))
        )

    def _config(self, endpoint: Endpoint, resolved: str) -> Any:
        config = self._own_config(endpoint, resolved)
        for route in self.way.routes(resolved):
            config.sipConfig.proxies.append(route)
        if not self.way.next_hop.tcp:
            config.sipConfig.transportId = (
                endpoint.udp
            )  # else what is over 1300 bytes goes by TCP, if we have it
        trunk = self.way.trunk
        if trunk.username:
            login = pj.AuthCredInfo("digest", "*", trunk.username, 0, trunk.password)
            config.sipConfig.authCreds.append(login)
        if self.registers:
            config.regConfig.registrarUri = self.way.address.uri
            config.regConfig.registerOnAdd = True
            config.regConfig.timeoutSec = REGISTERED_SECONDS
            config.regConfig.retryIntervalSec = 0  # the library tries again after some refusals only: we do
            config.regConfig.dropCallsOnFail = False
        return config

    def send_probe(self, now: float) -> None:
        """OPTIONS to the trunk by way of its proxy (RFC 3261 section 11)."""
        prm = pj.SendRequestParam()
        prm.method = "OPTIONS"
        prm.txOption.targetUri = self.way.address.uri
        assert self.account is not None
        try:
            self.account.sendRequest(prm)
        except pj.Error:
            self.probing.unsent(now)
        else:
            self.probing.sent(now)

    def on_registration(self, status: int, now: float) -> list[Registered]:
        """A registration has ended well or not; what is new is told, and a failed one is tried again."""
        if not self.registers:
            return []
        self._failures = 0 if status // 100 == 2 else self._failures + 1
        self.register_at = now + again_seconds(self._failures) if self._failures else None
        if status == self._told:
            return []
        self._told = status
        return [Registered(self.way.trunk.name, status)]

    def register(self, renew: bool) -> None:
        """Send a REGISTER, or with `renew` False one that takes it back; the outcome is posted."""
        self.register_at = None
        if self.account is not None:
            with contextlib.suppress(pj.Error):  # one is under way already, or there is none to take back
                self.account.setRegistration(renew)

    def leave(self) -> bool:
        """Take a registration back; whether there was one."""
        registered = self.registers and self._told is not None and self._told // 100 == 2
        self.registers = False
        if registered:
            self.register(False)
        return registered

    def close(self) -> None:
        """Destroy the account: a later collection would end that of a later endpoint.

        Only after the library: without its account the end of a request that is under way aborts the process.
        """
        for account in (self.account, self._direct):
            if account is not None:
                destroy(pj.Account, account)
        self.account = self._direct = None


class Trunks:
    """Used from the loop's thread; `now` is monotonic seconds."""

    def __init__(
        self, ways: Sequence[Way], registrar: bool, endpoint: Endpoint, tell: Callable[[Event], None]
    ) -> None:
        self._lines = {way.trunk.name: TrunkLine(way, registrar and way.trunk.register) for way in ways}
        self._endpoint = endpoint
        self._tell = tell
        self._resolver = Resolver(endpoint.loop)
        settings = endpoint.settings
        self._doorkeeper = Doorkeeper(settings.sip_port, settings.rtp_port_first, settings.rtp_port_last)
        self._networks = {network for way in ways for network in way.networks}
        self._hosts = {hop.host for way in ways for hop in (way.address, way.proxy) if hop is not None}
        for host in self._hosts:
            self._resolver.address(host)
        self._let_in()
        for line in self._lines.values():
            self.address(line)

    def line(self, trunk: str) -> TrunkLine | None:
        """A trunk by its name."""
        return self._lines.get(trunk)

    def address(self, line: TrunkLine) -> str | None:
        """The address of the next hop, for which `line.account` is open from now on.

        "" when its name has none; None while it is asked for: RESOLVED will be posted.
        """
        resolved = self._resolver.address(line.way.next_hop.host)
        if resolved:
            line.open(self._endpoint, resolved)
        return resolved

    def account(self, line: TrunkLine, direct: bool) -> TrunkAccount | None:
        """The account for a call, once `address` is known; `direct`: past the routes of the trunk."""
        if not direct:
            return line.account
        may_add = sum(each.accounts for each in self._lines.values()) < MOST_ACCOUNTS
        return line.direct(self._endpoint, may_add)

    def guard_media(self, line: TrunkLine) -> None:
        """Right after a call was placed: its RTP is heard from the trunk's networks alone."""
        if self._networks:
            self._doorkeeper.admit_media(line.way.networks)

    # ------------------------------------------------------------ probes

    @property
    def probing(self) -> bool:
        """Whether a probe is under way."""
        return any(line.probing.deadline is not None for line in self._lines.values())

    def probe(self, probe: Probe, now: float) -> None:
        """Ask a trunk whether it is there; ends with one `Probed`."""
        line = self._lines.get(probe.trunk)
        if line is None:
            self._tell(Probed(probe.trunk, 0, 0.0))
        elif line.probing.ask(now):
            self._send_probe(line, self.address(line), now)

    def _send_probe(self, line: TrunkLine, resolved: str | None, now: float) -> None:
        if resolved:
            self._endpoint.loop.expect_connection()
            line.send_probe(now)
        elif resolved == "":
            line.probing.unsent(now)

    # ------------------------------------------------------------ what is posted, and time

    def heed(self, event: PostedEvent, now: float) -> None:
        """Take note of RESOLVED, REGISTRATION and PROBE_ENDED; ignore the rest."""
        match event:
            case (kind, host, addresses) if kind == RESOLVED:
                self._resolver.keep(host, addresses)
                self._let_in()
                self._found(host, now)
            case (kind, trunk, status) if kind == REGISTRATION:
                self._tell_all(self._lines[trunk].on_registration(status, now))
            case (kind, trunk, status) if kind == PROBE_ENDED:
                self._lines[trunk].probing.ended(status, now)

    def _found(self, host: str, now: float) -> None:
        for line in self._lines.values():
            if line.way.next_hop.host == host:
                resolved = self.address(line)
                if line.probing.waits:
                    self._send_probe(line, resolved, now)
                if not resolved and line.account is None:
                    self._tell_all(line.on_registration(0, now))

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        times = [at for line in self._lines.values() for at in (line.register_at, line.probing.deadline)]
        return min((at for at in times if at is not None), default=None)

    def expire(self, now: float) -> None:
        """Tell probes that have ended, and try again to register what failed."""
        for line in self._lines.values():
            self._tell_all(line.probing.over(now))
            if line.register_at is not None and line.register_at <= now:
                self._register_again(line, now)

    def _register_again(self, line: TrunkLine, now: float) -> None:
        resolved = self.address(line)
        if resolved is None:
            line.register_at = now + LOOK_UP_SECONDS
        elif resolved:
            line.register(True)
        else:
            self._tell_all(line.on_registration(0, now))

    def _tell_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self._tell(event)

    def _let_in(self) -> None:
        hosts = {Network(at) for host in self._hosts for at in self._resolver.known_addresses(host)}
        self._doorkeeper.admit(hosts | self._networks)

    # ------------------------------------------------------------ the end

    def leave(self) -> bool:
        """Take the registrations back; whether there were any. The answers come while the loop runs on."""
        return any([line.leave() for line in self._lines.values()])

    def close(self) -> None:
        """After the library was destroyed: answer what was asked, destroy the accounts."""
        now = time.monotonic()
        for line in self._lines.values():
            line.probing.give_up(now)
            line.close()
        self.expire(now)
