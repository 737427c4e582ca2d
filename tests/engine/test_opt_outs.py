"""Opt-outs, caps and packs with a whole engine: nothing is called that refused, and no result is lost."""

from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY
from campaigns.flows.packs import SHIPPED
from campaigns.store import optouts
from dialer.fake import Patient
from tests.engine.world import CALLBACK, COVID, HEARS_AND_MARKS, NUMBER, RESULT, SURVEY, World

OPTS_OUT = Patient(keys=("9",))
NO_ANSWER = Patient(ends="no_answer")
SERVICE = {
    "request_id": "7",
    "service": "приём врача",
    "clinic": "Поликлиника № 5",
    "served_on": "2026-02-27",
}


def after_the_pause(world: World) -> None:
    """The shipped campaigns leave a number alone for five minutes before they call another person there."""
    world.clock.pass_seconds(301)
    world.run_until_idle()


def results(world: World, *results: str) -> None:
    """One contact for each result, with a phone of its own."""
    for number, result in enumerate(results):
        phone = f"+7912000000{number + 1}"
        world.queue(COVID, result, phone, fields=RESULT | {"result": result})


def opt_out(world: World, campaign: str = "") -> None:
    optouts.add(world.database, NUMBER, "command", world.clock.now(), campaign)


@pytest.mark.parametrize(
    ("result", "left"),
    [
        ("positive", "doctor_positive_result"),
        ("inconclusive", "doctor_inconclusive_result"),
        ("negative", "not_told"),
    ],
)
def test_an_opt_out_by_key_leaves_the_result_to_a_human(tmp_path: Path, result: str, left: str) -> None:
    world = World(tmp_path, {NUMBER: OPTS_OUT})
    results(world, result)
    world.launch(COVID)
    world.run_until_idle()
    assert world.contact(COVID, result).outcome == "opted_out"
    assert world.open_tasks() == [(result, left)]
    assert len(world.lines.dials) == 1


@pytest.mark.parametrize("campaign", ["", COVID])
def test_an_opt_out_before_the_first_call_does_so_too(tmp_path: Path, campaign: str) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    results(world, "positive")
    opt_out(world, campaign)
    world.launch(COVID)
    world.run_until_idle()
    assert world.lines.dials == []
    assert (world.contact(COVID, "positive").outcome, world.open_tasks()) == (
        "opted_out",
        [("positive", "doctor_positive_result")],
    )


def test_an_opt_out_while_a_retry_is_awaited_is_heeded_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: NO_ANSWER})
    results(world, "positive")
    world.launch(COVID)
    world.run_until_idle()
    assert world.contact(COVID, "positive").state == "waiting"
    opt_out(world)
    world.run_until_idle()
    assert world.contact(COVID, "positive").state == "done"
    assert world.open_tasks() == [("positive", "doctor_positive_result")]


def test_an_opt_out_of_another_campaign_holds_nothing_back(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    results(world, "negative")
    opt_out(world, SURVEY)
    world.launch(COVID)
    world.run_until_idle()
    assert world.contact(COVID, "negative").outcome == "completed"


# ------------------------------------------------------------ caps and consent


def test_the_second_call_of_a_day_waits_until_tomorrow_unless_it_is_urgent_or_asked_for(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, {NUMBER: NO_ANSWER})
    for name in ("first", "second"):
        world.queue(SURVEY, name, NUMBER, fields=SERVICE)
    world.launch(SURVEY, COVID, CALLBACK)
    world.run_until_idle()
    after_the_pause(world)
    assert len(world.lines.dials) == 1
    waiting = world.contact(SURVEY, "second")
    assert (waiting.wait_reason, waiting.wait_grounds["cap"], waiting.wait_grounds["pack"]) == (
        *("cap", "day", "ru-careful"),
    )
    assert waiting.next_at.isoformat() == "2026-03-02T19:00:00+00:00"  # midnight there
    results(world, "negative")
    world.queue(CALLBACK, "lost", NUMBER, fields={"called_at": "2026-03-02T11:30:00+05:00"})
    world.run_until_idle()
    assert len(world.lines.dials) == 3


def test_a_home_may_ask_for_consent_by_a_pack_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "rules" / "ru-careful.yaml"
    own.parent.mkdir()
    text = (SHIPPED / "ru-careful.yaml").read_text(encoding="utf-8")
    assert text.count("is: false") == 2
    own.write_text(text.replace("is: false", "is: true"), encoding="utf-8")
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, "+79120000002": HEARS_AND_MARKS})
    given = {"consent_source": "a form", "consent_at": world.clock.now() - timedelta(days=3)}
    world.queue(COVID, "without", NUMBER)
    world.queue(COVID, "with", "+79120000002", **given)
    world.launch(COVID)
    world.run_until_idle()
    assert [dial.number for dial in world.lines.dials] == ["+79120000002"]
    waiting = world.contact(COVID, "without")
    assert (waiting.state, waiting.wait_reason) == ("waiting", "consent")


def test_a_phone_rings_as_long_as_the_pack_demands(tmp_path: Path) -> None:
    own = tmp_path / "rules" / "ru-careful.yaml"
    own.parent.mkdir()
    text = (SHIPPED / "ru-careful.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("is: 15 s", "is: 45 s"), encoding="utf-8")
    world = World(tmp_path, {NUMBER: NO_ANSWER})
    results(world, "negative")
    world.launch(COVID)
    world.run_until_idle()
    assert [dial.ring_seconds for dial in world.lines.dials] == [45.0]


def test_the_key_of_a_campaign_that_says_so_refuses_that_campaign_alone(tmp_path: Path) -> None:
    own = tmp_path / "campaigns" / f"{SURVEY}.yaml"
    own.parent.mkdir()
    text = (LIBRARY / f"{SURVEY}.yaml").read_text(encoding="utf-8")
    said = "\ntexts:\n  opted_out: {ru: Больше не спросим., en: We will not ask again.}\n"
    own.write_text("opt_out_scope: campaign\n" + text.replace("\ntexts:\n", said, 1), encoding="utf-8")
    world = World(tmp_path, {NUMBER: OPTS_OUT})
    world.queue(SURVEY, "asked", NUMBER, fields=SERVICE)
    world.launch(SURVEY)
    world.run_until_idle()
    assert [(row.campaign, row.how) for row in optouts.listing(world.database)] == [(SURVEY, "key")]
    world.patients[NUMBER] = HEARS_AND_MARKS
    results(world, "negative")
    world.launch(COVID)
    world.start()
    after_the_pause(world)
    assert world.contact(COVID, "negative").outcome == "completed"
