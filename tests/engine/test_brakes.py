"""A campaign that pauses itself, its first calls on trial, and texts that nobody approved."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.engine.renderer import Order
from campaigns.flows.approval import texts_said
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.store import approvals, campaigns, corrections, tasks
from campaigns.store.contacts import NewContact
from campaigns.store.corrections import Corrected
from campaigns.words import CampaignState
from dialer.fake import Patient
from tests.engine.world import COVID, HEARS_AND_MARKS, NUMBER, RESULT, InstantRenderer, World
from tests.store.people import no_tasks

GONE = Patient(ends="wrong_number")
OPENING = "Это {institution}."
BRAKES = '  brakes: {failures: "50 %", opt_outs: "20 %", of_last: 50}\n'


def numbers(count: int) -> list[str]:
    return [f"+7912000{number:04d}" for number in range(count)]


def crowd(folder: Path, patient: Patient, count: int) -> World:
    """So many contacts of one campaign, whose phones all do the same."""
    world = World(folder, dict.fromkeys(numbers(count), patient), lines=1)
    for place, number in enumerate(numbers(count)):
        world.queue(COVID, f"A-{place}", number)
    return world


def own_file(world: World, *changes: tuple[str, str]) -> None:
    """The shipped campaign as a file of this home, with other words in it."""
    folder = world.home.own_campaigns
    folder.mkdir(exist_ok=True)
    path = Path(shutil.copy(find_scripts(LIBRARY)[COVID], folder))
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the first text of each contact began that was rendered."""
    began: list[str] = []
    order = InstantRenderer.order

    def noted(self: InstantRenderer, wanted: Order) -> None:
        began.append(wanted.texts["opening"].template.split()[0])
        order(self, wanted)

    monkeypatch.setattr(InstantRenderer, "order", noted)
    return began


def standing(world: World) -> tuple[CampaignState, str]:
    row = campaigns.find(world.database, COVID)
    assert row is not None
    return row.state, row.pause_reason


def said(world: World) -> dict[str, str]:
    return dict(texts_said(load_script(find_scripts(LIBRARY, world.home.own_campaigns)[COVID])))


@pytest.mark.parametrize(
    ("patient", "brakes", "why", "what"),
    [
        (GONE, "{failures: 50 %, of_last: 10}", "failures", "calls failed, more than 50% of 10"),
        (
            Patient(keys=("9",)),
            "{opt_outs: 25 %, of_last: 10}",
            "opt_outs",
            "calls ended in an opt-out, more than 25% of 10",
        ),
    ],
)
def test_a_campaign_that_goes_wrong_pauses_itself(
    tmp_path: Path, patient: Patient, brakes: str, why: str, what: str
) -> None:
    world = crowd(tmp_path, patient, 20)
    own_file(world, (BRAKES, f"  brakes: {brakes}\n"))
    world.launch(COVID)
    world.run_until_idle()
    assert standing(world) == ("paused", why)
    assert len(world.lines.dials) < 20
    paused = [task for task in tasks.listing(world.database) if not task.contact]
    assert [(task.reason, task.details["why"]) for task in paused] == [("campaign_paused", why)]
    assert [what in sentence for sentence in world.told if "paused itself" in sentence] == [True]


def test_a_campaign_in_which_all_goes_well_is_left_alone(tmp_path: Path) -> None:
    world = crowd(tmp_path, HEARS_AND_MARKS, 6)
    own_file(world, (BRAKES, "  brakes: {failures: 10 %, opt_outs: 10 %, of_last: 10}\n"))
    world.launch(COVID)
    world.run_until_idle()
    assert standing(world) == ("finished", "")


def test_the_first_calls_are_made_and_then_it_waits(tmp_path: Path) -> None:
    world = crowd(tmp_path, HEARS_AND_MARKS, 5)
    approvals.launch(world.database, COVID, said(world), 2, world.clock.now())
    world.run_until_idle()
    assert len(world.lines.dials) == 2
    assert standing(world) == ("paused", "approval")
    assert world.told[-1] == f"{COVID} has made its first calls and waits: dialer campaign approve {COVID}."
    approvals.approve(world.database, COVID, said(world), world.clock.now())
    world.run_until_idle()
    assert len(world.lines.dials) == 5
    assert standing(world) == ("finished", "")


