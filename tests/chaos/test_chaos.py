"""Nobody is lost, called twice after hearing, or called past the cap, whatever is killed and when."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from campaigns.store import attempts, contacts
from campaigns.store.database import open_database
from tests.chaos.outages import Keeper, PostgresKeeper, SqliteKeeper
from tests.chaos.plan import CAMPAIGN, plan
from tests.chaos.scene import Evidence, Scene
from tests.chaos.verdict import Row, complaints, told
from tests.sipp.patients import needs_sipp
from tests.soak.progress import Teller
from tests.store import invariants

pytestmark = [pytest.mark.sipp, needs_sipp()]

AT_ONCE = 3  # each waits for telephones most of the time
SEEDS_OF_CI = range(1, 6)
SEEDS_OF_SOAK = range(1, 201)
A_BATCH = 10  # so that a failure is known before all are over
SLOTS = 2 * AT_ONCE  # ports of the scene before may be in use for a moment yet
LAST_WORDS = 4000


@dataclass(frozen=True)
class Judged:
    """One seed: what went wrong, what happened, and, where something did, what tells why."""

    wrong: Sequence[str]
    happened: Mapping[str, object]
    evidence: str


@pytest.mark.timeout(300)
def test_a_campaign_comes_through_chaos(teller: Teller, speaking: Path) -> None:
    play(SEEDS_OF_CI, speaking, teller)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", SEEDS_OF_SOAK[::A_BATCH])
def test_campaigns_come_through_chaos(first: int, teller: Teller, speaking: Path) -> None:
    play(range(first, first + A_BATCH), speaking, teller)


def play(seeds: Sequence[int], speaking: Path, teller: Teller) -> None:
    """Several at once."""
    slots = count()
    with ThreadPoolExecutor(AT_ONCE) as stage:
        judged = stage.map(lambda seed: judge(seed, speaking, next(slots) % SLOTS), seeds)
        found = {seed: one for seed, one in zip(seeds, judged, strict=True)}
    for seed, one in found.items():
        teller.table(f"chaos, seed {seed}", {**one.happened, "wrong": one.wrong or "nothing"})
    wrong = {seed: one for seed, one in found.items() if one.wrong}
    assert not wrong, "\n".join(f"seed {seed}: {one.wrong}\n{one.evidence}" for seed, one in wrong.items())


def judge(seed: int, speaking: Path, slot: int) -> Judged:
    """Play it and look at what is left."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, kept(seed, Path(folder)) as keeper:
        evidence = Scene(plan(seed), Path(folder), speaking, keeper, slot).play()
        database = open_database(keeper.url)
        try:
            invariants.check(database)
            rows = attempts.listing(database, CAMPAIGN)
            wrong = complaints(evidence, contacts.listing(database, CAMPAIGN), rows)
        finally:
            database.close()
    return Judged(wrong, told(evidence, rows), _in_full(evidence, rows) if wrong else "")


def _in_full(evidence: Evidence, rows: Sequence[Row]) -> str:
    calls = [
        f"{row.id} {row.phone[-1:]} {row.started_at} {row.ended_at} {row.cause} {row.outcome}, told"
        f" {contact.delivered_at}"
        for row, contact in rows
    ]
    lines = [*evidence.blows, *evidence.seen, *calls, evidence.said[-LAST_WORDS:]]
    return "\n".join(map(str, lines))


@contextmanager
def kept(seed: int, folder: Path) -> Iterator[Keeper]:
    """SQLite and PostgreSQL in turn."""
    keeper: Keeper = PostgresKeeper() if seed % 2 else SqliteKeeper(folder)
    try:
        yield keeper
    finally:
        keeper.remove()
