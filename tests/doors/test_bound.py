"""Doors of campaigns that do not exist stay shut, and say so."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from campaigns.doors.bound import BoundDoor
from campaigns.doors.door import Door
from campaigns.doors.opening import doors_of
from campaigns.errors import DoorShut
from tests import ready
from tests.doors.rooms import home


class _Inner:
    place = "a door"

    def __init__(self) -> None:
        self.done: list[str] = []

    async def open(self) -> None:
        self.done.append("open")

    async def look(self) -> None:
        self.done.append("look")

    async def close(self) -> None:
        self.done.append("close")


def _lived(door: BoundDoor) -> None:
    async def live() -> None:
        try:
            await door.open()
            await door.look()
        finally:
            await door.close()

    asyncio.run(live())


def test_a_door_of_no_campaign_stays_shut_until_its_file_is_there(tmp_path: Path) -> None:
    here, inner = home(tmp_path), _Inner()
    door = BoundDoor(inner, here, "[mllp]", "covid-result")
    with pytest.raises(DoorShut, match=r"\[mllp\] campaign: There is no campaign covid-result; there are"):
        _lived(door)
    here.own_campaigns.mkdir(parents=True)
    (here.own_campaigns / "covid-result.yaml").write_text("", encoding="utf-8")
    _lived(door)
    assert inner.done == ["close", "open", "look", "close"]
    assert door.place == "a door"


def test_every_table_that_names_a_campaign_is_looked_at(tmp_path: Path) -> None:
    ready.fresh_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    here = home(
        tmp_path,
        api={"listen": "127.0.0.1:8080"},
        fhir={"campaign": "other"},
        mllp={"listen": "127.0.0.1:2575", "campaign": "other"},
        fhir_servers=[{"name": "r", "url": "https://f.example", "campaign": "other"}],
    )

    async def said(door: Door) -> str:
        with pytest.raises(DoorShut) as shut:
            await door.open()
        return str(shut.value)

    with ExitStack() as stack:
        _, doors = doors_of(here, lambda _: None, stack)
        told = [asyncio.run(said(door)).partition(" ")[0] for door in doors]
    assert told == ["[fhir]", "[mllp]", "[[fhir_servers]]"]
