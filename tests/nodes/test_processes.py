"""Real engines on one PostgreSQL: one is killed, one is cut off, and none has a clock that is right."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from campaigns.models import Attempt, Contact
from campaigns.store import attempts, contacts, nodes
from campaigns.store.database import Database, open_database
from tests import postgres
from tests.chaos.plan import CAMPAIGN, Harm
from tests.chaos.scene import Blow, Evidence, hurry, settled
from tests.chaos.verdict import complaints
from tests.nodes.cable import Cable
from tests.nodes.processes import (
    EVERYBODY,
    LATER,
    LINES,
    NOT_YET,
    PEOPLE,
    QUICK,
    Node,
    furnish,
    node,
    wait_for,
)
from tests.nodes.runner import DEAD_SECONDS
from tests.sipp.patients import Seen, SippPatients, needs_sipp
from tests.store import invariants

pytestmark = [pytest.mark.sipp, needs_sipp()]

START_SECONDS, FIRST_CALLS_SECONDS = 40.0, 40.0  # on a busy machine
COMES_BACK_SECONDS = 60.0  # as promised, for nodes that wait 30 s for a beat; here they wait less
SETTLE_SECONDS = 60.0
BEGUN_BEFORE_SECONDS = 1.0  # a call whose attempt was written down just then is placed yet
SLOW_MINUTES, FAST_MINUTES = -10.0, 10.0
CUT_OFF = "Calls in progress go on, no new one is placed"
BYE = "far end hung up"

Rows = Sequence[tuple[Attempt, Contact]]


@dataclass(frozen=True)
class Left:
    """What is left when all is over, and what was noted on the way."""

    evidence: Evidence
    contacts: Sequence[Contact]
    attempts: Rows
    later: Sequence[Contact]
    nodes: Mapping[str, Node]
    noted: Mapping[str, float]

    @property
    def wrong(self) -> Sequence[str]:
        return complaints(self.evidence, self.contacts, self.attempts)


@contextmanager
def _database() -> Iterator[tuple[str, Database]]:
    url = postgres.fresh_database()
    database = open_database(url)
    try:
        furnish(database)
        yield url, database
    finally:
        database.close()
        postgres.drop(url)


def _ends(
    database: Database, pair: Sequence[Node], seen: Sequence[Seen], blows: Sequence[Blow], **noted: float
) -> Left:
    """Everybody is told, the nodes end, and nothing is open."""

    def over() -> bool:
        hurry(database)
        return settled(database, "hours")

    done = wait_for(over, SETTLE_SECONDS)
    for each in pair:
        each.ask_to_stop()
    code = max(each.stop() for each in pair)
    orphans = sum(each.left_behind() for each in pair)
    invariants.check(database)
    said = "".join(each.said for each in pair)
    evidence = Evidence(EVERYBODY, seen, blows, said, done, orphans, code)
    rows, everybody = attempts.listing(database, CAMPAIGN), contacts.listing(database, CAMPAIGN)
    names = {each.name: each for each in pair}
    return Left(evidence, everybody, rows, contacts.listing(database, LATER), names, noted)


def _held(database: Database, name: str) -> list[int]:
    """Whom the node has taken and not called yet."""
    return [contact.id for contact in contacts.listing(database, CAMPAIGN, "waiting") if contact.node == name]


def _calls(database: Database, name: str) -> int:
    """How many calls of the node somebody has answered, and not ended."""
    rows = [row for row, _ in attempts.open_attempts(database) if row.answered_at]
    return sum(row.node == name for row in rows)


def _switch_on(each: Node, database: Database) -> None:
    """Start it, and wait until it works."""
    each.start()
    at_work = wait_for(lambda: each.name in {row.name for row in nodes.listing(database)}, START_SECONDS)
    assert at_work, each.said


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, speaking: Path) -> Left:
    """a is killed while it calls some and holds others, and started again when b has called those."""
    folder = tmp_path_factory.mktemp("killed")
    began = time.monotonic()
    with ExitStack() as stack:
        url, database = stack.enter_context(_database())
        sipp = stack.enter_context(SippPatients(dict.fromkeys(EVERYBODY.patients, QUICK), seconds=200))
        a = node("a", folder, speaking, sipp.uri, url, SLOW_MINUTES)
        b = node("b", folder, speaking, sipp.uri, url, FAST_MINUTES)
        for each in (a, b):
            stack.callback(each.stop)
            _switch_on(each, database)
        assert wait_for(lambda: _calls(database, "a") > 0 < len(_held(database, "a")), SETTLE_SECONDS), a.said
        a.kill()
        cut = _calls(database, "a")
        killed_at = time.monotonic()
        orphaned = _held(database, "a")
        assert wait_for(lambda: not _held(database, "a"), COMES_BACK_SECONDS), b.said
        back = time.monotonic() - killed_at
        a.start()
        blow = Blow(Harm("engine", 0.0), 1000 * (killed_at - began), 1000 * (killed_at - began))
        left = _ends(database, (a, b), (), [blow], back=back, orphaned=len(orphaned), cut=cut)
        return replace(left, evidence=replace(left.evidence, seen=sipp.report().seen))


def test_nobody_is_lost_or_told_twice_when_a_node_is_killed(killed: Left) -> None:
    assert not killed.wrong, killed.evidence.said


def test_what_it_had_taken_comes_back_within_a_minute(killed: Left) -> None:
    assert killed.noted["orphaned"] > 0
    assert DEAD_SECONDS / 2 < killed.noted["back"] < COMES_BACK_SECONDS
    assert "not heard of any more are due again" in killed.nodes["b"].said


def test_both_nodes_called_and_what_was_cut_off_was_taken_over(killed: Left) -> None:
    assert {row.node for row, _ in killed.attempts} == {"a", "b"}
    lost = [row for row, _ in killed.attempts if row.cause == "line_lost"]
    assert len(lost) >= killed.noted["cut"] > 0
    assert {row.node for row in lost} == {"a"}


def test_clocks_that_are_minutes_off_open_no_window(killed: Left) -> None:
    """b is ten minutes ahead, and the window of this campaign opens in five."""
    [waiting] = killed.later
    assert (waiting.state, waiting.wait_reason) == ("waiting", "hours")
    assert NOT_YET.number not in {seen.number for seen in killed.evidence.seen}


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory, speaking: Path) -> Left:
    """The cable between a and the server is cut while a calls, until its calls are over; b goes on."""
    folder = tmp_path_factory.mktemp("parted")
    with ExitStack() as stack:
        url, database = stack.enter_context(_database())
        cable = stack.enter_context(Cable(url))
        its = stack.enter_context(SippPatients(EVERYBODY.patients, seconds=200))
        others = stack.enter_context(SippPatients(EVERYBODY.patients, seconds=200))
        a = node("a", folder, speaking, its.uri, cable.url)
        b = node("b", folder, speaking, others.uri, url)
        stack.callback(a.stop)
        a.start()
        assert wait_for(lambda: _count(its.seen(), "pressed 1") == LINES, FIRST_CALLS_SECONDS), a.said
        cable.cut()
        stack.callback(b.stop)
        b.start()
        time.sleep(BEGUN_BEFORE_SECONDS)  # a call that is not placed tells nobody
        before = _count(its.seen(), "called")
        assert wait_for(lambda: _count(its.seen(), BYE) == before, FIRST_CALLS_SECONDS), a.said
        after = _count(its.seen(), "called")
        unwritten = sum(row.node == "a" for row, _ in attempts.open_attempts(database))
        cable.mend()
        left = _ends(database, (a, b), (), (), before=before, after=after, unwritten=unwritten)
        seen = (*its.report().seen, *_renumbered(others.report().seen))
        return replace(left, evidence=replace(left.evidence, seen=seen))


def test_calls_of_a_node_that_is_cut_off_end_well_and_are_recorded_later(parted: Left) -> None:
    assert not parted.wrong, parted.evidence.said
    assert parted.noted["unwritten"] == parted.noted["before"] > 0
    first = [row for row, _ in parted.attempts if row.node == "a"][: int(parted.noted["before"])]
    assert {row.outcome for row in first} == {"completed"}


def test_it_places_no_new_call_meanwhile(parted: Left) -> None:
    assert parted.noted["before"] == parted.noted["after"] < PEOPLE
    assert parted.noted["before"] <= LINES


def test_one_plain_sentence_says_so(parted: Left) -> None:
    assert parted.nodes["a"].said.count(CUT_OFF) == 1
    assert CUT_OFF not in parted.nodes["b"].said


def _count(seen: Sequence[Seen], what: str) -> int:
    return sum(one.what == what for one in seen)


def _renumbered(seen: Sequence[Seen]) -> list[Seen]:
    """Calls of another SIPp, told apart from those of the first; they began at about the same time."""
    return [replace(one, call=one.call + 10_000) for one in seen]
