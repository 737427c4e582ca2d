"""What the engine may rely on, whichever lines it has."""

import pytest

from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Collected,
    Ended,
    HangUp,
    Heard,
    Play,
    Played,
    Record,
    Ringing,
    StopPlaying,
)
from tests.contract.lines_under_test import (
    BARGES_IN,
    BEEPS,
    BLOCKS,
    BUSY,
    CONGESTED,
    DECLINES,
    HANGS_UP,
    LINES,
    NEVER_ANSWERS,
    PRESSES,
    PRESSES_EARLY,
    PROMPT_SECONDS,
    RING_SECONDS,
    SILENT,
    WRONG,
    UnderTest,
)


def answered(lines: UnderTest, number: str, call: str = "c1") -> None:
    lines.dial(number, call)
    lines.until(lambda events: Answered(call) in events)


@pytest.mark.parametrize(
    ("number", "cause", "status", "rang"),
    [
        (BUSY, "busy", 486, False),
        (DECLINES, "declined", 603, True),
        (WRONG, "wrong_number", 404, False),
        (BLOCKS, "blocked", 403, False),
        (CONGESTED, "congestion", 503, False),
        (NEVER_ANSWERS, "no_answer", 0, True),
    ],
)
def test_a_call_that_is_not_answered_ends_once_with_its_cause(
    under_test: UnderTest, number: str, cause: Cause, status: int, rang: bool
) -> None:
    under_test.dial(number)
    under_test.until_ended("c1")
    assert under_test.ended("c1") == Ended("c1", cause, status, rang, answered=False, talk_seconds=0.0)
    assert (Ringing("c1") in under_test.events) == rang
    assert Answered("c1") not in under_test.events


def test_ringing_is_given_up_after_the_time_that_was_asked_for(under_test: UnderTest) -> None:
    begun = under_test.patience()
    under_test.dial(NEVER_ANSWERS)
    under_test.until_ended("c1")
    assert RING_SECONDS <= under_test.patience() - begun < RING_SECONDS + 1


def test_questions_are_answered_after_the_prompts_that_came_before_them(under_test: UnderTest) -> None:
    answered(under_test, PRESSES)
    under_test.lines.send(Play("c1", "hello", str(under_test.prompt)))
    under_test.lines.send(Collect("c1", "who", 1, "", 3, 2))
    under_test.until(lambda events: any(isinstance(e, Collected) for e in events))
    under_test.lines.send(Play("c1", "year?", str(under_test.prompt)))
    under_test.lines.send(Collect("c1", "year", 4, "#", 3, 2))
    under_test.until(lambda events: Collected("c1", "year", "1954", "full") in events)
    under_test.lines.send(HangUp("c1"))
    under_test.until_ended("c1")
    ended = under_test.ended("c1")
    in_order = [e for e in under_test.events if not isinstance(e, Ringing)]
    assert in_order == [
        Answered("c1"),
        Played("c1", "hello", finished=True),
        Collected("c1", "who", "1", "full"),
        Played("c1", "year?", finished=True),
        Collected("c1", "year", "1954", "full"),
        ended,
    ]
    assert (ended.cause, ended.rang, ended.answered) == ("answered", True, True)
    assert ended.talk_seconds > 2 * PROMPT_SECONDS


def test_an_end_key_that_comes_too_late_answers_no_further_question(under_test: UnderTest) -> None:
    answered(under_test, PRESSES)
    under_test.lines.send(Collect("c1", "who", 1, "", 3, 2))
    under_test.until(lambda events: Collected("c1", "who", "1", "full") in events)
    under_test.lines.send(Collect("c1", "year", 4, "#", 3, 2))
    under_test.until(lambda events: Collected("c1", "year", "1954", "full") in events)
    under_test.lines.send(Collect("c1", "again", 1, "", 0.8, 2))
    under_test.until(lambda events: Collected("c1", "again", "", "timeout") in events)


def test_keys_before_a_question_count_for_those_that_want_them(under_test: UnderTest) -> None:
    answered(under_test, PRESSES_EARLY)
    for prompt in ("hello", "again"):
        under_test.lines.send(Play("c1", prompt, str(under_test.prompt)))
    under_test.until(lambda events: Played("c1", "again", finished=True) in events)
    under_test.lines.send(Collect("c1", "who", 1, "", 3, 2, early_keys=True))
    under_test.until(lambda events: Collected("c1", "who", "1", "full") in events)
    under_test.lines.send(Play("c1", "year?", str(under_test.prompt)))
    under_test.lines.send(Collect("c1", "year", 4, "#", 3, 0.5, early_keys=True))
    under_test.until(lambda events: Collected("c1", "year", "95", "timeout") in events)
    assert Played("c1", "year?", finished=False) in under_test.events


def test_keys_before_a_question_are_dropped_by_others(under_test: UnderTest) -> None:
    answered(under_test, PRESSES_EARLY)
    for prompt in ("hello", "again"):
        under_test.lines.send(Play("c1", prompt, str(under_test.prompt)))
    under_test.until(lambda events: Played("c1", "again", finished=True) in events)
    under_test.lines.send(Collect("c1", "who", 1, "", 0.4, 2))
    under_test.until(lambda events: Collected("c1", "who", "", "timeout") in events)
    under_test.lines.send(Collect("c1", "again", 1, "", 0.4, 2, early_keys=True))
    under_test.until(lambda events: Collected("c1", "again", "", "timeout") in events)


