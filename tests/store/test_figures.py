"""The report that other programs rely on."""

from campaigns.flows.turns import OptedOut, Replied, TaskRaised
from campaigns.rules.retries import Next
from campaigns.store import attempts, contacts, figures, tasks
from campaigns.store.database import Database
from tests.store.people import COMPLETED, HOUR, NOW, RETRY, begun, finish, person, queue, take


def test_an_empty_campaign_has_every_figure(db: Database) -> None:
    assert figures.report(db, "results") == {
        "campaign": "results",
        "state": "draft",
        "contacts": {"total": 0, "waiting": 0, "calling": 0, "done": 0, "exhausted": 0, "cancelled": 0},
        "attempts": 0,
        "endings": {},
        "outcomes": {},
        "quality": {"measured": 0, "median_mos": None, "one_way": 0},
        "answers": {},
        "tasks": {"open": 0, "closed": 0},
    }


def test_the_figures_of_a_campaign_in_the_middle_of_its_day(db: Database) -> None:
    queue(db, *(person(name) for name in "ABCDEF"), person("A", campaign="survey", phone="+71"))
    done, opted_out, tired, retried, calling = take(db, 5)
    first = begun(db, done)
    attempts.record(
        db, first, [Replied("mark", "5"), Replied("solved", "yes"), TaskRaised("a", "high")], "completed", NOW
    )
    finish(db, first, done)
    second = begun(db, opted_out)
    attempts.record(db, second, [Replied("mark", "5"), OptedOut(), TaskRaised("b", "low")], "opted_out", NOW)
    finish(db, second, opted_out, Next("done", "opted_out", None, None, counted=True))
    finish(db, begun(db, tired), tired, Next("exhausted", "unanswered", None, None, counted=True))
    third = begun(db, retried)
    attempts.record(db, third, [Replied("mark", "1")], "partial", NOW)
    attempts.finish(db, third, retried.token, "busy", 486, 0.0, "unanswered", RETRY, (), NOW)
    begun(db, calling)
    tasks.resolve(db, tasks.listing(db)[0].id, "olga", "done", NOW)
    report = figures.report(db, "results")
    assert report == {
        "campaign": "results",
        "state": "running",
        "contacts": {"total": 6, "waiting": 2, "calling": 1, "done": 2, "exhausted": 1, "cancelled": 0},
        "attempts": 5,
        "endings": {"answered": 3, "busy": 1},
        "outcomes": {"completed": 1, "opted_out": 1, "unanswered": 2},
        "quality": {"measured": 0, "median_mos": None, "one_way": 0},
        "answers": {"mark": {"1": 1, "5": 2}, "solved": {"yes": 1}},
        "tasks": {"open": 1, "closed": 1},
    }
    assert sum(report["contacts"].values()) == 2 * report["contacts"]["total"]


def test_every_ended_call_counts_by_its_outcome(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    finish(db, begun(db, contact), contact, RETRY)
    [contact] = take(db, now=NOW + HOUR)
    finish(db, begun(db, contact), contact)
    report = figures.report(db, "results")
    assert (report["attempts"], report["outcomes"]) == (2, {"unanswered": 1, "completed": 1})
    assert len(contacts.listing(db, "results", "done")) == 1


def test_the_middle_call_speaks_for_the_lines(db: Database) -> None:
    measured = [(3.1, False), (4.4, False), (None, True), (4.2, False)]
    queue(db, *(person(name) for name in "ABCDE"))
    *heard, unmeasured = take(db)
    for contact, (mos, one_way) in zip(heard, measured, strict=True):
        quality = attempts.LineQuality(mos, 0.0, 0.0, 1.0, one_way)
        attempt = begun(db, contact)
        attempts.finish(
            db, attempt, contact.token, "answered", 200, 9.0, "completed", COMPLETED, (), NOW, quality
        )
    finish(db, begun(db, unmeasured), unmeasured)
    assert figures.report(db, "results")["quality"] == {"measured": 4, "median_mos": 4.2, "one_way": 1}
