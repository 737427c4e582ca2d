"""The life of one call, as a table (pure): what may happen when, and which time limit of ours has run out."""

from collections.abc import Mapping
from typing import Literal

from dialer.errors import DialerError

State = Literal["dialing", "ringing", "early", "connected", "talking", "leaving", "over"]
Sign = Literal["rings", "early_media", "confirmed", "media", "hang_up", "disconnected"]

#   dialing --rings--> ringing --early_media--> early
#      \__________________|______confirmed________|----> connected --media--> talking
#   hang_up leads from each of them to leaving, disconnected from each to over.
MOVES: Mapping[tuple[State, Sign], State] = {
    ("dialing", "rings"): "ringing",
    ("dialing", "early_media"): "early",
    ("dialing", "confirmed"): "connected",
    ("ringing", "rings"): "ringing",
    ("ringing", "early_media"): "early",
    ("ringing", "confirmed"): "connected",
    ("early", "rings"): "early",
    ("early", "early_media"): "early",
    ("early", "confirmed"): "connected",
    ("connected", "media"): "talking",
    ("talking", "media"): "talking",  # hold and resume
    ("dialing", "hang_up"): "leaving",
    ("ringing", "hang_up"): "leaving",
    ("early", "hang_up"): "leaving",
    ("connected", "hang_up"): "leaving",
    ("talking", "hang_up"): "leaving",
    ("dialing", "disconnected"): "over",
    ("ringing", "disconnected"): "over",
    ("early", "disconnected"): "over",
    ("connected", "disconnected"): "over",
    ("talking", "disconnected"): "over",
    ("leaving", "disconnected"): "over",
}

NO_RESPONSE_SECONDS = 5.0  # a live trunk sends 100 Trying within half a second
LEAVING_SECONDS = 2.0  # our hang-up is reported at once; this is for the day it is not
MEDIA_SECONDS = 2.0  # audio comes up with the answer; an answer without it is of no use

Expired = Literal["no_response", "ring_timeout", "no_media", "hung_up", "limit"]


class IllegalMove(DialerError):
    """Something happened that cannot happen in this state; nothing was changed."""


class Life:
    """One call from `Dial` to `Ended`. Times in seconds of one monotonic clock."""

    def __init__(self, now: float, ring_seconds: float, limit_seconds: float) -> None:
        self.state: State = "dialing"
        self.rang = False  # 180 or an answer; behind 183 there may be an announcement of the trunk's own
        self._ring_seconds = ring_seconds
        self._limit_seconds = limit_seconds
        self._started_at = now
        self._responded = False
        self._rang_at: float | None = None
        self._left_at = now
        self._answered_at: float | None = None

    @property
    def answered(self) -> bool:
        """The far end has answered, with or without audio."""
        return self._answered_at is not None

    def allows(self, sign: Sign) -> bool:
        """Whether `move` would accept the sign now."""
        return (self.state, sign) in MOVES

    def move(self, sign: Sign, now: float) -> None:
        """Something happened. Raises IllegalMove, and then changes nothing."""
        if not self.allows(sign):
            raise IllegalMove(f"A call that is {self.state} cannot take the sign {sign}.")
        self.state = MOVES[self.state, sign]
        if sign in ("rings", "early_media", "confirmed"):
            self._responded = True
            self.rang = self.rang or sign != "early_media"
            self._rang_at = now if self._rang_at is None else self._rang_at
        if sign == "confirmed":
            self._answered_at = now
        if sign == "hang_up":
            self._left_at = now

    def responded(self) -> None:
        """The far end sent any response, 100 Trying included."""
        self._responded = True

    def talk_seconds(self, now: float) -> float:
        """From the answer until now."""
        return 0.0 if self._answered_at is None else max(0.0, now - self._answered_at)

    def deadline(self) -> tuple[float, Expired] | None:
        """When which limit of ours runs out. Ringing counts from the first 180 or 183, else from `Dial`."""
        match self.state:
            case "dialing" | "ringing" | "early":
                ringing = (self._started_at if self._rang_at is None else self._rang_at) + self._ring_seconds
                silent = self._started_at + NO_RESPONSE_SECONDS
                if not self._responded and silent < ringing:
                    return silent, "no_response"
                return ringing, "ring_timeout" if self._responded else "no_response"
            case "connected" | "talking":
                answered_at = self._answered_at or 0.0
                limit = answered_at + self._limit_seconds
                silent = answered_at + MEDIA_SECONDS
                return (
                    (silent, "no_media") if self.state == "connected" and silent < limit else (limit, "limit")
                )
            case "leaving":
                return self._left_at + LEAVING_SECONDS, "hung_up"
            case "over":
                return None

    def expired(self, now: float) -> Expired | None:
        """The limit that has run out, if any."""
        deadline = self.deadline()
        return deadline[1] if deadline is not None and deadline[0] <= now else None
