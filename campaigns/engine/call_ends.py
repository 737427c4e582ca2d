"""What the end of a telephone call tells: whether it rang, what it meant, what the line was like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.engine.callees import person_of
from campaigns.engine.conversation import Talk
from campaigns.flows.turns import Work
from campaigns.models import Contact
from campaigns.rules.policy import Policy
from campaigns.rules.retries import Next, after_attempt
from campaigns.store.attempts import CallEnd, LineQuality
from campaigns.store.decisions import CloseTasks
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


@dataclass(frozen=True)
class CallEnded:
    """A call that is over. cause: ours where we know better than the event. ours: the blame is the trunk's
    or our own. delivered: the contact heard the message."""

    event: Ended
    cause: Cause
    ours: bool
    outcome: Outcome
    delivered: bool

    def following(self, contact: Contact, policy: Policy, now: datetime, begun_at: datetime) -> Next:
        """What becomes of the contact."""
        event = self.event
        return after_attempt(
            policy,
            attempts_used=contact.attempts_used,
            own_failures=contact.own_failures,
            cause=self.cause,
            ours=self.ours,
            rang=event.rang,
            outcome=self.outcome,
            delivered=self.delivered,
            now=now,
            no_sound=event.answered and event.quality.packets == 0,
            answered=event.answered,
            person=person_of(contact),
            rang_at=begun_at,
        )

    def record(self, token: int, following: Next, tasks: Sequence[Work] | CloseTasks) -> CallEnd:
        """What the store writes down."""
        event, quality = self.event, measured(self.event)
        return CallEnd(
            token,
            self.cause,
            event.sip_status,
            event.talk_seconds,
            self.outcome,
            following,
            tasks,
            quality,
            event.rang,
        )
