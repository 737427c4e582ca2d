"""One process of simulated phones: a SIP port behind which every patient can be reached."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from dialer.phones.call_log import EndedBy, PhoneCall, append_call
from dialer.phones.listener import HangUp, Listener, Press, Say, Speak
from dialer.phones.patients import RINGS_FOR_EVER, Patient
from dialer.phones.task import Task
from dialer.pjsip.endpoint import Endpoint, EndpointSettings
from dialer.pjsip.incoming import IncomingAccount, IncomingCall
from dialer.pjsip.loop import PostedEvent

LISTENING_SECONDS = 0.02  # one RTP packet: how often a patient listens
IDLE_SECONDS = 0.1
LOUD_LEVEL = (
    8  # about -40 dBFS: the library's scale is mu-law's, with full scale at 49 and a silent line at 0
)
ANSWER, RING, NOT_FOUND, NO_ANSWER = 200, 180, 404, 480
LONGEST_RING_SECONDS = 150.0
PARTING_SECONDS = 2.0  # for the BYEs of the last calls


@dataclass
class _Open:
    """A call that has not ended."""

    call: IncomingCall
    number: str
    patient: Patient | None
    started_at: float
    final_at: float  # monotonic: when the final answer is due
    status: int = 0
    answered_at: float | None = None
    listener: Listener | None = None
    hung_up: bool = False


class PhoneProcess:
    """Answers calls as its patients would, until `run` is told to stop; pj.Error when its port is taken."""

    def __init__(self, task: Task) -> None:
        self._patients = {patient.number: patient for patient in task.patients}
        self._greetings = task.greetings
        self._speech_path, self._answer_path = task.speech_path, task.answer_path
        self._log_path = Path(task.log_path)
        self._open: dict[str, _Open] = {}
        self._endpoint = Endpoint(
            EndpointSettings(
                sip_port=task.sip_port,
                rtp_port_first=task.rtp_port_first,
                rtp_port_last=task.rtp_port_last,
                address=task.address,
                user_agent="simulated phone",
            )
        )
        self._account = IncomingAccount(self._endpoint)

    def run(self, stop_descriptor: int, on_ready: Callable[[], None]) -> None:
        """Until something can be read from the descriptor, or it is closed at the other end."""
        loop = self._endpoint.loop
        loop.watch(stop_descriptor)
        on_ready()
        while stop_descriptor not in self._round(LISTENING_SECONDS if self._open else IDLE_SECONDS):
            pass
        for entry in self._open.values():
            self._hang_up(entry)
        until = time.monotonic() + PARTING_SECONDS
        while self._open and time.monotonic() < until:
            self._round(LISTENING_SECONDS)
        for key in list(self._open):
            self._ended(key)
        self._endpoint.close()

    def _round(self, wait_seconds: float) -> set[int]:
        ready, events = self._endpoint.loop.once(wait_seconds)
        self._take(events)
        now = time.monotonic()
        for entry in self._open.values():
            self._step(entry, now)
        return ready

    def _take(self, events: Sequence[PostedEvent]) -> None:
        for event in events:
            match event:
                case ("invited", str(key), str(number)):
                    self._invited(key, number)
                case ("answered", str(key)) if key in self._open:
                    self._answered(self._open[key])
                case ("ended", str(key)) if key in self._open:
                    self._ended(key)

    def _invited(self, key: str, number: str) -> None:
        patient = self._patients.get(number)
        ring_seconds = _ring_seconds(patient)
        final_at = time.monotonic() + ring_seconds
        entry = _Open(self._account.calls[key], number, patient, time.time(), final_at)
        self._open[key] = entry
        if patient is not None:
            entry.call.respond(RING)

    def _answered(self, entry: _Open) -> None:
        if entry.patient is None or entry.answered_at is not None:
            return
        now = time.monotonic()
        entry.answered_at = now
        entry.call.listen()
        greeting = self._greetings.get(entry.number) if entry.patient.behaviour.machine else None
        entry.listener = Listener(entry.patient, now, greeting.seconds if greeting else 0.0)
        if greeting:
            entry.call.play(greeting.path)

    def _step(self, entry: _Open, now: float) -> None:
        if not entry.status and now >= entry.final_at:
            entry.status = _final_status(entry.patient)
            entry.call.respond(entry.status)
        if entry.listener is None or entry.hung_up:
            return
        action = entry.listener.hear(now, entry.call.level() >= LOUD_LEVEL)
        match action:
            case None:
                return
            case Press(keys):
                entry.call.press(keys)
            case Say():
                entry.call.play(self._answer_path)
            case Speak():
                entry.call.play(self._speech_path)
            case HangUp():
                self._hang_up(entry)
            case _:
                assert_never(action)

    def _hang_up(self, entry: _Open) -> None:
        if not entry.hung_up:
            entry.hung_up = True
            entry.call.hang_up()

    def _ended(self, key: str) -> None:
        entry = self._open.pop(key)
        self._account.forget(key)
        append_call(self._log_path, _finished(entry, time.time(), time.monotonic()))


def _ring_seconds(patient: Patient | None) -> float:
    if patient is None:
        return 0.0
    never = patient.behaviour.status == RINGS_FOR_EVER
    return LONGEST_RING_SECONDS if never else patient.behaviour.ring_seconds


def _final_status(patient: Patient | None) -> int:
    if patient is None:
        return NOT_FOUND
    return patient.behaviour.status or NO_ANSWER


def _finished(entry: _Open, ended_at: float, now: float) -> PhoneCall:
    listener, answered = entry.listener, entry.answered_at is not None
    return PhoneCall(
        number=entry.number,
        behaviour=entry.patient.behaviour.name if entry.patient else "",
        status=entry.status,
        answered=answered,
        keys=tuple(listener.pressed) if listener else (),
        seconds=round(now - entry.answered_at, 3) if entry.answered_at is not None else 0.0,
        ended_by=_ended_by(entry),
        first_speech_seconds=_rounded(listener.first_speech_seconds) if listener else None,
        speech_seconds=round(listener.speech_seconds, 3) if listener else 0.0,
        started_at=entry.started_at,
        ended_at=ended_at,
        heard_in_talk_seconds=round(listener.heard_in_talk_seconds, 3) if listener else 0.0,
    )


def _ended_by(entry: _Open) -> EndedBy:
    if entry.hung_up:
        return "phone"
    if entry.status >= 300:
        return "refused"
    return "caller" if entry.answered_at is not None else "cancelled"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
