"""FHIR over HTTP: what is taken, what it is answered, and how it is refused."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from campaigns.api import fhir_forms
from campaigns.api.app import build_app
from campaigns.api.doorway import Doorway
from campaigns.api.fhir_description import BUNDLE_EXAMPLE, REPORT_EXAMPLE
from campaigns.errors import DatabaseUnusable, UnknownCampaign
from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.script import Script
from campaigns.intake.fhir.resource import Release, faults_of
from campaigns.intake.hl7_v2.file import Hl7Intake
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.models import Contact, LabMessage
from campaigns.store.database import Database
from tests.access.people import key
from tests.api.conftest import Ask

TYPE = "application/fhir+json"
JSON = f"{TYPE}; fhirVersion=4.0"
Resource = dict[str, Any]


def report(**changes: object) -> Resource:
    return {**copy.deepcopy(dict(REPORT_EXAMPLE)), **changes}


def transaction(*reports: Resource, **request: str) -> Resource:
    asked = {"method": "POST", "url": "DiagnosticReport", **request}
    entries = [{"resource": each, "request": asked} for each in reports]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def named(number: str) -> list[Resource]:
    return [{"value": number}]


def post(ask: Ask, path: str, body: object, word: str = "lab", **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(word).post(path, content=content, headers={"content-type": JSON, **named})


def queued(db: Database) -> list[str]:
    with db.read() as session:
        return sorted(session.exec(select(Contact.external_id)))


def issue(response: Any) -> Resource:
    assert response.headers["content-type"].startswith(TYPE)
    outcome = response.json()
    release: Release = "3.0" if "3.0" in response.headers["content-type"] else "4.0"
    assert faults_of(outcome, "OperationOutcome", "OperationOutcome", release) == ()
    found: Resource = outcome["issue"][0]
    return found


def test_a_transaction_is_taken_as_a_whole_and_answered_entry_by_entry(ask: Ask, db: Database) -> None:
    whole = transaction(report(), report(identifier=named("A-2"), status="preliminary"))
    whole["entry"].append(
        {
            "resource": {"resourceType": "Organization", "name": "Lab"},
            "request": {"method": "POST", "url": "Organization"},
        }
    )
    answer = post(ask, "/fhir", whole)
    assert answer.status_code == 200
    assert faults_of(answer.json(), "Bundle", "Bundle", "4.0") == ()
    responses = [each["response"] for each in answer.json()["entry"]]
    assert [each["status"] for each in responses] == ["201 Created", "202 Accepted", "200 OK"]
    assert responses[0]["location"].endswith("/api/v1/campaigns/covid-results/contacts/A-1")
    assert queued(db) == ["A-1"]


def test_one_that_cannot_be_used_keeps_all_others_out_and_is_kept(ask: Ask, db: Database) -> None:
    answer = post(
        ask, "/fhir", transaction(report(), report(identifier=named("A-2"), subject={"reference": "#x"}))
    )
    assert answer.status_code == 422
    told = issue(answer)
    assert (told["code"], told["expression"]) == ("processing", ["Bundle.entry[1].resource.subject"])
    assert queued(db) == []
    with db.read() as session:
        assert session.exec(select(LabMessage.answer)).one() == "AE"


def test_a_report_alone_is_created_known_corrected_and_cancelled(ask: Ask, db: Database) -> None:
    def sent(**changes: object) -> tuple[int, str]:
        answer = post(ask, "/fhir/DiagnosticReport", report(**changes))
        return answer.status_code, issue(answer)["diagnostics"]

    assert sent() == (201, "The patient will be called.")
    assert sent() == (200, "This is known: nothing changed.")
    assert sent(language="ru") == (200, "This is known: nothing changed.")
    assert (
        sent(status="amended", issued="2026-03-02T10:00:00+05:00", effectiveDateTime="2026-02-28")[0] == 200
    )
    assert sent(status="entered-in-error", issued="2026-03-02T11:00:00+05:00")[1].startswith(
        "The patient will not"
    )
    with db.read() as session:
        contact = session.exec(select(Contact)).one()
    assert (contact.state, contact.queued_by, contact.fields["sample_date"]) == (
        "cancelled",
        "lab",
        "2026-02-28",
    )


def test_stu3_is_answered_in_stu3(ask: Ask) -> None:
    changed = report(performer=[{"actor": {"display": "Lab"}}])
    answer = post(ask, "/fhir/DiagnosticReport", changed, content_type=f"{TYPE}; fhirVersion=3.0")
    assert answer.status_code == 201
    assert answer.headers["content-type"] == f"{TYPE}; fhirVersion=3.0"


@pytest.mark.parametrize(
    ("release", "header"),
    [
        (
            "4.0",
            {"eventCoding": {"system": "urn:lab", "code": "result"}, "source": {"endpoint": "urn:lab"}},
        ),
        (
            "3.0",
            {
                "event": {"system": "urn:lab", "code": "result"},
                "source": {"endpoint": "urn:lab"},
                "timestamp": "2026-03-02T09:30:00Z",
            },
        ),
    ],
)
def test_a_message_is_answered_by_a_message(ask: Ask, release: Release, header: Resource) -> None:
    entries = [{"resource": {"resourceType": "MessageHeader", "id": "m-1", **header}}, {"resource": report()}]
    body = {"resourceType": "Bundle", "type": "message", "entry": entries}
    answer = post(ask, "/fhir", body, content_type=f"{TYPE}; fhirVersion={release}")
    assert answer.status_code == 200
    made = answer.json()
    assert faults_of(made, "Bundle", "Bundle", release) == ()
    told = made["entry"][0]["resource"]
    assert faults_of(told, "MessageHeader", "MessageHeader", release) == ()
    assert told["response"] == {"identifier": "m-1", "code": "ok"}


def test_a_test_message_queues_nothing(ask: Ask, db: Database) -> None:
    answer = post(ask, "/fhir/DiagnosticReport", report(meta={"security": [{"code": "HTEST"}]}))
    assert (answer.status_code, queued(db)) == (200, [])


@pytest.mark.parametrize("path", ["/fhir", "/fhir/DiagnosticReport"])
def test_if_none_exist_lets_a_known_report_be(ask: Ask, db: Database, path: str) -> None:
    def sent(condition: str, day: str) -> Any:
        changed = report(effectiveDateTime=day, issued=f"{day}T09:00:00Z")
        if path == "/fhir":
            return post(ask, path, transaction(changed, ifNoneExist=condition))
        return post(ask, path, changed, if_none_exist=condition)

    assert sent("identifier=urn:lab:orders|A-1", "2026-03-01").status_code in (200, 201)
    assert sent("identifier=urn%3Alab%3Aorders%7CA-1", "2026-03-02").status_code == 200
    with db.read() as session:
        assert session.exec(select(Contact)).one().fields["sample_date"] == "2026-03-01"
    refused = sent("status=final", "2026-03-03")
    assert (refused.status_code, issue(refused)["code"]) == (400, "structure")


ENDED = {"status": "entered-in-error", "issued": "2026-03-02T11:00:00+05:00"}
CHANGED = {
    "status": "corrected",
    "issued": "2026-03-02T11:00:00+05:00",
    "effectiveDateTime": "2026-02-28",
}
PATIENT, OBSERVATION = report()["contained"]
CLINIC_1 = {"contained": [{**PATIENT, "managingOrganization": {"display": "Clinic 1"}}, OBSERVATION]}


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("lab-2", {}),
        ("lab-2", ENDED),
        ("lab-2", CHANGED),
        ("chief-bound", {**ENDED, **CLINIC_1}),
        ("chief-bound", {**CHANGED, **CLINIC_1}),
    ],
)
def test_what_others_sent_is_not_ones_own_to_change(
    ask: Ask, db: Database, word: str, changes: Resource
) -> None:
    assert post(ask, "/fhir/DiagnosticReport", report()).status_code == 201
    answer = post(ask, "/fhir/DiagnosticReport", report(**changes), word)
    assert answer.status_code == 422
    assert issue(answer)["diagnostics"].endswith("belongs to another sender: agree on numbers that differ")
    with db.read() as session:
        contact = session.exec(select(Contact)).one()
    assert (contact.state, contact.fields["sample_date"]) == ("waiting", "2026-03-01")
    changed = post(ask, "/fhir/DiagnosticReport", report(**CHANGED), "chief")  # sees them all
    assert changed.status_code == 200


def test_what_is_kept_and_run_again_is_bound_as_its_sender_is(ask: Ask, here: Doorway, db: Database) -> None:
    key(db, "lab-2")
    assert post(ask, "/fhir/DiagnosticReport", report()).status_code == 201
    assert post(ask, "/fhir/DiagnosticReport", report(**ENDED), "lab-2").status_code == 422
    defaults = IntakeDefaults("RU", "Asia/Yekaterinburg")
    kept = Hl7Intake(db, here.lab_desk, here.fhir_campaign, here.codes(), defaults)
    assert [verdict.answer for _, verdict in kept.again(here.clock.now())] == ["AE"]
    with db.read() as session:
        assert session.exec(select(Contact.state)).one() == "waiting"


@pytest.mark.parametrize("said", ["preliminary", "entered-in-error"])
def test_nobody_ends_what_another_sender_only_announced(ask: Ask, db: Database, said: str) -> None:
    assert post(ask, "/fhir/DiagnosticReport", report(status=said)).status_code in (200, 202)
    assert post(ask, "/fhir/DiagnosticReport", report(**ENDED), "lab-2").status_code == 422
    assert post(ask, "/fhir/DiagnosticReport", report(**CHANGED)).status_code in (200, 201)
    assert queued(db) == ["A-1"]


def test_if_none_exist_tells_nobody_of_others_reports(ask: Ask) -> None:
    assert post(ask, "/fhir/DiagnosticReport", report()).status_code == 201
    condition = {"if_none_exist": "identifier=urn:lab:orders|A-1"}
    assert post(ask, "/fhir/DiagnosticReport", report(), "lab-2", **condition).status_code == 422
    assert post(ask, "/fhir/DiagnosticReport", report(), "lab", **condition).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/fhir+xml", b"<Bundle/>", 415, "not-supported"),
        ("text/plain", b"{}", 415, "not-supported"),
        (f"{TYPE}; fhirVersion=5.0", b"{}", 415, "not-supported"),
        (f"{TYPE}; charset=koi8-r", b"{}", 415, "not-supported"),
        (JSON, b"<Bundle/>", 400, "structure"),
        (JSON, b"", 400, "structure"),
        (JSON, b'{"resourceType": "Patient"}', 422, "invalid"),
        (JSON, b'{"resourceType": "Bundle", "type": "batch"}', 422, "invalid"),
        ("application/json", json.dumps(BUNDLE_EXAMPLE).encode(), 200, ""),
        (f'{TYPE}; charset="UTF-8"; fhirVersion=4.0.1', json.dumps(BUNDLE_EXAMPLE).encode(), 200, ""),
    ],
)  # fmt: skip
def test_what_is_sent_must_be_json_of_a_release_that_is_read(
    ask: Ask, content_type: str, body: bytes, status: int, code: str
) -> None:
    answer = post(ask, "/fhir", body, content_type=content_type)
    assert answer.status_code == status
    if code:
        assert issue(answer)["code"] == code


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [("", 401, "login"), ("nobody", 401, "login"), ("desk", 403, "forbidden"), ("admin", 403, "forbidden")],
)
def test_who_may_not_is_told_in_fhirs_form(ask: Ask, word: str, status: int, code: str) -> None:
    answer = post(ask, "/fhir", BUNDLE_EXAMPLE, word)
    assert (answer.status_code, issue(answer)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (TYPE, 200),
        ("text/html, */*;q=0.1", 200),
        ("application/fhir+xml", 406),
        (f"{TYPE}; fhirVersion=5.0", 406),
        ("application/json;q=0, text/xml", 406),
    ],
)
def test_what_it_can_do_is_told_to_anybody_as_json(ask: Ask, accept: str, status: int) -> None:
    answer = ask("").get("/fhir/metadata", headers={"accept": accept})
    assert answer.status_code == status
    if status != 200:
        assert issue(answer)["code"] == "not-supported"


@pytest.mark.parametrize("release", ["4.0", "3.0"])
def test_the_capability_statement_conforms(ask: Ask, release: Release) -> None:
    answer = ask("").get("/fhir/metadata", headers={"accept": f"{TYPE}; fhirVersion={release}"})
    assert answer.json()["fhirVersion"].startswith(release)
    assert faults_of(answer.json(), "CapabilityStatement", "CapabilityStatement", release) == ()


def test_a_database_that_is_away_is_a_passing_trouble_and_nothing_is_half_done(
    ask: Ask, here: Doorway, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnusable("The database is full.")

    monkeypatch.setattr(here.lab_desk, "receive", away)
    answer = post(ask, "/fhir", BUNDLE_EXAMPLE)
    assert (answer.status_code, issue(answer)["code"]) == (503, "transient")
    assert answer.headers["retry-after"]
    assert queued(db) == []


def test_a_mapping_that_cannot_be_read_is_told_to_who_can_mend_it(
    ask: Ask, here: Doorway, told: list[str]
) -> None:
    (here.home.folder / "lab-codes.yaml").write_text("tests: [", encoding="utf-8")
    answer = post(ask, "/fhir", BUNDLE_EXAMPLE)
    assert answer.status_code == 503
    assert "lab-codes.yaml" in told[0]
    assert str(here.home.folder) not in answer.text


class Changing:
    """A campaign's file that is good when it is looked at first, and then no more: `error`."""

    def __init__(self, here: Doorway, error: Exception, *good: bool) -> None:
        self._named, self._error, self._good = here.script_of, error, list(good)

    def __call__(self, name: str) -> Script:
        if self._good and self._good.pop(0):
            return self._named(name)
        raise self._error


