"""What the engine may rely on where people are listened to, whichever lines it has."""

import pytest

from dialer.messages import Collect, Collected, Listen, Listened, Play, Played
from tests.contract.lines_under_test import (
    HANGS_UP,
    PRESSES_EARLY,
    SILENT,
    SPEAKS,
    SPEAKS_AND_LEAVES,
    UnderTest,
)

LONGEST_SECONDS, SILENCE_SECONDS = 10.0, 1.2


def listen(under_test: UnderTest, call: str, question: str = "why") -> None:
    path = str(under_test.prompt.parent / "answers" / f"{call}.wav")
    under_test.lines.send(Listen(call, question, path, LONGEST_SECONDS, SILENCE_SECONDS))


def listened(under_test: UnderTest, call: str) -> list[Listened]:
    return [event for event in under_test.events if isinstance(event, Listened) and event.call == call]


def told(under_test: UnderTest, call: str) -> None:
    under_test.until(lambda events: any(isinstance(e, Listened) and e.call == call for e in events))


def test_what_is_said_ends_with_a_key_a_silence_or_the_call(under_test: UnderTest) -> None:
    callers = (SPEAKS, SPEAKS_AND_LEAVES, HANGS_UP, SILENT)
    for number in callers:
        under_test.answered(number, number)
        under_test.lines.send(Play(number, "why?", str(under_test.prompt)))
        listen(under_test, number)
    under_test.until_ended(SPEAKS_AND_LEAVES, HANGS_UP)
    for number in (SPEAKS, SILENT):
        told(under_test, number)
    [spoken], [left], [silent] = (listened(under_test, n) for n in (SPEAKS, SPEAKS_AND_LEAVES, SILENT))
    assert (spoken.question, spoken.key, spoken.left) == ("why", "7", False)
    assert spoken.voice_seconds == pytest.approx(1.0, abs=0.35)
    assert (left.key, left.left) == ("", True)
    assert left.voice_seconds == pytest.approx(1.0, abs=0.35)
    assert silent == Listened(SILENT, "why", 0.0)
    assert listened(under_test, HANGS_UP) == []
    assert under_test.events.index(left) < under_test.events.index(under_test.ended(SPEAKS_AND_LEAVES))
    assert Played(SPEAKS, "why?", finished=True) in under_test.events


def test_a_key_in_the_prompt_ends_it_before_it_begins_and_is_no_other_answer(under_test: UnderTest) -> None:
    under_test.answered(PRESSES_EARLY)
    for prompt in ("one", "two"):
        under_test.lines.send(Play("c1", prompt, str(under_test.prompt)))
    listen(under_test, "c1")
    told(under_test, "c1")
    assert listened(under_test, "c1") == [Listened("c1", "why", 0.0, "1")]
    assert Played("c1", "two", finished=False) in under_test.events
    under_test.lines.send(Collect("c1", "then", 3, "", 1, 0.5, early_keys=True))
    under_test.until(lambda events: Collected("c1", "then", "95", "timeout") in events)
