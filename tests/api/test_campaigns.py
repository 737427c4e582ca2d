"""Campaigns over HTTP: seen, launched, held back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from campaigns.api.app import build_app
from campaigns.api.doorway import Doorway
from campaigns.errors import SettingsError, Unspeakable
from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.loader import LIBRARY
from campaigns.store import campaigns
from campaigns.store.database import Database
from campaigns.words import CampaignState
from prompts.errors import EngineError
from tests.api.conftest import Ask

ALL = "/api/v1/campaigns"
COVID = "covid-results"
ONE = f"{ALL}/{COVID}"


@pytest.fixture
def spoken() -> list[str]:
    """The campaigns whose texts were rendered."""
    return []


@pytest.fixture
def app(here: Doorway, spoken: list[str]) -> FastAPI:
    def render(name: str) -> None:
        with here.db.write():  # nobody's transaction waits for a voice
            spoken.append(name)

    return build_app(replace(here, render=render))


def reword(here: Doorway, old: str, new: str) -> None:
    """Change the home's own file of the campaign, which goes before the shipped one."""
    own = here.home.own_campaigns
    own.mkdir(exist_ok=True)
    path = own / f"{COVID}.yaml"
    text = (path if path.exists() else LIBRARY / f"{COVID}.yaml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_campaign_from_its_launch_to_its_stop(ask: Ask, spoken: list[str]) -> None:
    chief = ask("chief")
    assert chief.get(ONE).json()["state"] == "draft"
    for deed, said, state in (
        ("launch", {}, "running"),
        ("launch", None, "running"),
        ("pause", None, "paused"),
        ("pause", None, "paused"),
        ("resume", None, "running"),
        ("resume", None, "running"),
        ("stop", None, "stopped"),
        ("launch", {"first": 3}, "running"),
    ):
        answer = chief.post(f"{ONE}/{deed}", json=said)
        assert (answer.status_code, answer.json()["state"]) == (200, state), deed
    assert answer.json()["why"] == "3 calls are left before it waits for approval"
    assert answer.json()["first_left"] == 3
    assert spoken == [COVID, COVID]
    assert chief.post(f"{ONE}/approve").json()["first_left"] is None
    assert chief.post(f"{ALL}:stop").json() == {"stopped": [COVID]}
    assert chief.post(f"{ALL}:stop").json() == {"stopped": []}


def test_texts_that_changed_are_approved_with_a_word(ask: Ask, here: Doorway, spoken: list[str]) -> None:
    chief = ask("chief")
    chief.post(f"{ONE}/launch")
    chief.post(f"{ONE}/pause")
    reword(here, "{institution}", "{institution} !")
    for deed in ("launch", "resume"):
        refused = chief.post(f"{ONE}/{deed}")
        assert (refused.status_code, "send approve: true" in refused.json()["detail"]) == (409, True)
    assert spoken == [COVID]
    assert chief.post(f"{ONE}/resume", json={"approve": True}).json()["state"] == "running"
    assert spoken == [COVID, COVID]


def test_first_calls_that_are_made_wait_for_an_approval(ask: Ask, db: Database) -> None:
    chief = ask("chief")
    chief.post(f"{ONE}/launch", json={"first": 1})
    assert campaigns.pause_running(db, COVID, "approval", datetime.now(UTC))
    for deed in ("launch", "resume"):
        assert "wait for approval" in chief.post(f"{ONE}/{deed}").json()["detail"]
    assert chief.post(f"{ONE}/approve").json()["state"] == "running"


def test_a_launch_with_a_key_is_done_once(ask: Ask, db: Database, spoken: list[str]) -> None:
    chief, key = ask("chief"), {"Idempotency-Key": "k-1"}
    first = chief.post(f"{ONE}/launch", headers=key)
    campaigns.move(db, COVID, "stopped", datetime.now(UTC))
    again = chief.post(f"{ONE}/launch", headers=key)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (campaigns.state_of(db, COVID), spoken) == ("stopped", [COVID])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unspeakable(f'{COVID}: the text "opening" in ru cannot be spoken: no voice'), "cannot be spoken"),
        (SettingsError("dialer.toml: [institution.name] needs ru"), "needs ru"),
        (ScriptError((Complaint("covid-results.yaml", 7, "is wrong"),)), "campaign check"),
        (EngineError("The voice was lost."), "The voice was lost."),
    ],
)
def test_what_cannot_be_spoken_is_not_launched(
    here: Doorway, db: Database, error: Exception, said: str
) -> None:
    def render(name: str) -> None:
        raise error

    client = TestClient(build_app(replace(here, render=render)), headers={"Authorization": "Bearer chief"})
    answer = client.post(f"{ONE}/launch")
    assert (answer.status_code, said in answer.json()["detail"]) == (409, True)
    assert campaigns.state_of(db, COVID) == "draft"