@pytest.mark.parametrize("good", [(), (True,), (True, False, True)], ids=["at once", "later", "for a moment"])
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnknownCampaign("There is no campaign covid-results in /home/dialer."), 404, "not-found"),
        (ScriptError((Complaint("/home/dialer/covid-results.yaml", 3, "is no step."),)), 503, "transient"),
    ],
)
def test_a_campaign_that_cannot_be_used_is_told_in_fhirs_form(
    here: Doorway, db: Database, good: tuple[bool, ...], error: Exception, status: int, code: str
) -> None:
    changing = Changing(here, error, *good)
    lab_desk = LabDesk(changing, IntakeDefaults("RU", "Asia/Yekaterinburg"))
    asked = TestClient(build_app(replace(here, script_of=changing, lab_desk=lab_desk)), "https://testserver")
    answer = asked.post("/fhir", json=BUNDLE_EXAMPLE, headers={"Authorization": "Bearer lab"})
    if len(good) > 1:
        status, code = 503, "transient"
    assert (answer.status_code, issue(answer)["code"]) == (status, code)
    assert "/home/dialer" not in answer.text
    assert queued(db) == []


def test_each_kind_of_problem_has_fhirs_word_for_it(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    assert {"/fhir", "/fhir/DiagnosticReport", "/fhir/metadata"} <= described.keys()
    content = described["/fhir"]["post"]["responses"]["422"]["content"]
    assert list(content) == [fhir_forms.TYPE]
