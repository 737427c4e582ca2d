"""Listening to a person: when it begins, and when enough was said (pure; `now` is monotonic seconds)."""

from dialer.messages import Listen, Listened


class Listening:
    """One `Listen`, from the moment it is asked for; its times stand still while the far end holds us.

    lag_seconds: how much later than it is spoken a voice may be told of.
    """

    def __init__(self, listen: Listen, lag_seconds: float = 0.0) -> None:
        self._listen = listen
        self._lag_seconds = lag_seconds
        self._voice_seconds = 0.0
        self._begun_at: float | None = None
        self._held_at: float | None = None

    @property
    def begun(self) -> bool:
        """Nothing plays any more: what is said now is recorded."""
        return self._begun_at is not None

    @property
    def deadline(self) -> float | None:
        """When it will have been long enough, if nothing more is said; None while no time runs."""
        if self._begun_at is None or self._held_at is not None:
            return None
        silent = self._voice_seconds + self._listen.silence_seconds + self._lag_seconds
        return self._begun_at + min(silent, self._listen.longest_seconds)

    def begin(self, now: float) -> None:
        """Nothing plays any more; again does nothing."""
        if self._begun_at is None:
            self._begun_at = now
            self._held_at = None if self._held_at is None else now

    def hold(self, now: float) -> None:
        """The far end holds us; again does nothing."""
        self._held_at = now if self._held_at is None else self._held_at

    def resume(self, now: float) -> None:
        """It took us back: the times go on where they were."""
        if self._held_at is not None and self._begun_at is not None:
            self._begun_at += now - self._held_at
        self._held_at = None

    def voice(self, seconds: float) -> None:
        """So long after the beginning, time on hold left out, a voice was heard last."""
        self._voice_seconds = max(self._voice_seconds, seconds)

    def ended(self, now: float, key: str = "") -> Listened:
        """It is over, now; key: the one that ended it."""
        return Listened(self._listen.call, self._listen.question, self._voice_until(now), key)

    def _voice_until(self, now: float) -> float:
        if self._begun_at is None:
            return 0.0
        passed = (now if self._held_at is None else self._held_at) - self._begun_at
        return round(min(self._voice_seconds, passed), 3)
