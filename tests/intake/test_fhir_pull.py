"""A FHIR server is followed: nothing lost, nothing twice, and never by two at once."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlmodel import select

from campaigns.clock import SystemClock
from campaigns.courier.outward import Outward, Server, shown
from campaigns.courier.port import Fault
from campaigns.errors import UnknownCampaign
from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.intake.fhir import pull as fhir_pull
from campaigns.intake.fhir.pull import Puller, Reading
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.models import Contact, LabMessage, PullPosition
from campaigns.store import pull_positions
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together
from tests import ready
from tests.fhir_server import Fhir, Talk, fhir_server, hangs, says, usual
from tests.intake.lab_reports import apart

SINCE = datetime(2026, 11, 20, 7, tzinfo=UTC)
LOCAL = ("127.0.0.0/8",)
TRUSTED = ssl.create_default_context()  # once: it takes a while


class Reader:
    """A process that reads a server, and what it told."""

    def __init__(self, db: Database, fhir: Fhir, together: Together, holder: str, **server: Any) -> None:
        self.told: list[str] = []
        script_of = server.pop("script_of", ready.shipped_scripts().__getitem__)
        codes = server.pop("codes", partial(lab_codes, Path("/nowhere/lab-codes.yaml")))
        own = {"networks": LOCAL, "timeout_seconds": 5.0, **server}
        self.server = Server("region", httpx.URL(fhir.url), **own)
        reading = Reading(
            together=together,
            lab_desk=LabDesk(script_of, IntakeDefaults("RU", "Asia/Yekaterinburg")),
            codes=codes,
            zone=ZoneInfo("Asia/Yekaterinburg"),
            clock=SystemClock(),
            holder=holder,
            tell=self.told.append,
        )
        self.puller = Puller(
            "covid-results", 60.0, partial(Outward, self.server, trusted=TRUSTED), self.server, reading
        )

    def read(self) -> Fault | None:
        async def once() -> Fault | None:
            outward = Outward(self.server, trusted=TRUSTED)
            try:
                return await self.puller.read_once(outward)
            finally:
                await outward.close()

        return asyncio.run(once())


class World:
    """A server with reports, and a home that reads them from `SINCE` on."""

    def __init__(self, db: Database, fhir: Fhir, stack: ExitStack) -> None:
        self.db, self.fhir, self._stack = db, fhir, stack
        with db.write() as session:
            pull_positions.claim(session, "region", "before", SINCE)
            pull_positions.leave(session, "region", "before")

    def reader(self, holder: str = "one", **server: Any) -> Reader:
        together = Together(self.db)
        self._stack.callback(together.close)
        return Reader(self.db, self.fhir, together, holder, **server)

    def put(self, *numbers: int, base: str = "", **changes: object) -> None:
        for number in numbers:
            report, others = apart(number, base, **changes)
            self.fhir.reports.append(report)
            self.fhir.others |= others

    def queued(self) -> list[str]:
        with self.db.read() as session:
            return sorted(session.exec(select(Contact.external_id)))

    def position(self) -> PullPosition:
        with self.db.read() as session:
            return session.exec(select(PullPosition)).one()

    def messages(self) -> list[LabMessage]:
        with self.db.read() as session:
            return list(session.exec(select(LabMessage).order_by(LabMessage.control_id)))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ready.fresh_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    with ExitStack() as stack:
        fhir = stack.enter_context(fhir_server())
        db = open_database(f"sqlite:///{tmp_path / 'dialer.db'}")
        stack.callback(db.close)
        yield World(db, fhir, stack)


NAMES = ["A-1", "A-2", "A-3", "A-4", "A-5"]


def sentence(fault: Fault | None) -> str:
    assert fault is not None
    return fault.sentence


@pytest.mark.parametrize("include", [True, False], ids=["included", "asked for"])
def test_all_pages_are_read_and_each_result_is_queued_once(world: World, include: bool) -> None:
    world.put(1, 2, 3, 4, 5)
    world.fhir.include = include
    reader = world.reader()
    assert reader.read() is None
    assert world.queued() == NAMES
    assert world.position().since == datetime(2026, 11, 20, 7, 5, tzinfo=UTC)
    assert reader.read() is None
    assert [each.repeats for each in world.messages()] == [0] * 5
    assert world.reader("another").read() is None
    assert world.queued() == NAMES
    assert reader.told == []


def test_absolute_references_to_the_same_server_are_followed(world: World) -> None:
    world.fhir.include = False
    world.put(1, base=f"{world.fhir.url}/")
    assert world.reader().read() is None
    assert world.queued() == ["A-1"]


def test_what_stands_on_another_server_is_not_asked_for_and_the_message_is_kept(world: World) -> None:
    world.fhir.include = False
    world.put(1, base="https://elsewhere.example/fhir/")
    world.put(2)
    reader = world.reader()
    assert reader.read() is None
    assert world.queued() == ["A-2"]
    assert [(each.answer, bool(each.content)) for each in world.messages()] == [("AE", True), ("AA", False)]
    assert "1 reports that cannot be used" in reader.told[0]


def test_a_report_that_is_withdrawn_on_the_server_is_not_told(world: World) -> None:
    world.put(1)
    reader = world.reader()
    reader.read()
    [report] = world.fhir.reports
    report["status"], report["meta"] = (
        "entered-in-error",
        {"versionId": "2", "lastUpdated": "2026-11-20T09:00:00Z"},
    )
    assert reader.read() is None
    with world.db.read() as session:
        assert session.exec(select(Contact.state)).one() == "cancelled"


def test_it_goes_on_from_the_page_at_which_it_was_interrupted(world: World) -> None:
    world.put(1, 2, 3, 4, 5)
    world.fhir.trouble = [usual, says(503)]
    assert "has failed" in sentence(world.reader().read())
    assert world.queued() == ["A-1", "A-2"]
    assert "page=2" in world.position().next_page
    assert world.position().fault
    world.fhir.asked.clear()
    assert world.reader("another").read() is None
    assert "page=2" in world.fhir.asked[0]
    assert world.queued() == NAMES
    assert world.position().fault == ""


def test_a_page_that_the_server_forgot_is_found_again_from_the_first(world: World) -> None:
    world.put(1, 2, 3)
    world.fhir.trouble = [usual, says(503)]
    world.reader().read()
    world.fhir.trouble = [says(410)]
    assert world.reader().read() is None
    assert world.queued() == ["A-1", "A-2", "A-3"]


def test_a_report_from_the_future_does_not_end_the_reading(world: World) -> None:
    world.put(1, meta={"versionId": "1", "lastUpdated": "2099-01-01T00:00:00+00:00"})
    reader = world.reader()
    assert reader.read() is None
    position = world.position().since
    assert position is not None
    assert position <= datetime.now(UTC)


def test_two_processes_do_not_read_one_server_at_a_time(world: World) -> None:
    world.put(1)
    with world.db.write() as session:
        assert pull_positions.claim(session, "region", "another", datetime.now(UTC)) is not None
    assert world.reader().read() is None
    assert world.fhir.asked == []


def in_a_circle(talk: Talk) -> bool:
    talk.say(200, {**talk.fhir.page(0, ""), "link": [{"relation": "next", "url": talk.path}]})
    return True


def no_end(talk: Talk) -> bool:
    later = [{"relation": "next", "url": f"{talk.fhir.url}?page={len(talk.fhir.asked)}"}]
    talk.say(200, {"resourceType": "Bundle", "type": "searchset", "link": later})
    return True


def leads_elsewhere(talk: Talk) -> bool:
    link = [{"relation": "next", "url": "https://elsewhere.example/fhir?page=2"}]
    talk.say(200, {"resourceType": "Bundle", "type": "searchset", "link": link})
    return True


def no_json(talk: Talk) -> bool:
    talk.send_response(200)
    talk.send_header("content-length", "3")
    talk.end_headers()
    talk.wfile.write(b"<a>")
    return True


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ([in_a_circle], "has pages without an end"),
        ([no_end] * 5, "has pages without an end"),
        ([leads_elsewhere], "leads to another server"),
        ([no_json], "is no JSON"),
        ([says(200, {"resourceType": "Patient"})], "is no Bundle of the type searchset"),
        ([says(401)], "does not know us"),
        ([says(403)], "refuses"),
        ([says(302, location="http://127.0.0.1:1/")], "sends us elsewhere"),
        ([says(500)], "has failed"),
    ],
)
def test_a_server_that_misbehaves_is_told_of_once_and_read_again(
    world: World, trouble: list[Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir_pull, "MOST_IDLE_PAGES", 4)
    world.put(1)
    reader = world.reader()
    world.fhir.trouble = list(trouble)
    assert told in sentence(reader.read())
    world.fhir.trouble = list(trouble)
    reader.read()
    assert len(reader.told) == 1
    assert told in world.position().fault
    world.fhir.trouble.clear()
    assert reader.read() is None
    assert world.queued() == ["A-1"]
    assert reader.told[1:] == ["FHIR server 'region' is read again."]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ScriptError((Complaint("covid.yaml", 3, "is no step."),)), "covid.yaml:3: is no step"),
        (UnknownCampaign("There is no campaign covid-results."), "there is no campaign covid-results"),
    ],
)
@pytest.mark.parametrize("where", ["script_of", "codes"])
def test_a_file_of_ours_that_is_faulty_is_told_of_and_nothing_is_passed_over(
    world: World, error: Exception, told: str, where: str
) -> None:
    def faulty(*_: str) -> NoReturn:
        raise error

    world.put(1)
    faults: dict[str, Any] = {where: faulty}
    reader = world.reader(**faults)
    sentences = {sentence(reader.read()) for _ in range(2)}
    assert sentences == {f'FHIR server "region" is not read on: {told}.'}
    assert reader.told == [f'FHIR server "region" is not read on: {told}. It is tried again.']
    assert (world.position().fault, world.position().held_by) == (*sentences, "")
    assert world.reader().read() is None
    assert (world.queued(), world.position().fault) == (["A-1"], "")


def test_a_server_that_says_nothing_is_not_waited_for(world: World) -> None:
    world.fhir.trouble = [hangs]
    assert "did not answer within 0.25 seconds" in sentence(world.reader(timeout_seconds=0.25).read())


def test_a_server_that_asks_for_time_gets_it(world: World) -> None:
    world.fhir.trouble = [says(429, retry_after="120")]
    fault = world.reader().read()
    assert fault is not None
    assert fault.retry_after_seconds == 120


@pytest.mark.parametrize(
    ("failures", "fault", "pause"),
    [
        (0, None, 60),
        (1, Fault("x"), 60),
        (3, Fault("x"), 240),
        (20, Fault("x"), 900),
        (1, Fault("x", retry_after_seconds=1800.0), 1800),
    ],
)
def test_the_more_often_it_fails_the_longer_it_is_left_alone(
    world: World, failures: int, fault: Fault | None, pause: float
) -> None:
    assert world.reader().puller.pause(failures, fault) == pause


@pytest.mark.parametrize(("secret", "name", "header"), [("t", "", "Bearer t"), ("p", "u", "Basic dTpw")])
def test_it_shows_who_it_is_and_only_then_is_let_in(
    world: World, secret: str, name: str, header: str
) -> None:
    world.put(1)
    world.fhir.token = header
    assert "does not know us" in sentence(world.reader().read())
    assert world.reader(headers=shown(secret, name)).read() is None
    assert world.queued() == ["A-1"]


def test_a_private_address_that_the_settings_do_not_name_is_not_called(world: World) -> None:
    fault = sentence(world.reader(networks=()).read())
    assert fault.startswith('FHIR server "region": the host 127.0.0.1 has the address 127.0.0.1')
    assert world.fhir.asked == []


def test_it_ends_at_once_though_the_server_hangs(world: World) -> None:
    world.fhir.trouble = [hangs]
    reader = world.reader()

    async def begin_and_end() -> None:
        await reader.puller.open()
        while not world.fhir.asked:
            await asyncio.sleep(0.01)
        await asyncio.wait_for(reader.puller.close(), 2)

    asyncio.run(begin_and_end())
    assert world.position().held_by == ""