def test_texts_that_changed_hold_the_campaign_back_until_they_are_approved(tmp_path: Path) -> None:
    world = crowd(tmp_path, HEARS_AND_MARKS, 2)
    world.launch(COVID)
    world.pass_once()
    own_file(world, (OPENING, "Говорит {institution}."))
    world.lines.commands.clear()
    world.start()
    world.pass_once()
    assert standing(world) == ("paused", "texts")
    assert f"{COVID} is paused, for its texts changed: dialer campaign approve {COVID}." in world.told
    assert approvals.unapproved(world.database, COVID, said(world)) == ("opening ru",)
    approvals.approve(world.database, COVID, said(world), world.clock.now())
    world.run_until_idle()
    assert standing(world) == ("finished", "")


@pytest.mark.parametrize("change", [("attempts: 5", "attempts: 4"), ("title: ", "title: Other ")])
def test_what_nobody_hears_holds_nothing_back(tmp_path: Path, change: tuple[str, str]) -> None:
    world = crowd(tmp_path, HEARS_AND_MARKS, 2)
    world.launch(COVID)
    world.pass_once()
    own_file(world, change)
    world.start()
    world.run_until_idle()
    assert standing(world) == ("finished", "")


def test_texts_approved_while_the_engine_runs_are_said_from_the_next_call(
    tmp_path: Path, openings: list[str]
) -> None:
    world = crowd(tmp_path, HEARS_AND_MARKS, 3)
    world.launch(COVID)
    world.pass_once()
    own_file(world, (OPENING, "Говорит {institution}."))
    approvals.approve(world.database, COVID, said(world), world.clock.now())
    world.run_until_idle()
    assert standing(world) == ("finished", "")
    assert openings == ["Это"] * 3 + ["Говорит"] * 2  # those that were taken and not called yet, once more
    assert {world.contact(COVID, f"A-{number}").outcome for number in range(3)} == {"completed"}


def test_a_file_set_back_is_what_is_said_again(tmp_path: Path, openings: list[str]) -> None:
    world = crowd(tmp_path, HEARS_AND_MARKS, 1)
    world.launch(COVID)
    approvals.adopt(world.database, COVID, said(world), world.clock.now())
    own_file(world, (OPENING, "Говорит {institution}."))
    world.pass_once()
    assert standing(world) == ("paused", "texts")
    own_file(world)
    approvals.resume(world.database, COVID, said(world), world.clock.now())
    world.run_until_idle()
    assert openings == ["Это"]
    assert standing(world) == ("finished", "")


@pytest.mark.parametrize("told_first", [False, True])
def test_a_result_corrected_during_its_call_is_a_task_for_the_doctor(
    tmp_path: Path, told_first: bool
) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)

    def corrects_now() -> bool:
        row = world.contact(COVID, "A-1")
        return row.state == "calling" and (row.delivered_at is not None or not told_first)

    until(world, corrects_now)
    row = world.contact(COVID, "A-1")
    names = ("campaign", "external_id", "phone", "full_name", "language", "time_zone", "priority")
    new = NewContact(
        **{name: getattr(row, name) for name in names},
        fields=RESULT | {"result": "positive"},
        digest="corrected",
    )
    assert corrections.correct(world.database, [Corrected(new)], world.clock.now(), no_tasks) == ["in_call"]
    world.run_until_idle()
    assert sorted(reason for _, reason in world.open_tasks()) == [
        "corrected_after_told",
        "doctor_positive_result",
    ]
    assert world.contact(COVID, "A-1").state == "done"


def until(world: World, happened: Callable[[], bool]) -> None:
    for _ in range(2000):
        if happened():
            return
        world.pass_once()
    raise AssertionError("it never happened")
