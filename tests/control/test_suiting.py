"""What is said of the operators for one contact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.control.suiting import who_suits
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.models import Contact, Operator
from campaigns.rules.policy import Connect
from campaigns.settings import SettingsFile, TrunkTable

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
FILE = SettingsFile(trunks=(TrunkTable(name="main", uri="sip:127.0.0.1"),))
SCRIPT = load_script(find_scripts(LIBRARY)["abandoned-callback"])
ASKED: dict[str, Any] = {"language": "ru", "institution": "desk"}
CONTACT = Contact(**ASKED)


def operator(**changes: Any) -> Operator:
    values: dict[str, Any] = {
        "group": "main",
        "state": "on",
        "free_at": NOW,
        "held_by": "",
        "queue_call": "",
        "shift": "",
    }
    return Operator(**{**values, "languages": [], "skills": [], **changes})


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([], "No operator is registered, so the robot calls it first."),
        (
            [operator(), operator(state="off"), operator(languages=["en"])],
            "Of 3 operators 2 suit it, of whom now 1 free, 1 off.",
        ),
        (
            [operator(held_by="node"), operator(held_by="node"), operator(queue_call="1.2")],
            "Of 3 operators 3 suit it, of whom now 2 in a call, 1 in a call of the queue: it waits",
        ),
        (
            [operator(shift="0:00-1:00"), operator(free_at=NOW + timedelta(seconds=1))],
            "now 1 not in shift, 1 at rest after a call: it waits",
        ),
        (
            [operator(group="north", state="off"), operator(skills=["x-ray"])],
            "None of 2 operators suits it (1 of another group, 1 of another institution): nobody calls it",
        ),
    ],
)
def test_who_suits_and_what_hinders(people: list[Operator], said: str) -> None:
    assert said in who_suits(FILE, SCRIPT, CONTACT, people, NOW)


def test_nothing_is_said_where_nobody_waits_for_an_operator() -> None:
    robot = replace(SCRIPT, policy=replace(SCRIPT.policy, connect=Connect(mode="robot_first")))
    assert who_suits(FILE, robot, CONTACT, [operator()], NOW) == ""
