"""The application of a fresh home, asked in this process by callers of every role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from campaigns.access.caller import Caller
from campaigns.access.keeper import Keeper
from campaigns.api.app import build_app
from campaigns.api.doorway import Doorway
from campaigns.clock import SystemClock
from campaigns.errors import NotRecognized
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.library import script_files, script_named
from campaigns.settings import Home, SettingsFile
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together
from tests import ready

CALLERS = {
    "lab": Caller("lab", "key", "laboratory"),
    "lab-2": Caller("lab-2", "key", "laboratory"),
    "lab-bound": Caller("lab-bound", "key", "laboratory", frozenset({"covid-results"})),
    "desk": Caller("desk", "user", "operator", institutions=frozenset({"Clinic 1"})),
    "chief": Caller("chief", "user", "supervisor"),
    "chief-bound": Caller(
        "chief-bound", "user", "supervisor", frozenset({"covid-results"}), frozenset({"Clinic 1"})
    ),
    "admin": Caller("admin", "user", "administrator"),
}
"""Whoever shows this word as a key is this caller."""

Ask = Callable[[str], TestClient]


class WordsAsKeys(Keeper):
    """Takes the names of `CALLERS` for their keys, so that no test pays for argon2."""

    def at_hand(self, bearer: str, address: str) -> Caller | None:
        if bearer not in CALLERS:
            raise NotRecognized("Nobody knows this key: ask whoever runs the program for one.")
        return replace(CALLERS[bearer], address=address)

    def watched_key(self, bearer: str, address: str) -> Caller:
        found = self.at_hand(bearer, address)
        assert found
        return found


def fresh_home(folder: Path) -> Home:
    """A home with an empty database."""
    ready.fresh_database(f"sqlite:///{folder / 'dialer.db'}")
    trunks = [{"name": "main", "uri": "sip:127.0.0.1:5060"}]
    return Home(folder, SettingsFile.model_validate({"trunks": trunks, "api": {"listen": "127.0.0.1:8080"}}))


@contextmanager
def doorway_over(home: Home, db: Database, tell: Callable[[str], None]) -> Iterator[Doorway]:
    """What the application of a home is given."""
    together = Together(db)
    clock = SystemClock()
    scripts = partial(script_named, home)
    engine = home.file.engine
    yield Doorway(
        home=home,
        db=db,
        together=together,
        clock=clock,
        script_of=scripts,
        script_names=lambda: sorted(script_files(home)),
        keeper=WordsAsKeys(db, together, clock),
        lab_desk=LabDesk(scripts, IntakeDefaults(engine.country, engine.time_zone)),
        codes=partial(lab_codes, home.folder / "lab-codes.yaml"),
        render=lambda name: None,
        tell=tell,
    )
    together.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return fresh_home(tmp_path)


@pytest.fixture
def db(home: Home) -> Iterator[Database]:
    database = open_database(home.database_url)
    yield database
    database.close()


@pytest.fixture
def told() -> list[str]:
    """What whoever runs the program was told."""
    return []


@pytest.fixture
def here(home: Home, db: Database, told: list[str]) -> Iterator[Doorway]:
    with doorway_over(home, db, told.append) as here:
        yield here


@pytest.fixture
def app(here: Doorway) -> FastAPI:
    return build_app(here)


@pytest.fixture
def ask(app: FastAPI) -> Ask:
    """A client for each caller: `ask("lab").get("/api/v1/...")`; "" shows no key."""

    def client(word: str) -> TestClient:
        headers = {"Authorization": f"Bearer {word}"} if word else {}
        return TestClient(app, "https://testserver", raise_server_exceptions=False, headers=headers)

    return client
