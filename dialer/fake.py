"""Pretend lines: scripted patients, no threads, no telephone, no waiting; the contract is that of real lines.

Time is virtual. It starts at the clock that is handed in and never falls behind it, and `receive` moves it on
to the next thing that happens, at most by its time-out. So a whole campaign runs in milliseconds, the same
each time.
"""

import collections
import heapq
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dialer.keypad import Heeded, Keypad
from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Command,
    Configure,
    Dial,
    Ended,
    Event,
    HangUp,
    Heard,
    Play,
    Played,
    Probe,
    Probed,
    Record,
    Ringing,
    Stop,
    StopPlaying,
)

RINGING_AFTER_SECONDS = 0.5
BETWEEN_KEYS_SECONDS = 0.3
NO_RESPONSE_SECONDS = 5.0
HANGS_UP = "!"

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


@dataclass(frozen=True)
class Patient:
    """What the person at a number does with a call. Times in seconds.

    >>> Patient(keys=("1", "1954", "2", "5"))     # answers four questions, then says nothing more
    >>> Patient(keys=("1", "", "!"))              # answers, keeps silent at the second, hangs up at the third
    >>> Patient(ends="busy")
    >>> Patient(beep_seconds=4)                   # an answering machine
    """

    keys: tuple[str, ...] = ()  # one for each Collect, in order; "" is silence, "!" hangs up at that question
    ends: Cause = "answered"  # another cause: the call is not answered and ends so
    answer_seconds: float = 2.0  # from Dial to the answer, or to the refusal
    press_seconds: float = 0.5  # from the end of the prompts to the first key
    barges_in: bool = False  # presses so long after the Collect instead, while prompts play
    presses: tuple[tuple[float, str], ...] = ()  # (seconds from the answer, key), whatever is asked then
    beep_seconds: float | None = None  # from the answer to the beep of a machine
    hangs_up_seconds: float | None = None  # from the answer
    line_dies_seconds: float | None = None  # from the answer: the call ends as line_lost


@dataclass(eq=False)
class _Call:
    dial: Dial
    patient: Patient
    keys: collections.deque[str]
    keypad: Keypad
    rang: bool = False
    answered_at: float | None = None
    over: bool = False
    key_was_pressed: bool = False
    queue: collections.deque[Play] = field(default_factory=collections.deque)
    playing: int = 0  # serial number of the current prompt: an older one's end means nothing
    pressing: int = 0  # serial number of the current question


