"""`python -m bench tasks`: a million tasks: a page of them, taking the most urgent one, and the audit."""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from rich.console import Console

from bench.store import DATABASES, database_url
from bench.tables import Row, table
from bench.task_rows import CHECK, NOW, RESULTS, SURVEY, fill
from bench.wire import percentile
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.owed import owed
from campaigns.store import tasks
from campaigns.store.audit import Audit, audit
from campaigns.store.creation import create_database
from campaigns.store.database import Database, open_database
from campaigns.store.tasks import Filter

MANY = 1_000_000
PAGE_AIM_SECONDS, AUDIT_AIM_SECONDS = 0.05, 30.0
TIMES = 20
PAGES: Mapping[str, Filter] = {
    "open, as they are due": Filter(),
    "of an institution": Filter(institution="Clinic 7"),
    "of a campaign": Filter(campaign=RESULTS),
    "of the authority": Filter(level="authority"),
    "mine": Filter(owner="operator-7"),
    "taken": Filter(state="taken"),
    "overdue": Filter(late_at=NOW + timedelta(days=2)),
    "all, the newest first": Filter(everything=True),
    "all of a campaign": Filter(campaign=RESULTS, everything=True),
    "none there": Filter(campaign=CHECK),
}


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 when the aims were met."""
    parser = argparse.ArgumentParser(prog="python -m bench tasks", description=__doc__)
    parser.add_argument("--tasks", type=int, default=MANY, help=f"how many there are ({MANY})")
    parser.add_argument("--only", choices=DATABASES, help="one database instead of both")
    given = parser.parse_args(words)
    console = Console(width=160)
    found: list[Row] = []
    for name in DATABASES if given.only is None else (given.only,):
        console.print(f"{name} ...", style="dim")
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, database_url(name, folder) as url:
            found += [(f"{name}: {what}", *rest) for what, *rest in measure(url, given.tasks)]  # type: ignore[misc]
    console.print(table(f"{given.tasks} tasks", found))
    return 0 if all(met for *_, met in found) else 1


def measure(url: str, count: int) -> Sequence[Row]:
    """Fill an empty database, then ask it what people ask."""
    create_database(url)
    database = open_database(url)
    try:
        begun = time.perf_counter()
        fill(database, count)
        filled = ("filled", f"{time.perf_counter() - begun:.0f} s", "", True)
        audited = _audit_row(database, count)
        return [filled, *_page_rows(database), *_take_rows(database), audited]
    finally:
        database.close()


def _page_rows(database: Database) -> list[Row]:
    found = []
    for what, wanted in PAGES.items():
        first = [_seconds(lambda: tasks.page(database, wanted)) for _ in range(TIMES)]  # noqa: B023 - called at once
        found.append(_row(f"a page: {what}", first))
    deep = []
    after: int | None = None
    for _ in range(TIMES):
        begun = time.perf_counter()
        after = tasks.page(database, after=after, limit=tasks.MOST_AT_ONCE).after
        deep.append((time.perf_counter() - begun) / tasks.MOST_AT_ONCE * tasks.PAGE)
    found.append(_row(f"{tasks.PAGE} of a page of {tasks.MOST_AT_ONCE}, further and further back", deep))
    return found


def _take_rows(database: Database) -> list[Row]:
    any_one = [_seconds(lambda: tasks.take(database, "olga", NOW)) for _ in range(TIMES)]
    of_one = [
        _seconds(lambda: tasks.take(database, "olga", NOW, institution="Clinic 7")) for _ in range(TIMES)
    ]
    of_head = [_seconds(lambda: tasks.take(database, "olga", NOW, level="head")) for _ in range(TIMES)]
    return [
        _row("take the most urgent", any_one),
        _row("take the most urgent of an institution", of_one),
        _row("take the most urgent of a level", of_head),
    ]


def _audit_row(database: Database, count: int) -> Row:
    known = {name: owed(load_script(LIBRARY / f"{name}.yaml")) for name in (RESULTS, SURVEY, CHECK)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found: list[Audit] = []
    seconds = _seconds(lambda: found.append(audit(database, known, NOW)))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    proved = found[0].clean and found[0].examined["record_differs"] == count
    holes = f", {sum(found[0].counts.values())} holes: {dict(found[0].counts)}" if found[0].counts else ""
    value = f"{seconds:.1f} s, {more:.0f} MB more memory{holes}"
    return "the audit", value, f"{AUDIT_AIM_SECONDS:.0f} s, no hole", proved and seconds <= AUDIT_AIM_SECONDS


def _row(what: str, seconds: Sequence[float]) -> Row:
    most = percentile(seconds, 95)
    value = f"{1000 * percentile(seconds, 50):.1f} / {1000 * most:.1f} ms (50 / 95 %, n = {len(seconds)})"
    return what, value, f"95 % {1000 * PAGE_AIM_SECONDS:.0f} ms", most <= PAGE_AIM_SECONDS


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun
