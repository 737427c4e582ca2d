import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import update

from campaigns.errors import IllegalMove, SettingsError
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.models import Contact
from campaigns.settings import Home, SettingsFile, TrunkTable
from campaigns.simulation.batched import BatchedDatabase, open_batched
from campaigns.simulation.day import Plan, run_day, working_day
from campaigns.simulation.findings import breaches_in_words, day_in_words, findings
from campaigns.simulation.people import ZONES, people
from campaigns.simulation.stage import own_database, own_home
from campaigns.store import contacts
from campaigns.store.creation import create_database
from campaigns.web.load import load_page
from tests.store.people import person

RESULTS = load_script(find_scripts(LIBRARY)["covid-results"])
TRUNK = TrunkTable(name="main", uri="sip:127.0.0.1")
WEDNESDAY = date(2026, 3, 4)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, SettingsFile(trunks=(TRUNK,)))


def test_a_day_is_run_and_its_record_is_right(home: Home) -> None:
    plan = Plan(RESULTS, contacts=12, lines=2, seed=3, day=WEDNESDAY)
    passed: list[datetime] = []
    with own_home(home, plan.lines) as simulated:
        database = own_database(home, simulated)
        ran = run_day(simulated, database, plan, lambda at, _calls: passed.append(at))
        data = findings(database, plan, ran)
        database.close()
        assert simulated.folder.exists()
    assert not simulated.folder.exists()
    assert not (home.folder / "dialer.db").exists()
    assert data["kept"], data["breaches"]
    assert data["contacts"]["total"] == 12
    assert data["contacts"]["calling"] == 0
    assert data["contacts"]["done"] > 0
    assert data["calls"] >= 12
    assert data["calls"] == sum(hour["calls"] for hour in data["hours"])
    assert sum(data["outcomes"].values()) == data["calls"]
    assert 1 <= data["busiest_lines"] <= 2
    assert passed == sorted(passed)
    page = load_page(data, day_in_words(data), breaches_in_words(data), plan.ends)
    assert "told_twice" not in page
    assert "calls to somebody who had heard the message" in page


def test_it_never_uses_the_database_of_the_home(home: Home) -> None:
    with pytest.raises(SettingsError, match="of its own"):
        own_database(home, home)


def test_what_rules_over_calls_comes_along(home: Home) -> None:
    home.own_campaigns.mkdir()
    (home.own_campaigns / "own.yaml").write_text("name: own\n")
    with own_home(home, 48) as simulated:
        assert (simulated.own_campaigns / "own.yaml").exists()
        [trunk] = simulated.file.trunks
        assert (trunk.max_calls, trunk.calls_per_second) == (48, 4.8)


def test_people_live_in_all_zones_and_share_some_numbers() -> None:
    queued_at = datetime(2026, 3, 3, 20, tzinfo=UTC)
    everybody = list(people(RESULTS, 3000, 1, queued_at))
    assert {contact.time_zone for contact in everybody} == set(ZONES)
    assert 0.02 < 1 - len({contact.phone for contact in everybody}) / 3000 < 0.04
    assert len({contact.external_id for contact in everybody}) == 3000
    assert RESULTS.policy.deadline is not None
    assert {contact.deadline for contact in everybody} == {queued_at + RESULTS.policy.deadline}
    assert everybody == list(people(RESULTS, 3000, 1, queued_at))


def test_the_day_is_the_next_working_day() -> None:
    assert working_day(RESULTS, date(2026, 3, 6)) == date(2026, 3, 6)
    assert working_day(RESULTS, date(2026, 3, 7)) == date(2026, 3, 10)  # the 9th is a day off in Russia


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'batched.db'}"
    create_database(url)
    return url


def test_a_batch_is_kept_when_it_is_committed(url: str) -> None:
    database = open_batched(url)
    contacts.add(database, [person("A")], datetime(2026, 3, 2, tzinfo=UTC))
    assert contacts.find(database, "results", "A") is not None
    assert kept_in(url) == 0
    database.commit()
    assert kept_in(url) == 1
    database.close()


def kept_in(url: str) -> int:
    """How many contacts others see."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM contact")
    return int(count)


def test_a_transaction_that_fails_leaves_nothing_behind(url: str) -> None:
    database = open_batched(url)
    contacts.add(database, [person("A")], datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(IllegalMove):
        change_in_vain(database)
    found = contacts.find(database, "results", "A")
    assert found is not None
    assert found.full_name != "changed"
    database.close()


def change_in_vain(database: BatchedDatabase) -> None:
    with database.write() as session:
        session.exec(update(Contact).values(full_name="changed"))
        raise IllegalMove("not now")
