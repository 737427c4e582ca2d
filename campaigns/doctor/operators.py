"""The operators: whether anybody is there to take calls, and whether their phones can be reached."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from campaigns.control.trunks import out_of_reach, reasons_of_trunks
from campaigns.doctor.finding import Finding
from campaigns.doctor.machine import DATABASE_SECONDS
from campaigns.errors import CampaignsError
from campaigns.models import Operator
from campaigns.rules.operators import Group, groups_of
from campaigns.settings import Home
from campaigns.store import nodes, staff
from campaigns.store.database import Database, open_database

WHAT = "operators"
LINES_OF_A_PAIR = 2  # the operator's and the patient's
ENGINE_SILENT = timedelta(seconds=60)  # engines say every few seconds that they are alive
LOG_SILENT = timedelta(minutes=10)  # longer than an inbound call, of whose end its log would tell


def operators(home: Home) -> Iterator[Finding]:
    """One finding at least; nothing where the database cannot be read, of which another one tells."""
    try:
        database = open_database(home.database_url, DATABASE_SECONDS, to_write=False)
    except CampaignsError:
        return
    try:
        people = staff.listing(database)
        yield from _of_people(home, people)
        yield from _of_the_log(database, people)
        yield from _of_the_held(database, people)
    finally:
        database.close()


def _of_people(home: Home, people: Sequence[Operator]) -> Iterator[Finding]:
    if not people:
        sentence = "There are none: who wants a person gets a task. Enter them with dialer operators add."
        yield Finding(WHAT, "right", sentence)
        return
    for each in people:
        yield from _of_the_phone(home, each)
        if each.state_reason == "no_answer":
            sentence = f"Is paused, as nobody took its calls: dialer operators on {each.name!r}."
            yield Finding(f"operator {each.name}", "doubtful", sentence)
    for group in groups_of(home.file.groups):
        if not any(group.name == each.group for each in people):
            yield _empty(group)
    if home.file.lines.count < LINES_OF_A_PAIR:
        sentence = "Nobody can be connected over one line: two calls are, so set [lines] count to 2 or more."
        yield Finding(WHAT, "wrong", sentence)
    on = sum(each.state == "on" for each in people)
    verdict = Finding(WHAT, "right", f"{on} of {len(people)} are on.")
    off = Finding(WHAT, "doubtful", f"None of {len(people)} is on: dialer operators on NAME begins the work.")
    yield verdict if on else off


def _of_the_phone(home: Home, operator: Operator) -> Iterator[Finding]:
    what = f"operator {operator.name}"
    if reason := out_of_reach(home, operator.group, operator.address):
        yield Finding(what, "wrong", f"Cannot be called: {reason}.")
    elif some := next(filter(None, reasons_of_trunks(home, operator.group, operator.address)), None):
        advice = "give its site a table in [[groups]] with the trunk that leads there"
        yield Finding(what, "doubtful", f"Cannot be called {some}; {advice}.")


def _empty(group: Group) -> Finding:
    overflow = f"; its calls go to {', '.join(group.overflow)}" if group.overflow else ""
    sentence = f"Has no operators{overflow}: enter them with dialer operators add NAME --group {group.name}."
    return Finding(f"group {group.name}", "doubtful", sentence)


def _of_the_log(database: Database, people: Sequence[Operator]) -> Iterator[Finding]:
    """Operators who are not called since a log that nobody reads any more says that they talk."""
    talking = sum(bool(each.queue_call) for each in people)
    read_at = staff.log_read_at(database) if talking else None
    if read_at is None or datetime.now(UTC) - read_at < LOG_SILENT:
        return
    sentence = (
        f"{talking} are taken for talking in the inbound queue, whose log was last read at "
        f"{read_at:%H:%M} UTC: follow it with dialer queue CAMPAIGN --from-queue-log FILE --follow, "
        "or free each with dialer operators on NAME."
    )
    yield Finding(WHAT, "doubtful", sentence)


def _of_the_held(database: Database, people: Sequence[Operator]) -> Iterator[Finding]:
    """Operators who are not called since an engine that is gone says that it holds them."""
    since = datetime.now(UTC) - ENGINE_SILENT
    alive = {node.name for node in nodes.listing(database) if node.beat_at > since}
    for each in people:
        if each.held_by and each.held_by not in alive:
            sentence = (
                f"Gets no calls: engine {each.held_by} holds the phone and is not heard of; "
                "start it again with dialer run, which frees the phone."
            )
            yield Finding(f"operator {each.name}", "doubtful", sentence)