@pytest.mark.parametrize("deed", ["resume", "pause"])
def test_what_is_no_move_is_refused(ask: Ask, db: Database, deed: str) -> None:
    assert ask("chief").post(f"{ONE}/{deed}").status_code == 409
    assert campaigns.state_of(db, COVID) == "draft"


@pytest.mark.parametrize(
    "said", [{"first": 0}, {"first": "1"}, {"first": 1.5}, {"approve": 1}, {"texts": 1}, []]
)
def test_what_cannot_be_used_is_named(ask: Ask, said: object) -> None:
    assert ask("chief").post(f"{ONE}/launch", json=said).status_code == 422


def test_one_with_a_faulty_file_is_stopped_and_not_launched(ask: Ask, here: Doorway) -> None:
    chief = ask("chief")
    chief.post(f"{ONE}/launch")
    reword(here, "languages:", "langages:")
    for deed in ("launch", "resume", "approve"):
        refused = chief.post(f"{ONE}/{deed}")
        assert (refused.status_code, "campaign check" in refused.json()["detail"]) == (409, True)
    assert chief.get(f"{ONE}/report").status_code == 200
    assert chief.post(f"{ONE}/stop").json()["state"] == "stopped"


def test_who_is_bound_to_a_campaign_sees_and_stops_no_other(ask: Ask, db: Database) -> None:
    for name in (COVID, "satisfaction-survey"):
        campaigns.move(db, name, "running", datetime.now(UTC))
    bound = ask("chief-bound")
    assert [each["campaign"] for each in bound.get(ALL).json()["items"]] == [COVID]
    for method, what in (("GET", ""), ("GET", "/report"), ("POST", "/stop"), ("POST", "/launch")):
        assert bound.request(method, f"{ALL}/satisfaction-survey{what}").status_code == 403
    assert bound.post(f"{ALL}:stop").json() == {"stopped": [COVID]}
    assert campaigns.state_of(db, "satisfaction-survey") == "running"


@pytest.mark.parametrize("who", ["lab", "desk", "admin"])
def test_other_roles_neither_see_nor_launch(ask: Ask, who: str) -> None:
    for method, path in (
        ("GET", ALL),
        ("GET", f"{ONE}/report"),
        ("POST", f"{ONE}/launch"),
        ("POST", f"{ALL}:stop"),
    ):
        assert ask(who).request(method, path).status_code == 403


@pytest.mark.parametrize(
    ("method", "what"), [("GET", ""), ("GET", "/report"), ("POST", "/launch"), ("POST", "/stop")]
)
def test_what_is_no_campaign_is_not_there(ask: Ask, here: Doorway, method: str, what: str) -> None:
    answer = ask("chief").request(method, f"{ALL}/nothing{what}")
    assert (answer.status_code, str(here.home.folder) in answer.text) == (404, False)


def test_the_pages_make_up_the_list(ask: Ask, here: Doorway) -> None:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = ask("chief").get(ALL, params={"limit": 2, "after": after}).json()
        found += [each["campaign"] for each in page["items"]]
        after = page["next"]
    assert found == list(here.script_names())


@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_report_is_the_figures_of_the_command(ask: Ask, db: Database, state: CampaignState) -> None:
    campaigns.move(db, COVID, "running", datetime.now(UTC))
    if state == "paused":
        campaigns.move(db, COVID, "paused", datetime.now(UTC))
    report = ask("chief").get(f"{ONE}/report").json()
    assert (report["state"], report["contacts"]["total"], report["tasks"]) == (
        state,
        0,
        {"open": 0, "closed": 0},
    )
