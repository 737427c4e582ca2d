"""Crashes, a database that goes away, broken files: others are still called, and nothing is forgotten."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from campaigns.errors import DatabaseUnusable
from campaigns.flows.loader import LIBRARY
from campaigns.store import campaigns
from campaigns.store.attempts import listing
from dialer.fake import Patient
from tests.engine.world import CALLBACK, COVID, HEARS_AND_MARKS, NUMBER, RESULT, World, one_call


def test_a_dead_engine_is_taken_over_and_who_heard_the_result_is_not_called_again(tmp_path: Path) -> None:
    numbers = [f"+7912000000{n}" for n in range(4)]
    world = World(tmp_path, dict.fromkeys(numbers, HEARS_AND_MARKS))
    for n, number in enumerate(numbers):
        world.queue(COVID, f"A-{n}", number)
    world.launch(COVID)
    while world.contact(COVID, "A-0").delivered_at is None:
        world.pass_once()
    delivered = {n for n in range(4) if world.contact(COVID, f"A-{n}").delivered_at}
    world.start()  # the old engine and its lines are gone without a word
    world.run_until_idle()
    report = world.report(COVID)
    assert report["contacts"]["done"] == 4
    attempts = [contact.external_id for _, contact in listing(world.database, COVID)]
    assert all(attempts.count(f"A-{n}") == 1 for n in delivered)
    assert all(attempts.count(f"A-{n}") == 2 for n in set(range(4)) - delivered)
    assert report["endings"]["line_lost"] == 4


def test_a_contact_without_prompts_is_put_off_with_a_reason_and_others_are_called(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, "+79120000002": HEARS_AND_MARKS})
    world.queue(COVID, "A-1", NUMBER)
    world.queue(COVID, "A-2", "+79120000002")
    world.renderer.broken.add(str(world.contact(COVID, "A-1").id))
    world.launch(COVID)
    world.run_until_idle()
    assert world.contact(COVID, "A-1").state == "waiting"
    assert world.contact(COVID, "A-2").state == "done"
    assert world.told == ["Contact A-1 of covid-results is not called now: there is no voice for it."]
    assert world.contact(COVID, "A-1").wait_reason == "speech"


def test_a_contact_whose_language_the_campaign_lost_harms_nobody_else(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, "+79120000002": HEARS_AND_MARKS})
    world.queue(COVID, "A-1", NUMBER, language="kk")
    world.queue(COVID, "A-2", "+79120000002")
    world.launch(COVID)
    world.run_until_idle()
    unspeakable = world.contact(COVID, "A-1")
    assert (unspeakable.state, unspeakable.wait_reason) == ("waiting", "speech")
    assert world.contact(COVID, "A-2").state == "done"
    [told] = world.told
    assert told.startswith(
        "Contact A-1 of covid-results is not called now: the campaign covid-results has no "
    )


def test_a_contact_without_a_field_that_its_texts_speak_does_not_stop_the_engine(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, "+79120000002": HEARS_AND_MARKS})
    without = {name: value for name, value in RESULT.items() if name != "sample_date"}
    world.queue(COVID, "A-1", NUMBER, fields=without)
    world.queue(COVID, "A-2", "+79120000002")
    world.launch(COVID)
    world.run_until_idle()
    assert world.contact(COVID, "A-2").state == "done"


def test_a_campaign_whose_file_is_wrong_is_paused_and_others_go_on(tmp_path: Path) -> None:
    own = tmp_path / "campaigns"
    own.mkdir()
    shutil.copy(LIBRARY / "abandoned-callback.yaml", own / "abandoned-callback.yaml")
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, "+79120000002": Patient(keys=("1",))})
    world.queue(COVID, "A-1", NUMBER)
    world.queue(CALLBACK, "C-1", "+79120000002", fields={"called_at": "2026-03-02T11:05:00+05:00"})
    world.launch(COVID, CALLBACK)
    (own / "abandoned-callback.yaml").write_text("name: abandoned-callback\n")
    world.start()
    world.run_until_idle()
    assert world.contact(COVID, "A-1").state == "done"
    assert world.report(CALLBACK)["state"] == "paused"
    assert any("abandoned-callback.yaml" in sentence for sentence in world.told)


def test_a_database_that_is_gone_keeps_calls_going_and_is_caught_up(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    while not world.played():
        world.pass_once()
    working = world.database.write

    def fails() -> NoReturn:
        raise DatabaseUnusable("The database cannot grow: the disk is full.")

    world.database.write = fails  # type: ignore[method-assign]
    while "thank_you" not in world.played():
        world.pass_once()
    world.database.write = working  # type: ignore[method-assign]
    world.run_until_idle()
    assert world.report(COVID)["outcomes"] == {"completed": 1}
    assert world.report(COVID)["answers"] == {"mark": {"5": 1}}
    assert [sentence for sentence in world.told if "disk is full" in sentence] == [
        "The database cannot grow: the disk is full. "
        "Calls in progress go on, no new one is placed until it is mended."
    ]


@pytest.mark.parametrize(
    ("patient", "outcome"), [(Patient(keys=("2",)), "not_here"), (Patient(beep_seconds=4), "voicemail")]
)
def test_what_a_call_meant_is_kept_when_the_engine_dies_in_it(
    tmp_path: Path, patient: Patient, outcome: str
) -> None:
    world = World(tmp_path, {NUMBER: patient})
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    while not {"call_later", "machine"} & set(world.played()):
        world.pass_once()
    world.start()
    world.run_until_idle()
    contact = world.contact(COVID, "A-1")
    assert (contact.outcome, contact.attempts_used) == (outcome, 1)
    assert contact.next_at - world.clock.now() > timedelta(hours=1)


def test_who_is_not_here_is_left_alone_for_hours_even_if_the_line_dies_then(tmp_path: Path) -> None:
    world = one_call(tmp_path, Patient(keys=("2",), line_dies_seconds=4))
    contact = world.contact(COVID, "A-1")
    assert world.report(COVID)["endings"] == {"line_lost": 1}
    assert contact.outcome == "not_here"
    assert contact.next_at - world.clock.now() > timedelta(hours=1)


def test_a_crash_and_a_broken_file_do_not_stop_the_other_campaigns(tmp_path: Path) -> None:
    own = tmp_path / "campaigns"
    own.mkdir()
    right = (LIBRARY / "covid-results.yaml").read_text(encoding="utf-8")
    path = own / "covid-results.yaml"
    path.write_text(right, encoding="utf-8")
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, "+79120000002": Patient(keys=("1",))})
    world.queue(COVID, "A-1", NUMBER)
    world.queue(CALLBACK, "C-1", "+79120000002", fields={"called_at": "2026-03-02T11:05:00+05:00"})
    world.launch(COVID, CALLBACK)
    while world.report(COVID)["contacts"]["calling"] == 0:
        world.pass_once()
    path.write_text("name: covid-results\n", encoding="utf-8")
    world.start()
    world.run_until_idle()
    assert world.contact(CALLBACK, "C-1").state == "done"
    assert world.contact(COVID, "A-1").state == "calling"
    path.write_text(right, encoding="utf-8")
    campaigns.move(world.database, COVID, "running", world.clock.now())
    world.pass_once()
    world.run_until_idle()
    assert world.contact(COVID, "A-1").outcome == "completed"


def test_an_engine_without_calls_gives_up_a_database_that_stays_away(tmp_path: Path) -> None:
    world = World(tmp_path, {})

    def fails() -> NoReturn:
        raise DatabaseUnusable("The database is kept busy.")

    world.database.write = fails  # type: ignore[method-assign]
    world.pass_once()
    world.clock.pass_seconds(31)
    with pytest.raises(DatabaseUnusable):
        world.pass_once()
