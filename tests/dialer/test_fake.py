"""What pretend lines can do beyond the contract."""

from collections.abc import Sequence

import pytest

from dialer.fake import FakeLines, Patient
from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Collected,
    Dial,
    Ended,
    Event,
    Heard,
    Held,
    Listen,
    Listened,
    Play,
    Played,
)
from tests.contract.lines_under_test import Clock


def run(lines: FakeLines, until_call_ends: str = "c") -> list[Event]:
    """Ask three questions as they are answered; everything until the end of the call."""
    events: list[Event] = []
    asked = 0
    for _ in range(200):
        for event in lines.receive(1):
            events.append(event)
            if isinstance(event, Answered | Collected) and asked < 3:
                asked += 1
                lines.send(Play(event.call, f"p{asked}", "/p.wav"))
                lines.send(Collect(event.call, f"q{asked}", 4, "", 3, 2))
            if isinstance(event, Ended) and event.call == until_call_ends:
                return events
    raise AssertionError(f"the call does not end: {events}")


def dial(lines: FakeLines, number: str = "+7", call: str = "c") -> None:
    lines.send(Dial(call, "t", number, "", 30, 60))


@pytest.mark.parametrize(
    ("keys", "collected"),
    [
        (("1", "1954", "2"), [("1", "timeout"), ("1954", "full"), ("2", "timeout")]),
        (("1", "", "2"), [("1", "timeout"), ("", "timeout"), ("2", "timeout")]),
        (("1",), [("1", "timeout"), ("", "timeout"), ("", "timeout")]),
        (("1", "!"), [("1", "timeout")]),
        (("!",), []),
    ],
)
def test_each_question_gets_its_answer(keys: tuple[str, ...], collected: list[tuple[str, str]]) -> None:
    lines = FakeLines(1, {"+7": Patient(keys=keys)}, now=lambda: 0.0)
    dial(lines)
    events = run(lines)
    assert [(e.keys, e.ended_by) for e in events if isinstance(e, Collected)] == collected
    assert isinstance(events[-1], Ended)
    assert events[-1].cause == "answered"


@pytest.mark.parametrize(
    ("ends", "rang"),
    [
        ("busy", False),
        ("no_answer", True),
        ("declined", True),
        ("unreachable", False),
        ("congestion", False),
        ("authentication", False),
        ("media", True),
        ("line_lost", False),
    ],
)
def test_calls_that_are_not_answered(ends: Cause, rang: bool) -> None:
    lines = FakeLines(1, {"+7": Patient(ends=ends)}, now=lambda: 0.0)
    dial(lines)
    last = run(lines)[-1]
    assert isinstance(last, Ended)
    assert (last.cause, last.rang, last.answered) == (ends, rang, False)


def test_numbers_that_nobody_knows_are_not_answered() -> None:
    lines = FakeLines(1, {}, now=lambda: 0.0)
    dial(lines)
    last = run(lines)[-1]
    assert isinstance(last, Ended)
    assert last.cause == "no_answer"


def test_a_patient_can_behave_otherwise_at_each_call() -> None:
    story: Sequence[Patient] = (Patient(ends="busy"), Patient(ends="no_answer"), Patient(keys=("!",)))
    lines = FakeLines(1, {"+7": story}, now=lambda: 0.0)
    causes = []
    for attempt in range(4):
        dial(lines, call=str(attempt))
        last = run(lines, str(attempt))[-1]
        assert isinstance(last, Ended)
        causes.append(last.cause)
    assert causes == ["busy", "no_answer", "answered", "answered"]
    assert lines.dialled == ["+7"] * 4


def test_a_line_that_dies_takes_its_prompts_along() -> None:
    lines = FakeLines(1, {"+7": Patient(line_dies_seconds=0.5)}, now=lambda: 0.0)
    dial(lines)
    events = run(lines)
    assert events[-1] == Ended("c", "line_lost", 200, True, True, 0.5)
    assert not any(isinstance(e, Played) for e in events)


def test_a_beep_is_told_only_before_the_first_key() -> None:
    machine = Patient(beep_seconds=4)
    presses = Patient(keys=("1", "!"), beep_seconds=4)
    for patient, heard in ((machine, True), (presses, False)):
        lines = FakeLines(1, {"+7": patient}, now=lambda: 0.0)
        dial(lines)
        assert (Heard("c", "beep") in run(lines)) == heard


def test_virtual_time_follows_the_clock_and_moves_it() -> None:
    clock = Clock()
    lines = FakeLines(1, {"+7": Patient(answer_seconds=3)}, clock, advance=clock.advance)
    dial(lines)
    begun = clock.now
    events: list[Event] = []
    while Answered("c") not in events:
        events += lines.receive(10)
    assert clock.now == begun + 3
    clock.advance(100)
    assert [type(e) for e in lines.receive(0)] == [Ended], "the limit of the call passed meanwhile"


def test_time_stands_still_no_longer_than_asked() -> None:
    clock = Clock()
    lines = FakeLines(1, {}, clock, advance=clock.advance)
    assert lines.receive(2.5) == []
    assert clock.now == 1002.5


def test_how_busy_it_was_is_known() -> None:
    lines = FakeLines(3, {}, now=lambda: 0.0)
    for call in ("a", "b", "c", "d"):
        dial(lines, call=call)
    assert (lines.busiest, lines.free, len(lines.commands)) == (3, 0, 4)


def test_a_patient_may_press_whenever_it_likes() -> None:
    patient = Patient(presses=((0.5, "1"), (4.0, "2"), (7.5, "9")), beep_seconds=2)
    lines = FakeLines(1, {"+7": patient}, now=lambda: 0.0)
    dial(lines)
    events = run(lines)
    assert [(e.keys, e.ended_by) for e in events if isinstance(e, Collected)] == [
        ("1", "timeout"),
        ("2", "timeout"),
        ("9", "timeout"),
    ]
    assert Heard("c", "beep") not in events


@pytest.mark.parametrize(
    ("asked", "answer", "seconds"),
    [
        (Collect("c", "q", 1, "", 3, 2), Collected("c", "q", "", "timeout"), 8.0),
        (Listen("c", "q", "/a.wav", 60, 3), Listened("c", "q", 4.0), 12.0),
    ],
)
def test_what_is_asked_on_hold_waits_to_be_taken_back(
    asked: Collect | Listen, answer: Event, seconds: float
) -> None:
    person = Patient(answer_seconds=0, holds=((1.0, 4.0),), says_seconds=(4.0,))
    passed = 0.0

    def advance(by: float) -> None:
        nonlocal passed
        passed += by

    lines = FakeLines(1, {"+7": person}, now=lambda: 0.0, advance=advance)
    dial(lines)
    events: list[Event] = []
    while passed < seconds:
        for event in lines.receive(0.5):
            events.append(event)
            if event == Held("c", on=True):
                lines.send(asked)
    assert events[-1] == answer


def test_a_machine_says_nothing_that_is_kept() -> None:
    lines = FakeLines(
        1, {"+7": Patient(answer_seconds=0, beep_seconds=2.0, says_seconds=(9.0,))}, lambda: 0.0
    )
    dial(lines)
    events: list[Event] = []
    for _ in range(20):
        for event in lines.receive(1):
            events.append(event)
            if isinstance(event, Answered):
                lines.send(Listen("c", "q", "/a.wav", 60, 3))
    assert events[2:4] == [Heard("c", "beep"), Listened("c", "q", 0.0)]
