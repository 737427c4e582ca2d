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
    """One call from outside. Posts ("answered", key) once and ("ended", key) once; then nothing has effect.

    The C++ object is destroyed in its last callback: before the loop gets to it, the library may have given
    its slot to the next INVITE, and the destruction would hang up that one.
    """

    def __init__(self, loop: Loop, account: pj.Account, key: str, call_id: int) -> None:
        super().__init__(loop, account, key, call_id)
        self.over = False
        self._player: Any = None

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802
        state = self.getInfo().state
        if state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.loop.post("answered", self.key)
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            self.loop.post("ended", self.key)
            destroy(pj.Call, self)

    def respond(self, status: int) -> None:
        """Ring (180), answer (200) or refuse (300 and above)."""
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        if not self.over:
            self.answer(prm)

    def hang_up(self) -> None:
        """End it from this side."""
        if not self.over:
            self.hangup(pj.CallOpParam(True))

    def listen(self) -> None:
        """Once answered: from now on `level` tells something; the bridge measures only what is taken."""
        source = self._audio()
        if source is not None:
            source.startTransmit(pj.Endpoint.instance().audDevManager().getPlaybackDevMedia())

    def level(self) -> int:
        """How loud the far end is now, 0 to 100; 0 before `listen`."""
        media = self._audio()
        return int(media.getTxLevel()) if media is not None else 0

    def press(self, keys: str) -> None:
        """Send keys as RFC 4733 events, 200 ms each; returns at once."""
        if not self.over:
            self.dialDtmf(keys)

    def play(self, path: str) -> None:
        """Say a WAV once, instead of what is said now; it stops by itself or with the call."""
        sink = self._audio()
        if sink is not None:
            if self._player is not None:
                self.loop.grave.retire(self._player, sink)
            self._player = pj.AudioMediaPlayer()
            self._player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)
            self._player.startTransmit(sink)

    def retire(self) -> None:
        """After "ended", or never to be used again, from the loop: its player goes a moment later."""
        if not self.over:
            self.over = True
            destroy(pj.Call, self)
        if self._player is not None:
            self.loop.grave.retire(
                self._player, None
            )  # the bridge forgot the call's port together with the call
            self._player = None

    def _audio(self) -> Any:
        if self.over:
            return None
        try:
            return self.getAudioMedia(-1)
        except pj.Error:
            return None


class IncomingAccount(RefusingAccount):
    """Takes every call: posts ("invited", key, called number), and holds it until `forget`."""

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

    def forget(self, key: str) -> None:
        """A call has ended."""
        self.calls.pop(key).retire()


def called_number(message: str) -> str:
    """The user part of an INVITE's request URI; "" when it has none."""
    found = _REQUEST_URI_USER.match(message)
    return found[1] if found else ""
