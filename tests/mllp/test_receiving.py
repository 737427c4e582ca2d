"""Results of laboratories by the library's own client, from the network to the queue and back."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hl7.client import MLLPClient
from sqlmodel import select

from campaigns.clock import SystemClock
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.packs import pack_reader
from campaigns.intake.lab.codes import FILE_NAME, lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.mllp.receiving import QUICK_BYTES, Receiving
from campaigns.models import Contact
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together
from tests import ready
from tests.mllp.rooms import Serving, serving

RUSSIA = IntakeDefaults("RU", "Europe/Moscow")
COVID = load_script(LIBRARY / "covid-results.yaml", pack_reader())
NAME, PHONE = "Незнакомцева^Аглая^Титовна", "+79123456789"
MESSAGE = "\r".join(
    [
        r"MSH|^~\&|LIS|CITYLAB|DIALER|HOSP|20261101110000+0300||ORU^R01|M1|P|2.5.1",
        f"PID|1||P17||{NAME}||19540312|F|||||{PHONE}||ru",
        "OBR|1|P1|F1|94500-6^SARS-CoV-2^LN|||20261031081500",
        "OBX|1|CE|94500-6^SARS-CoV-2^LN||260373001^Detected^SCT||||||F",
    ]
)


class Room:
    """A laboratory that is connected."""

    def __init__(self, here: Serving, db: Database, together: Together, folder: Path) -> None:
        self.here, self.db, self.together, self.folder = here, db, together, folder

    def send(self, *messages: str | bytes) -> list[str]:
        """The answers, MSA and ERR alone."""
        with MLLPClient("127.0.0.1", self.here.port) as client:
            answers = [client.send_message(message).decode("utf-8", "replace") for message in messages]
        return [answer.strip("\x0b\x1c\r").partition("\r")[2] for answer in answers]

    def contacts(self) -> list[Contact]:
        with self.db.read() as session:
            return list(session.exec(select(Contact).order_by(Contact.external_id)))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    ready.fresh_database(url)
    db = open_database(url)
    together = Together(db)
    told: list[str] = []
    receiving = Receiving(
        together,
        LabDesk(lambda _name: COVID, RUSSIA),
        COVID.name,
        lambda: lab_codes(tmp_path / FILE_NAME),
        RUSSIA,
        SystemClock(),
        told.append,
    )
    with serving(receiving) as here:
        here.told = told
        yield Room(here, db, together, tmp_path)
    together.close()
    db.close()


def test_a_result_is_queued_once(room: Room) -> None:
    again = MESSAGE.replace("M1", "M2")
    assert room.send(MESSAGE, MESSAGE, again) == ["MSA|AA|M1", "MSA|AA|M1", "MSA|AA|M2"]
    (contact,) = room.contacts()
    assert (contact.external_id, contact.phone, contact.state) == ("F1", PHONE, "waiting")
    assert (contact.full_name, contact.fields["result"]) == (NAME.replace("^", " "), "positive")
    assert contact.queued_by == "hl7:LIS@CITYLAB"


@pytest.mark.parametrize("charset", ["", "ASCII", "WINDOWS-1251"])
def test_windows_1251_whatever_is_declared(room: Room, charset: str) -> None:
    declared = MESSAGE.replace("|2.5.1", f"|2.5.1||||||{charset}")
    assert room.send(declared.encode("cp1251")) == ["MSA|AA|M1"]
    assert room.contacts()[0].full_name == NAME.replace("^", " ")


@pytest.mark.parametrize("processing", ["T", "D"])
def test_training_calls_nobody(room: Room, processing: str) -> None:
    assert room.send(MESSAGE.replace("|P|2", f"|{processing}|2")) == ["MSA|AA|M1"]
    assert room.contacts() == []


def test_preliminary_waits_and_a_deletion_cancels(room: Room) -> None:
    def said(control_id: str, status: str, minute: int) -> str:
        changed = MESSAGE.replace("M1", control_id).replace("||||||F", f"||||||{status}")
        return changed.replace("20261101110000", f"202611011100{minute:02}")

    assert room.send(said("A", "P", 1)) == ["MSA|AA|A"]
    assert room.contacts() == []
    assert room.send(said("B", "F", 2)) == ["MSA|AA|B"]
    assert [contact.state for contact in room.contacts()] == ["waiting"]
    assert room.send(said("C", "W", 3), said("D", "F", 2)) == ["MSA|AA|C", "MSA|AA|D"]
    assert [contact.state for contact in room.contacts()] == ["cancelled"]


def test_what_cannot_be_mapped_is_kept_until_it_can(room: Room) -> None:
    unknown = MESSAGE.replace("260373001^Detected^SCT", "17^Seen^L")
    (refused,) = room.send(unknown)
    assert refused.startswith("MSA|AE|M1|OBX-5 is a result that lab-codes.yaml does not know")
    assert "ERR||OBX^1^5|103^" in refused
    assert "Seen" not in refused
    assert room.contacts() == []
    (room.folder / FILE_NAME).write_text('results: {positive: {local: ["17"]}}\n')
    assert room.send(unknown, unknown) == ["MSA|AA|M1", "MSA|AA|M1"]
    assert len(room.contacts()) == 1


@pytest.mark.parametrize(
    ("old", "new", "answered", "located"),
    [
        (PHONE, "", "MSA|AE|M1|PID-13 (phone) is blank", "PID^1^13|101"),
        (PHONE, "12", "MSA|AE|M1|PID-13 (phone) is not", "PID^1^13|102"),
        (NAME, "", "MSA|AE|M1|PID-5 (full_name) is blank", "PID^1^5|101"),
        ("20261031081500", "", "MSA|AE|M1|OBR-7 (sample_date) is blank", "OBR^1^7|101"),
        ("ORU^R01", "ORM^O01", "MSA|AR|M1|MSH-9 ", "MSH^1^9|200"),
        ("|2.5.1", "|2.9", "MSA|AR|M1|MSH-12 ", "MSH^1^12|203"),
    ],
)
def test_refusals_name_segment_and_field(room: Room, old: str, new: str, answered: str, located: str) -> None:
    (refused,) = room.send(MESSAGE.replace(old, new))
    assert refused.startswith(answered)
    assert f"\rERR||{located}^" in refused
    assert room.contacts() == []


def test_a_batch_is_refused_and_nothing_of_it_is_taken(room: Room) -> None:
    (refused,) = room.send("BHS|^~\\&|LIS|CITYLAB|||||||B7\r" + MESSAGE + "\rBTS|1")
    assert refused.startswith("MSA|AR|B7|BHS-1 batches (BHS, FHS) are not taken: send each message by itself")
    assert room.contacts() == []


def test_all_results_of_a_message_or_none(room: Room) -> None:
    second = MESSAGE.split("\r", 2)[2].replace("F1", "F2").replace("260373001^Detected", "1^Odd")
    (refused,) = room.send(f"{MESSAGE}\r{second}")
    assert "OBX^2^5" in refused
    assert room.contacts() == []


def test_a_long_message_is_read_as_well(room: Room) -> None:
    picture = "OBX|2|ED|PDF^^L||^^PDF^Base64^" + "QUJD" * QUICK_BYTES
    assert room.send(f"{MESSAGE}\r{picture}||||||F") == ["MSA|AA|M1"]
    assert len(room.contacts()) == 1


def test_a_database_that_is_away(room: Room) -> None:
    room.together.close()
    (refused,) = room.send(MESSAGE)
    assert refused.startswith("MSA|AR|M1|MSH-10 was not taken, as the database")
    assert "\rERR||MSH^1^10|207^" in refused


def test_a_mapping_that_is_being_mended(room: Room) -> None:
    (room.folder / FILE_NAME).write_text("results: [\n")
    assert room.send(MESSAGE)[0].startswith("MSA|AR|M1|MSH-10 was not taken, as a file of ours")
    assert f"{FILE_NAME}:" in room.here.told[0]
    (room.folder / FILE_NAME).unlink()
    assert room.send(MESSAGE) == ["MSA|AA|M1"]


def test_a_fault_of_ours_is_answered(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LabDesk, "receive", lambda *_: 1 / 0)
    assert room.send(MESSAGE)[0].startswith("MSA|AR|M1|MSH-10 was not taken, for a fault of ours")
    assert room.here.told == [
        "A laboratory's message was refused for a fault of this program (ZeroDivisionError)."
    ]


def test_nothing_of_a_patient_is_logged(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    odd = MESSAGE.replace(NAME, rf"\Q\{NAME}\Xzz\\.zz\ ").replace("Detected", r"\C2842\ \\")
    room.send(odd, odd.replace("260373001", ""), MESSAGE.replace(PHONE, "12"))
    told = "\n".join((caplog.text, *room.here.told))
    assert all(value not in told for value in ("Аглая", "Незнакомцева", PHONE[2:], "1954"))
