"""Who is alive, and whose leases are given back."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from campaigns.models import Contact
from campaigns.store import contacts, nodes
from campaigns.store.database import Database
from tests.store.people import HOUR, NOW, begun, no_tasks, person, queue, seen, unless_opted_out

SILENT = timedelta(seconds=30)


def _take(db: Database, node: str, limit: int = 1) -> list[Contact]:
    return contacts.take(db, limit, NOW, unless_opted_out, no_tasks, seconds=60, node=node)


def test_an_engine_learns_that_a_newer_one_has_its_name(db: Database) -> None:
    first = nodes.join(db, "a", NOW)
    assert nodes.beat(db, "a", first, NOW)
    second = nodes.join(db, "a", NOW)
    assert second == first + 1
    assert not nodes.beat(db, "a", first, NOW + SILENT)
    assert nodes.beat(db, "a", second, NOW)
    assert [(node.name, node.incarnation, node.beat_at) for node in nodes.listing(db)] == [("a", 2, NOW)]


def test_an_older_engine_that_ends_does_not_end_the_newer(db: Database) -> None:
    first = nodes.join(db, "a", NOW)
    nodes.join(db, "a", NOW)
    nodes.leave(db, "a", first)
    assert nodes.listing(db)[0].beat_at == NOW


@pytest.mark.parametrize(
    ("beat_at", "freed"), [(NOW, 0), (NOW - SILENT + timedelta(seconds=1), 0), (NOW - SILENT, 1)]
)
def test_only_the_dead_lose_what_they_had_taken(db: Database, beat_at: object, freed: int) -> None:
    queue(db, person("A"))
    number = nodes.join(db, "a", NOW)
    [contact] = _take(db, "a")
    nodes.beat(db, "a", number, beat_at)  # type: ignore[arg-type]
    assert nodes.free_leases_of_dead(db, NOW - SILENT) == freed
    assert seen(db).leased == (not freed)
    if freed:
        [again] = _take(db, "b")
        assert (again.node, again.token) == ("b", contact.token + 1)
        assert not contacts.release(db, contact.id, contact.token)  # the dead one is late


def test_an_engine_that_begins_frees_what_was_its_own_and_the_deads(db: Database) -> None:
    queue(db, *(person(name) for name in "ABCD"))
    for name in ("mine", "alive", "gone"):
        nodes.join(db, name, NOW)
        _take(db, name)
    _take(db, "unheard of")
    nodes.leave(db, "gone", 1)
    assert nodes.free_leases(db, "mine", NOW - SILENT) == 3
    left = [contact.node for contact in contacts.listing(db, "results") if contact.leased]
    assert left == ["alive"]


def test_a_call_in_progress_is_nobodys_to_free(db: Database) -> None:
    queue(db, person("A"))
    nodes.join(db, "a", NOW)
    [contact] = _take(db, "a")
    begun(db, contact)
    assert nodes.free_leases_of_dead(db, NOW + HOUR) == 0
    assert seen(db).state == "calling"


def test_calls_of_others_are_known_with_the_last_that_was_heard_of_them(db: Database) -> None:
    queue(db, person("A"), person("B"))
    number = nodes.join(db, "a", NOW)
    calls = {node: begun(db, _take(db, node)[0]) for node in ("a", "b")}
    nodes.beat(db, "a", number, NOW + HOUR)
    assert {orphan.attempt: orphan.seen_at for orphan in nodes.open_elsewhere(db, ["b"])} == {
        calls["a"]: NOW + HOUR
    }
    [orphan] = nodes.open_elsewhere(db, ["a"])
    assert (orphan.node, orphan.seen_at) == ("b", NOW)  # never heard of: its call began then


def test_leases_from_before_there_were_nodes_are_freed(db: Database) -> None:
    queue(db, person("A"))
    _take(db, "a")
    with db.write() as session:
        session.exec(update(Contact).where(col(Contact.external_id) == "A").values(node=None))
    assert nodes.free_leases(db, "b", NOW - SILENT) == 1


def test_whom_an_engine_was_not_told_of_is_given_back(db: Database) -> None:
    """The database went away when its answer was on the way."""
    queue(db, *(person(name) for name in "ABC"))
    [known] = _take(db, "a")
    _take(db, "a")  # the answer is lost
    _take(db, "b")
    assert nodes.free_unheld(db, "a", [known.id]) == 1
    assert nodes.free_unheld(db, "a", [known.id]) == 0
    held = {contact.node for contact in contacts.listing(db, "results") if contact.leased}
    assert held == {"a", "b"}
    assert [contact.node for contact in _take(db, "c", 3)] == ["c"]


def test_a_call_that_runs_is_not_given_back(db: Database) -> None:
    queue(db, person("A"))
    [contact] = _take(db, "a")
    begun(db, contact, NOW)
    assert nodes.free_unheld(db, "a", []) == 0
    assert seen(db).state == "calling"
