"""One call of a line process, from `Dial` to `Ended`: commands and reports in, events out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialer.call import Life
from dialer.digits import LATE_END_KEY_SECONDS, KeyCollector, Keys, Presses
from dialer.endings import LocalFailure, cause_of
from dialer.messages import (
    Answered,
    Collect,
    Collected,
    Dial,
    EarlyMedia,
    Ended,
    Event,
    Fault,
    Heard,
    Play,
    Played,
    Record,
    Ringing,
)
from dialer.pjsip.calls import OutgoingCall
from dialer.pjsip.hearing import Ear
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy
from dialer.pjsip.loop import Loop
from dialer.pjsip.playing import NotPlayable, PlayQueue
from dialer.pjsip.recorder import CallRecorder, NotRecorded


class NoSlot(Exception):
    """The library has no slot for another call now; try again in a moment."""


PJ_ETOOMANY = 70010
LOOK_AGAIN_SECONDS = 0.01  # while a recording is being finished, half a tick


class Session:
    """Used from the loop's thread; `now` is monotonic seconds. Ends with one `Ended`, then `over` is true."""

    def __init__(self, dial: Dial, loop: Loop, tell: Callable[[Event], None], now: float) -> None:
        self.dial = dial
        self.over = False
        self._loop = loop
        self._tell = tell
        self._life = Life(now, dial.ring_seconds, dial.limit_seconds)
        self._call: OutgoingCall | None = None
        self._queue = PlayQueue(loop, dial.call)
        self._presses = Presses()
        self._collector: KeyCollector | None = None
        self._collect: Collect | None = None
        self._late_end_key, self._late_until = "", 0.0
        self._ear: Ear | None = None
        self._recorder: CallRecorder | None = None
        self._talked = False
        self._local: LocalFailure | None = None
        self._ending: Ended | None = None
        self._look_again_at = 0.0

    # ------------------------------------------------------------ placing and ending

    @property
    def placed(self) -> bool:
        """The library has this call, and a slot for it."""
        return self._call is not None

    def place(self, account: Any, uri: str, identity: str, now: float) -> None:
        """Send the INVITE. Raises NoSlot, and then nothing has happened."""
        call = OutgoingCall(self._loop, account, self.dial.call)
        prm = pj.CallOpParam(True)
        prm.txOption.localUri = identity
        try:
            call.makeCall(uri, prm)
        except pj.Error as error:
            status = error.status
            destroy(pj.Call, call)
            if status == PJ_ETOOMANY:
                raise NoSlot from None
            self.finish(now, "broken")
            return
        self._call = call

    def hang_up(self, now: float, why: LocalFailure = "hung_up") -> None:
        """End the call now, ringing or answered."""
        if not self._life.allows("hang_up"):
            return
        self._life.move("hang_up", now)
        self._local = why
        self._stop_playing()
        if self._call is None:
            self.finish(now, why)
            return
        try:
            self._call.hangup(pj.CallOpParam())
        except pj.Error:
            self.finish(now, why)

    def finish(
        self, now: float, local: LocalFailure | None = None, status: int = 0, received: bool = False
    ) -> None:
        """The call is over: give back what it held and tell its ending."""
        if self._ending is not None:
            return
        self._life.move("disconnected", now)
        self._stop_playing()
        self._release()
        cause = "answered" if self._talked else cause_of(status, received, local or self._local)
        if self._life.answered and not self._talked:
            cause = cause_of(0, False, "no_media")
        self._ending = Ended(
            call=self.dial.call,
            cause=cause,
            sip_status=200 if self._life.answered else status * received,
            rang=self._life.rang,
            answered=self._life.answered,
            talk_seconds=round(self._life.talk_seconds(now), 3),
        )
        self._conclude(now)

    def _conclude(self, now: float) -> None:
        """Tell the ending, once the recording is finished."""
        assert self._ending is not None
        try:
            if self._recorder is not None and not self._recorder.finished():
                self._look_again_at = now + LOOK_AGAIN_SECONDS
                return
        except NotRecorded as error:
            self._tell(Fault(self.dial.call, str(error)))
        self.over = True
        self._tell(self._ending)

    def _release(self) -> None:
        if self._ear is not None:
            self._ear.close()
        if self._recorder is not None:
            self._recorder.close()
        if self._call is not None:
            destroy(pj.Call, self._call)

    # ------------------------------------------------------------ what the library reports

    def on_progress(self) -> None:
        """Any response has come, 100 Trying included."""
        self._life.responded()

    def on_state(self, state: int, status: int, received: bool, now: float) -> None:
        """The state of the INVITE session changed."""
        if state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.finish(now, None, status, received)
        elif state == pj.PJSIP_INV_STATE_CONFIRMED and self._life.allows("confirmed"):
            self._life.move("confirmed", now)
            self._greet(now)
        elif state == pj.PJSIP_INV_STATE_EARLY and status == pj.PJSIP_SC_RINGING:
            self._rings("rings", Ringing(self.dial.call), now)
        elif state == pj.PJSIP_INV_STATE_EARLY and status == pj.PJSIP_SC_PROGRESS:
            self._rings("early_media", EarlyMedia(self.dial.call), now)

    def _rings(self, sign: Any, event: Event, now: float) -> None:
        before = self._life.state
        if self._life.allows(sign):
            self._life.move(sign, now)
            if self._life.state != before:
                self._tell(event)

    def on_media(self, active: bool, now: float) -> None:
        """The audio of the call came up, went on hold, or moved to another port."""
        if active and self._life.state in ("connected", "talking"):
            self._greet(now)

    def _greet(self, now: float) -> None:
        """Confirmed and audio active: the far end can hear us. Also after hold, with another audio port."""
        media = self._audio()
        if media is None:
            return
        self._life.move("media", now)
        if not self._talked:
            self._talked = True
            self._ear = Ear(self._loop, self.dial.call)
            self._tell(Answered(self.dial.call))
        if self._ear is not None:
            self._ear.listen_to(media)
        if self._recorder is not None:
            self._recorder.listen_to(media)
        self._connect(media)
        self._start_next(now)

    def _audio(self) -> Any | None:
        """The call's port in the bridge; None while it has none."""
        if self._call is None or self._life.state not in ("connected", "talking"):
            return None
        try:
            return self._call.getAudioMedia(-1)
        except pj.Error:
            return None

    def _connect(self, media: Any) -> None:
        self._queue.connect([media] if self._recorder is None else [media, self._recorder.sink])

    def on_key(self, key: str, timestamp_ms: int, way: int, now: float) -> None:
        """A packet of a key press."""
        if self._life.state != "talking" or not self._presses.fresh(key, timestamp_ms, way, now):
            return
        self._deafen()
        collector = self._collector
        if collector is None or not collector.counts(key, now):
            return
        self._stop_playing()
        self._collected(collector.press(key, now), now)

    def on_beep(self) -> None:
        """A beep was heard; told only while no key was pressed."""
        if self._ear is not None and self._life.state == "talking":
            self._deafen()
            self._tell(Heard(self.dial.call, "beep"))

    def _deafen(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def on_end_of_file(self, serial: int, now: float) -> None:
        """A player has sent its last sample."""
        played = self._queue.ended(serial)
        if played is not None:
            self._start_next(now)
            self._tell(Played(self.dial.call, played.prompt, finished=True))

    # ------------------------------------------------------------ commands

    def play(self, play: Play, now: float) -> None:
        """Play after what plays."""
        if not self._life.allows("hang_up"):
            return
        self._queue.add(play)
        self._start_next(now)

    def stop_playing(self, now: float) -> None:
        """Stop and forget all prompts."""
        self._stop_playing()
        self._heed_silence(now)

    def collect(self, collect: Collect, now: float) -> None:
        """Begin a question; one that runs is replaced."""
        self._collect = collect
        self._collector = KeyCollector(
            collect.max_keys,
            collect.end_key,
            collect.first_key_seconds,
            collect.next_key_seconds,
            self._late_end_key,
            self._late_until,
            collect.escape_key,
        )
        self._heed_silence(now)

    def record(self, record: Record) -> None:
        """Record both sides from now on; only once a call."""
        if self._recorder is not None or (media := self._audio()) is None:
            return
        try:
            self._recorder = CallRecorder(Path(record.path))
        except NotRecorded as error:
            self._tell(Fault(self.dial.call, str(error)))
            return
        self._recorder.listen_to(media)
        self._connect(media)

    # ------------------------------------------------------------ time

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        if self._ending is not None:
            return None if self.over else self._look_again_at
        life = self._life.deadline()
        times = [] if life is None else [life[0]]
        if self._collector is not None and self._collector.deadline is not None:
            times.append(self._collector.deadline)
        return min(times, default=None)

    def expire(self, now: float) -> None:
        """Heed the limits that have run out."""
        if self._ending is not None:
            self._conclude(now)
            return
        expired = self._life.expired(now)
        if self._life.state == "leaving":
            if expired:
                self.finish(now)
        elif expired:
            self.hang_up(now, "hung_up" if expired == "limit" else expired)
        elif self._collector is not None:
            self._collected(self._collector.expire(now), now)

    # ------------------------------------------------------------ inside

    def _start_next(self, now: float) -> None:
        if self._life.state != "talking":
            return
        while not self._queue.silent:
            try:
                self._queue.start_next()
                break
            except NotPlayable as error:
                self._tell(Fault(self.dial.call, str(error)))
                self._tell(Played(self.dial.call, self._queue.unplayable, finished=False))
        self._heed_silence(now)

    def _heed_silence(self, now: float) -> None:
        if self._collector is None or self._life.state != "talking":
            return
        if not self._queue.silent:
            self._collector.sound()
        elif self._collector.deadline is None:
            self._collector.silence(now)

    def _stop_playing(self) -> None:
        for play in self._queue.clear():
            self._tell(Played(self.dial.call, play.prompt, finished=False))

    def _collected(self, keys: Keys | None, now: float) -> None:
        if keys is None or self._collect is None:
            return
        question, end_key = self._collect.question, self._collect.end_key
        self._collect = self._collector = None
        if keys.ended_by == "full":
            self._late_end_key, self._late_until = end_key, now + LATE_END_KEY_SECONDS
        self._tell(Collected(self.dial.call, question, keys.keys, keys.ended_by))
