"""The heads and the authority: whether somebody can be told when a task comes up to them."""

from collections.abc import Iterator, Mapping

from campaigns.doctor.finding import Finding
from campaigns.doctor.machine import DATABASE_SECONDS
from campaigns.errors import CampaignsError
from campaigns.rules.service_levels import ServiceLevels, service_levels
from campaigns.settings import Home
from campaigns.store.database import open_database
from campaigns.store.task_list import open_by_institution

WHAT = "tasks"
NAMED_AT_MOST = 5  # institutions in one sentence


def offices(home: Home) -> Iterator[Finding]:
    """One finding, or two; none where the database cannot be read, of which another one tells."""
    try:
        database = open_database(home.database_url, DATABASE_SECONDS, to_write=False)
    except CampaignsError:
        return
    try:
        tasks = open_by_institution(database)
    finally:
        database.close()
    yield from findings(tasks, service_levels(home.file))


def findings(tasks: Mapping[str, int], levels: ServiceLevels) -> Iterator[Finding]:
    """What is to be said of so many open tasks of each institution."""
    headless = {name: count for name, count in tasks.items() if not levels.can_be_told("head", name)}
    if headless:
        yield Finding(WHAT, "doubtful", _headless(headless))
    if tasks and not levels.authority:
        sentence = "Nobody above the heads can be told: give an email or a webhook under [authority]."
        yield Finding(WHAT, "doubtful", sentence)
    if not headless and (levels.authority or not tasks):
        yield Finding(WHAT, "right", f"{sum(tasks.values())} are open; whoever they go up to can be told.")


def _headless(tasks: Mapping[str, int]) -> str:
    named = [name for name in tasks if name]
    some = ", ".join(named[:NAMED_AT_MOST])
    more = f" and {len(named) - NAMED_AT_MOST} more" if len(named) > NAMED_AT_MOST else ""
    without = [f"{tasks['']} of no institution"] if "" in tasks else []
    whose = ([f"of {some}{more}"] if named else []) + without
    return (
        f"{sum(tasks.values())} open tasks have no head who can be told ({'; '.join(whose)}): "
        "name each under [[institutions]] in dialer.toml."
    )
