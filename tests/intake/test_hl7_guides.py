"""Messages as laboratory guides print them, read and entered."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.packs import pack_reader
from campaigns.intake.hl7_v2.message import read_hl7
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.models import Contact
from campaigns.store.database import Database
from tests.intake.guides import FOLDER, GUIDES, Guide

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
MOSCOW = IntakeDefaults("RU", "Europe/Moscow")
CODES = lab_codes(Path("none"))
COVID = load_script(LIBRARY / "covid-results.yaml", pack_reader())
VERSIONS = {"2.3", "2.3.1", "2.4", "2.5", "2.5.1"}
CALLED = [guide for guide in GUIDES if guide.result]


def test_twenty_of_all_versions() -> None:
    assert len(GUIDES) == 20
    assert {guide.version for guide in GUIDES} == VERSIONS
    assert {guide.file for guide in GUIDES} == {path.stem for path in FOLDER.glob("*.hl7")}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.file)
def test_says_what_the_guide_says(guide: Guide) -> None:
    message = read_hl7(guide.content, CODES, MOSCOW, NOW)
    reading = message.reading
    assert reading is not None, message.faults
    assert message.header.part(message.header.version) == guide.version
    assert reading.test == (guide.status == "")
    if guide.fault:
        return
    assert (reading.faults, [result.status for result in reading.results]) == (
        (),
        [guide.status][: bool(guide.status)],
    )
    assert [result.external_id for result in reading.results] == [guide.external_id][: bool(guide.status)]


@pytest.mark.parametrize("guide", CALLED, ids=lambda guide: guide.file)
def test_becomes_a_contact(guide: Guide, db: Database) -> None:
    answer, contact = entered(guide, db)
    assert answer == "AA"
    assert contact is not None
    assert (contact.phone, contact.full_name, contact.language) == (guide.phone, guide.name, guide.language)
    told = {name: contact.fields[name] for name in ("result", "clinic", "sample_date")}
    assert told == {"result": guide.result, "clinic": guide.clinic, "sample_date": guide.day}
    assert contact.phones == ([] if guide.file[:2] != "14" else ["+61412345678", "+61732345678"])


@pytest.mark.parametrize(
    "guide", [guide for guide in GUIDES if not guide.result], ids=lambda guide: guide.file
)
def test_calls_nobody(guide: Guide, db: Database) -> None:
    answer, contact = entered(guide, db)
    assert (answer, contact) == ("AE" if guide.fault else "AA", None)


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide.fault], ids=lambda guide: guide.file)
def test_names_the_place(guide: Guide, db: Database) -> None:
    reading = read_hl7(guide.content, CODES, MOSCOW, NOW).reading
    assert reading is not None
    with db.write() as session:
        verdict = LabDesk(lambda _name: COVID, MOSCOW).receive(session, COVID.name, reading, "hl7:x", NOW)
    assert verdict.faults[0].place == guide.fault


def entered(guide: Guide, db: Database) -> tuple[str, Contact | None]:
    reading = read_hl7(guide.content, CODES, MOSCOW, NOW).reading
    assert reading is not None
    with db.write() as session:
        verdict = LabDesk(lambda _name: COVID, MOSCOW).receive(session, COVID.name, reading, "hl7:x", NOW)
    with db.read() as session:
        return verdict.answer, session.exec(select(Contact)).first()
