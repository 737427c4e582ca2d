"""The life of one call, as a table (pure): what may happen when, and which time limit of ours has run out."""

from collections.abc import Mapping
from typing import Literal

from dialer.errors import DialerError

State = Literal["dialing", "ringing", "early", "connected", "talking", "held", "leaving", "over"]
Sign = Literal["rings", "early_media", "confirmed", "media", "hold", "hang_up", "disconnected"]

#   dialing --rings--> ringing --early_media--> early
#      \__________________|______confirmed________|----> connected --media--> talking
#                                                             \___hold___> held (and back: hold, media)
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
    ("connected", "hold"): "held",
    ("talking", "media"): "talking",  # moved to another address
    ("talking", "hold"): "held",
    ("held", "hold"): "held",
    ("held", "media"): "talking",
    ("dialing", "hang_up"): "leaving",
    ("ringing", "hang_up"): "leaving",
    ("early", "hang_up"): "leaving",
    ("connected", "hang_up"): "leaving",
    ("talking", "hang_up"): "leaving",
    ("held", "hang_up"): "leaving",
    ("dialing", "disconnected"): "over",
    ("ringing", "disconnected"): "over",
    ("early", "disconnected"): "over",
    ("connected", "disconnected"): "over",
    ("talking", "disconnected"): "over",
    ("held", "disconnected"): "over",
    ("leaving", "disconnected"): "over",
}

NO_RESPONSE_SECONDS = 5.0  # a live trunk sends 100 Trying within half a second
LEAVING_SECONDS = 2.0  # our hang-up is reported at once; this is for the day it is not
MEDIA_SECONDS = 2.0  # audio is agreed with the answer; an answer without it is of no use
FIRST_RTP_SECONDS = 5.0  # and packets follow the answer at once, unless they are lost on their way
HELD_SECONDS = 120.0  # who puts a robot on hold for longer has forgotten it, or is gone
RTP_SECONDS = 15.0  # far ends that do not send silence were seen to pause for several seconds
# Of two people who talk with each other, one may look something up, or listen and send nothing for long.
BRIDGED_HELD_SECONDS = 600.0
BRIDGED_RTP_SECONDS = 30.0

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
        self._expects_rtp = True
        self._heard_at: float | None = None  # RTP since the answer
        self._waits_for_rtp_since = now
        self._held_at = now
        self._bridged = False

    @property
    def answered(self) -> bool:
        """The far end has answered, with or without audio."""
        return self._answered_at is not None

    @property
    def in_talk(self) -> bool:
        """Answered with audio, and not hung up; on hold too."""
        return self.state in ("talking", "held")

    def allows(self, sign: Sign) -> bool:
        """Whether `move` would accept the sign now."""
        return (self.state, sign) in MOVES

    def move(self, sign: Sign, now: float) -> None:
        """Something happened. Raises IllegalMove, and then changes nothing."""
        if not self.allows(sign):
            raise IllegalMove(f"A call that is {self.state} cannot take the sign {sign}.")
        before, self.state = self.state, MOVES[self.state, sign]
        if sign in ("rings", "early_media", "confirmed"):
            self._responded = True
            self.rang = self.rang or sign != "early_media"
            self._rang_at = now if self._rang_at is None else self._rang_at
        if sign == "confirmed":
            self._answered_at = self._waits_for_rtp_since = now
        if sign == "media":
            self._waits_for_rtp_since = now
        if sign == "hold" and before != "held":
            self._held_at = now
        if sign == "hang_up":
            self._left_at = now

    def responded(self) -> None:
        """The far end sent any response, 100 Trying included."""
        self._responded = True

    def expect_rtp(self, expected: bool) -> None:
        """Whether the far end has agreed to send RTP; one that only listens has not."""
        self._expects_rtp = expected

    def bridge(self, bridged: bool, now: float) -> None:
        """Another person hears this one, or no longer; then the limits of a lone call begin anew."""
        if self._bridged and not bridged:
            self._held_at = self._waits_for_rtp_since = now
        self._bridged = bridged

    def heard(self, now: float) -> None:
        """RTP has come from the far end of an answered call."""
        self._heard_at = now

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
            case "connected" | "talking" | "held":
                limit = (self._answered_at or 0.0) + self._limit_seconds
                if self.state == "held":
                    held_seconds = BRIDGED_HELD_SECONDS if self._bridged else HELD_SECONDS
                    limit = min(limit, self._held_at + held_seconds)
                silent_at = self._silent_at()
                if silent_at is None or limit <= silent_at:
                    return limit, "limit"
                return silent_at, "no_media"
            case "leaving":
                return self._left_at + LEAVING_SECONDS, "hung_up"
            case "over":
                return None

    def _silent_at(self) -> float | None:
        """When an answered call without audio is given up; None while none is due to come."""
        if self.state == "connected":
            return (self._answered_at or 0.0) + MEDIA_SECONDS
        if self.state == "held" or not self._expects_rtp:
            return None
        if self._heard_at is None:
            return self._waits_for_rtp_since + FIRST_RTP_SECONDS
        silence_seconds = BRIDGED_RTP_SECONDS if self._bridged else RTP_SECONDS
        return max(self._heard_at, self._waits_for_rtp_since) + silence_seconds

    def expired(self, now: float) -> Expired | None:
        """The limit that has run out, if any."""
        deadline = self.deadline()
        return deadline[1] if deadline is not None and deadline[0] <= now else None
