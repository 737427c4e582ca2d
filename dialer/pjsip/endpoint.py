"""One endpoint of the library per process: created, set up and destroyed in the only order that works."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dialer.pjsip.library import largest_call_count, pj, shorten_transactions
from dialer.pjsip.lifetime import destroy
from dialer.pjsip.loop import Loop, guarded

MOST_CALLS = 32  # asked for; the library gives as many of them as were compiled in
RATE_HZ = 8000
FRAME_MS = 20
CODECS = {"PCMA/8000/1": 254, "PCMU/8000/1": 253}  # all others stay off: their parsers have known holes
# RFC 4028: the shortest allowed, and twice that: so a peer that vanishes on hold is noticed.
MIN_SESSION_SECONDS, SESSION_SECONDS = 90, 180
PARTING_SECONDS = 0.3  # after the last hang-up: late events of players and streams come home


@dataclass(frozen=True)
class EndpointSettings:
    """Ports and address of one endpoint. RTP uses the even ports from `rtp_port_first`, RTCP the odd ones."""

    sip_port: int
    rtp_port_first: int
    rtp_port_last: int
    address: str = ""  # the local address to bind, "" for every interface
    tcp: bool = False
    user_agent: str = "health-dialer"


class Endpoint:
    """The library, started. Only one may live in a process; make it after the last fork.

    `calls` is how many calls it holds, `loop` what its thread waits in.
    Raises pj.Error, for example when the SIP port is taken.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self.settings = settings
        self._library = pj.Endpoint()
        with _silent_stdout():
            self._library.libCreate()
        try:
            self._library.libInit(_endpoint_config(settings))
            shorten_transactions()
            self.calls = largest_call_count()
            self._open_transports()
            self._library.libStart()
            self._library.audDevManager().setNullDev()
            self._choose_codecs()
        except BaseException:  # Ctrl-C too: a library that is not destroyed aborts the process
            self._library.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)
            destroy(pj.Endpoint, self._library)
            raise
        self.loop = Loop(self._library.libHandleEvents, settings.sip_port, settings.tcp)

    def _open_transports(self) -> None:
        config = pj.TransportConfig()
        config.port = self.settings.sip_port
        config.boundAddress = self.settings.address
        self.udp = self._library.transportCreate(pj.PJSIP_TRANSPORT_UDP, config)
        if self.settings.tcp:
            self._library.transportCreate(pj.PJSIP_TRANSPORT_TCP, config)

    def _choose_codecs(self) -> None:
        for codec in self._library.codecEnum2():
            self._library.codecSetPriority(codec.codecId, CODECS.get(codec.codecId, 0))

    def pump(self, seconds: float = PARTING_SECONDS) -> None:
        """Let late events come home and the last players be buried; what is posted meanwhile is lost."""
        until = time.monotonic() + seconds
        while self.loop.grave or time.monotonic() < until:
            self.loop.once(0.02)

    def close(self, parting_seconds: float = PARTING_SECONDS) -> None:
        """Pump the loop once more, then destroy the library. Calls, ports and recorders must be gone.

        Afterwards another endpoint can be made: 1,000 rounds in one process left no trace.
        """
        self.pump(parting_seconds)
        with _silent_stdout():
            self._library.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)
            destroy(pj.Endpoint, self._library)
        self.loop.close()


def account_config(settings: EndpointSettings, identity: str, media_address: str = "") -> Any:
    """What every account of ours starts from; `identity` is its SIP URI (From).

    `media_address` is the local address for RTP; "" where SIP is bound to.
    """
    config = pj.AccountConfig()
    config.idUri = identity
    config.regConfig.registerOnAdd = False
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    config.callConfig.timerMinSESec = MIN_SESSION_SECONDS
    config.callConfig.timerSessExpiresSec = SESSION_SECONDS
    media = config.mediaConfig
    media.lockCodecEnabled = False  # its re-INVITE can abort the process when it crosses a hang-up
    media.srtpUse = 0
    media.transportConfig.port = settings.rtp_port_first
    # The RTCP port of the last pair may lie one above the range, hence the last two ports are left free.
    media.transportConfig.portRange = settings.rtp_port_last - settings.rtp_port_first - 1
    media.transportConfig.boundAddress = media_address or settings.address
    return config


class RefusingAccount(pj.Account):  # type: ignore[misc]
    """An account that nobody can subscribe to; INVITEs are refused unless `onIncomingCall` is overridden."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self.loop = loop

    @guarded
    def onIncomingSubscribe(self, prm: Any) -> None:  # noqa: N802
        prm.code = pj.PJSIP_SC_FORBIDDEN


class RefusingCall(pj.Call):  # type: ignore[misc]
    """A call that nobody can send elsewhere: REFER, Replaces and redirects are declined.

    `key` names the call in posted events; it is ours, since the library reuses its numbers.
    Destroy it with `destroy(pj.Call, call)` once it has disconnected, from the loop, not in its callback.
    """

    def __init__(self, loop: Loop, account: pj.Account, key: str, call_id: int = -1) -> None:
        super().__init__(account, call_id)
        self.loop = loop
        self.key = key

    @guarded
    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: N802
        prm.statusCode = pj.PJSIP_SC_DECLINE

    @guarded
    def onCallReplaceRequest(self, prm: Any) -> None:  # noqa: N802
        prm.statusCode = pj.PJSIP_SC_DECLINE

    @guarded
    def onCallRedirected(self, prm: Any) -> int:  # noqa: N802
        return int(pj.PJSIP_REDIRECT_REJECT)


def _endpoint_config(settings: EndpointSettings) -> Any:
    config = pj.EpConfig()
    config.logConfig.level = 0  # it would write phone numbers
    config.logConfig.consoleLevel = 0
    config.uaConfig.userAgent = settings.user_agent
    config.uaConfig.maxCalls = MOST_CALLS
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = False
    media = config.medConfig
    media.clockRate = media.sndClockRate = RATE_HZ
    media.channelCount = 1
    media.audioFramePtime = media.ptime = FRAME_MS
    media.ecTailLen = 0
    media.noVad = True
    media.sndAutoCloseTime = -1  # else RTP stops a second after the last prompt
    return config


@contextlib.contextmanager
def _silent_stdout() -> Iterator[None]:
    """The library prints on descriptor 1 before its log settings apply."""
    sys.stdout.flush()
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)
