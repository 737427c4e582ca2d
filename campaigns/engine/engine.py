"""The engine: one thread that hears the lines, asks the database what is due, and keeps both true."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from campaigns.clock import Clock
from campaigns.engine.call_ends import CallEnded, meant, rang
from campaigns.engine.connecting import Follow
from campaigns.engine.conversation import Reaction
from campaigns.engine.duties import EVERY_SECONDS, Duties
from campaigns.engine.floor import Floor
from campaigns.engine.journal import Journal
from campaigns.engine.live import CONNECTED, NOT_ANSWERED, LiveCall, Placed, Summary
from campaigns.engine.membership import CUT_OFF_SECONDS
from campaigns.engine.planner import Planner
from campaigns.engine.renderer import Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.same_call import SameCall
from campaigns.engine.scheduler import Ticks
from campaigns.engine.switchboard import Switchboard
from campaigns.errors import DatabaseUnusable
from campaigns.rules.retries import is_ours
from campaigns.store import attempts, contacts
from campaigns.store.database import Database
from dialer import messages
from dialer.endings import ending_of, trunk_failed
from dialer.lines import Lines
from dialer.messages import Event

_log = logging.getLogger(__name__)

WAIT_SECONDS = 0.05  # the longest that prompts wait to be seen; who is ready is called to the millisecond
MUTE_SECONDS = 3.0  # a refused connection or an unknown name is told at once; silence only after 5 s
GIVE_UP_SECONDS = 30.0  # without a database and without a call there is nothing left to do
GIVE_UP_SHARED_SECONDS = 900.0  # a server is restarted or moved in that time, and nodes should outlast it
IDLE_SECONDS = 2.0  # between two looks at a shared database in which nobody was due
TICKS = {"take": 0.2, "leases": 30.0, **EVERY_SECONDS}  # how often the database is asked, in seconds


class Engine:
    """Runs campaigns until told to stop. `tell` takes one plain sentence for the supervisor."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        rulebook: Rulebook,
        renderer: Renderer,
        planner: Planner,
        switchboard: Switchboard,
        duties: Duties,
        floor: Floor,
        journal: Journal,
        clock: Clock,
        ticks: Ticks,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._lines = lines
        self._rulebook = rulebook
        self._renderer = renderer
        self._planner = planner
        self._switchboard = switchboard
        self._duties = duties
        self._floor = floor
        self._clock = clock
        self._ticks = ticks
        self._tell = tell
        self._journal = journal
        self._same_call = SameCall(database, rulebook, clock, self._journal, duties.forget)
        self._calls: dict[str, LiveCall] = {}
        self._draining = False  # set by signal handlers: read, never acted on, between two passes
        self._cutting = False
        self._begun = False
        self._rest_until = 0.0  # in the clock's seconds
        self.summary = Summary()

    @property
    def live(self) -> Sequence[LiveCall]:
        """The calls in progress, oldest first."""
        return list(self._calls.values())

    def drain(self) -> None:
        """Place no more calls; let the running ones end."""
        self._draining = True

    def wake(self) -> None:
        """Somebody may be due now; called from another thread, by whoever heard of it."""
        self._rest_until = 0.0
        self._ticks.force("take")

    def cut(self) -> None:
        """Place no more calls and end the running ones now; but talks with operators end by themselves."""
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
        if not self._draining and not self._journal.in_trouble:
            wait_seconds = self._planner.patience(wait_seconds)
        for event in self._lines.receive(wait_seconds):
            self._on(event)
        self._switchboard.ask()
        self._follow(self._floor.tick(ends=self._draining))
        if self._cutting:
            self._hang_up([name for name, call in self._calls.items() if call.state != CONNECTED])
        self._journal.retry()
        if self._database.shared and self._journal.trouble_seconds >= CUT_OFF_SECONDS:
            self._hang_up([name for name, call in self._calls.items() if call.state in NOT_ANSWERED])
        if self._journal.blocked:
            return
        try:
            self._work()
            self._journal.fine()
        except DatabaseUnusable as error:
            self._bear(error)

    def idle(self, *, until_idle: bool) -> bool:
        """Whether the run is over: told to stop and no call runs, or (`until_idle`) nothing to do now."""
        if self._calls or self._floor.busy or (self._journal.blocked and not self._cutting):
            return False
        if self._draining:
            return True
        if not until_idle or not self._begun or self._planner.preparing or self._journal.doubtful:
            return False
        if contacts.interrupted_count(self._database):
            return False
        hopeless = self._floor.hopeless()
        now = self._clock.now()
        return self._switchboard.rests or contacts.due_count(self._database, now, but=hopeless) == 0

    def _is_over(self, until_idle: bool) -> bool:
        try:
            return self.idle(until_idle=until_idle)
        except DatabaseUnusable as error:
            self._bear(error)
            return False

    def _bear(self, error: DatabaseUnusable) -> None:
        """Calls in progress go on without the database; an engine without calls waits for it a while."""
        seconds = self._journal.trouble(error)
        longest = GIVE_UP_SHARED_SECONDS if self._database.shared else GIVE_UP_SECONDS
        if not self._calls and seconds >= longest and not (self._database.shared and self._journal.blocked):
            raise error

    def _work(self) -> None:
        """What the database is asked for and told, apart from the calls in progress."""
        if self._journal.doubtful or self._ticks.due("leases"):
            self._planner.look_after()
            self._floor.look_after()
            self._journal.doubtful = False
        if not self._begun:
            self._duties.begin()
            self._floor.begin()
            self._begun = True
        self._duties.run_once([call.placed.attempt for call in self._calls.values()])
        self._follow(self._floor.seek())
        if self._draining:
            return
        if self._ticks.due("take") and not self._rests:
            self._take()
        for placed in self._planner.place():
            self._watch(placed)

    @property
    def _rests(self) -> bool:
        """Whether nobody was due: who queues contacts on another node wakes this one."""
        return not self._calls and self._clock.seconds() < self._rest_until

    def _take(self) -> None:
        resting = self._database.shared and not self._calls
        self._rest_until = self._clock.seconds() + IDLE_SECONDS if resting else 0.0  # `wake` may come now
        self._planner.take()
        if resting and (self._planner.preparing or contacts.due_count(self._database, self._clock.now(), 1)):
            self._rest_until = 0.0

    def _hang_up(self, names: Collection[str]) -> None:
        for name in names:
            if not self._calls[name].cut:
                self._calls[name].cut = True
                self._lines.send(messages.HangUp(name))

    def _watch(self, placed: Placed) -> None:
        self.summary.placed += 1
        campaign = placed.contact.campaign
        _log.info("attempt.began attempt=%d campaign=%s trunk=%s", placed.attempt, campaign, placed.trunk)
        call = self._calls[str(placed.attempt)] = LiveCall(placed)
        self._floor.placed(call)

    def _on(self, event: Event) -> None:
        if isinstance(event, messages.TrunkEvent):
            self._switchboard.on(event)
        elif isinstance(event, messages.Fault):
            self._tell(event.sentence)
        elif isinstance(event, messages.CallEvent) and event.call in self._floor:
            self._follow(self._floor.on(event))
        elif isinstance(event, messages.CallEvent) and event.call in self._calls:
            self._hear(self._calls[event.call], event)

    def _hear(self, call: LiveCall, event: messages.CallEvent) -> None:
        """What happened in the call of a patient."""
        match event:
            case messages.Ringing():
                call.state = "ringing"
                self._switchboard.rang(call.placed.trunk, call.placed.begun)
                self._write(attempts.rang, call)
            case messages.EarlyMedia():
                call.state = "early media"
                self._send(call.placed.talk.on(event).commands)
            case messages.Answered():
                self._answered(call, event)
            case messages.Held(on=on) if call.state != CONNECTED:
                call.state = "on hold" if on else "answered"
            case messages.Bridged() | messages.Transferred():
                self._follow(self._floor.answer_for(call, event))
            case messages.Ended(cause=cause):
                if cause == "line_lost":
                    self._react(call, call.placed.talk.line_lost())
                self._ended(call, event)
            case messages.Heard():
                self._react(call, call.placed.talk.on(event))
                self._floor.beeped(call)
            case _:
                self._react(call, call.placed.talk.on(event))

    def _answered(self, call: LiveCall, event: messages.Answered) -> None:
        """The patient hears us before the database does: nothing is told yet that could be lost."""
        call.state, call.since = "answered", self._clock.seconds()
        self.summary.answered += 1
        self._switchboard.rang(call.placed.trunk, call.placed.begun)
        reaction = call.placed.talk.on(event)
        call.recorded = call.placed.talk.outcome
        self._react(call, reaction)
        self._follow(self._floor.patient_answered(call))
        self._write(attempts.answered, call)

    def _react(self, call: LiveCall, reaction: Reaction) -> None:
        """Facts are stored before the call goes on: a crash in between asks twice but loses nothing."""
        if reaction.facts or call.placed.talk.outcome != call.recorded:
            call.note(reaction.facts)
            now, outcome = self._clock.now(), call.placed.talk.outcome
            call.recorded = outcome
            self._journal.write(
                partial(attempts.record, self._database, call.placed.attempt, reaction.facts, outcome, now)
            )
        following = None if self._draining else self._same_call.instead_of(reaction.commands, call)
        if following is not None:
            self._react(call, following)
        else:
            self._send(reaction.commands)

        if reaction.connect is not None:
            self._follow(self._floor.want(call, reaction.connect))

    def _follow(self, follows: Iterable[Follow]) -> None:
        """Carry out what comes of an operator's call for patients."""
        for call, reaction in follows:
            self._react(call, reaction)

    def _send(self, commands: Sequence[messages.Command]) -> None:
        for command in commands:
            self._lines.send(command)

    def _write(self, what: Callable[[Database, int, datetime], object], call: LiveCall) -> None:
        self._journal.write(partial(what, self._database, call.placed.attempt, self._clock.now()))

    def _ended(self, call: LiveCall, event: messages.Ended) -> None:
        del self._calls[event.call]
        event = replace(event, talk_seconds=event.talk_seconds - call.told_before)
        placed = call.placed
        cause: messages.Cause = "line_lost" if call.cut else event.cause
        self._switchboard.ended(placed.trunk, placed.begun, event, cause)
        it_rang = rang(event, early_media=call.state == "early media")
        if not self._draining and not it_rang and self._moves_on(placed, event, cause):
            self.summary.own_failures += 1
            self._floor.moved_on(call)
            _log.info("attempt.failed_over attempt=%d cause=%s", placed.attempt, cause)
            self._journal.write(partial(self._fail_over, placed, event, self._clock.now()))
            return
        self._follow(self._floor.patient_ended(call, event.cause))
        blame = ending_of(cause, event.sip_status, event.rang, event.q850).blame
        ours = is_ours(blame, cause, placed.contact.own_failures)
        outcome = meant(placed.talk, event, ours)
        _log.info("attempt.ended attempt=%d cause=%s outcome=%s", placed.attempt, cause, outcome)
        now = self._clock.now()
        end = CallEnded(replace(event, rang=it_rang), cause, ours, outcome, call.delivered)
        begun_at = now - timedelta(seconds=self._clock.seconds() - placed.begun)
        following = end.following(placed.contact, self._rulebook.script(placed.contact).policy, now, begun_at)
        self.summary.own_failures += not following.counted
        tasks = self._rulebook.followups
        closes = partial(attempts.end, self._database, placed.attempt)
        self._journal.write(partial(closes, end.record(placed.contact.token, following, tasks), now))
        for contact in (placed.contact, *(companion.contact for companion in placed.companions)):
            self._duties.forget(str(contact.id))  # for the next attempt it is rendered again

    def _moves_on(self, placed: Placed, event: messages.Ended, cause: messages.Cause) -> bool:
        """Whether the next trunk is tried at once. One that said nothing at all may ring the phone yet."""
        mute = not event.sip_status and self._clock.seconds() - placed.begun > MUTE_SECONDS
        failed = trunk_failed(cause, event.sip_status, event.rang, event.q850)
        return failed and not mute and self._planner.takes_over(placed)

    def _fail_over(self, placed: Placed, event: messages.Ended, now: datetime) -> None:
        """The next trunk is tried at once; while the database is away this waits, and so does the patient."""
        contact = attempts.fail_over(
            self._database,
            placed.attempt,
            placed.contact.token,
            event.cause,
            event.sip_status,
            now,
            self._rulebook.followups,
        )
        if contact is None:
            self._floor.let_go(placed)
        else:
            self._planner.again(contact, placed)
