"""An outgoing call as the library sees it: its callbacks, which only post plain values to the loop.

Posted: `("progress", key, status)`, `("state", key, state, status, received)`, `("media", key, active)`,
`("key", key, digit, timestamp_ms, way)`.
"""

from typing import Any

from dialer.pjsip.endpoint import RefusingCall
from dialer.pjsip.library import pj
from dialer.pjsip.loop import guarded
from dialer.pjsip.offer import heard_type, with_event_types

PROGRESS, STATE, MEDIA, KEY = "progress", "state", "media", "key"


class OutgoingCall(RefusingCall):
    """Construct, `makeCall`, and destroy from the loop once ("state", key, DISCONNECTED, ...) was posted."""

    @guarded
    def onCallTsxState(self, prm: Any) -> None:  # noqa: N802
        transaction = prm.e.body.tsxState.tsx
        if transaction.method == "INVITE" and transaction.state == pj.PJSIP_TSX_STATE_PROCEEDING:
            self.loop.post(PROGRESS, self.key, transaction.statusCode)

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        received = prm.e.body.tsxState.type == pj.PJSIP_EVENT_RX_MSG
        self.loop.post(STATE, self.key, info.state, info.lastStatusCode, received)

    @guarded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()  # kept while its list is read: the list does not keep it
        active = any(
            media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE
            for media in info.media
        )
        self.loop.post(MEDIA, self.key, active)

    @guarded
    def onDtmfEvent(self, prm: Any) -> None:  # noqa: N802
        self.loop.post(KEY, self.key, prm.digit, prm.timestamp, prm.method)

    @guarded
    def onCallSdpCreated(self, prm: Any) -> None:  # noqa: N802
        if not prm.remSdp.wholeSdp:
            prm.sdp.wholeSdp = with_event_types(prm.sdp.wholeSdp)

    @guarded
    def onStreamPreCreate(self, prm: Any) -> None:  # noqa: N802
        if prm.streamInfo.type == pj.PJMEDIA_TYPE_AUDIO:
            prm.streamInfo.audRxEventPt = heard_type(prm.streamInfo.audTxEventPt)
