"""A campaign whose file cannot be used is told apart from a database that cannot."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from campaigns.api.app import build_app
from campaigns.api.doorway import Doorway
from campaigns.errors import DatabaseUnusable
from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.script import Script
from tests.api.test_queueing import ONE, person


@pytest.mark.parametrize(
    ("error", "kind", "title"),
    [
        (
            ScriptError((Complaint("/home/dialer/covid-results.yaml", 3, "is no step."),)),
            "faulty-campaign",
            "The file of the campaign is faulty",
        ),
        (DatabaseUnusable("It is away."), "unavailable", "The database cannot be used at present"),
    ],
)
def test_each_says_what_is_in_the_way(here: Doorway, error: Exception, kind: str, title: str) -> None:
    def faulty(_name: str) -> Script:
        raise error

    client = TestClient(build_app(replace(here, script_of=faulty)), headers={"Authorization": "Bearer lab"})
    answer = client.post(ONE, json=person("A-1"))
    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["title"]) == (503, f"/problems/{kind}", title)
    assert int(answer.headers["Retry-After"]) > 0
    assert "/home" not in answer.text
    if kind == "faulty-campaign":
        assert "dialer campaign check" in problem["detail"]
        told_of = client.get(problem["type"])
        assert (told_of.status_code, title in told_of.text) == (200, True)
