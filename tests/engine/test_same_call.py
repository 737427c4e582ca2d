"""Several people with one number: one after the other in one call, or in another call after a pause."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.models import Attempt
from campaigns.settings import Home, SettingsFile, TrunkTable
from campaigns.store import campaigns, contacts, optouts
from campaigns.store.attempts import listing
from dialer.fake import Patient
from dialer.messages import Ended
from tests.engine.world import COVID, NUMBER, RESULT, SURVEY, World
from tests.store import invariants

TELLS = ("1", "1954", "2", "5")  # is the person, proves it, has understood, marks
NOT_HERE = ("2",)
NEXT = "next_person"
PAUSE = "pause: 30 min"


def family(folder: Path, keys: tuple[str, ...], rules: str = "same_call: true", size: int = 2) -> World:
    """People with one number, in a campaign with these rules of calling."""
    world = World(folder, {NUMBER: Patient(keys=keys)})
    own = world.home.own_campaigns
    own.mkdir(parents=True, exist_ok=True)
    text = find_scripts(LIBRARY)[COVID].read_text()
    text = "".join(line for line in text.splitlines(True) if not line.startswith("  pause:"))
    before, policy, after = text.partition("\npolicy:\n")
    (own / f"{COVID}.yaml").write_text(f"{before}{policy}  {rules}\n{after}")
    world.start()
    for number in range(1, size + 1):
        world.queue(COVID, f"A-{number}", NUMBER, priority=-number)
    world.launch(COVID)
    return world


def calls(world: World) -> list[Attempt]:
    return [attempt for attempt, _ in listing(world.database, COVID)]


def outcomes(world: World) -> list[tuple[str, str | None]]:
    return [(contact.external_id, attempt.outcome) for attempt, contact in listing(world.database, COVID)]


def run_until(world: World, seen: Callable[[], bool]) -> None:
    for _ in range(1000):
        if seen():
            return
        world.pass_once()
    raise AssertionError("it did not happen")


def test_the_second_person_is_told_in_the_same_call_after_a_check_of_their_own(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS + TELLS)
    world.run_until_idle()
    assert outcomes(world) == [("A-1", "completed"), ("A-2", "completed")]
    assert world.lines.dialled == [NUMBER]
    played = world.played()
    assert played.count("year_question") == played.count("negative") == 2
    assert played.index(NEXT) > played.index("thank_you")
    first, second = calls(world)
    assert (first.ended_at, first.trunk) == (second.started_at, second.trunk)
    assert second.grounds["same_call_as"] == str(first.id)
    assert (second.rang_at, second.answered_at) == (None, second.started_at)
    assert first.talk_seconds > 0 < second.talk_seconds
    assert second.ended_at is not None
    assert first.answered_at is not None
    talked = (second.ended_at - first.answered_at).total_seconds()
    assert first.talk_seconds + second.talk_seconds == pytest.approx(talked, abs=0.2)
    assert {str(first.contact_id), str(second.contact_id)} <= set(world.renderer.forgotten)
    invariants.check(world.database)


def test_each_must_prove_who_they_are(tmp_path: Path) -> None:
    world = family(tmp_path, (*TELLS, "1", "1900", "1900", "1900"))
    world.run_until_idle()
    assert outcomes(world) == [("A-1", "completed"), ("A-2", "unverified")]
    assert world.played().count("negative") == 1
    assert world.contact(COVID, "A-1").verification_failures == 0
    assert world.contact(COVID, "A-2").verification_failures == 3


@pytest.mark.parametrize(
    ("keys", "follows"),
    [
        (TELLS, True),
        (NOT_HERE, True),
        (("3",), False),  # knows nobody of that name
        (("9",), False),  # no more calls
        (("0",), False),  # wants a human
        (("1", "1900", "1900", "1900"), False),
        (("1", "1954", "2", "", "", ""), False),  # heard it, and laid the phone aside
        (("", "", ""), False),
    ],
)
def test_whom_it_leads_on_from(tmp_path: Path, keys: tuple[str, ...], follows: bool) -> None:
    world = family(tmp_path, keys + TELLS, f"same_call: true\n  {PAUSE}")
    world.run_until_idle()
    assert (NEXT in world.played()) is follows
    assert world.lines.dialled == [NUMBER]


def test_at_most_three_are_told_in_a_call_and_the_others_after_the_pause(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS * 3, f"same_call: true\n  {PAUSE}", size=4)
    world.run_until_idle()
    assert outcomes(world) == [(f"A-{number}", "completed") for number in (1, 2, 3)]
    waiting = world.contact(COVID, "A-4")
    assert (waiting.state, waiting.wait_reason) == ("waiting", "pause")


def test_without_leave_the_second_person_follows_in_another_call_after_the_pause(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS, PAUSE)
    world.run_until_idle()
    waiting = world.contact(COVID, "A-2")
    [first] = calls(world)
    assert first.ended_at is not None
    assert (waiting.wait_reason, waiting.next_at) == ("pause", first.ended_at + timedelta(minutes=30))
    world.clock.pass_seconds(1800)
    world.run_until_idle()
    assert outcomes(world) == [("A-1", "completed"), ("A-2", "completed")]
    assert NEXT not in world.played()


def test_who_waits_for_the_pause_is_told_when_the_other_is_called_again(tmp_path: Path) -> None:
    """The first call meets nobody, so its own wait, an hour, is shorter than the pause."""
    world = family(tmp_path, (), "same_call: true\n  pause: 3 h")
    world.patients[NUMBER] = Patient(ends="no_answer")
    world.run_until_idle()
    assert world.contact(COVID, "A-2").wait_reason == "pause"
    world.patients[NUMBER] = Patient(keys=TELLS + TELLS)
    world.clock.pass_seconds(1.2 * 3600)  # an hour, and the jitter
    world.run_until_idle()
    assert outcomes(world)[1:] == [("A-1", "completed"), ("A-2", "completed")]


def told_first(world: World) -> bool:
    return "thank_you" in world.played()


def _cancel(world: World) -> None:
    campaigns.move(world.database, COVID, "paused", world.clock.now())


def _opt_out(world: World) -> None:
    optouts.add(world.database, NUMBER, "command", world.clock.now())


def _correct(world: World) -> None:
    with world.database.write() as session:
        contact = session.get_one(type(world.contact(COVID, "A-2")), world.contact(COVID, "A-2").id)
        contact.revision, contact.fields = 2, {**contact.fields, "result": "positive"}


@pytest.mark.parametrize("change", [_cancel, _opt_out, _correct])
def test_what_changes_during_the_call_is_heeded(tmp_path: Path, change: Callable[[World], None]) -> None:
    world = family(tmp_path, TELLS + TELLS, f"same_call: true\n  {PAUSE}")
    run_until(world, lambda: told_first(world))
    change(world)
    world.run_until_idle()
    assert outcomes(world) == [("A-1", "completed")]
    assert NEXT not in world.played()
    invariants.check(world.database)


def test_a_line_that_is_lost_in_the_second_talk_takes_nothing_from_the_first(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS)
    run_until(world, lambda: NEXT in world.played())
    [call] = world.engine.live
    world.lines.stop()
    world.pass_once()
    assert outcomes(world) == [("A-1", "completed"), ("A-2", "failed")]
    assert (call.placed.contact.external_id, world.contact(COVID, "A-2").state) == ("A-2", "waiting")
    assert world.contact(COVID, "A-2").attempts_used == 0
    invariants.check(world.database)


@pytest.mark.parametrize("seen", ["negative", "thank_you", NEXT, "opening"])
def test_a_crash_at_any_moment_loses_nobody_and_tells_nobody_twice(tmp_path: Path, seen: str) -> None:
    world = family(tmp_path, TELLS + TELLS)
    run_until(world, lambda: seen in world.played())
    told = world.played().count("understood_menu")
    invariants.check(world.database)
    world.patients[NUMBER] = Patient(keys=TELLS + TELLS)
    world.start()
    world.run_until_idle()
    world.clock.pass_seconds(60)
    world.run_until_idle()
    states = [world.contact(COVID, name).state for name in ("A-1", "A-2")]
    assert states == ["done", "done"]
    assert told + world.played().count("understood_menu") in (2, 3)  # the crash may cut the menu short
    invariants.check(world.database)


def test_when_draining_the_call_ends_with_the_person_it_is_with(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS + TELLS)
    run_until(world, lambda: told_first(world))
    world.engine.drain()
    run_until(world, lambda: world.engine.idle(until_idle=False))
    assert outcomes(world) == [("A-1", "completed")]


def test_audio_of_those_who_may_follow_is_not_swept_away(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS + TELLS)
    run_until(world, lambda: bool(world.played()))
    ids = [world.contact(COVID, name).id for name in ("A-1", "A-2")]
    assert contacts.free_among(world.database, ids) == []
    world.run_until_idle()
    assert contacts.free_among(world.database, ids) == ids


def test_prompts_that_cannot_be_made_for_the_second_hold_up_nobody(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS + TELLS)
    world.renderer.broken.add(str(world.contact(COVID, "A-2").id))
    world.run_until_idle()
    assert outcomes(world) == [("A-1", "completed")]
    assert world.contact(COVID, "A-2").wait_reason == "speech"


def test_a_trunk_that_fails_takes_the_companions_along(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS + TELLS)
    cheap, dear = (
        TrunkTable(name=name, uri="sip:127.0.0.1:5060", priority=place, max_calls=4, calls_per_second=100.0)
        for place, name in enumerate(("cheap", "dear"), start=1)
    )
    world.home = Home(world.home.folder, SettingsFile(trunks=(cheap, dear)))
    world.start()
    world.lines.failing = {"cheap": Ended("", "congestion", 503, False, False, 0.0)}
    world.run_until_idle()
    assert outcomes(world) == [("A-1", "failed"), ("A-1", "completed"), ("A-2", "completed")]
    why = [attempt.grounds.get("trunk") for attempt in calls(world)]
    assert why == ["priority", "fail_over from cheap", None]


def test_people_of_another_campaign_get_a_call_of_their_own(tmp_path: Path) -> None:
    world = family(tmp_path, TELLS, size=1)
    request = {"request_id": "1", "service": "home visit", "clinic": "No. 5", "served_on": "2026-02-27"}
    world.queue(SURVEY, "S-1", NUMBER, fields=request | {"result": RESULT["result"]}, priority=-5)
    world.launch(SURVEY)
    world.run_until_idle()
    assert NEXT not in world.played()