def test_silence_is_told_when_the_time_after_the_prompts_is_over(under_test: UnderTest) -> None:
    answered(under_test, SILENT)
    begun = under_test.patience()
    under_test.lines.send(Play("c1", "hello", str(under_test.prompt)))
    under_test.lines.send(Play("c1", "again", str(under_test.prompt)))
    under_test.lines.send(Collect("c1", "who", 1, "", 0.5, 2))
    under_test.until(lambda events: Collected("c1", "who", "", "timeout") in events)
    waited = under_test.patience() - begun
    assert 2 * PROMPT_SECONDS + 0.5 <= waited + 0.05 < 2 * PROMPT_SECONDS + 1.5


def test_the_first_key_stops_all_prompts(under_test: UnderTest) -> None:
    answered(under_test, BARGES_IN)
    for prompt in ("one", "two", "three"):
        under_test.lines.send(Play("c1", prompt, str(under_test.prompt)))
    under_test.lines.send(Collect("c1", "who", 1, "", 3, 2))
    under_test.until(lambda events: Collected("c1", "who", "2", "full") in events)
    played = [e for e in under_test.events if isinstance(e, Played)]
    assert played == [Played("c1", name, finished=False) for name in ("one", "two", "three")]


def test_a_command_stops_all_prompts(under_test: UnderTest) -> None:
    answered(under_test, SILENT)
    under_test.lines.send(Play("c1", "one", str(under_test.prompt)))
    under_test.lines.send(Play("c1", "two", str(under_test.prompt)))
    under_test.lines.send(StopPlaying("c1"))
    under_test.lines.send(Play("c1", "three", str(under_test.prompt)))
    under_test.until(lambda events: Played("c1", "three", finished=True) in events)
    assert Played("c1", "one", finished=False) in under_test.events
    assert Played("c1", "two", finished=False) in under_test.events


def test_a_new_question_replaces_the_old_one(under_test: UnderTest) -> None:
    answered(under_test, SILENT)
    under_test.lines.send(Collect("c1", "old", 1, "", 0.3, 2))
    under_test.lines.send(Collect("c1", "new", 1, "", 0.6, 2))
    under_test.until(lambda events: Collected("c1", "new", "", "timeout") in events)
    assert not any(isinstance(e, Collected) and e.question == "old" for e in under_test.events)


def test_who_hangs_up_leaves_prompts_unfinished_and_ends_as_answered(under_test: UnderTest) -> None:
    answered(under_test, HANGS_UP)
    for prompt in ("one", "two", "three"):
        under_test.lines.send(Play("c1", prompt, str(under_test.prompt)))
    under_test.lines.send(Collect("c1", "who", 1, "", 3, 2))
    under_test.until_ended("c1")
    ended = under_test.ended("c1")
    assert (ended.cause, ended.sip_status, ended.answered) == ("answered", 200, True)
    assert ended.talk_seconds == pytest.approx(1.0, abs=0.3)
    assert under_test.events[-1] == ended
    assert Played("c1", "three", finished=False) in under_test.events
    assert not any(isinstance(e, Collected) for e in under_test.events)


def test_hanging_up_while_it_rings_ends_the_call(under_test: UnderTest) -> None:
    under_test.dial(NEVER_ANSWERS)
    under_test.until(lambda events: Ringing("c1") in events)
    under_test.lines.send(HangUp("c1"))
    under_test.until_ended("c1")
    assert under_test.ended("c1").cause == "no_answer"


def test_the_longest_time_of_a_call_is_kept(under_test: UnderTest) -> None:
    under_test.dial(SILENT, limit_seconds=0.7)
    under_test.until_ended("c1")
    assert under_test.ended("c1").cause == "answered"
    assert under_test.ended("c1").talk_seconds == pytest.approx(0.7, abs=0.3)


def test_a_beep_is_heard_once(under_test: UnderTest) -> None:
    answered(under_test, BEEPS)
    under_test.lines.send(Play("c1", "hello", str(under_test.prompt)))
    under_test.until(lambda events: Heard("c1", "beep") in events)
    under_test.lines.send(HangUp("c1"))
    under_test.until_ended("c1")
    assert under_test.events.count(Heard("c1", "beep")) == 1


def test_free_lines_are_counted_and_a_call_too_many_is_lost_at_once(under_test: UnderTest) -> None:
    assert under_test.lines.free == LINES
    for index in range(LINES):
        under_test.dial(NEVER_ANSWERS, f"c{index}")
    assert under_test.lines.free == 0
    under_test.dial(SILENT, "too many")
    under_test.until_ended("too many")
    assert under_test.ended("too many") == Ended("too many", "line_lost", 0, False, False, 0.0)
    under_test.until_ended(*(f"c{index}" for index in range(LINES)))
    under_test.until(lambda _: under_test.lines.free == LINES)


def test_commands_for_a_call_that_is_over_or_unknown_are_ignored(under_test: UnderTest) -> None:
    under_test.dial(BUSY)
    under_test.until_ended("c1")
    for call in ("c1", "never was"):
        under_test.lines.send(Play(call, "one", str(under_test.prompt)))
        under_test.lines.send(Collect(call, "who", 1, "", 0.1, 1))
        under_test.lines.send(Record(call, str(under_test.prompt.parent / "r.wav")))
        under_test.lines.send(HangUp(call))
    count = len(under_test.events)
    answered(under_test, SILENT, "c2")
    assert under_test.events[count:] == [Ringing("c2"), Answered("c2")]


def test_stopping_ends_every_call_once_and_may_be_done_again(under_test: UnderTest) -> None:
    answered(under_test, SILENT)
    under_test.dial(NEVER_ANSWERS, "c2")
    under_test.until(lambda events: Ringing("c2") in events)
    under_test.lines.stop()
    under_test.lines.stop()
    under_test.until_ended("c1", "c2")
    assert under_test.ended("c1").answered
    assert under_test.ended("c2").cause == "line_lost"
