"""Whatever calls, people and the clock do by the product's own functions, the audit finds nothing."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from campaigns.errors import IllegalMove, NoSuchTask
from campaigns.flows.turns import Delivered, Fact, OptedOut, Replied, TaskChecked, TaskRaised, Work
from campaigns.models import Contact
from campaigns.rules.due import CallNow, Close, Decision, Standing
from campaigns.rules.retries import Next
from campaigns.store import attempts, campaigns, contacts, corrections, optouts, tasks
from campaigns.store.audit import audit
from campaigns.store.check_contacts import is_check
from campaigns.store.creation import create_database
from campaigns.store.database import Database, open_database
from campaigns.store.task_times import close_stale_checks, pass_time
from campaigns.words import CheckVerdict, ContactState, Outcome
from tests.store.audited import BROKEN, CHECK, KNOWN, LOW
from tests.store.people import HOUR, NOW, person

FOLDER = tempfile.TemporaryDirectory()
WORKER = st.sampled_from(["olga", "ivan"])
DEEDS = ("note", "tried", "give_back", "resolve", "resolve", "escalate", "reopen")
LOW_MARK: Sequence[Fact] = [Replied("mark", "1"), LOW]
STRANGER: Sequence[Fact] = [TaskRaised("unverified", "normal")]
TALKS: Sequence[
    tuple[Sequence[Fact], Outcome]
] = [  # as a script that was proved to leave nobody alone says it
    ([], "unanswered"),
    (STRANGER, "unverified"),
    ([OptedOut()], "opted_out"),
    (LOW_MARK, "partial"),
    ([Delivered(), *LOW_MARK], "completed"),
    ([Delivered(), Replied("mark", "5")], "completed"),
    ([Delivered(), Replied("received", "no"), BROKEN], "delivered"),
]


@cache
def _migrated() -> Path:
    path = Path(FOLDER.name) / "dialer.db"
    create_database(f"sqlite:///{path}")
    return path


def _work(contact: Contact, state: ContactState, _outcome: Outcome | None) -> Sequence[Work]:
    """What the rules of a proved script leave when a contact is closed."""
    if is_check(contact):
        return [TaskChecked("unknown")]
    return [TaskRaised("never_reached", "normal")] if contact.delivered_at is None else []


class Life(RuleBasedStateMachine):
    """Contacts, calls and tasks, and an engine that looks every hour."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.db: Database = open_database(f"sqlite:///{shutil.copy(_migrated(), self.folder / 'dialer.db')}")
        self.now = NOW
        self.names = 0

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.folder)

    @initialize()
    def launch(self) -> None:
        for name in ("results", CHECK):
            campaigns.move(self.db, name, "running", self.now)

    @rule(days=st.sampled_from([None, 1, 5]))
    def queue(self, days: int | None) -> None:
        self.names += 1
        deadline = None if days is None else self.now + timedelta(days=days)
        contacts.add(self.db, [person(f"P{self.names}", deadline=deadline)], self.now)

    @rule(
        talk=st.sampled_from(TALKS),
        verdict=st.sampled_from(["solved", "stands", "unknown", None]),
        ends=st.booleans(),
    )
    def call(self, talk: tuple[Sequence[Fact], Outcome], verdict: CheckVerdict | None, ends: bool) -> None:
        for contact in contacts.take(self.db, 1, self.now, self.judge, _work, seconds=60):
            attempt = attempts.begin(self.db, contact.id, contact.token, "trunk", self.now, self.judge, None)
            if attempt is None:
                continue
            facts, outcome = ([], "completed") if is_check(contact) else talk
            attempts.record(self.db, attempt, facts, outcome, self.now)
            self._end(attempt, contact, outcome, verdict, ends)

    def _end(
        self, attempt: int, contact: Contact, outcome: Outcome, verdict: CheckVerdict | None, ends: bool
    ) -> None:
        work: list[Work] = []
        closes = ends or outcome not in ("unanswered", "partial")
        if is_check(contact) and verdict is None:
            closes, outcome = ends, "unanswered"
        state: Literal["waiting", "done", "exhausted"] = "waiting"
        if closes:
            state = "exhausted" if outcome in ("unanswered", "partial") else "done"
            seen = contacts.find(self.db, contact.campaign, contact.external_id)
            assert seen is not None
            work = (
                [TaskChecked(verdict or "unknown")]
                if is_check(contact)
                else list(_work(seen, state, outcome))
            )
        again = None if closes else self.now + HOUR
        following = Next(state, outcome, again, None if closes else "retry", counted=True)
        attempts.finish(
            self.db, attempt, contact.token, "answered", 200, 9.0, outcome, following, work, self.now
        )

    @rule(who=WORKER, number=st.integers(1, 4))
    def cancel(self, who: str, number: int) -> None:
        corrections.cancel(self.db, "results", [f"P{number}"], self.now, lambda *_: ())

    @rule(number=st.integers(1, 4))
    def opt_out(self, number: int) -> None:
        optouts.add(self.db, person(f"P{number}").phone, "command", self.now)

    def judge(self, contact: Contact, standing: Standing) -> Decision:
        return Close("done", "opted_out") if standing.opted_out else CallNow()

    @rule(who=WORKER, number=st.integers(1, 6), deed=st.sampled_from(DEEDS))
    def work(self, who: str, number: int, deed: str) -> None:
        with suppress(IllegalMove, NoSuchTask):
            getattr(tasks, deed)(self.db, number, who, "was called", self.now)

    @rule(who=WORKER)
    def take(self, who: str) -> None:
        with suppress(NoSuchTask):
            tasks.take(self.db, who, self.now)

    @rule(who=WORKER, number=st.integers(1, 6), hours=st.sampled_from([1, 30]))
    def put_off(self, who: str, number: int, hours: int) -> None:
        with suppress(IllegalMove, NoSuchTask):
            tasks.put_off(self.db, number, who, self.now + hours * HOUR, "", self.now)

    @rule(hours=st.sampled_from([0.5, 1, 5, 24, 80]))
    def time_passes(self, hours: float) -> None:
        """The engine runs all the while."""
        self.now += timedelta(hours=hours)
        pass_time(self.db, self.now)
        contacts.expire(self.db, ["results"], self.now, _work)
        close_stale_checks(self.db, self.now)

    @precondition(lambda self: self.names)
    @invariant()
    def nothing_is_missing(self) -> None:
        assert [hole.as_json() for hole in audit(self.db, KNOWN, self.now).holes] == []


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
