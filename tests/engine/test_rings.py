"""Calls that ring without a 180: caps, pauses and rests hold for them as for all others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.models import Attempt
from campaigns.store import campaigns, optouts
from campaigns.store.attempts import listing
from dialer.fake import Patient
from dialer.messages import Cause, EarlyMedia, Ended, Event, Ringing
from tests.engine import world as engine_world
from tests.engine.world import COVID, NUMBER, RESULT, SURVEY, TrunkedLines, World

HOUR = timedelta(hours=1)
SERVED = {"request_id": "1", "service": "Приём", "clinic": "Поликлиника № 5", "served_on": "2026-02-28"}
NOBODY, MACHINE = Patient(ends="no_answer"), Patient(beep_seconds=4)
MARKS = Patient(keys=("1", "5"))
TELLS = ("1", "1954", "2", "5")


class Unannounced(TrunkedLines):
    """The far end sends no 180: nothing at all before the answer, or 183 with its ringing tone."""

    early_media = True

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        return [seen for event in super().receive(timeout_seconds) for seen in self._without_180(event)]

    def _without_180(self, event: Event) -> Sequence[Event]:
        match event:
            case Ringing():
                return [EarlyMedia(event.call)] if self.early_media else []
            case Ended(answered=False):
                return [replace(event, rang=False)]
            case _:
                return [event]


class Silent(Unannounced):
    early_media = False


def with_rules(world: World, campaign: str, **rules: str) -> None:
    """The shipped campaign with these rules of calling instead of its own."""
    own = world.home.own_campaigns
    own.mkdir(parents=True, exist_ok=True)
    before, policy, after = find_scripts(LIBRARY)[campaign].read_text().partition("\npolicy:\n")
    kept = [line for line in after.splitlines() if not line.startswith(tuple(f"  {name}:" for name in rules))]
    lines = [*(f"  {name}: {value}" for name, value in rules.items()), *kept]
    (own / f"{campaign}.yaml").write_text(before + policy + "\n".join(lines) + "\n")
    world.start()


def run_for(world: World, hours: int) -> None:
    for _ in range(hours):
        world.run_until_idle()
        world.clock.pass_seconds(HOUR.total_seconds())
    world.run_until_idle()


def calls(world: World, campaign: str) -> list[Attempt]:
    return [attempt for attempt, _ in listing(world.database, campaign)]


@pytest.mark.parametrize(
    ("lines", "patient"),
    [
        (TrunkedLines, MARKS),
        (Silent, MARKS),
        (Unannounced, MARKS),
        (TrunkedLines, NOBODY),
        (Unannounced, NOBODY),
    ],
)
def test_a_number_rings_once_a_day_however_it_rings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: type[TrunkedLines], patient: Patient
) -> None:
    monkeypatch.setattr(engine_world, "TrunkedLines", lines)
    world = World(tmp_path, {NUMBER: patient})
    for n in range(3):
        world.queue(SURVEY, f"B-{n}", NUMBER, fields=SERVED)
    world.launch(SURVEY)
    run_for(world, 7)
    [call] = calls(world, SURVEY)
    assert call.rang_at is not None
    run_for(world, 24)
    assert len(calls(world, SURVEY)) == 2


@pytest.mark.parametrize("lines", [TrunkedLines, Silent, Unannounced])
def test_the_pause_between_two_people_runs_from_the_end_of_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: type[TrunkedLines]
) -> None:
    monkeypatch.setattr(engine_world, "TrunkedLines", lines)
    world = World(tmp_path, {NUMBER: Patient(keys=TELLS)})
    with_rules(world, COVID, pause="30 min")
    for n in range(2):
        world.queue(COVID, f"A-{n}", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    world.clock.pass_seconds(29 * 60)
    world.run_until_idle()
    [first] = calls(world, COVID)
    world.clock.pass_seconds(60)
    world.run_until_idle()
    assert first.ended_at is not None
    assert calls(world, COVID)[1].started_at >= first.ended_at + HOUR / 2


@pytest.mark.parametrize("lines", [TrunkedLines, Silent])
def test_after_several_were_told_in_one_call_the_pause_runs_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: type[TrunkedLines]
) -> None:
    monkeypatch.setattr(engine_world, "TrunkedLines", lines)
    world = World(tmp_path, {NUMBER: Patient(keys=TELLS * 3)})
    with_rules(world, COVID, pause="10 min", same_call="true")
    for n in range(4):
        world.queue(COVID, f"A-{n}", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    first, _, last = calls(world, COVID)
    assert last.ended_at is not None
    assert first.ended_at is not None
    assert last.ended_at - first.ended_at > timedelta(seconds=10)
    waits = world.contact(COVID, "A-3")
    assert (waits.wait_reason, waits.next_at) == ("pause", last.ended_at + HOUR / 6)


def test_an_engine_that_dies_while_the_second_person_is_told_leaves_one_ring(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: Patient(keys=TELLS * 2)})
    with_rules(world, COVID, pause="10 min", same_call="true")
    for n in range(2):
        world.queue(COVID, f"A-{n}", NUMBER)
    world.launch(COVID)
    while len(calls(world, COVID)) < 2:
        world.pass_once()
    world.start()
    world.pass_once()
    first, second = calls(world, COVID)
    assert (second.cause, second.rang_at) == ("line_lost", None)
    assert (first.rang_at is not None, first.hung_up_at) == (True, second.ended_at)


@pytest.mark.parametrize("lines", [TrunkedLines, Silent])
def test_a_number_rests_after_a_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: type[TrunkedLines]
) -> None:
    monkeypatch.setattr(engine_world, "TrunkedLines", lines)
    world = World(tmp_path, {NUMBER: MACHINE})
    with_rules(world, SURVEY, rules="uk-ofcom")
    for n in range(2):
        world.queue(SURVEY, f"B-{n}", NUMBER, fields=SERVED)
    world.launch(SURVEY)
    run_for(world, 23)
    assert [call.outcome for call in calls(world, SURVEY)] == ["voicemail"]
    run_for(world, 24)
    starts = [call.started_at for call in calls(world, SURVEY)]
    assert len(starts) > 1
    assert all(later - before >= 24 * HOUR for before, later in pairwise(starts))


@pytest.mark.parametrize(
    ("cause", "rings"), [("no_answer", 1), ("declined", 1), ("busy", 0), ("congestion", 0)]
)
def test_early_media_alone_is_ringing_only_where_nobody_refused_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Cause, rings: int
) -> None:
    class Early(TrunkedLines):
        def receive(self, timeout_seconds: float) -> Sequence[Event]:
            ended = [event for event in super().receive(timeout_seconds) if isinstance(event, Ended)]
            calls = [EarlyMedia(event.call) for event in ended]
            return [*calls, *(replace(event, cause=cause, rang=False) for event in ended)]

    monkeypatch.setattr(engine_world, "TrunkedLines", Early)
    world = World(tmp_path, {NUMBER: Patient(ends="busy")})
    world.queue(SURVEY, "B-1", NUMBER, fields=SERVED)
    world.launch(SURVEY)
    for _ in range(60):
        world.pass_once()
    first = calls(world, SURVEY)[0]
    assert (first.rang_at is not None) == bool(rings)


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_positive_result_of_who_opts_out_of_a_campaign_at_rest_is_a_task(
    tmp_path: Path, state: str
) -> None:
    world = World(tmp_path, {NUMBER: NOBODY})
    world.queue(COVID, "A-1", NUMBER, fields=RESULT | {"result": "positive"})
    world.launch(COVID)
    world.run_until_idle()
    campaigns.move(world.database, COVID, state, world.clock.now())  # type: ignore[arg-type]
    optouts.add(world.database, NUMBER, "command", world.clock.now())
    world.pass_once()
    assert (world.contact(COVID, "A-1").state, world.contact(COVID, "A-1").outcome) == ("done", "opted_out")
    assert world.open_tasks() == [("A-1", "doctor_positive_result")]


def test_and_of_one_whose_trunks_all_rest(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: NOBODY})
    world.lines.failing = {"main": Ended("", "congestion", 503, False, False, 0.0)}
    for n in range(6):
        world.queue(COVID, f"A-{n}", f"+7912000000{n}", fields=RESULT | {"result": "positive"})
    world.launch(COVID)
    for _ in range(40):
        world.pass_once()
    assert world.engine.idle(until_idle=True)
    dialled = len(world.lines.dials)
    optouts.add(world.database, "+79120000004", "command", world.clock.now())
    world.pass_once()
    assert world.open_tasks() == [("A-4", "doctor_positive_result")]
    assert len(world.lines.dials) == dialled
