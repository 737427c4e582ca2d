"""Goes on to the next person with the same number instead of hanging up."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from campaigns.clock import Clock
from campaigns.engine.callees import person_of
from campaigns.engine.companions import Companion
from campaigns.engine.conversation import Reaction
from campaigns.engine.journal import Journal
from campaigns.engine.live import LiveCall
from campaigns.engine.rulebook import Rulebook
from campaigns.errors import DatabaseUnusable
from campaigns.models import Contact
from campaigns.rules.retries import after_attempt
from campaigns.store import follow_on
from campaigns.store.attempts import CallEnd
from campaigns.store.database import Database
from dialer.messages import Command, HangUp

_log = logging.getLogger(__name__)

TIME_LEFT = 2.0  # times what the longest talk of this call took: a message that the limit cuts is told again


class SameCall:
    """`forget` removes the audio with an owner's values."""

    def __init__(
        self,
        database: Database,
        rulebook: Rulebook,
        clock: Clock,
        journal: Journal,
        forget: Callable[[str], None],
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._clock = clock
        self._journal = journal
        self._forget = forget

    def instead_of(self, commands: Sequence[Command], call: LiveCall) -> Reaction | None:
        """How the call goes on where it would be hung up; None: these commands stand.

        From here on the call is the next person's. Without the database it ends, and they are called later.
        """
        if not any(isinstance(command, HangUp) for command in commands):
            return None
        while call.placed.companions and call.placed.talk.leads_on and self._in_time(call):
            companion, *others = call.placed.companions
            call.placed = replace(call.placed, companions=tuple(others))
            handed = self._hand_over(call, companion)
            if handed is not None:
                return self._begin(call, companion, *handed)
            self._forget(str(companion.contact.id))
        return None

    def _in_time(self, call: LiveCall) -> bool:
        talked = self._clock.seconds() - call.since
        left = call.placed.limit_seconds - call.told_before - talked
        return left >= TIME_LEFT * talked and not self._journal.blocked

    def _hand_over(self, call: LiveCall, companion: Companion) -> tuple[int, Contact] | None:
        """The next person's attempt; None when there is none, for any reason."""
        contact, now = companion.contact, self._clock.now()
        if self._rulebook.script(contact).digest != companion.script:
            return None  # the prompts say what is no longer in the file
        try:
            return follow_on.hand_over(
                self._database,
                call.placed.attempt,
                self._end_of(call),
                contact,
                lambda person, standing: self._rulebook.judge(person, standing, now),
                now,
            )
        except DatabaseUnusable as error:
            self._journal.trouble(error)
            return None

    def _end_of(self, call: LiveCall) -> CallEnd:
        contact, outcome = call.placed.contact, call.placed.talk.outcome
        following = after_attempt(
            self._rulebook.script(contact).policy,
            attempts_used=contact.attempts_used,
            own_failures=contact.own_failures,
            cause="answered",
            ours=False,
            rang=True,
            outcome=outcome,
            delivered=call.delivered,
            now=self._clock.now(),
            person=person_of(contact),
        )
        talked = self._clock.seconds() - call.since
        token, tasks = contact.token, self._rulebook.followups
        return CallEnd(token, "answered", 200, talked, outcome, following, tasks)

    def _begin(self, call: LiveCall, companion: Companion, attempt: int, contact: Contact) -> Reaction:
        before, now = call.placed, self._clock.seconds()
        _log.info("attempt.handed_over attempt=%d to=%d", before.attempt, attempt)
        conversation = self._rulebook.conversation(contact)
        talk, reaction = before.talk.follow(conversation, companion.clips.paths, attempt)
        call.placed = replace(before, attempt=attempt, contact=contact, talk=talk, clips=companion.clips)
        call.told_before, call.since = call.told_before + now - call.since, now
        call.delivered, call.recorded = False, talk.outcome
        self._forget(str(before.contact.id))
        return reaction
