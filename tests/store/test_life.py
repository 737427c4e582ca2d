"""Any order of what engines, crashes, supervisors and the clock can do; hypothesis looks for a bad one."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from campaigns.errors import IllegalMove
from campaigns.flows.turns import Delivered, OptedOut, Replied, TaskRaised
from campaigns.models import Contact
from campaigns.rules.due import CallNow, Close, Decision, Standing, WaitUntil
from campaigns.rules.retries import Next, after_interruption
from campaigns.store import attempts, campaigns, contacts, optouts, tasks
from campaigns.store.creation import create_database
from campaigns.store.database import Database, open_database
from campaigns.words import CampaignState, ContactState, Outcome
from tests.store import invariants
from tests.store.people import COMPLETED, HOUR, NOW, POLICY, person

CAMPAIGNS = ("results", "survey")
NAMES = [f"P{number}" for number in range(6)]
PHONES = ["+71", "+72", "+73"]
OPEN_HOURS = range(9, 17)
Lease = tuple[int, int]  # contact, token


FOLDER = tempfile.TemporaryDirectory()


@cache
def _migrated() -> Path:
    path = Path(FOLDER.name) / "dialer.db"
    create_database(f"sqlite:///{path}")
    return path


class Life(RuleBasedStateMachine):
    """The store beside a model of what it must remember."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.url = f"sqlite:///{shutil.copy(_migrated(), self.folder / 'dialer.db')}"
        self.db: Database = open_database(self.url)
        self.now = NOW
        self.queued: dict[tuple[str, str], str] = {}  # digests
        self.held: dict[Lease, Contact] = {}  # taken and not begun
        self.calls: dict[int, Contact] = {}  # by attempt
        self.over: dict[int, Contact] = {}  # calls that ended
        self.gone: list[Lease] = []  # leases that are worth nothing any more
        self.used: Counter[int] = Counter()
        self.tokens: Counter[int] = Counter()
        self.closed: set[int] = set()
        self.opted_out: set[str] = set()

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.folder)

    def judge(self, contact: Contact, standing: Standing) -> Decision:
        assert standing.opted_out == (contact.phone in self.opted_out)
        if standing.opted_out or contact.delivered_at is not None:
            return Close("done", "opted_out" if standing.opted_out else None)
        if contact.deadline is not None and contact.deadline <= self.now:
            return Close("exhausted", None)
        if self.now.hour in OPEN_HOURS:
            return CallNow()
        return WaitUntil(self.now + HOUR, "hours")

    def tasks(self, contact: Contact, state: ContactState, _outcome: Outcome | None) -> Sequence[TaskRaised]:
        self.closed.add(contact.id)
        return [TaskRaised(f"closed {state}", "normal")]

    @initialize(campaign=st.sampled_from(CAMPAIGNS))
    def launch(self, campaign: str) -> None:
        campaigns.move(self.db, campaign, "running", self.now)

    @rule(
        campaign=st.sampled_from(CAMPAIGNS),
        names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4),
        phone=st.sampled_from(PHONES),
        digest=st.sampled_from(["first", "first", "second"]),
        delay=st.sampled_from([None, 0, 3]),
        limit=st.sampled_from([None, 5, 30]),
    )
    def queue(
        self, campaign: str, names: list[str], phone: str, digest: str, delay: int | None, limit: int | None
    ) -> None:
        not_before = None if delay is None else self.now + delay * HOUR
        deadline = None if limit is None else self.now + limit * HOUR
        people = [
            person(name, campaign, phone=phone, digest=digest, not_before=not_before, deadline=deadline)
            for name in names
        ]
        for queued, verdict in zip(people, contacts.add(self.db, people, self.now), strict=True):
            key = campaign, queued.external_id
            expected = (
                "new" if key not in self.queued else "known" if self.queued[key] == digest else "changed"
            )
            assert verdict == expected
            self.queued.setdefault(key, digest)

    @rule(hours=st.sampled_from([0.1, 1, 5, 24]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule(campaign=st.sampled_from(CAMPAIGNS), to=st.sampled_from(["running", "paused", "stopped"]))
    def supervise(self, campaign: str, to: CampaignState) -> None:
        before = campaigns.state_of(self.db, campaign)
        try:
            campaigns.move(self.db, campaign, to, self.now)
        except IllegalMove:
            assert campaigns.state_of(self.db, campaign) == before

    @rule(phone=st.sampled_from(PHONES))
    def opt_out(self, phone: str) -> None:
        assert optouts.add(self.db, phone, "command", self.now) == (phone not in self.opted_out)
        self.opted_out.add(phone)

    @rule(limit=st.integers(1, 4))
    def take(self, limit: int) -> None:
        taken = contacts.take(self.db, limit, self.now, self.judge, self.tasks, seconds=60)
        assert len(taken) <= limit
        busy = {contact.phone for contact in (*self.held.values(), *self.calls.values())}
        for contact in taken:
            assert contact.phone not in busy
            assert contact.token == self.tokens[contact.id] + 1
            assert campaigns.state_of(self.db, contact.campaign) == "running"
            busy.add(contact.phone)
            self.tokens[contact.id] = contact.token
            self.held[contact.id, contact.token] = contact
        if len(taken) < limit:
            assert contacts.due_count(self.db, self.now) <= self._waiting_behind(busy)

    def _waiting_behind(self, busy: set[str]) -> int:
        """Contacts that wait only because their phone is in use."""
        everybody = (c for name in CAMPAIGNS for c in contacts.listing(self.db, name, "waiting"))
        return sum(not contact.leased and contact.phone in busy for contact in everybody)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(sorted(self.held)))
        contact = self.held.pop(lease)
        running = campaigns.state_of(self.db, contact.campaign) == "running"
        forbidden = contact.phone in self.opted_out or self.judge(contact, Standing()) != CallNow()
        attempt = attempts.begin(self.db, *lease, "trunk", self.now, self.judge, None)
        assert (attempt is not None) == (running and not forbidden)
        if attempt is None:
            self.gone.append(lease)
        else:
            self.calls[attempt] = contact

    @precondition(lambda self: self.held)
    @rule(data=st.data(), later=st.booleans())
    def give_back(self, data: st.DataObject, later: bool) -> None:
        lease = data.draw(st.sampled_from(sorted(self.held)))
        del self.held[lease]
        self.gone.append(lease)
        if later:
            assert contacts.postpone(self.db, *lease, self.now + HOUR, "own_failure")
        else:
            assert contacts.release(self.db, *lease)

    @precondition(lambda self: self.calls)
    @rule(
        data=st.data(),
        facts=st.lists(
            st.sampled_from([Replied("mark", "5"), Delivered(), OptedOut(), TaskRaised("call", "low")])
        ),
    )
    def record(self, data: st.DataObject, facts: list[Replied | Delivered | OptedOut | TaskRaised]) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.calls)))
        attempts.record(self.db, attempt, facts, "partial", self.now)
        if OptedOut() in facts:
            self.opted_out.add(self.calls[attempt].phone)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), counted=st.booleans(), closes=st.booleans())
    def end(self, data: st.DataObject, counted: bool, closes: bool) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.calls)))
        retry = Next("waiting", "unanswered", self.now + 2 * HOUR, "retry", counted=counted)
        after = COMPLETED if closes else retry
        contact = self.calls.pop(attempt)
        assert self._finish(attempt, contact, after)
        self.over[attempt] = contact
        self.used[contact.id] += after.counted
        if closes:
            self.closed.add(contact.id)

    @precondition(lambda self: self.over)
    @rule(data=st.data())
    def an_event_comes_late(self, data: st.DataObject) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.over)))
        attempts.rang(self.db, attempt, self.now)
        attempts.answered(self.db, attempt, self.now)
        assert not self._finish(attempt, self.over[attempt], COMPLETED)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def somebody_dead_speaks(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.gone))
        assert attempts.begin(self.db, *lease, "trunk", self.now, self.judge, None) is None
        assert not contacts.release(self.db, *lease)
        assert not contacts.postpone(self.db, *lease, self.now, "own_failure")

    @rule()
    def expire(self) -> None:
        contacts.expire(self.db, CAMPAIGNS, self.now, self.tasks)
        for name in CAMPAIGNS:
            for contact in contacts.listing(self.db, name, "waiting"):
                assert contact.leased or contact.deadline is None or contact.deadline > self.now

    @rule()
    def crash_and_restart(self) -> None:
        self.db.close()
        self.db = open_database(self.url)
        left = attempts.open_attempts(self.db)
        assert {attempt.id for attempt, _ in left} == set(self.calls)
        for attempt, contact in left:
            after = after_interruption(
                POLICY,
                attempts_used=contact.attempts_used,
                own_failures=0,
                outcome="failed",
                delivered=contact.delivered_at is not None,
                now=self.now,
            )
            assert self._finish(attempt.id, contact, after)
            self.used[contact.id] += after.counted
            if after.state != "waiting":
                self.closed.add(contact.id)
        assert contacts.release_all(self.db) == len(self.held)
        self.over |= self.calls
        self.gone += list(self.held)
        self.calls.clear()
        self.held.clear()

    def _finish(self, attempt: int, contact: Contact, after: Next) -> bool:
        return attempts.finish(
            self.db, attempt, contact.token, "answered", 200, 1.0, after.outcome, after, (), self.now
        )

    @invariant()
    def the_database_is_sound(self) -> None:
        invariants.check(self.db)

    @invariant()
    def nobody_is_lost_and_nobody_comes_back(self) -> None:
        everybody = [contact for name in CAMPAIGNS for contact in contacts.listing(self.db, name)]
        assert {(contact.campaign, contact.external_id) for contact in everybody} == set(self.queued)
        for contact in everybody:
            assert contact.attempts_used == self.used[contact.id]
            assert contact.token == self.tokens[contact.id]
            assert (contact.state in invariants.CLOSED) == (contact.id in self.closed)
        mine = {contact.id for contact in (*self.held.values(), *self.calls.values())}
        assert {contact.id for contact in everybody if contact.leased} == mine
        reasons = Counter((task.contact, task.campaign, task.reason) for task in tasks.listing(self.db))
        assert all(count == 1 for count in reasons.values())


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
