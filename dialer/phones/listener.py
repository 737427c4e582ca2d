"""A person on the phone: hears speech and silence, and decides when to press and when to hang up (pure)."""

from dataclasses import dataclass

from dialer.phones.patients import ANSWER_SECONDS, SAYS, Patient

PAUSE_SECONDS = 1.0  # sentences of one message are less far apart
SPEECH_SECONDS = 0.2  # of sound, before a pause means that something was said
PATIENCE_SECONDS = 15.0  # of silence, after which a person presses anyway
LONGEST_SPEECH_SECONDS = 45.0  # and of speech
KEY_SECONDS = 0.24  # the library sends one key and a gap in this time
MIDDLE_SECONDS = 1.5  # of speech, before someone in a hurry hangs up
LONGEST_CALL_SECONDS = 150.0  # nobody stays longer, and no machine records longer


@dataclass(frozen=True)
class Press:
    """Press these keys, one after the other."""

    keys: str


@dataclass(frozen=True)
class Speak:
    """Begin to speak, and go on until the end of the call."""


@dataclass(frozen=True)
class Say:
    """Say something that lasts ANSWER_SECONDS."""


@dataclass(frozen=True)
class HangUp:
    """End the call."""


class Listener:
    """One answered call. Tell it often what is heard; `now` is seconds on any clock that only grows.

    A machine is deaf for `deaf_seconds`, while it greets: that speech is not counted.
    """

    def __init__(self, patient: Patient, now: float, deaf_seconds: float = 0.0) -> None:
        self._turns = [] if patient.behaviour.machine else list(patient.keys)
        self._hangs_up = patient.behaviour.hangs_up
        self._speaks = patient.behaviour.speaks
        self._talks_seconds = patient.behaviour.talks_seconds
        self._answered_at = self._since = self._last_at = now
        self._loud_until: float | None = None
        self._spoken_seconds = 0.0
        self._deaf_until = now + deaf_seconds
        self.first_speech_seconds: float | None = None
        self.speech_seconds = 0.0
        self.talk_since: float | None = None  # began to speak
        self.heard_in_talk_seconds = 0.0
        self.pressed: list[str] = []

    def hear(self, now: float, loud: bool) -> Press | Say | Speak | HangUp | None:
        """What this person does now."""
        step, self._last_at = now - self._last_at, now
        if loud:
            self._take_in(now, step)
        if now - self._answered_at >= LONGEST_CALL_SECONDS or self._has_talked_enough(now):
            return HangUp()
        if self._turns and self._is_my_turn(now):
            return self._take_turn(now)
        if self._hangs_up and not self._turns and self._is_middle(now):
            return HangUp()
        if self._speaks and not self._turns and self.talk_since is None and now >= self._since:
            self.talk_since = now
            return Speak()
        return None

    def _has_talked_enough(self, now: float) -> bool:
        if self.talk_since is None or not self._talks_seconds:
            return False
        return now - self.talk_since >= self._talks_seconds

    def _take_in(self, now: float, step: float) -> None:
        if self.first_speech_seconds is None:
            self.first_speech_seconds = now - self._answered_at
        if now >= self._deaf_until:
            self.speech_seconds += step
        if self.talk_since is not None:
            self.heard_in_talk_seconds += step
        if now >= self._since:
            self._spoken_seconds += step
            self._loud_until = now

    def _is_my_turn(self, now: float) -> bool:
        waited = now - self._since
        if self._loud_until is None or self._spoken_seconds < SPEECH_SECONDS:
            return waited >= PATIENCE_SECONDS
        return now - self._loud_until >= PAUSE_SECONDS or waited >= LONGEST_SPEECH_SECONDS

    def _is_middle(self, now: float) -> bool:
        return self._spoken_seconds >= MIDDLE_SECONDS or now - self._since >= PATIENCE_SECONDS

    def _take_turn(self, now: float) -> Press | Say:
        keys = self._turns.pop(0)
        self.pressed.append(keys)
        self._since = now + (ANSWER_SECONDS if keys == SAYS else KEY_SECONDS * len(keys))
        self._spoken_seconds, self._loud_until = 0.0, None
        return Say() if keys == SAYS else Press(keys)
