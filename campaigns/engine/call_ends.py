"""What the end of a telephone call tells: whether it rang, what it meant, what the line was like."""

from campaigns.engine.conversation import Talk
from campaigns.store.attempts import LineQuality
from campaigns.words import Outcome
from dialer.messages import Cause, Ended

RANG_BEHIND: frozenset[Cause] = frozenset({"no_answer", "declined"})
"""Ends of calls that had only early media (183): many networks play their ringing tone so, without a 180."""


def rang(event: Ended, early_media: bool) -> bool:
    """Whether the phone must be taken to have rung; early_media: that was the last thing heard of the call.

    An announcement of the network counts too where it cannot be told from ringing: nobody is rung too often.
    """
    return event.rang or (early_media and event.cause in RANG_BEHIND)


def measured(event: Ended) -> LineQuality | None:
    """What is worth keeping of an answered call; None when its line did not live to tell."""
    quality = event.quality
    if not event.answered or not (quality.packets or quality.one_way):
        return None
    return LineQuality(
        quality.mos or None,
        quality.lost_percent,
        quality.far_lost_percent,
        quality.jitter_ms,
        quality.one_way,
    )


def meant(talk: Talk, event: Ended, ours: bool) -> Outcome:
    """What an ended call meant: what the script says of an answered one, unless we cut it too early."""
    if not event.answered:
        return "failed" if ours else "unanswered"
    if ours and talk.outcome in ("hung_up", "silent"):
        return "failed"
    return talk.outcome
