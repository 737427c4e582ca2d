"""The outbox, whatever happens to a receiver and the engines: all arrives, in its order."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select, text

from campaigns.models import OutboxEvent
from campaigns.store import outbox, outbox_desk
from campaigns.store.database import Database
from campaigns.store.outbox import LEASE, Claim, Result
from tests.store.people import NOW
from tests.store.test_outbox import happened, state

SECOND = timedelta(seconds=1)

_STEPS = st.sampled_from(("told", "took", "failed", "dead", "lost", "retry", "drop"))


class _Play:
    """One receiver, two contacts, and whatever may happen between them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = NOW
        self.claims: list[Claim] = []
        self.arrived: list[int] = []  # events, repetitions too

    def step(self, what: str, which: int) -> None:
        self.now += 2 * LEASE if what == "lost" else SECOND
        self.claims += outbox.claim(self.db, "registry", 2, self.now)
        some = self.claims[which : which + 1] or self.claims[:1]
        match what:
            case "told":
                happened(self.db, "AB"[which % 2])
            case "took":
                self.arrived += [claim.event.id for claim in some]
                self._end([Result(claim) for claim in some])
            case "failed":
                self._end([Result(claim, "No.", self.now + SECOND) for claim in some])
            case "dead":
                self._end([Result(claim, "No.") for claim in some])
            case "retry":
                outbox_desk.retry(self.db, self.now)
            case "drop":
                for line in outbox_desk.lines(self.db, 1, dead=True):
                    outbox_desk.drop(self.db, line.number, "anna", "", self.now)

    def take_all(self) -> None:
        """Whatever was claimed is lost, what is dead is tried again, and all that is due is delivered."""
        self.now += 2 * LEASE
        outbox_desk.retry(self.db, self.now)
        claims = outbox.claim(self.db, "registry", 10, self.now)
        self.arrived += [claim.event.id for claim in claims]
        outbox.settle(self.db, [Result(claim) for claim in claims], self.now)

    def _end(self, results: list[Result]) -> None:
        outbox.settle(self.db, results, self.now)
        self.claims = [claim for claim in self.claims if claim not in [result.claim for result in results]]


@given(st.lists(st.tuples(_STEPS, st.integers(0, 3)), max_size=25))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_happens_all_arrives_in_its_order(
    path: object, db: Database, steps: list[tuple[str, int]]
) -> None:
    with db.write() as session:
        for table in ("delivery", "outbox_event", "change", "contact", "campaign"):
            session.connection().execute(text(f"DELETE FROM {table}"))
    play = _Play(db)
    for what, which in steps:
        play.step(what, which)
    for _ in steps:  # at least one of each stream goes in each round
        play.take_all()
    assert not outbox_desk.lines(db, 10, dead=False)
    with db.read() as session:
        told = list(session.exec(select(OutboxEvent).order_by(col(OutboxEvent.id))))
    for contact in {event.contact_id for event in told}:
        mine = {event.id for event in told if event.contact_id == contact}
        first = list(dict.fromkeys(number for number in play.arrived if number in mine))
        assert first == sorted(first)
    dropped = sum(state(db, number).state == "dropped" for number in range(1, len(told) + 1))
    assert len(set(play.arrived)) >= len(told) - dropped
