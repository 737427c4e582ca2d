"""A small world in which everything that needs a person has one, for tests of the audit."""

from collections.abc import Sequence

from campaigns.flows.owed import Owed
from campaigns.flows.turns import Delivered, Fact, Replied, TaskRaised, Work
from campaigns.flows.watched import Watched
from campaigns.models import Contact
from campaigns.rules.retries import Next
from campaigns.store import attempts, audit, tasks
from campaigns.store.database import Database
from tests.store.people import COMPLETED, HOUR, NOW, begun, finish, person, queue, take

CHECK = "problem-check"
OWED = Owed(
    answers=(
        Watched("mark", "low_mark", frozenset({"1", "2"}), 5, frozenset({"low_mark"})),
        Watched("received", "broken_promise", frozenset({"no"}), 0, frozenset({"promise_broken"})),
    ),
    result=True,
    reasons=frozenset({"low_mark", "promise_broken", "unverified", "never_reached"}),
)
KNOWN: audit.Known = {"results": OWED, CHECK: Owed()}
LOW = TaskRaised("low_mark", "normal", (("mark", "1"),), check=CHECK)
BROKEN = TaskRaised("promise_broken", "high")
LATER = NOW + HOUR
UNHEARD = Next("exhausted", "unanswered", None, None, counted=True)
STRANGER = Next("done", "unverified", None, None, counted=True)


def called(
    db: Database, name: str, facts: Sequence[Fact], next: Next = COMPLETED, work: Sequence[Work] = ()
) -> Contact:
    """One call to one person, and what came of it."""
    queue(db, person(name, institution="Clinic 5"))
    [contact] = take(db, 1)
    attempt = begun(db, contact)
    attempts.record(db, attempt, facts, "partial", NOW)
    assert finish(db, attempt, contact, next, work)
    return contact


def everything(db: Database) -> None:
    """One of each that needs a person, and has one; the low mark's task is resolved, and is asked about."""
    low = called(db, "low", [Delivered(), Replied("mark", "1"), LOW])
    called(db, "broken", [Delivered(), Replied("received", "no"), BROKEN])
    called(db, "stranger", [TaskRaised("unverified", "normal")], STRANGER)
    called(db, "unheard", [], UNHEARD, [TaskRaised("never_reached", "normal")])
    called(db, "content", [Delivered(), Replied("mark", "5")])
    [task] = [task for task in tasks.listing(db) if task.contact == low.external_id]
    tasks.resolve(db, task.id, "olga", "the doctor called", NOW)
