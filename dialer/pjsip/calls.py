"""An outgoing call as the library sees it: its callbacks, which only post plain values to the loop.

Posted: `("progress", key, status)`, `("state", key, state, status, received, Told)`,
`("media", key, Audio)`, `("stream", key, StreamFigures)`,
`("key", key, KeyPacket)`, `("transfer", key, status, final)`.
"""

from typing import Any, Literal

from dialer.addresses import Invitation
from dialer.digits import KeyPacket
from dialer.endings import LocalFailure
from dialer.pjsip.endpoint import RefusingCall
from dialer.pjsip.info import answer_to, key_of
from dialer.pjsip.library import is_no_way, pj, respond, sip_header
from dialer.pjsip.lifetime import destroy
from dialer.pjsip.loop import Loop, guarded
from dialer.pjsip.offer import heard_type, with_event_types
from dialer.pjsip.watch import figures_of
from dialer.refusals import NOTHING_TOLD, told_by

PROGRESS, STATE, MEDIA, STREAM, KEY = "progress", "state", "media", "stream", "key"
TRANSFER = "transfer"
# both: both may send; to_them: the far end only listens; held: it does not listen, whether it sends or not
Audio = Literal["none", "both", "to_them", "held"]
DTMF_ENDED = 2  # PJMEDIA_STREAM_DTMF_IS_END, which the binding does not name
PJ_ETOOMANY = 70010


class NoSlot(Exception):
    """The library has no slot for another call now; try again in a moment."""


class NotPlaced(Exception):
    """The library could not send the INVITE."""

    def __init__(self, why: LocalFailure) -> None:
        super().__init__(why)
        self.why: LocalFailure = why


class OutgoingCall(RefusingCall):
    """Construct, `makeCall`, and destroy from the loop once ("state", key, DISCONNECTED, ...) was posted."""

    tones_only = False  # the far end has agreed to no telephone-event: its keys may come as tones

    def refer(self, refer_to: str) -> bool:
        """Send REFER; False when it could not be sent. What becomes of it is posted."""
        try:
            self.xfer(refer_to, pj.CallOpParam(True))
        except pj.Error:
            return False
        return True

    @guarded
    def onCallTsxState(self, prm: Any) -> None:  # noqa: N802
        change, transaction = prm.e.body.tsxState, prm.e.body.tsxState.tsx
        if transaction.method == "INVITE" and transaction.state == pj.PJSIP_TSX_STATE_PROCEEDING:
            self.loop.post(PROGRESS, self.key, transaction.statusCode)
        elif transaction.state == pj.PJSIP_TSX_STATE_TRYING and change.type == pj.PJSIP_EVENT_RX_MSG:
            self._heed_request(transaction.method, change.src.rdata)

    def _heed_request(self, method: str, request: Any) -> None:
        status = answer_to(method, request.wholeMsg)
        if status:
            respond(request, status)
        if method == "INFO" and (key := key_of(request.wholeMsg)):
            self.loop.post(KEY, self.key, KeyPacket(key, "info"))

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        cause = prm.e.body.tsxState
        received = cause.type == pj.PJSIP_EVENT_RX_MSG
        last = received and info.state == pj.PJSIP_INV_STATE_DISCONNECTED
        told = told_by(cause.src.rdata.wholeMsg) if last else NOTHING_TOLD
        self.loop.post(STATE, self.key, info.state, info.lastStatusCode, received, told)

    @guarded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()  # kept while its list is read: the list does not keep it
        audio = next((media for media in info.media if media.type == pj.PJMEDIA_TYPE_AUDIO), None)
        self.loop.post(MEDIA, self.key, "none" if audio is None else _audio(audio.status, audio.dir))

    @guarded
    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: N802
        figures = figures_of(self)  # the last moment at which the library still has them
        if figures is not None:
            self.loop.post(STREAM, self.key, figures)

    @guarded
    def onDtmfEvent(self, prm: Any) -> None:  # noqa: N802
        if prm.method == pj.PJSUA_DTMF_METHOD_RFC2833:  # `onCallTsxState` reads INFO, and reads more of it
            ended = bool(prm.flags & DTMF_ENDED)
            self.loop.post(KEY, self.key, KeyPacket(prm.digit, "rtp", prm.timestamp, prm.duration, ended))

    @guarded
    def onCallTransferStatus(self, prm: Any) -> None:  # noqa: N802
        self.loop.post(TRANSFER, self.key, int(prm.statusCode), bool(prm.finalNotify))

    @guarded
    def onCallSdpCreated(self, prm: Any) -> None:  # noqa: N802
        if not prm.remSdp.wholeSdp:
            prm.sdp.wholeSdp = with_event_types(prm.sdp.wholeSdp)

    @guarded
    def onStreamPreCreate(self, prm: Any) -> None:  # noqa: N802
        if prm.streamInfo.type == pj.PJMEDIA_TYPE_AUDIO:
            self.tones_only = prm.streamInfo.audTxEventPt < 0
            prm.streamInfo.audRxEventPt = heard_type(prm.streamInfo.audTxEventPt)


def _audio(status: int, direction: int) -> Audio:
    if status in (pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD):
        return "held"
    if status != pj.PJSUA_CALL_MEDIA_ACTIVE:
        return "none"
    return "both" if direction & pj.PJMEDIA_DIR_DECODING else "to_them"


def placed(loop: Loop, account: Any, key: str, invitation: Invitation) -> OutgoingCall:
    """Send the INVITE. Raises NoSlot and NotPlaced, and then nothing has happened."""
    call = OutgoingCall(loop, account, key)
    prm = pj.CallOpParam(True)
    prm.txOption.localUri = invitation.identity
    for name, value in invitation.headers:
        prm.txOption.headers.append(sip_header(name, value))
    try:
        call.makeCall(invitation.uri, prm)
    except pj.Error as error:
        status = error.status
        destroy(pj.Call, call)
        if status == PJ_ETOOMANY:
            raise NoSlot from None
        raise NotPlaced("no_response" if is_no_way(status) else "broken") from None
    return call
