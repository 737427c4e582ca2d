"""Several trunks: calls go round the dead ones, and no patient loses anything by it."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from campaigns.settings import TrunkTable
from campaigns.store import optouts
from campaigns.store.attempts import listing
from dialer.fake import Patient
from dialer.messages import Dial, Ended, Held, Probe, Quality, Registered
from tests.engine.world import COVID, HEARS_AND_MARKS, World
from tests.store import invariants

BUSY_TRUNK = Ended("", "congestion", 503, rang=False, answered=False, talk_seconds=0.0)
SILENT_TRUNK = Ended("", "unreachable", 0, rang=False, answered=False, talk_seconds=0.0)
TIMED_OUT = Ended("", "no_answer", 408, rang=False, answered=False, talk_seconds=0.0)


def trunk(name: str, **settings: Any) -> TrunkTable:
    return TrunkTable(
        name=name, uri="sip:127.0.0.1:5060", **{"max_calls": 8, "calls_per_second": 50.0} | settings
    )


def numbers(count: int) -> list[str]:
    return [f"+7912000{n:04d}" for n in range(count)]


def world_of(folder: Path, people: int, *trunks: TrunkTable, lines: int = 8) -> World:
    """Everybody waits and would listen to the end."""
    world = World(folder, dict.fromkeys(numbers(people), HEARS_AND_MARKS), lines=lines, trunks=trunks)
    for n, number in enumerate(numbers(people)):
        world.queue(COVID, f"A-{n}", number)
    world.launch(COVID)
    return world


@pytest.mark.parametrize("fault", [BUSY_TRUNK, SILENT_TRUNK, TIMED_OUT], ids=lambda fault: fault.cause)
def test_all_are_reached_through_the_second_when_the_first_fails(tmp_path: Path, fault: Ended) -> None:
    world = world_of(tmp_path, 12, trunk("first"), trunk("second", priority=2))
    world.lines.failing = {"first": fault}
    world.run_until_idle()
    assert world.report(COVID)["contacts"]["done"] == 12
    assert all(world.contact(COVID, f"A-{n}").attempts_used == 1 for n in range(12))
    rows = [attempt for attempt, _ in listing(world.database, COVID)]
    failed = [attempt for attempt in rows if attempt.trunk == "first"]
    assert 5 <= len(failed) <= 8
    assert not any(attempt.counted for attempt in failed)
    assert len(rows) == 12 + len(failed)
    assert [sentence for sentence in world.told if "rests until" in sentence] == world.told
    assert len(world.told) == 1
    invariants.check(world.database)


def test_the_second_is_tried_at_once_and_never_while_the_first_call_is_open(tmp_path: Path) -> None:
    world = world_of(tmp_path, 1, trunk("first"), trunk("second", priority=2))
    world.lines.failing = {"first": BUSY_TRUNK}
    world.run_until_idle()
    first, second = (attempt for attempt, _ in listing(world.database, COVID))
    assert (first.trunk, first.cause, first.sip_status) == ("first", "congestion", 503)
    assert first.ended_at is not None
    assert 0 <= (second.started_at - first.ended_at).total_seconds() < 0.2
    assert (second.trunk, second.number) == ("second", 2)


def test_when_all_have_failed_the_patient_waits_as_ever(tmp_path: Path) -> None:
    world = world_of(tmp_path, 1, trunk("a"), trunk("b"), trunk("c"))
    world.lines.failing = dict.fromkeys("abc", BUSY_TRUNK)
    world.run_until_idle()
    contact = world.contact(COVID, "A-0")
    assert sorted(dial.trunk for dial in world.lines.dials) == ["a", "b", "c"]
    assert (contact.state, contact.attempts_used, contact.wait_reason) == ("waiting", 0, "own_failure")
    assert 50 < (contact.next_at - world.clock.now()).total_seconds() <= 60
    world.clock.pass_seconds(61)
    world.lines.failing = {}
    world.run_until_idle()
    assert world.contact(COVID, "A-0").outcome == "completed"


def test_a_phone_that_only_times_out_is_given_up_in_the_end(tmp_path: Path) -> None:
    world = world_of(tmp_path, 1, trunk("only"))
    world.lines.failing = {"only": TIMED_OUT}
    for _ in range(40):
        world.run_until_idle()
        if world.contact(COVID, "A-0").attempts_used:
            break
        world.clock.pass_seconds(961)
    contact = world.contact(COVID, "A-0")
    assert (contact.attempts_used, contact.wait_reason) == (1, "retry")
    assert len(world.lines.dials) == 6


def test_a_trunk_that_recovers_is_asked_tried_and_used_again(tmp_path: Path) -> None:
    world = world_of(tmp_path, 36, trunk("first"), trunk("second", priority=2, max_calls=2), lines=4)
    world.lines.failing = {"first": BUSY_TRUNK}
    while not any(isinstance(command, Probe) for command in world.lines.commands):
        world.pass_once()
    world.lines.failing = {}
    world.run_until_idle()
    assert world.report(COVID)["contacts"]["done"] == 36
    last = [dial.trunk for dial in world.lines.dials][-20:]
    assert Counter(last)["first"] >= 5
    assert [("rests until" in told, "is back" in told) for told in world.told] == [
        (True, False),
        (False, True),
    ]
    assert "5 calls in a row failed there, the last with congestion (503)" in world.told[0]


def test_a_crash_between_two_trunks_loses_nobody(tmp_path: Path) -> None:
    world = world_of(tmp_path, 1, trunk("first"), trunk("second", priority=2, max_calls=1))
    world.lines.failing = {"first": BUSY_TRUNK}
    while not any(attempt.ended_at for attempt, _ in listing(world.database, COVID)):
        world.engine.step(0.0)
        world.ticks.force("take")
    invariants.check(world.database)
    world.start()
    world.run_until_idle()
    contact = world.contact(COVID, "A-0")
    assert (contact.outcome, contact.attempts_used) == ("completed", 1)
    invariants.check(world.database)


def test_who_opts_out_between_two_trunks_is_not_called(tmp_path: Path) -> None:
    world = world_of(tmp_path, 1, trunk("first"), trunk("second", priority=2))
    world.lines.failing = {"first": BUSY_TRUNK}
    while not world.lines.dials:
        world.pass_once()
    optouts.add(world.database, numbers(1)[0], "command", world.clock.now())
    world.run_until_idle()
    assert [dial.trunk for dial in world.lines.dials] == ["first"]
    assert world.contact(COVID, "A-0").outcome == "opted_out"


def test_a_trunk_that_asks_for_quiet_is_left_alone_so_long(tmp_path: Path) -> None:
    world = world_of(tmp_path, 4, trunk("only", calls_per_second=1.0))
    quiet = Ended("", "rate_limited", 429, False, False, 0.0, retry_after_seconds=30)
    world.lines.failing = {"only": quiet}
    while not world.lines.dials:
        world.pass_once()
    began = world.clock.seconds()
    world.lines.failing = {}
    while len(world.lines.dials) < 2:
        world.pass_once()
    assert world.clock.seconds() - began == pytest.approx(30, abs=0.2)


def test_a_trunk_that_refuses_us_rests_until_we_are_registered(tmp_path: Path) -> None:
    world = world_of(tmp_path, 2, trunk("first", register=True, username="u"), trunk("second", priority=2))
    world.lines._events.append(Registered("first", 403))
    world.run_until_idle()
    assert {dial.trunk for dial in world.lines.dials} == {"second"}
    world.lines._events.append(Registered("first", 200))
    world.queue(COVID, "B-1", "+79130000001")
    world.run_until_idle()
    assert world.lines.dials[-1].trunk == "first"
    assert "refuses our registration (403); check its username and password" in world.told[0]
    assert world.told[1] == "Trunk first is back and takes calls again."


def test_calls_start_evenly_at_forty_a_second(tmp_path: Path) -> None:
    world = world_of(tmp_path, 80, trunk("fast", calls_per_second=40.0, max_calls=480), lines=480)
    starts: list[float] = []
    send = world.lines.send

    def note(command: Any) -> None:
        if isinstance(command, Dial):
            starts.append(world.clock.seconds())
        send(command)

    world.lines.send = note  # type: ignore[method-assign]
    world.run_until_idle()
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(starts) == 80
    assert min(gaps) > 0.0149
    assert max(gaps) < 0.05
    assert starts[-1] - starts[0] == pytest.approx(79 / 40, rel=0.05)


def test_only_as_many_are_leased_as_start_in_a_moment(tmp_path: Path) -> None:
    world = world_of(tmp_path, 100, trunk("slow", calls_per_second=2.0, max_calls=480), lines=480)
    world.pass_once()
    world.pass_once()
    assert len(world.renderer.rendered) <= 8


def test_each_patient_sees_one_of_the_numbers_and_always_the_same(tmp_path: Path) -> None:
    pool = ("+73452500001", "+73452500002")
    world = world_of(tmp_path, 8, trunk("only", caller_ids=pool))
    world.patients.update(dict.fromkeys(numbers(8), Patient(ends="busy")))
    world.start()
    world.run_until_idle()
    world.clock.pass_seconds(700)
    world.run_until_idle()
    shown = {(dial.number, dial.caller_id) for dial in world.lines.dials}
    assert len(world.lines.dials) == 16
    assert len(shown) == 8
    assert {caller_id for _, caller_id in shown} == set(pool)


def test_hold_is_shown_and_the_quality_of_the_line_is_kept(tmp_path: Path) -> None:
    world = world_of(tmp_path, 1, trunk("only"))
    while not world.played():
        world.pass_once()
    [call] = world.engine.live
    world.lines._events.append(Held("1", on=True))
    world.pass_once()
    assert call.state == "on hold"
    world.lines._events.append(Held("1", on=False))
    world.pass_once()
    assert call.state == "answered"
    quality = Quality(packets=900, lost_percent=1.5, jitter_ms=9.0, mos=4.1)
    world.lines._events.append(Ended("1", "answered", 200, True, True, 18.0, quality=quality))
    world.run_until_idle()
    [(attempt, _)] = listing(world.database, COVID)
    assert (attempt.mos, attempt.lost_percent, attempt.one_way) == (4.1, 1.5, False)
    assert world.report(COVID)["quality"] == {"measured": 1, "median_mos": 4.1, "one_way": 0}


@pytest.mark.parametrize(
    ("packets", "used", "minutes"),
    [(0, 0, 5), (500, 1, 60)],  # soon, or as if nobody had answered
)
def test_who_answered_into_silence_loses_no_attempt(
    tmp_path: Path, packets: int, used: int, minutes: int
) -> None:
    world = world_of(tmp_path, 1, trunk("only"))
    world.without_jitter(COVID)
    while not world.played():
        world.pass_once()
    quality = Quality(packets=packets, one_way=not packets)
    world.lines._events.append(Ended("1", "media", 200, True, True, 5.0, quality=quality))
    world.run_until_idle()
    contact = world.contact(COVID, "A-0")
    assert (contact.state, contact.attempts_used, contact.outcome) == ("waiting", used, "failed")
    [(attempt, _)] = listing(world.database, COVID)
    assert attempt.ended_at is not None
    assert contact.next_at - attempt.ended_at == timedelta(minutes=minutes)
