"""What pretend operators and patients do together, beyond the contract."""

import pytest

from dialer.fake import FakeLines, Patient
from dialer.messages import (
    Bridge,
    Bridged,
    Collect,
    Collected,
    Dial,
    Ended,
    Event,
    HangUp,
    Held,
    Play,
    Played,
    Transfer,
    Transferred,
)

OPERATOR, PATIENT = "sip:101@127.0.0.1", "+7"


def pretend(operator: Patient, patient: Patient, count: int = 2) -> FakeLines:
    return FakeLines(count, {OPERATOR: operator, PATIENT: patient}, now=lambda: 0.0)


def together(lines: FakeLines) -> list[Event]:
    """The operator's phone is called, then the patient beside it, and both are joined."""
    lines.send(Dial("op", "t", OPERATOR, "", 30, 300, keeps=True))
    events = list(lines.receive(5)) + list(lines.receive(5))
    lines.send(Dial("c", "t", PATIENT, "", 30, 300, beside="op"))
    events += [*lines.receive(5), *lines.receive(5)]
    lines.send(Bridge("op", "c"))
    return events + list(lines.receive(0))


def drained(lines: FakeLines) -> list[Event]:
    events: list[Event] = []
    while told := lines.receive(1000):
        events += told
    return events


@pytest.mark.parametrize(
    ("operator", "patient", "first", "talked"),
    [
        (Patient(talks_seconds=60), Patient(talks_seconds=90), "op", 62.0),
        (Patient(talks_seconds=90), Patient(talks_seconds=60), "c", 60.0),
        (Patient(hangs_up_seconds=30), Patient(), "op", 30.0),
        (Patient(), Patient(), "op", 300.0),
    ],
)
def test_who_has_talked_enough_hangs_up_first(
    operator: Patient, patient: Patient, first: str, talked: float
) -> None:
    lines = pretend(operator, patient)
    assert Bridged("op", "c") in together(lines)
    assert lines.bridged == [("op", "c")]
    ended = next(event for event in drained(lines) if isinstance(event, Ended))
    assert (ended.call, ended.cause) == (first, "answered")
    assert ended.talk_seconds == pytest.approx(talked)


def test_who_is_left_alone_stays_until_told_otherwise() -> None:
    lines = pretend(Patient(hangs_up_seconds=30), Patient(talks_seconds=60))
    together(lines)
    assert [event.call for event in lines.receive(100) if isinstance(event, Ended)] == ["op"]
    assert lines.receive(100) == [], "talks_seconds of a bridge that is over means nothing"
    lines.send(HangUp("c"))
    assert [event.call for event in lines.receive(0) if isinstance(event, Ended)] == ["c"]


def test_a_line_process_that_dies_takes_both() -> None:
    lines = pretend(Patient(), Patient(line_dies_seconds=9))
    together(lines)
    ended = [event for event in drained(lines) if isinstance(event, Ended)]
    assert {event.call: event.cause for event in ended} == {"op": "line_lost", "c": "line_lost"}
    assert lines.free == 2


def test_audio_that_is_lost_ends_one_call_alone() -> None:
    lines = pretend(Patient(media_lost_seconds=9), Patient())
    together(lines)
    ended = [event for event in lines.receive(20) if isinstance(event, Ended)]
    assert [(event.call, event.cause, event.answered) for event in ended] == [("op", "media", True)]


def test_a_kept_line_is_for_one_call_at_a_time_and_comes_back() -> None:
    lines = FakeLines(3, {}, now=lambda: 0.0, stranger=Patient())
    lines.send(Dial("keeper", "t", PATIENT, "", 30, 300, keeps=True))
    assert (lines.free, lines.free_pairs) == (1, 0)
    lines.send(Dial("first", "t", OPERATOR, "", 30, 300, beside="keeper"))
    lines.send(Dial("second", "t", OPERATOR, "", 30, 300, beside="keeper"))
    assert lines.receive(0) == [Ended("second", "line_lost", 0, False, False, 0.0)]
    assert lines.free == 1, "the kept line is taken, no other"
    lines.send(HangUp("first"))
    assert lines.free == 1, "and kept again"
    lines.send(Dial("third", "t", OPERATOR, "", 30, 300, beside="keeper"))
    lines.send(HangUp("keeper"))
    assert lines.free == 2
    lines.send(HangUp("third"))
    assert lines.free == 3


@pytest.mark.parametrize("count", [1, 2])
def test_who_keeps_a_line_needs_two(count: int) -> None:
    lines = FakeLines(count, {}, now=lambda: 0.0, stranger=Patient())
    lines.send(Dial("keeper", "t", PATIENT, "", 30, 300, keeps=True))
    assert (lines.receive(0) == []) == (count == 2)
    assert lines.free == (0 if count == 2 else 1)


@pytest.mark.parametrize("status", [200, 202, 603, 0])
def test_what_becomes_of_a_transfer(status: int) -> None:
    lines = pretend(Patient(), Patient(refer_status=status, refer_seconds=3))
    lines.send(Dial("c", "t", PATIENT, "", 30, 300))
    lines.send(Transfer("c", OPERATOR))
    assert lines.receive(0) == [Transferred("c", 0)], "nobody is there yet"
    lines.receive(5), lines.receive(5)
    lines.send(Transfer("c", OPERATOR))
    assert lines.receive(5) == [Transferred("c", status)]


def test_what_repeats_goes_on_until_there_is_something_else() -> None:
    lines = pretend(Patient(), Patient())
    lines.send(Dial("c", "t", PATIENT, "", 30, 300))
    lines.receive(5), lines.receive(5)
    lines.send(Play("c", "hold on", "/a.wav"))
    lines.send(Play("c", "tune", "/b.wav", repeat=True))
    assert lines.receive(5) == [Played("c", "hold on", finished=True)]
    assert lines.receive(100) == []
    lines.send(Play("c", "sorry", "/c.wav"))
    assert lines.receive(5) == [Played("c", "tune", finished=False)]
    assert lines.receive(5) == [Played("c", "sorry", finished=True)]


def test_on_hold_prompts_and_questions_stand_still() -> None:
    lines = FakeLines(
        1, {PATIENT: Patient(holds=((0.5, 10.0), (14.0, 5.0)))}, now=lambda: 0.0, play_seconds=3.0
    )
    lines.send(Dial("c", "t", PATIENT, "", 30, 300))
    lines.receive(5), lines.receive(5)
    lines.send(Play("c", "hello", "/a.wav"))
    lines.send(Collect("c", "who", 1, "", 3, 2))
    told: list[tuple[float, Event]] = []
    for _ in range(6):
        told += [(lines._agenda.time - 2.0, event) for event in lines.receive(100)]
    assert told == [
        (0.5, Held("c", on=True)),
        (10.5, Held("c", on=False)),
        (13.0, Played("c", "hello", finished=True)),
        (14.0, Held("c", on=True)),
        (19.0, Held("c", on=False)),
        (21.0, Collected("c", "who", "", "timeout")),
    ]
