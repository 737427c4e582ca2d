"""Questions and presses of one call, with time handed in."""

import pytest

from dialer.digits import LATE_END_KEY_SECONDS, KeyPacket
from dialer.keypad import MOST_EARLY_KEYS, Heeded, Keypad
from dialer.messages import Collect, Collected


def question(
    name: str = "q", most: int = 4, end_key: str = "#", early: bool = False, escape_key: str = ""
) -> Collect:
    return Collect("c", name, most, end_key, 5, 2, escape_key, early)


def pressed(keypad: Keypad, keys: str, now: float = 0.0) -> list[Heeded]:
    return [keypad.press(key, now) for key in keys]


def test_a_press_is_told_counted_and_collected() -> None:
    keypad = Keypad("c")
    assert keypad.ask(question(most=2), 0) == Heeded()
    first, second = pressed(keypad, "12", 1.0)
    assert first == Heeded(pressed=True, counted=True)
    assert second == Heeded(True, True, Collected("c", "q", "12", "full"))
    assert (keypad.asking, keypad.deadline) == (False, None)


def test_a_lone_end_key_stops_nothing() -> None:
    keypad = Keypad("c")
    keypad.ask(question(), 0)
    assert keypad.press("#", 1.0) == Heeded(pressed=True)


def test_only_the_first_packet_of_a_press_counts() -> None:
    keypad = Keypad("c")
    keypad.ask(question(), 0)
    packets = [KeyPacket("1", "rtp", 800, 20 * part, part == 3) for part in range(1, 4)]
    heeded = [keypad.packet(packet, 0.02 * at) for at, packet in enumerate(packets)]
    assert heeded == [Heeded(True, True), Heeded(), Heeded()]


@pytest.mark.parametrize(
    ("keys", "asked", "collected"),
    [
        ("1", question(most=1, early=True), Collected("c", "q", "1", "full")),
        ("1954", question(early=True), Collected("c", "q", "1954", "full")),
        ("19#", question(early=True), Collected("c", "q", "19", "end_key")),
        ("#1#", question(early=True), Collected("c", "q", "1", "end_key")),
        ("1*", question(early=True, escape_key="*"), Collected("c", "q", "1*", "full")),
        ("19", question(early=True), None),
        ("1954", question(), None),
    ],
)
def test_early_keys_answer_at_once_where_they_are_wanted(
    keys: str, asked: Collect, collected: Collected | None
) -> None:
    keypad = Keypad("c")
    assert pressed(keypad, keys) == [Heeded(pressed=True)] * len(keys)
    heeded = keypad.ask(asked, 10)
    assert heeded == Heeded(counted=asked.early_keys, collected=collected)
    assert keypad.asking == (collected is None)


def test_early_keys_that_are_not_enough_leave_time_for_the_next() -> None:
    keypad = Keypad("c")
    pressed(keypad, "19")
    keypad.ask(question(early=True), 10)
    keypad.playing(False, 10)
    assert keypad.deadline == 12
    assert pressed(keypad, "54", 11)[1].collected == Collected("c", "q", "1954", "full")


def test_nothing_but_an_end_key_came_early() -> None:
    keypad = Keypad("c")
    pressed(keypad, "#")
    assert keypad.ask(question(early=True), 1) == Heeded()


def test_unwanted_keys_are_forgotten_for_good() -> None:
    keypad = Keypad("c")
    pressed(keypad, "12")
    keypad.ask(question("a", most=1), 1)
    keypad.press("3", 2)
    assert keypad.ask(question("b", most=1, early=True), 3) == Heeded()


def test_what_is_left_over_waits_for_the_next_question() -> None:
    keypad = Keypad("c")
    pressed(keypad, "1954#27")
    answers = [
        keypad.ask(question("year", early=True), 1).collected,
        keypad.ask(question("who", most=1, early=True), 2).collected,
        keypad.ask(question("drop", most=1), 3).collected,
    ]
    assert answers == [Collected("c", "year", "1954", "full"), Collected("c", "who", "2", "full"), None]


@pytest.mark.parametrize(("after_seconds", "kept"), [(0.5, ""), (LATE_END_KEY_SECONDS, "#")])
def test_a_late_end_key_is_no_early_key(after_seconds: float, kept: str) -> None:
    keypad = Keypad("c")
    keypad.ask(question(), 0)
    pressed(keypad, "1954", 1.0)
    keypad.press("#", 1.0 + after_seconds)
    collected = keypad.ask(question("next", most=1, end_key="", early=True), 60).collected
    assert collected == (Collected("c", "next", kept, "full") if kept else None)


def test_no_more_keys_are_kept_than_anybody_types() -> None:
    keypad = Keypad("c")
    pressed(keypad, "1" * (MOST_EARLY_KEYS + 5))
    collected = keypad.ask(question(most=99, early=True), 1)
    assert (collected.collected, keypad.deadline) == (None, 3)
    keys = keypad.expire(3)
    assert isinstance(keys, Collected)
    assert len(keys.keys) == MOST_EARLY_KEYS


def test_the_time_for_the_first_key_runs_in_silence_only() -> None:
    keypad = Keypad("c")
    keypad.playing(False, 0)
    keypad.ask(question(), 0)
    keypad.playing(True, 0)
    assert keypad.deadline is None
    keypad.playing(False, 10)
    keypad.playing(False, 12)
    assert keypad.deadline == 15
    assert keypad.expire(14) is None
    assert keypad.expire(15) == Collected("c", "q", "", "timeout")
    assert keypad.expire(16) is None


def test_on_hold_all_times_stand_still() -> None:
    keypad = Keypad("c")
    keypad.ask(question(), 0)
    keypad.playing(False, 10)
    keypad.hold(12)
    assert (keypad.deadline, keypad.expire(1000)) == (None, None)
    keypad.resume(100)
    assert keypad.deadline == 103


def test_a_question_that_is_asked_on_hold_waits() -> None:
    keypad = Keypad("c")
    keypad.hold(0)
    keypad.ask(question(), 1)
    keypad.playing(False, 1)
    assert keypad.deadline is None
    keypad.resume(50)
    assert keypad.deadline == 55


def test_a_new_question_replaces_the_old_one_with_its_keys() -> None:
    keypad = Keypad("c")
    keypad.ask(question("old"), 0)
    keypad.press("1", 1)
    keypad.ask(question("new", most=1, early=True), 2)
    assert keypad.press("2", 3).collected == Collected("c", "new", "2", "full")
