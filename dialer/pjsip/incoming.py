"""The answering side of a call, for simulated phones: what comes in is posted, the loop's thread reacts."""

import itertools
import re
from typing import Any

from dialer.pjsip.endpoint import Endpoint, RefusingAccount, RefusingCall, account_config
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy
from dialer.pjsip.loop import Loop, guarded

_REQUEST_URI_USER = re.compile(r"^INVITE sips?:([^@;>\s]*)@", re.IGNORECASE)


class IncomingCall(RefusingCall):
    """One call from outside. Posts ("answered", key) once and ("ended", key) once."""

    def __init__(self, loop: Loop, account: pj.Account, key: str, call_id: int) -> None:
        super().__init__(loop, account, key, call_id)
        self._player: Any = None

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802
        state = self.getInfo().state
        if state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.loop.post("answered", self.key)
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.loop.post("ended", self.key)

    def listen(self) -> None:
        """Once answered: from now on `level` tells something. The bridge measures only what somebody takes."""
        source = self._audio()
        if source is not None:
            source.startTransmit(pj.Endpoint.instance().audDevManager().getPlaybackDevMedia())

    def respond(self, status: int) -> None:
        """Ring (180), answer (200) or refuse (300 and above); a call that is over stays over."""
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        try:
            self.answer(prm)
        except pj.Error as error:
            if self.isActive():  # not the case when the caller's CANCEL came first
                raise RuntimeError(f"A simulated phone could not respond with {status}: {error.info()}") from error

    def hang_up(self) -> None:
        """End it from this side."""
        if self.isActive():
            self.hangup(pj.CallOpParam(True))

    def level(self) -> int:
        """How loud the far end is now, 0 to 100; 0 before `listen`."""
        media = self._audio()
        return int(media.getTxLevel()) if media else 0

    def press(self, keys: str) -> None:
        """Send keys as RFC 4733 events, 200 ms each; returns at once."""
        if self.isActive():
            self.dialDtmf(keys)

    def play(self, path: str) -> None:
        """Say a WAV once; it stops by itself or with the call."""
        sink = self._audio()
        if sink is None:
            return
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)
        self._player.startTransmit(sink)

    def bury(self) -> None:
        """After "ended", from the loop: the C++ objects of this call go now, its player a moment later."""
        if self._player is not None:
            self.loop.grave.retire(self._player, None)
            self._player = None
        destroy(pj.Call, self)

    def _audio(self) -> Any:
        try:
            return self.getAudioMedia(-1)
        except pj.Error:
            return None


class IncomingAccount(RefusingAccount):
    """Takes every call: posts ("invited", key, called number), and holds it until it is buried."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint.loop)
        self.calls: dict[str, IncomingCall] = {}
        self._keys = map(str, itertools.count(1))
        address = endpoint.settings.address
        self.create(account_config(endpoint.settings, f"sip:phone@{address}:{endpoint.settings.sip_port}"))

    @guarded
    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        key = next(self._keys)
        self.calls[key] = IncomingCall(self.loop, self, key, prm.callId)
        self.loop.post("invited", key, called_number(prm.rdata.wholeMsg))

    def bury(self, key: str) -> None:
        """Forget a call that has ended."""
        self.calls.pop(key).bury()


def called_number(message: str) -> str:
    """The user part of an INVITE's request URI; "" when it has none."""
    found = _REQUEST_URI_USER.match(message)
    return found[1] if found else ""
