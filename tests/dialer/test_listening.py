"""When listening to a person begins and ends, with time handed in."""

import pytest

from dialer.keypad import Heeded, Keypad
from dialer.messages import Collect, Collected, Listen, Listened

LISTEN = Listen("c", "why", "/a.wav", longest_seconds=20, silence_seconds=3)


def listening(now: float = 10.0, lag_seconds: float = 0.0) -> Keypad:
    """Nothing plays since `now`."""
    keypad = Keypad("c")
    keypad.listen(LISTEN, now, lag_seconds)
    keypad.playing(False, now)
    return keypad


def test_it_begins_when_nothing_plays_any_more() -> None:
    keypad = Keypad("c")
    keypad.listen(LISTEN, 0)
    keypad.playing(True, 0)
    assert (keypad.asking, keypad.hears, keypad.deadline) == (True, False, None)
    keypad.playing(False, 5)
    assert (keypad.hears, keypad.deadline) == (True, 8)


@pytest.mark.parametrize(
    ("voices", "deadline"), [((), 13), ((2.0,), 15), ((2.0, 8.5), 21.5), ((8.5, 2.0), 21.5), ((19.0,), 30)]
)
def test_it_ends_after_a_silence_or_at_its_longest(voices: tuple[float, ...], deadline: float) -> None:
    keypad = listening()
    for seconds in voices:
        keypad.voice(seconds)
    assert keypad.deadline == deadline
    assert keypad.expire(deadline - 0.1) is None
    assert keypad.expire(deadline) == Listened("c", "why", max(voices, default=0.0))
    assert not keypad.asking


def test_what_is_told_late_is_waited_for() -> None:
    assert listening(lag_seconds=0.5).deadline == 13.5


def test_a_key_ends_it_and_is_no_answer_to_what_comes_next() -> None:
    keypad = listening()
    keypad.voice(4.0)
    assert keypad.press("7", 15) == Heeded(True, True, Listened("c", "why", 4.0, "7"))
    assert keypad.ask(Collect("c", "then", 1, "", 5, 2, early_keys=True), 15) == Heeded()


def test_a_key_in_the_prompt_ends_it_before_it_began() -> None:
    keypad = Keypad("c")
    keypad.listen(LISTEN, 0)
    assert keypad.press("1", 2) == Heeded(True, True, Listened("c", "why", 0.0, "1"))


def test_keys_from_before_count_for_nothing() -> None:
    keypad = Keypad("c")
    keypad.press("2", 0)
    keypad.listen(LISTEN, 1)
    assert keypad.asking
    keypad.press("1", 2)
    assert keypad.ask(Collect("c", "then", 1, "", 5, 2, early_keys=True), 3) == Heeded()


def test_an_end_key_that_comes_too_late_ends_nothing() -> None:
    keypad = Keypad("c")
    keypad.ask(Collect("c", "year", 1, "#", 5, 2), 0)
    keypad.press("1", 1)
    keypad.listen(LISTEN, 1)
    assert keypad.press("#", 1.5) == Heeded(pressed=True)
    assert keypad.press("#", 4).collected == Listened("c", "why", 0.0, "#")


def test_its_times_stand_still_on_hold() -> None:
    keypad = listening()
    keypad.voice(2.0)
    keypad.hold(13)
    keypad.hold(14)
    assert keypad.deadline is None
    assert keypad.expire(1000) is None
    keypad.resume(113)
    assert keypad.deadline == 115
    assert keypad.expire(115) == Listened("c", "why", 2.0)


def test_what_is_listened_to_on_hold_waits_to_be_taken_back() -> None:
    keypad = Keypad("c")
    keypad.hold(0)
    keypad.listen(LISTEN, 1)
    keypad.playing(False, 2)
    assert keypad.deadline is None
    keypad.resume(50)
    assert keypad.deadline == 53


def test_a_question_takes_its_place_and_the_other_way_round() -> None:
    keypad = listening()
    keypad.ask(Collect("c", "q", 1, "", 5, 2), 11)
    assert keypad.press("1", 12).collected == Collected("c", "q", "1", "full")
    keypad.ask(Collect("c", "q", 1, "", 5, 2), 13)
    keypad.listen(LISTEN, 14)
    assert keypad.press("1", 15).collected == Listened("c", "why", 0.0, "1")


def test_who_leaves_has_said_what_they_said() -> None:
    keypad = listening()
    keypad.voice(60.0)
    assert keypad.leave(14) == Listened("c", "why", 4.0, left=True)
    assert keypad.leave(14) is None
    assert Keypad("c").leave(0) is None


def test_a_machine_has_said_nothing() -> None:
    keypad = listening()
    keypad.voice(2.0)
    assert keypad.unhear(14) == Listened("c", "why", 0.0)
    assert keypad.unhear(14) is None
