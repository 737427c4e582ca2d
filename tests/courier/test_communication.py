"""What a FHIR server is told of a call: once, in its release, without anything of the patient."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from campaigns.courier.communication import Abilities, CommunicationSender, abilities_of, communication
from campaigns.courier.outward import Reply, Server
from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.intake.fhir.resource import Release, faults_of
from tests.fhir_server import Fhir, fhir_server, hangs, says

KEY = "0123456789abcdef0123456789abcdef"
URN = "urn:uuid:01234567-89ab-cdef-0123-456789abcdef"
TOLD_AT = "2026-11-22T09:30:00+00:00"
EVENT = OutgoingEvent(
    KEY,
    "contact.closed",
    datetime(2026, 11, 22, 9, 31, tzinfo=UTC),
    {"campaign": "covid-results", "contact": "A-1", "outcome": "completed", "delivered_at": TOLD_AT},
)
UNTOLD = replace(EVENT, body={**EVENT.body, "outcome": "wrong_person", "delivered_at": None})
REPORT = "DiagnosticReport/1/_history/2"
ABOUT = {"reference": "DiagnosticReport/1"}
NAME = "fhir:region"


def origin(campaign: str, external_id: str) -> tuple[str, str] | None:
    return (NAME, REPORT) if (campaign, external_id) == ("covid-results", "A-1") else None


def sender(fhir: Fhir, **server: Any) -> CommunicationSender:
    there = Server("region", httpx.URL(fhir.url), networks=("127.0.0.0/8",), **server)
    return CommunicationSender({NAME: there}, {NAME: "covid-results"}, origin)


@pytest.mark.parametrize(
    ("event", "report", "release", "expected"),
    [
        (EVENT, REPORT, "R4", {"status": "completed", "sent": TOLD_AT, "about": [ABOUT]}),
        (EVENT, "", "R4", {"status": "completed", "about": [{"identifier": {"value": "A-1"}}]}),
        (UNTOLD, REPORT, "R4", {"status": "not-done", "statusReason": {"text": "wrong person"}}),
        (EVENT, REPORT, "STU3", {"status": "completed", "topic": [ABOUT]}),
        (UNTOLD, "", "STU3", {"notDone": True, "notDoneReason": {"text": "wrong person"}}),
    ],
)  # fmt: skip
def test_it_says_when_and_how_and_conforms(
    event: OutgoingEvent, report: str, release: Any, expected: dict[str, object]
) -> None:
    made = communication(event, report, release)
    assert expected.items() <= made.items()
    assert made["identifier"] == [{"system": "urn:ietf:rfc:3986", "value": URN}]
    version: Release = "4.0" if release == "R4" else "3.0"
    assert faults_of(made, "Communication", "Communication", version) == ()


def test_without_put_it_is_made_on_a_condition_and_twice_is_once() -> None:
    with fhir_server() as fhir:
        there = sender(fhir)
        assert there.send(NAME, EVENT, 5.0) == there.send(NAME, EVENT, 5.0) == Sent()
        assert [(method, path) for method, path, _ in fhir.writes] == [("POST", "/fhir/Communication")] * 2
        assert list(fhir.written) == [f"identifier=urn:ietf:rfc:3986|{URN}"]
        assert fhir.asked == ["/fhir/metadata"]


def test_where_put_makes_it_put_is_used() -> None:
    with fhir_server() as fhir:
        fhir.metadata = {
            "fhirVersion": "3.0.2",
            "rest": [{"resource": [{"type": "Communication", "updateCreate": True}]}],
        }
        assert sender(fhir).send(NAME, EVENT, 5.0) == Sent()
        [(path, made)] = fhir.written.items()
        assert path == f"/fhir/Communication/{URN.removeprefix('urn:uuid:')}"
        assert "topic" in made


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "does not know us"), (403, "refuses"), (422, "does not take this"), (503, "has failed")],
)
def test_a_refusal_is_a_fault_that_is_tried_again(status: int, sentence: str) -> None:
    with fhir_server() as fhir:
        fhir.trouble = [says(200, {"fhirVersion": "4.0.1"}), says(status)]
        said = sender(fhir).send(NAME, EVENT, 5.0)
    assert isinstance(said, Fault)
    assert sentence in said.sentence
    assert not said.permanent


def test_several_that_fulfil_the_condition_mean_that_it_was_written() -> None:
    with fhir_server() as fhir:
        fhir.trouble = [says(200, {"fhirVersion": "4.0.1"}), says(412)]
        assert sender(fhir).send(NAME, EVENT, 5.0) == Sent()


def test_a_server_that_hangs_is_not_waited_for() -> None:
    with fhir_server() as fhir:
        fhir.trouble = [hangs]
        said = sender(fhir, timeout_seconds=0.25).send(NAME, EVENT, 5.0)
    assert isinstance(said, Fault)
    assert "did not answer" in said.sentence


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (EVENT, [NAME]),
        (replace(EVENT, kind="contact.delivered"), []),
        (replace(EVENT, body={**EVENT.body, "contact": "B-2"}), []),
        (replace(EVENT, body={**EVENT.body, "campaign": "satisfaction-survey"}), []),
    ],
)
def test_a_server_is_told_of_its_own_reports_alone(event: OutgoingEvent, wanted: list[str]) -> None:
    assert list(sender(Fhir()).wanted_by(event)) == wanted


@pytest.mark.parametrize(
    "body", [b"<xml/>", b"[]", b'{"rest": 5}', b'{"rest": [5]}', json.dumps({}).encode()]
)
def test_a_server_that_says_nothing_of_use_is_taken_as_usual(body: bytes) -> None:
    assert abilities_of(Reply(200, httpx.Headers(), body)) == Abilities()
