"""A FHIR server as a door: it opens when its secret is there, and reads until it is closed."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from campaigns.api.doorway import Doorway
from campaigns.clock import SystemClock
from campaigns.doors.fhir import FhirDoor
from campaigns.errors import DoorShut
from campaigns.settings import Home, SettingsFile
from campaigns.store.database import open_database
from campaigns.store.together import Together
from tests import ready
from tests.fhir_server import fhir_server


def home(folder: Path, **server: object) -> Home:
    table = {"name": "region", "url": "https://fhir.example/fhir", "campaign": "covid-results", **server}
    trunks = [{"name": "main", "uri": "sip:127.0.0.1:5060"}]
    return Home(folder, SettingsFile.model_validate({"trunks": trunks, "fhir_servers": [table]}))


def test_without_its_secret_it_stays_shut_and_says_which_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REGION_TOKEN", raising=False)
    place = home(tmp_path, token_env="REGION_TOKEN")
    door = FhirDoor(place, place.file.fhir_servers[0], cast(Doorway, None))
    with pytest.raises(DoorShut, match="REGION_TOKEN"):
        asyncio.run(door.open())


def test_it_reads_while_it_is_open_and_shows_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION_TOKEN", "secret")
    ready.fresh_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    with fhir_server() as fhir:
        fhir.token = "Bearer secret"
        place = home(tmp_path, token_env="REGION_TOKEN", url=fhir.url, networks=["127.0.0.0/8"])
        db = open_database(place.database_url)
        together, told = Together(db), list[str]()
        here: Any = SimpleNamespace(
            together=together, lab_desk=None, codes=dict, zone=None, clock=SystemClock(), tell=told.append
        )
        door = FhirDoor(place, place.file.fhir_servers[0], here)

        async def open_and_close() -> None:
            await door.open()
            while not fhir.asked:
                await asyncio.sleep(0.01)
            await door.close()
            await door.close()

        asyncio.run(open_and_close())
        together.close()
        db.close()
    assert told == []
    assert fhir.asked[0].startswith("/fhir/DiagnosticReport?_lastUpdated=ge")
