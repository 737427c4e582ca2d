"""Audio with a patient's values is there for a call, and no longer; trouble with it stops nobody's call."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from campaigns.engine.duties import SWEPT_AT_ONCE
from campaigns.settings import TrunkTable
from dialer.fake import Patient
from dialer.messages import Ended
from prompts.errors import CacheError
from tests.engine.world import COVID, HEARS_AND_MARKS, NUMBER, World

FULL = CacheError("Finished audio cannot be kept in /speech (disk full): free space.")
BUSY_TRUNK = Ended("", "congestion", 503, rang=False, answered=False, talk_seconds=0.0)


def fails_with(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


def one_contact(folder: Path, patient: Patient, trunks: Sequence[TrunkTable] = ()) -> tuple[World, str]:
    world = World(folder, {NUMBER: patient}, trunks=trunks)
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    return world, str(world.contact(COVID, "A-1").id)


def test_who_waits_for_the_next_attempt_keeps_no_audio_and_gets_it_anew(tmp_path: Path) -> None:
    world, owner = one_contact(tmp_path, Patient(ends="busy"))
    world.run_until_idle()
    assert world.contact(COVID, "A-1").state == "waiting"
    assert world.renderer.owners() == []
    assert world.renderer.forgotten == [owner]
    world.clock.pass_seconds(601)
    while world.engine.summary.placed < 2:
        world.clock.pass_seconds(1)
        world.pass_once()
    assert world.renderer.owners() == [owner]


def test_what_a_crash_left_goes_unless_a_call_is_being_prepared_or_runs(tmp_path: Path) -> None:
    world, owner = one_contact(tmp_path, HEARS_AND_MARKS)
    world.queue(COVID, "A-2", "+79120000002", not_before=world.clock.now().replace(year=2027))
    waiting = str(world.contact(COVID, "A-2").id)
    world.renderer.rendered = [waiting, "777", "samples", "9" * 30]
    while "message_negative" not in world.played() and not world.engine.live:
        world.pass_once()
    world.pass_once()
    assert set(world.renderer.owners()) == {owner, "samples", "9" * 30}


def test_moving_to_another_trunk_keeps_the_audio(tmp_path: Path) -> None:
    first = TrunkTable(name="first", uri="sip:127.0.0.1:5060")
    second = TrunkTable(name="second", uri="sip:127.0.0.1:5060", priority=2)
    world, owner = one_contact(tmp_path, HEARS_AND_MARKS, [first, second])
    world.lines.failing = {"first": BUSY_TRUNK}
    while [dial.trunk for dial in world.lines.dials] != ["first", "second"]:
        assert world.renderer.forgotten == []
        world.pass_once()
    assert world.renderer.owners() == [owner]


def test_many_owners_are_looked_through_bit_by_bit(tmp_path: Path) -> None:
    world = World(tmp_path, {})
    world.renderer.rendered = [str(number) for number in range(1, SWEPT_AT_ONCE + 2)]
    world.pass_once()
    assert world.renderer.owners() == [str(SWEPT_AT_ONCE + 1)]
    world.pass_once()
    assert world.renderer.owners() == []


@pytest.mark.parametrize("error", [FULL, PermissionError(13, "Permission denied")], ids=["cache", "os"])
@pytest.mark.parametrize("what", ["forget", "owners"])
def test_audio_that_cannot_be_removed_is_told_once_and_calls_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, error: Exception
) -> None:
    world, owner = one_contact(tmp_path, HEARS_AND_MARKS)
    world.renderer.rendered = ["777"]
    with monkeypatch.context() as broken:
        broken.setattr(world.renderer, what, fails_with(error))
        world.run_until_idle()
        for _ in range(5):
            world.pass_once()
    assert world.contact(COVID, "A-1").state == "done"
    [sentence] = world.told
    assert sentence.startswith("Audio of ended calls cannot be removed and is tried again: ")
    assert owner not in sentence.split("(")[0]
    world.pass_once()
    assert world.renderer.owners() == []
    assert world.told == [sentence]


def test_what_speech_has_to_say_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, {})
    monkeypatch.setattr(world.renderer, "troubles", lambda: ["The process 7 hung."])
    world.pass_once()
    assert world.told == ["The process 7 hung."]
