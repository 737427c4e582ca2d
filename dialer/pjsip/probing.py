"""The OPTIONS to one trunk: exactly one `Probed` for each `Probe`, whatever the library reports (pure)."""

from collections.abc import Sequence

from dialer.messages import Probed

PATIENCE_SECONDS = 4.0  # a trunk that has not answered by then is as good as silent; the library waits 6 s


class Probing:
    """`now` is monotonic seconds. Probes that are asked for while one is under way share its result.

    The library's own 408 and 503 are told as 0, and while the late end of an earlier request is still to
    come they are ignored: the library does not say which of them it means.
    """

    def __init__(self, trunk: str) -> None:
        self._trunk = trunk
        self._asked = 0
        self._begun = 0.0
        self._sent = False
        self._outstanding = 0
        self._status: int | None = None
        self._ended = 0.0

    @property
    def waits(self) -> bool:
        """Asked for, but not sent: the trunk's address was not known."""
        return self._asked > 0 and not self._sent and self._status is None

    def ask(self, now: float) -> bool:
        """One more `Probe`; whether a request is to be sent."""
        self._asked += 1
        if self._asked > 1:
            return False
        self._begun, self._sent, self._status = now, False, None
        return True

    def sent(self, now: float) -> None:
        """The request is on its way; the time of the answer counts from here."""
        self._begun, self._sent = now, True
        self._outstanding += 1

    def unsent(self, now: float) -> None:
        """It could not be sent."""
        self._close(0, now)

    def ended(self, status: int, now: float) -> None:
        """A request has ended with a response of the far end, or with 0."""
        self._outstanding -= 1
        if self._sent and (status or not self._outstanding):
            self._close(status, now)

    def give_up(self, now: float) -> None:
        """Nobody waits any longer."""
        self._close(0, now)

    def _close(self, status: int, now: float) -> None:
        if self._asked and self._status is None:
            self._status, self._ended = status, now

    @property
    def deadline(self) -> float | None:
        """When `over` has something to tell."""
        if not self._asked:
            return None
        return self._begun + PATIENCE_SECONDS if self._status is None else self._ended

    def over(self, now: float) -> Sequence[Probed]:
        """What there is to tell."""
        if self.deadline is None or self.deadline > now:
            return ()
        self._close(0, now)
        count, self._asked, self._sent = self._asked, 0, False
        milliseconds = round((self._ended - self._begun) * 1000, 1)
        return (Probed(self._trunk, self._status or 0, milliseconds),) * count
