"""The engine: one thread that hears the lines, asks the database what is due, and keeps both true."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from campaigns.clock import Clock
from campaigns.engine.conversation import Reaction, Talk
from campaigns.engine.duties import EVERY_SECONDS, Duties
from campaigns.engine.journal import Journal
from campaigns.engine.planner import Placed, Planner
from campaigns.engine.renderer import Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.scheduler import Ticks
from campaigns.errors import DatabaseUnusable
from campaigns.flows.turns import Delivered
from campaigns.models import Contact
from campaigns.rules.retries import Next, after_attempt
from campaigns.store import attempts, contacts
from campaigns.store.database import Database
from campaigns.words import Outcome
from dialer import messages
from dialer.endings import ending_of
from dialer.lines import Lines
from dialer.messages import Event

_log = logging.getLogger(__name__)

WAIT_SECONDS = 0.05  # the longest that a ready contact waits for its call to be placed
GIVE_UP_SECONDS = 30.0  # without a database and without a call there is nothing left to do
TICKS = {"take": 0.2, **EVERY_SECONDS}  # how often the database is asked, in seconds


@dataclass
class LiveCall:
    """A call in progress, as a supervisor may see it."""

    attempt: int
    contact: Contact
    trunk: str
    talk: Talk
    since: float  # monotonic seconds
    state: str = "dialling"
    delivered: bool = False
    recorded: Outcome | None = None  # what the database says it would mean if it ended now
    cut: bool = False  # we ended it because we were told to stop


@dataclass
class Summary:
    """What one run did."""

    placed: int = 0
    answered: int = 0
    own_failures: int = 0


class Engine:
    """Runs campaigns until told to stop. `tell` takes one plain sentence for the supervisor."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        rulebook: Rulebook,
        renderer: Renderer,
        planner: Planner,
        duties: Duties,
        clock: Clock,
        ticks: Ticks,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._lines = lines
        self._rulebook = rulebook
        self._renderer = renderer
        self._planner = planner
        self._duties = duties
        self._clock = clock
        self._ticks = ticks
        self._tell = tell
        self._journal = Journal(clock, tell)
        self._calls: dict[str, LiveCall] = {}
        self._draining = False  # set by signal handlers: read, never acted on, between two passes
        self._cutting = False
        self._begun = False
        self.summary = Summary()

    @property
    def live(self) -> Sequence[LiveCall]:
        """The calls in progress, oldest first."""
        return list(self._calls.values())

    def drain(self) -> None:
        """Place no more calls; let the running ones end."""
        self._draining = True

    def cut(self) -> None:
        """Place no more calls and end the running ones now."""
        self._draining = self._cutting = True

    def run(self, *, until_idle: bool, each_pass: Callable[[], None]) -> Summary:
        """Work until told to stop or, with `until_idle`, until no call runs and nothing is due now.

        Raises DatabaseUnusable when the database stays away for 30 s and no call is in progress.
        """
        while not self._is_over(until_idle):
            self.step(WAIT_SECONDS)
            each_pass()
        self._planner.let_go()
        self._duties.end()
        return self.summary

    def step(self, wait_seconds: float) -> None:
        """One pass: what happened on the lines, what is due, what can be placed."""
        for event in self._lines.receive(wait_seconds):
            self._on(event)
        if self._cutting:
            self._hang_up_all()
        self._journal.retry()
        if self._journal.blocked:
            return
        try:
            self._work()
            self._journal.fine()
        except DatabaseUnusable as error:
            self._bear(error)

    def idle(self, *, until_idle: bool) -> bool:
        """Whether the run is over: told to stop and no call runs, or (`until_idle`) nothing to do now."""
        if self._calls or (self._journal.blocked and not self._cutting):
            return False
        if self._draining:
            return True
        if not until_idle or not self._begun or self._planner.preparing:
            return False
        if contacts.interrupted_count(self._database):
            return False
        return self._planner.trunks_rest or contacts.due_count(self._database, self._clock.now()) == 0

    def _is_over(self, until_idle: bool) -> bool:
        try:
            return self.idle(until_idle=until_idle)
        except DatabaseUnusable as error:
            self._bear(error)
            return False

    def _bear(self, error: DatabaseUnusable) -> None:
        """Calls in progress go on without the database; an engine without calls waits for it a while."""
        seconds = self._journal.trouble(error)
        if not self._calls and seconds >= GIVE_UP_SECONDS:
            raise error

    def _work(self) -> None:
        """What the database is asked for and told, apart from the calls in progress."""
        if not self._begun:
            self._duties.begin()
            self._begun = True
        self._duties.run_once([call.attempt for call in self._calls.values()])
        if self._draining:
            return
        if self._ticks.due("take"):
            self._planner.take()
        for placed in self._planner.place():
            self._watch(placed)

    def _hang_up_all(self) -> None:
        for name, call in self._calls.items():
            if not call.cut:
                call.cut = True
                self._lines.send(messages.HangUp(name))

    def _watch(self, placed: Placed) -> None:
        self.summary.placed += 1
        campaign = placed.contact.campaign
        _log.info("attempt.began attempt=%d campaign=%s trunk=%s", placed.attempt, campaign, placed.trunk)
        self._calls[str(placed.attempt)] = LiveCall(
            placed.attempt, placed.contact, placed.trunk, placed.talk, self._clock.seconds()
        )

    def _on(self, event: Event) -> None:
        if not isinstance(event, messages.CallEvent):
            return
        call = self._calls.get(event.call)
        if call is None:
            return
        match event:
            case messages.Ringing():
                call.state = "ringing"
                self._write(attempts.rang, call)
            case messages.EarlyMedia():
                call.state = "early media"
            case messages.Answered():
                self._answered(call, event)
            case messages.Fault(sentence=sentence):
                self._tell(sentence)
            case messages.Ended():
                self._ended(call, event)
            case _:
                self._react(call, call.talk.on(event))

    def _answered(self, call: LiveCall, event: messages.Answered) -> None:
        """The patient hears us before the database does: nothing is told yet that could be lost."""
        call.state = "answered"
        self.summary.answered += 1
        reaction = call.talk.on(event)
        call.recorded = call.talk.outcome
        self._react(call, reaction)
        self._write(attempts.answered, call)

    def _react(self, call: LiveCall, reaction: Reaction) -> None:
        """Facts are stored before the call goes on: a crash in between asks twice but loses nothing."""
        if reaction.facts or call.talk.outcome != call.recorded:
            call.delivered = call.delivered or any(isinstance(fact, Delivered) for fact in reaction.facts)
            now, outcome = self._clock.now(), call.talk.outcome
            call.recorded = outcome
            self._journal.write(
                partial(attempts.record, self._database, call.attempt, reaction.facts, outcome, now)
            )
        for command in reaction.commands:
            self._lines.send(command)

    def _write(self, what: Callable[[Database, int, datetime], object], call: LiveCall) -> None:
        self._journal.write(partial(what, self._database, call.attempt, self._clock.now()))

    def _ended(self, call: LiveCall, event: messages.Ended) -> None:
        del self._calls[event.call]
        cause: messages.Cause = "line_lost" if call.cut else event.cause
        blame = ending_of(cause, event.sip_status, event.rang).blame
        ours = blame in ("trunk", "us")
        self._planner.ended(call.trunk, trunk_failed=blame == "trunk" and not event.rang)
        outcome = _outcome(call.talk, event, ours)
        _log.info("attempt.ended attempt=%d cause=%s outcome=%s", call.attempt, cause, outcome)
        following = after_attempt(
            self._rulebook.script(call.contact).policy,
            attempts_used=call.contact.attempts_used,
            own_failures=call.contact.own_failures,
            cause=cause,
            ours=ours,
            rang=event.rang,
            outcome=outcome,
            delivered=call.delivered,
            now=self._clock.now(),
        )
        self.summary.own_failures += not following.counted
        self._journal.write(partial(self._finish, call, event, cause, outcome, following, self._clock.now()))
        if following.state != "waiting":
            self._renderer.forget(str(call.contact.id))

    def _finish(
        self,
        call: LiveCall,
        event: messages.Ended,
        cause: messages.Cause,
        outcome: Outcome,
        following: Next,
        now: datetime,
    ) -> None:
        attempts.finish(
            self._database,
            call.attempt,
            call.contact.token,
            cause=cause,
            sip_status=event.sip_status,
            talk_seconds=event.talk_seconds,
            outcome=outcome,
            next=following,
            tasks=self._rulebook.followups_of(call.contact, following),
            now=now,
        )


def _outcome(talk: Talk, event: messages.Ended, ours: bool) -> Outcome:
    """What an ended call meant: what the script says of an answered one, unless we cut it too early."""
    if not event.answered:
        return "failed" if ours else "unanswered"
    if ours and talk.outcome in ("hung_up", "silent"):
        return "failed"
    return talk.outcome
