"""One call of a line process, from `Dial` to `Ended`: commands and reports in, events out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialer.addresses import Invitation
from dialer.call import Life, Sign
from dialer.digits import KeyPacket
from dialer.endings import LocalFailure, broke_off, cause_of
from dialer.keypad import Heeded, Keypad
from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Dial,
    EarlyMedia,
    Ended,
    Event,
    Heard,
    Held,
    Listen,
    Listened,
    Play,
    Played,
    Quality,
    Record,
    Ringing,
    Transfer,
)
from dialer.pjsip.bridge import Side
from dialer.pjsip.calls import Audio, NotPlaced, OutgoingCall, placed
from dialer.pjsip.dictation import LAG_SECONDS
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import destroy
from dialer.pjsip.loop import Loop
from dialer.pjsip.sound import Sound
from dialer.pjsip.transfer import Transferring
from dialer.pjsip.watch import MediaWatch
from dialer.quality import StreamFigures
from dialer.refusals import NOTHING_TOLD, Told

# an answer that the library cannot use is an answer all the same: it never gets as far as CONFIRMED
ANSWERED_STATES = (pj.PJSIP_INV_STATE_CONNECTING, pj.PJSIP_INV_STATE_CONFIRMED)
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
        self._keypad = Keypad(dial.call)
        self._sound = Sound(loop, dial.call, tell, self._life, self._port)
        self.transferring = Transferring(dial.call, tell)
        self._watch = MediaWatch()
        self._audio: Audio = "none"
        self._early = False
        self._progress: set[Event] = set()  # what was told before the answer
        self._talked = False
        self._local: LocalFailure | None = None
        self._ending: Ended | None = None
        self._look_again_at = 0.0

    # ------------------------------------------------------------ placing and ending

    @property
    def placed(self) -> bool:
        """The library has this call, and a slot for it."""
        return self._call is not None

    @property
    def side(self) -> Side:
        """For a bridge with another call."""
        return self._sound.side

    def place(self, account: Any, invitation: Invitation, now: float) -> None:
        """Send the INVITE. Raises NoSlot, and then nothing has happened."""
        try:
            self._call = placed(self._loop, account, self.dial.call, invitation)
        except NotPlaced as error:
            self.finish(now, error.why)

    def hang_up(self, now: float, why: LocalFailure = "hung_up") -> None:
        """End the call now, ringing or answered."""
        if not self._life.allows("hang_up"):
            return
        self._life.move("hang_up", now)
        self._local = why
        self._sound.stop_playing()
        if self._call is None:
            self.finish(now, why)
            return
        self._watch.look(self._call, now)
        try:
            self._call.hangup(pj.CallOpParam())
        except pj.Error:
            self.finish(now, why)

    def finish(
        self,
        now: float,
        local: LocalFailure | None = None,
        status: int = 0,
        received: bool = False,
        told: Told = NOTHING_TOLD,
    ) -> None:
        """The call is over: give back what it held and tell its ending."""
        if self._ending is not None:
            return
        self._life.move("disconnected", now)
        self.side.leave(now)
        self.transferring.end()
        if (said := self._keypad.leave(now)) is not None:
            self._sound.dictation.end(said, now)
        self._release()
        if answered := self._life.answered:
            hung_up = received and status == pj.PJSIP_SC_OK  # by the far end, perhaps before its audio was up
            lost = self._local == "no_media" or broke_off(status) or not (self._talked or hung_up)
            cause: Cause = "media" if lost else "answered"
        else:
            cause = cause_of(status, received, local or self._local, told)
        self._ending = Ended(
            call=self.dial.call,
            cause=cause,
            sip_status=200 if answered else status * received,
            rang=self._life.rang,
            answered=answered,
            talk_seconds=round(self._life.talk_seconds(now), 3),
            q850=told.q850,
            retry_after_seconds=told.retry_after_seconds,
            quality=self._watch.quality() if answered else Quality(),
        )
        self._conclude(now)

    def _conclude(self, now: float) -> None:
        """Tell the ending, once the recording is finished."""
        assert self._ending is not None
        if not self._sound.finished(now):
            self._look_again_at = now + LOOK_AGAIN_SECONDS
            return
        self.over = True
        self._tell(self._ending)

    def _release(self) -> None:
        self._sound.stop_playing()
        self._sound.close()
        if self._call is not None:
            destroy(pj.Call, self._call)

    # ------------------------------------------------------------ what the library reports

    def on_progress(self) -> None:
        """Any response has come, 100 Trying included."""
        self._life.responded()

    def on_state(self, state: int, status: int, received: bool, told: Told, now: float) -> None:
        """The state of the INVITE session changed; audio that came with the message is told next."""
        self._early = state == pj.PJSIP_INV_STATE_EARLY
        if state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.finish(now, None, status, received, told)
        elif state in ANSWERED_STATES and self._life.allows("confirmed"):
            self._life.move("confirmed", now)
            if self._call is not None:
                self._watch.look(self._call, now)  # early media does not count
            self._heed_audio(now)
        elif state == pj.PJSIP_INV_STATE_EARLY and status == pj.PJSIP_SC_RINGING:
            self._progresses("rings", Ringing(self.dial.call), now)
        elif state == pj.PJSIP_INV_STATE_EARLY and status == pj.PJSIP_SC_PROGRESS:
            self._progresses("early_media", None, now)  # told when there is audio with it

    def _progresses(self, sign: Sign, event: Event | None, now: float) -> None:
        if not self._life.allows(sign):
            return
        self._life.move(sign, now)
        if event is not None and event not in self._progress:
            self._progress.add(event)
            self._tell(event)

    def on_media(self, audio: Audio, now: float) -> None:
        """The audio of the call came up, went on hold, or moved to another port."""
        self._audio = audio
        self._heed_audio(now)

    def on_stream(self, figures: StreamFigures) -> None:
        """A stream of the call has ended; a re-INVITE may begin another one."""
        self._watch.ended(figures)

    def _heed_audio(self, now: float) -> None:
        """Suit the call to what its audio is now; its port in the bridge may be another one."""
        media = self._port()
        if self._audio == "none" or (media is None and self._audio != "held"):
            self._sound.pause()
            return
        if self._early:
            self._progresses("early_media", EarlyMedia(self.dial.call), now)
        if media is not None:
            self._sound.early(media)
        if not self._life.allows("media"):
            return
        before = self._life.state
        self._life.move("hold" if self._audio == "held" else "media", now)
        self._life.expect_rtp(self._audio == "both")
        if not self._talked:
            self._talked = True
            self._tell(Answered(self.dial.call))
        if media is None or self._life.state == "held":
            self._sound.pause()
            self._keypad.hold(now)
        else:
            self._resume(media, now)
        if "held" in (before, self._life.state) and before != self._life.state:
            self._tell(Held(self.dial.call, self._life.state == "held"))

    def _resume(self, media: Any, now: float) -> None:
        """The far end hears us."""
        self._keypad.resume(now)
        self._sound.open(media, self._call is not None and self._call.tones_only, now)
        self._start_next(now)

    def _port(self) -> Any | None:
        """The call's port in the bridge; None while it has none."""
        if self._call is None or not self._life.allows("hang_up"):
            return None
        try:
            return self._call.getAudioMedia(-1)
        except pj.Error:
            return None

    def on_key(self, packet: KeyPacket, now: float) -> None:
        """A piece of a key press."""
        if self._life.in_talk:
            self._heed_keys(self._keypad.packet(packet, now), now)

    def on_end_of_file(self, serial: int, now: float) -> None:
        """A player has sent its last sample."""
        played = self._sound.ended(serial)
        if played is not None:
            self._start_next(now)
            self._tell(Played(self.dial.call, played.prompt, finished=True))

    # ------------------------------------------------------------ commands

    def play(self, play: Play, now: float) -> None:
        """Play after what plays."""
        if not self._life.allows("hang_up"):
            return
        self._sound.play(play)
        self._start_next(now)

    def stop_playing(self, now: float) -> None:
        """Stop and forget all prompts."""
        self._sound.stop_playing()
        self._heed_silence(now)

    def collect(self, collect: Collect, now: float) -> None:
        """Begin a question; one that runs is replaced."""
        self._sound.dictation.drop()
        self._heed_keys(self._keypad.ask(collect, now), now)
        self._heed_silence(now)

    def listen(self, listen: Listen, now: float) -> None:
        """Record what the far end says, once nothing plays; what is asked now is replaced."""
        self._sound.dictation.ask(listen)
        self._keypad.listen(listen, now, LAG_SECONDS)
        self._heed_silence(now)

    def record(self, record: Record) -> None:
        """Record both sides from now on, or as soon as there is audio; only once a call."""
        self._sound.record(Path(record.path), None if self._audio == "none" else self._port())

    def transfer(self, transfer: Transfer, now: float) -> None:
        """Send REFER; one transfer at a time, the outcome of the first is that of the next as well."""
        self.transferring.ask(transfer.target, self._call if self._life.in_talk else None, now)

    # ------------------------------------------------------------ time

    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        if self._ending is not None:
            return None if self.over else self._look_again_at
        life = self._life.deadline()
        times = [] if life is None else [life[0]]
        times += [at for at in (self._keypad.deadline, self.transferring.deadline) if at is not None]
        times.append(self._sound.dictation.look_at)
        if self._life.state == "talking":
            times += [self._watch.look_at, self._sound.hearing.look_at]
        return min(times, default=None)

    def expire(self, now: float) -> None:
        """Heed the limits that have run out."""
        if self._ending is not None:
            self._conclude(now)
            return
        if self._life.state == "talking":
            self._look(now)
        self._keypad.voice(self._sound.dictation.look(now))
        expired = self._life.expired(now)
        if self._life.state == "leaving":
            if expired:
                self.finish(now)
        elif expired:
            self.hang_up(now, "hung_up" if expired == "limit" else expired)
        else:
            self.transferring.expire(now)
            self._heed_keys(Heeded(collected=self._keypad.expire(now)), now)

    # ------------------------------------------------------------ inside

    def _look(self, now: float) -> None:
        due = now >= self._watch.look_at or self._life.expired(now) == "no_media"
        if due and self._call is not None and self._watch.look(self._call, now):
            self._life.heard(now)
        if self._sound.hearing.look(now):
            self._tell(Heard(self.dial.call, "beep"))
            self._unhear(now)

    def _unhear(self, now: float) -> None:
        """A machine speaks to us, or nothing can be kept of what is said."""
        if (unheard := self._keypad.unhear(now)) is not None:
            self._sound.dictation.drop()
            self._tell(unheard)

    def _start_next(self, now: float) -> None:
        if self._life.state != "talking":
            return
        self._sound.start_next()
        self._heed_silence(now)

    def _heed_silence(self, now: float) -> None:
        if self._life.state == "talking":
            self._keypad.playing(not self._sound.silent, now)
            if self._keypad.hears and not self._sound.dictation.begin(self._sound.voice, now):
                self._unhear(now)

    def _heed_keys(self, heeded: Heeded, now: float) -> None:
        if heeded.pressed:
            self._sound.hearing.meet_person()
        if heeded.counted:
            self._sound.stop_playing()
        if isinstance(heeded.collected, Listened):
            self._sound.dictation.end(heeded.collected, now)
        elif heeded.collected is not None:
            self._tell(heeded.collected)
