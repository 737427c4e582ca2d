"""A lost call becomes a contact whose time runs from the loss."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.script import Script
from campaigns.intake.callbacks import lost_calls
from campaigns.intake.contact_file import IntakeDefaults
from campaigns.intake.errors import IntakeError
from campaigns.rules.lost_calls import Loss
from campaigns.rules.packs import Edition
from campaigns.store.database import Database
from campaigns.store.queueing import NewContact

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DEFAULTS = IntakeDefaults("RU", "Asia/Yekaterinburg")
MISDIAL = timedelta(seconds=5)
LOSS = Loss("1.2 desk 3", "Регистратура", "+79123456789", False, NOW - timedelta(hours=3), 40.0, "ABANDON")
NOWHERE = cast(Database, None)  # making a contact asks no database


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(LIBRARY / "abandoned-callback.yaml")


def made(script: Script, loss: Loss, source: str = "log") -> NewContact | None:
    return lost_calls(NOWHERE, script, source, DEFAULTS, MISDIAL, NOW).make(loss)


def contact(script: Script, loss: Loss = LOSS, source: str = "log") -> NewContact:
    found = made(script, loss, source)
    assert found is not None
    return found


def test_all_that_a_log_knows_is_in_the_contact(script: Script) -> None:
    found = contact(script)
    assert (found.campaign, found.phone, found.full_name) == ("abandoned-callback", "+79123456789", "")
    assert (found.language, found.institution, found.priority) == ("ru", "Регистратура", script.priority)
    assert found.fields["queue"] == "Регистратура"
    assert datetime.fromisoformat(found.fields["called_at"]) == LOSS.lost_at


def test_the_deadline_counts_from_the_loss(script: Script) -> None:
    assert script.policy.deadline is not None
    assert contact(script).deadline == LOSS.lost_at + script.policy.deadline


def test_a_call_of_a_queue_without_a_name_is_called_back_too(script: Script) -> None:
    found = contact(script, replace(LOSS, queue=""))
    assert "queue" not in found.fields
    assert found.institution == ""


def test_the_id_says_when_and_never_who(script: Script) -> None:
    name = contact(script).external_id
    assert name.startswith("2026-11-20 11:00 ")
    assert "9123456789" not in name
    assert contact(script).external_id == name
    others = {
        contact(script, replace(LOSS, key="1.3 desk 3")).external_id,
        contact(script, source="other").external_id,
    }
    assert len(others | {name}) == 3


def test_what_cannot_be_a_contact_is_none(script: Script) -> None:
    assert made(script, replace(LOSS, phone="1")) is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [("x" * 1000, "x" * 200), ("de\tsk\u200b", "de sk"), ("\0", None), ("a" * 199 + " bc", "a" * 199)],
)
def test_nobody_goes_without_a_call_for_the_name_of_a_queue(
    script: Script, name: str, kept: str | None
) -> None:
    assert contact(script, replace(LOSS, queue=name)).fields.get("queue") == kept


def test_the_rules_of_the_campaign_go_with_it(script: Script) -> None:
    desk = lost_calls(NOWHERE, script, "log", DEFAULTS, MISDIAL, NOW)
    assert (desk.campaign, desk.source) == ("abandoned-callback", "log")
    assert (desk.deadline, desk.misdial) == (script.policy.deadline, MISDIAL)


def test_a_campaign_that_must_know_the_person_is_refused(script: Script) -> None:
    results = load_script(Path(LIBRARY) / "covid-results.yaml")
    with pytest.raises(IntakeError, match=r"needs .*full_name.*abandoned-callback"):
        made(results, LOSS)


def test_a_campaign_whose_rules_ask_for_a_consent_is_refused(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(script.policy.pack.edition(NOW.date()), consent=True)

    def edition(_pack: object, _day: object) -> Edition:
        return strict

    monkeypatch.setattr(type(script.policy.pack), "edition", edition)
    with pytest.raises(IntakeError, match="consent"):
        made(script, LOSS)
