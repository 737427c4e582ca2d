"""Who has a claim to which operator: dead phones, abandoned patients, other campaigns, other engines."""

from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.engine.tally import Event, Tally
from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.store import staff
from campaigns.store.staff import NewOperator
from campaigns.store.under_way import Called, elsewhere
from dialer.fake import Patient
from dialer.messages import Cause
from tests.engine.desk import ANNA, BORIS, FIELDS, SHIPPED, TAKES, TALKS, VERA, WANTS, DeskWorld
from tests.engine.world import CALLBACK, NUMBER

OTHER = "+79120000002"
PREDICTIVE = "{mode: patient_first, pacing: predictive}"


@pytest.mark.parametrize("cause", ["congestion", "unreachable"])
def test_dead_phones_are_paused_and_the_trunk_goes_on(tmp_path: Path, cause: Cause) -> None:
    dead = Patient(ends=cause)
    world = DeskWorld(tmp_path, {ANNA: dead, BORIS: dead, VERA: dead}, {NUMBER: TALKS})
    world.callback()
    world.run_until(lambda: all(each.state == "paused" for each in staff.listing(world.database)))
    assert world.results() == ["failed"] * 6
    assert not [told for told in world.told if "rests" in told]


def test_a_dead_trunk_rests_and_no_operator_is_paused(tmp_path: Path) -> None:
    dead = Patient(ends="congestion")
    world = DeskWorld(tmp_path, {ANNA: dead, BORIS: dead, VERA: dead}, {NUMBER: TALKS})
    world.lines.trunk_status = 0
    world.callback()
    world.run_until(lambda: any("rests" in told for told in world.told))
    assert {(each.state, each.misses) for each in staff.listing(world.database)} == {("on", 0)}


@pytest.mark.parametrize(
    ("phone", "patient", "abandoned"),
    [
        (Patient(ends="busy"), WANTS, 1),  # asked in vain
        (Patient(answer_seconds=15.0), replace(WANTS, hangs_up_seconds=8.0), 1),  # goes in the tune
        (TAKES, WANTS, 0),
    ],
)
def test_whoever_wanted_an_operator_and_was_never_joined_counts_as_abandoned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phone: Patient, patient: Patient, abandoned: int
) -> None:
    seen: list[Event] = []
    monkeypatch.setattr(Tally, "note", lambda _self, _campaign, event, _now: seen.append(event))
    world = DeskWorld(tmp_path, {ANNA: phone}, {NUMBER: patient}, PREDICTIVE)
    world.callback()
    world.run_until_released()
    assert seen == ["placed", "wanted"] + ["abandoned"] * abandoned


def test_the_operator_for_a_patient_who_is_called_is_not_taken_by_another_campaign(tmp_path: Path) -> None:
    own = tmp_path / "campaigns"
    own.mkdir()
    text = find_scripts(LIBRARY)[CALLBACK].read_text(encoding="utf-8")
    second = text.replace(f"name: {CALLBACK}", "name: second")
    assert SHIPPED in second
    (own / "second.yaml").write_text(second, encoding="utf-8")
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: WANTS, OTHER: TALKS}, "{mode: patient_first}")
    world.scripts["second"] = world.scripts[CALLBACK]
    world.callback()
    world.run_until(lambda: NUMBER in world.lines.dialled)
    world.queue("second", OTHER, OTHER, fields=FIELDS)
    world.launch("second")
    world.run_until_released(2)
    assert world.lines.dialled == [NUMBER, ANNA, ANNA, OTHER]
    assert world.results() == ["talked"] * 2


def test_a_patient_of_another_engine_has_a_claim_until_an_operator_is_held(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: WANTS}, "{mode: patient_first}")
    world.callback()
    world.run_until(lambda: bool(world.engine.live))
    contact = world.contact(CALLBACK, NUMBER)
    assert elsewhere(world.database, "another", [CALLBACK]) == [Called(CALLBACK, contact.language, "")]
    world.run_until(lambda: bool(world.operator_calls()))
    assert elsewhere(world.database, "another", [CALLBACK]) == []


def test_another_engine_calls_nobody_for_an_operator_whom_a_patient_may_want(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, dict.fromkeys((NUMBER, OTHER), WANTS), "{mode: patient_first}")
    here = world.engine
    engine = world.home.file.engine.model_copy(update={"node": "another"})
    world.home = replace(world.home, file=world.home.file.model_copy(update={"engine": engine}))
    there, there_lines = world.start(), world.lines
    there.step(0.0)
    world.engine = here
    world.callback(NUMBER)
    world.run_until(lambda: bool(here.live))
    world.queue(CALLBACK, OTHER, OTHER, fields=FIELDS)
    world.engine = there
    world.run_until(lambda: world.clock.seconds() > 5.0)
    assert there_lines.dialled == []


def test_contacts_whom_no_operator_suits_hold_up_nobody(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {}, {ANNA: TAKES, NUMBER: TALKS})
    staff.enter(world.database, NewOperator("anna", ANNA, "main", skills=("A",)), world.clock.now())
    staff.put(world.database, "anna", "on", world.clock.now())
    for number in range(40):
        phone = f"+791200010{number:02}"
        world.queue(CALLBACK, phone, phone, fields=FIELDS, institution="B")
    world.callback(NUMBER, institution="A")
    world.run_until_idle()
    assert world.lines.dialled == [ANNA, NUMBER]
    assert world.contact(CALLBACK, NUMBER).state == "done"
    waiting = world.contact(CALLBACK, "+79120001000")
    assert (waiting.state, waiting.wait_reason, waiting.token) == ("waiting", "operator", 0)
