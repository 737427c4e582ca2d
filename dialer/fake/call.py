"""One pretend call, from `Dial` to `Ended`: what its person does, hears and presses."""

import collections
import itertools
from collections.abc import Callable, Mapping

from dialer.fake.agenda import Agenda
from dialer.fake.patients import HANGS_UP, Patient
from dialer.keypad import Heeded, Keypad
from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Dial,
    Ended,
    Event,
    Heard,
    Held,
    Listen,
    Play,
    Played,
    Ringing,
    Transferred,
)

RINGING_AFTER_SECONDS = 0.5
BETWEEN_KEYS_SECONDS = 0.3
NO_RESPONSE_SECONDS = 5.0

_STATUS: Mapping[Cause, int] = {
    "busy": 486,
    "declined": 603,
    "wrong_number": 404,
    "blocked": 403,
    "redirected": 302,
    "congestion": 503,
    "rate_limited": 429,
    "authentication": 407,
}


class FakeCall:
    """`ended` is told, before the event, that the line is free again; `died` that its line process died."""

    def __init__(
        self,
        dial: Dial,
        patient: Patient,
        play_seconds: float,
        agenda: Agenda,
        tell: Callable[[Event], None],
        ended: Callable[["FakeCall"], None],
        died: Callable[["FakeCall"], None],
    ) -> None:
        self.id = dial.call
        self.over = False
        self.with_whom: FakeCall | None = None  # bridged
        self._dial = dial
        self._patient = patient
        self._play_seconds = play_seconds
        self._agenda = agenda
        self._tell = tell
        self._ended = ended
        self._died = died
        self._keys = collections.deque(patient.keys)
        self._says = collections.deque(patient.says_seconds)
        self._keypad = Keypad(dial.call)
        self._rang = False
        self._answered_at: float | None = None
        self._key_was_pressed = False
        self._held = False
        self._queue: collections.deque[Play] = collections.deque()
        self._serials = itertools.count(1)
        self._playing = 0  # serial number of the current prompt: an older one's end means nothing
        self._left_seconds = 0.0  # of the current prompt, when it was last started
        self._started_at = 0.0
        self._pressing = 0  # serial number of the current question

    @property
    def answered(self) -> bool:
        """Somebody is there, or was."""
        return self._answered_at is not None

    # ------------------------------------------------------------ placing and ending

    def place(self) -> None:
        """Note what will become of it."""
        patient, ring_seconds = self._patient, self._dial.ring_seconds
        if patient.ends in ("answered", "no_answer", "declined", "media"):
            self._after(min(RINGING_AFTER_SECONDS, patient.answer_seconds), self._ring)
        if patient.ends == "answered" and patient.answer_seconds <= ring_seconds:
            self._after(patient.answer_seconds, self._answer)
        elif patient.ends in ("answered", "no_answer"):
            self._after(ring_seconds, lambda: self.end("no_answer"))
        else:
            seconds = NO_RESPONSE_SECONDS if patient.ends == "unreachable" else patient.answer_seconds
            self._after(seconds, lambda: self.end(patient.ends))

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do this in a while, unless the call is over by then."""
        self._at(self._agenda.time + seconds, action)

    def _at(self, time: float, action: Callable[[], None]) -> None:
        self._agenda.at(time, lambda: None if self.over else action())

    def _ring(self) -> None:
        self._rang = True
        self._tell(Ringing(self.id))

    def _answer(self) -> None:
        self._rang, self._answered_at = True, self._agenda.time
        self._tell(Answered(self.id))
        patient = self._patient
        self._after(self._dial.limit_seconds, lambda: self.end("answered"))
        for seconds, key in patient.presses:
            self._after(seconds, lambda key=key: self._press_key(key))  # type: ignore[misc]
        for seconds, length in patient.holds:
            self._after(seconds, self._hold)
            self._after(seconds + length, self._resume)
        for after, action in (
            (patient.beep_seconds, self._beep),
            (patient.hangs_up_seconds, lambda: self.end("answered")),
            (patient.media_lost_seconds, lambda: self.end("media")),
            (patient.line_dies_seconds, lambda: self._died(self)),
        ):
            if after is not None:
                self._after(after, action)

    def _beep(self) -> None:
        if not self._key_was_pressed:
            self._tell(Heard(self.id, "beep"))
            self._heed(Heeded(collected=self._keypad.unhear(self._agenda.time)))

    def end(self, cause: Cause, silently: bool = False) -> None:
        """The call is over; an answered one ends as answered, unless its line or its audio was lost.

        `silently`: its line process is dead, and tells nothing of the prompts.
        """
        if not silently:
            self.stop_playing()
            said = self._keypad.leave(self._agenda.time)
            if said is not None and said.voice_seconds:
                self._tell(said)
        self.over = True
        self._ended(self)
        if self.answered and cause == "no_answer":
            cause = "answered"
        status = 200 if self.answered else _STATUS.get(cause, 0)
        talk_seconds = 0.0 if self._answered_at is None else self._agenda.time - self._answered_at
        self._tell(Ended(self.id, cause, status, self._rang, self.answered, talk_seconds))

    # ------------------------------------------------------------ together with another

    def talk_with(self, other: "FakeCall") -> None:
        """The two were bridged."""
        self.with_whom = other
        if self._patient.talks_seconds is not None:
            self._after(self._patient.talks_seconds, lambda: self._part_from(other))

    def _part_from(self, other: "FakeCall") -> None:
        if self.with_whom is other:
            self.end("answered")

    def refer(self) -> None:
        """The far end is asked to call somebody else instead."""
        if self.answered:
            told = Transferred(self.id, self._patient.refer_status)
            self._after(self._patient.refer_seconds, lambda: self._tell(told))
        else:
            self._tell(Transferred(self.id, 0))

    def _hold(self) -> None:
        self._held = True
        self._playing = 0
        self._left_seconds -= self._agenda.time - self._started_at
        self._keypad.hold(self._agenda.time)
        self._tell(Held(self.id, on=True))

    def _resume(self) -> None:
        self._held = False
        self._keypad.resume(self._agenda.time)
        if self._queue:
            self._go_on_playing()
        self.heed_silence()
        self._await_expiry()
        self._tell(Held(self.id, on=False))

    # ------------------------------------------------------------ prompts

    def play(self, play: Play) -> None:
        """Play after what plays; what repeats gives way at once."""
        if not self.answered:
            return
        if self._queue and self._queue[0].repeat:
            self.stop_playing()
        self._queue.append(play)
        if len(self._queue) == 1:
            self._start_playing()

    def _start_playing(self) -> None:
        self._keypad.playing(True, self._agenda.time)
        self._left_seconds = self._play_seconds
        self._started_at = self._agenda.time
        if not self._held:
            self._go_on_playing()

    def _go_on_playing(self) -> None:
        self._playing = serial = next(self._serials)
        self._started_at = self._agenda.time
        if not self._queue[0].repeat:
            self._after(self._left_seconds, lambda: self._played(serial))

    def _played(self, serial: int) -> None:
        if self._playing != serial:
            return
        self._tell(Played(self.id, self._queue.popleft().prompt, finished=True))
        if self._queue:
            self._start_playing()
        else:
            self.heed_silence()

    def stop_playing(self) -> None:
        """Forget all prompts."""
        self._playing = 0
        for play in self._queue:
            self._tell(Played(self.id, play.prompt, finished=False))
        self._queue.clear()

    # ------------------------------------------------------------ questions

    def ask(self, question: Collect) -> None:
        """Begin a question; one that runs is replaced."""
        if not self.answered:
            return
        self._pressing = serial = next(self._serials)
        self._heed(self._keypad.ask(question, self._agenda.time))
        if self._patient.barges_in and self._keypad.asking:
            self._reply_soon(serial)
        self.heed_silence()
        self._await_expiry()

    def listen(self, listen: Listen) -> None:
        """Begin to listen; a question that runs is replaced. Nothing is written."""
        if not self.answered:
            return
        self._pressing = next(self._serials)
        self._keypad.listen(listen, self._agenda.time)
        self.heed_silence()

    def _speak(self) -> None:
        """Nothing plays any more: the patient says something, and then perhaps presses a key."""
        says_seconds = self._says.popleft() if self._says else 0.0
        self._keypad.voice(says_seconds)
        pressing, key = self._pressing, self._patient.says_key
        if says_seconds and key:
            self._after(says_seconds + self._patient.press_seconds, lambda: self._press(pressing, key))

    def _reply_soon(self, serial: int) -> None:
        def reply() -> None:
            self._press(serial, self._keys.popleft() if self._keys else "")

        self._after(self._patient.press_seconds, reply)

    def heed_silence(self) -> None:
        """Nothing plays any more: the patient answers, or the time for the first key runs out."""
        waits = self._keypad.asking and self._keypad.deadline is None
        if not waits or self._queue or not self.answered or self._held:
            return
        self._keypad.playing(False, self._agenda.time)
        if self._keypad.hears:
            self._speak()
        elif not self._patient.barges_in:
            self._reply_soon(self._pressing)
        self._await_expiry()

    def _press(self, serial: int, keys: str) -> None:
        """The patient presses these keys, one after the other, while it is still the same question."""
        if self._pressing != serial or not keys:
            return
        if keys == HANGS_UP:
            self.end("answered")
        elif self._keypad.asking:
            self._press_key(keys[0])
            self._after(BETWEEN_KEYS_SECONDS, lambda: self._press(serial, keys[1:]))

    def _press_key(self, key: str) -> None:
        self._heed(self._keypad.press(key, self._agenda.time))
        self._await_expiry()

    def _heed(self, heeded: Heeded) -> None:
        self._key_was_pressed = self._key_was_pressed or heeded.pressed
        if heeded.counted:
            self.stop_playing()
        if heeded.collected is not None:
            self._tell(heeded.collected)

    def _await_expiry(self) -> None:
        if self._keypad.deadline is not None:
            self._at(self._keypad.deadline, self._expire)

    def _expire(self) -> None:
        self._heed(Heeded(collected=self._keypad.expire(self._agenda.time)))