class FakeLines:
    """`count` lines; `patients` by number: one for all calls, or one for each in order (the last one stays).

    `now` gives seconds; `advance`, if given, is told by how many seconds virtual time went on, for a test
    that keeps its own clock in step. `stranger` answers for numbers that are not in `patients` (by default:
    nobody). `commands` holds all that was sent, `dialled` every number in order, `busiest` the most calls
    at once.
    """

    def __init__(
        self,
        count: int,
        patients: Mapping[str, Patient | Sequence[Patient]],
        now: Callable[[], float],
        stranger: Patient | None = None,
        play_seconds: float = 1.0,
        advance: Callable[[float], None] | None = None,
    ) -> None:
        self.calls = count
        self.commands: list[Command] = []
        self.dialled: list[str] = []
        self.busiest = 0
        self._patients = patients
        self._stranger = stranger or Patient(ends="no_answer")
        self._now = now
        self._advance = advance
        self._play_seconds = play_seconds
        self._time = now()
        self._active: dict[str, _Call] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count(1)
        self.trunk_status = 200  # what every trunk answers to OPTIONS
        self._events: list[Event] = []

    # ------------------------------------------------------------ the port

    @property
    def free(self) -> int:
        """How many calls can be placed now."""
        return self.calls - len(self._active)

    def send(self, command: Command) -> None:
        """Hand over a command. One for a call that is over is ignored."""
        self._catch_up()
        self.commands.append(command)
        match command:
            case Dial():
                self._dial(command)
            case Stop():
                self.stop()
            case Probe():
                self._events.append(Probed(command.trunk, self.trunk_status, 1.0))
            case Configure():
                pass
            case _:
                if (call := self._active.get(command.call)) is not None:
                    self._send_to(call, command)

    def _send_to(self, call: _Call, command: Play | StopPlaying | Collect | HangUp | Record) -> None:
        match command:
            case Play() if call.answered_at is not None:
                call.queue.append(command)
                if len(call.queue) == 1:
                    self._start_playing(call)
            case StopPlaying():
                self._stop_playing(call)
                self._heed_silence(call)
            case Collect() if call.answered_at is not None:
                self._begin_question(call, command)
            case HangUp():
                self._end(call, "no_answer")
            case Record() | Play() | Collect():
                pass

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """What happened, in order; virtual time goes on until the first event, at most by the time-out."""
        self._catch_up()
        until = self._time + timeout_seconds
        while not self._events and self._agenda and self._agenda[0][0] <= until:
            self._go_to(self._agenda[0][0])
            heapq.heappop(self._agenda)[2]()
        if not self._events:
            self._go_to(until)
        events, self._events = self._events, []
        return events

    def stop(self) -> None:
        """Hang up everything; idempotent."""
        for call in list(self._active.values()):
            self._end(call, "line_lost")

    # ------------------------------------------------------------ time

    def _catch_up(self) -> None:
        self._time = max(self._time, self._now())

    def _go_to(self, time: float) -> None:
        if time > self._time:
            passed, self._time = time - self._time, time
            if self._advance is not None:
                self._advance(passed)

    def _after(self, seconds: float, call: _Call, action: Callable[[], None]) -> None:
        """Do this in a while, unless the call is over by then."""
        self._at(self._time + seconds, call, action)

    def _at(self, time: float, call: _Call, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (time, next(self._order), lambda: None if call.over else action()))

    # ------------------------------------------------------------ placing and ending

    def _dial(self, dial: Dial) -> None:
        if self.free <= 0:
            self._events.append(Ended(dial.call, "line_lost", 0, False, False, 0.0))
            return
        patient = self._patient(dial.number)
        self.dialled.append(dial.number)
        call = _Call(dial, patient, collections.deque(patient.keys), Keypad(dial.call))
        self._active[dial.call] = call
        self.busiest = max(self.busiest, len(self._active))
        if patient.ends in ("answered", "no_answer", "declined", "media"):
            self._after(min(RINGING_AFTER_SECONDS, patient.answer_seconds), call, lambda: self._ring(call))
        if patient.ends == "answered" and patient.answer_seconds <= dial.ring_seconds:
            self._after(patient.answer_seconds, call, lambda: self._answer(call))
        elif patient.ends in ("answered", "no_answer"):
            self._after(dial.ring_seconds, call, lambda: self._end(call, "no_answer"))
        else:
            seconds = NO_RESPONSE_SECONDS if patient.ends == "unreachable" else patient.answer_seconds
            self._after(seconds, call, lambda: self._end(call, patient.ends))

    def _patient(self, number: str) -> Patient:
        found = self._patients.get(number, self._stranger)
        if isinstance(found, Patient):
            return found
        return found[min(self.dialled.count(number), len(found) - 1)]

    def _ring(self, call: _Call) -> None:
        call.rang = True
        self._events.append(Ringing(call.dial.call))

    def _answer(self, call: _Call) -> None:
        call.rang, call.answered_at = True, self._time
        self._events.append(Answered(call.dial.call))
        patient = call.patient
        self._after(call.dial.limit_seconds, call, lambda: self._end(call, "answered"))
        for seconds, key in patient.presses:
            self._after(seconds, call, lambda key=key: self._press_key(call, key))  # type: ignore[misc]
        if patient.beep_seconds is not None:
            self._after(patient.beep_seconds, call, lambda: self._beep(call))
        if patient.hangs_up_seconds is not None:
            self._after(patient.hangs_up_seconds, call, lambda: self._end(call, "answered"))
        if patient.line_dies_seconds is not None:
            self._after(patient.line_dies_seconds, call, lambda: self._end(call, "line_lost"))

    def _beep(self, call: _Call) -> None:
        if not call.key_was_pressed:
            self._events.append(Heard(call.dial.call, "beep"))

    def _end(self, call: _Call, cause: Cause) -> None:
        """The call is over; an answered one ends as answered, unless its line died."""
        if cause != "line_lost" or call.patient.line_dies_seconds is None:
            self._stop_playing(call)
        call.over = True
        del self._active[call.dial.call]
        answered = call.answered_at is not None
        if answered and cause == "no_answer":
            cause = "answered"
        status = 200 if answered else _STATUS.get(cause, 0)
        talk_seconds = 0.0 if call.answered_at is None else self._time - call.answered_at
        self._events.append(Ended(call.dial.call, cause, status, call.rang, answered, talk_seconds))

    # ------------------------------------------------------------ prompts

    def _start_playing(self, call: _Call) -> None:
        call.playing = serial = next(self._order)
        call.keypad.playing(True, self._time)
        self._after(self._play_seconds, call, lambda: self._played(call, serial))

    def _played(self, call: _Call, serial: int) -> None:
        if call.playing != serial:
            return
        self._events.append(Played(call.dial.call, call.queue.popleft().prompt, finished=True))
        if call.queue:
            self._start_playing(call)
        else:
            self._heed_silence(call)

    def _stop_playing(self, call: _Call) -> None:
        call.playing = 0
        for play in call.queue:
            self._events.append(Played(call.dial.call, play.prompt, finished=False))
        call.queue.clear()

    # ------------------------------------------------------------ questions

    def _begin_question(self, call: _Call, question: Collect) -> None:
        call.pressing = serial = next(self._order)
        self._heed(call, call.keypad.ask(question, self._time))
        if call.patient.barges_in and call.keypad.asking:
            self._reply_soon(call, serial)
        self._heed_silence(call)
        self._await_expiry(call)

    def _reply_soon(self, call: _Call, serial: int) -> None:
        def reply() -> None:
            self._press(call, serial, call.keys.popleft() if call.keys else "")

        self._after(call.patient.press_seconds, call, reply)

    def _heed_silence(self, call: _Call) -> None:
        """Nothing plays any more: the patient answers, or the time for the first key runs out."""
        waits = call.keypad.asking and call.keypad.deadline is None
        if not waits or call.queue or call.answered_at is None:
            return
        call.keypad.playing(False, self._time)
        if not call.patient.barges_in:
            self._reply_soon(call, call.pressing)
        self._await_expiry(call)

    def _press(self, call: _Call, serial: int, keys: str) -> None:
        """The patient presses these keys, one after the other, while it is still the same question."""
        if call.pressing != serial or not keys:
            return
        if keys == HANGS_UP:
            self._end(call, "answered")
        elif call.keypad.asking:
            self._press_key(call, keys[0])
            self._after(BETWEEN_KEYS_SECONDS, call, lambda: self._press(call, serial, keys[1:]))

    def _press_key(self, call: _Call, key: str) -> None:
        self._heed(call, call.keypad.press(key, self._time))
        self._await_expiry(call)

    def _heed(self, call: _Call, heeded: Heeded) -> None:
        call.key_was_pressed = call.key_was_pressed or heeded.pressed
        if heeded.counted:
            self._stop_playing(call)
        if heeded.collected is not None:
            self._events.append(heeded.collected)

    def _await_expiry(self, call: _Call) -> None:
        if call.keypad.deadline is not None:
            self._at(call.keypad.deadline, call, lambda: self._expire(call))

    def _expire(self, call: _Call) -> None:
        self._heed(call, Heeded(collected=call.keypad.expire(self._time)))
