import pytest

from dialer.digits import (
    HELD_SECONDS,
    LATE_END_KEY_SECONDS,
    REMEMBERED_PRESSES,
    REORDERED_SECONDS,
    KeyCollector,
    Keys,
    Presses,
)


def collector(
    max_keys: int = 4, end_key: str = "#", late_end_key: str = "", late_until: float = 0.0
) -> KeyCollector:
    return KeyCollector(max_keys, end_key, 5, 2, late_end_key, late_until)


def press_all(question: KeyCollector, keys: str, now: float = 0.0) -> Keys | None:
    ended = None
    for key in keys:
        assert ended is None
        ended = question.press(key, now)
    return ended


@pytest.mark.parametrize(
    ("max_keys", "end_key", "pressed", "ended"),
    [
        (1, "", "5", Keys("5", "full")),
        (1, "", "#", Keys("#", "full")),
        (4, "#", "1954", Keys("1954", "full")),
        (4, "#", "19#", Keys("19", "end_key")),
        (4, "#", "#1#", Keys("1", "end_key")),
        (4, "*", "1#*", Keys("1#", "end_key")),
        (4, "#", "195", None),
        (4, "#", "##", None),
        (0, "", "1", Keys("1", "full")),
    ],
)
def test_when_a_question_has_enough(max_keys: int, end_key: str, pressed: str, ended: Keys | None) -> None:
    assert press_all(collector(max_keys, end_key), pressed) == ended


@pytest.mark.parametrize(("pressed", "keys"), [("*", "*"), ("19*", "19*")])
def test_the_escape_key_ends_a_question_at_once(pressed: str, keys: str) -> None:
    question = KeyCollector(4, "#", 5, 2, escape_key="*")
    assert press_all(question, pressed) == Keys(keys, "full")


def test_the_time_for_the_first_key_begins_with_silence() -> None:
    question = collector()
    assert question.deadline is None
    assert question.expire(1000) is None
    question.silence(10)
    assert question.expire(14.9) is None
    assert question.expire(15) == Keys("", "timeout")


def test_sound_stops_the_time_for_the_first_key_but_not_for_the_next() -> None:
    question = collector()
    question.silence(10)
    question.sound()
    assert question.deadline is None
    question.press("1", 20)
    question.sound()
    question.silence(21)
    assert question.deadline == 22
    assert question.expire(22) == Keys("1", "timeout")


def test_a_lone_end_key_neither_counts_nor_moves_the_deadline() -> None:
    question = collector()
    question.silence(10)
    assert not question.counts("#", 12)
    assert question.press("#", 12) is None
    assert question.deadline == 15


def test_each_key_gives_more_time() -> None:
    question = collector()
    question.press("1", 10)
    question.press("9", 11.5)
    assert question.expire(13.4) is None
    assert question.expire(13.5) == Keys("19", "timeout")


@pytest.mark.parametrize(("now", "counts"), [(0.0, False), (LATE_END_KEY_SECONDS - 0.1, False), (2.0, True)])
def test_the_end_key_of_the_question_before_is_no_answer_for_a_moment(now: float, counts: bool) -> None:
    question = collector(1, "", late_end_key="#", late_until=LATE_END_KEY_SECONDS)
    assert question.counts("#", now) == counts
    assert question.counts("1", now)


def heard(*packets: tuple[str, int, float]) -> str:
    """The presses among these packets: key, timestamp, when."""
    presses = Presses()
    return "".join(key for key, timestamp, now in packets if presses.fresh(key, timestamp, 1, now))


@pytest.mark.parametrize(
    ("packets", "keys"),
    [
        ([("1", 800), ("1", 800), ("1", 800)], "1"),
        ([("1", 800), ("1", 2400)], "11"),
        ([("1", 800), ("2", 2400), ("1", 800), ("2", 2400)], "12"),
        ([("1", 800), ("2", 800)], "12"),
        ([("R", 1), ("%", 2), ("A", 3), ("", 4), ("12", 5)], ""),
        ([("*", 1), ("#", 2), ("0", 3)], "*#0"),
    ],
)
def test_one_press_is_one_key_whatever_is_repeated(packets: list[tuple[str, int]], keys: str) -> None:
    assert heard(*((key, timestamp, 0.02 * at) for at, (key, timestamp) in enumerate(packets))) == keys


def test_a_press_that_comes_both_ways_is_one_key() -> None:
    presses = Presses()
    packets = [("1", 800, 0), ("1", 0, 1), ("2", 900, 0), ("2", 0, 1)]
    assert [presses.fresh(*packet, now=0.0) for packet in packets] == [True, False, True, False]


@pytest.mark.parametrize(("gap_seconds", "keys"), [(0.02, "1"), (HELD_SECONDS - 0.1, "1"), (1.1, "1" * 9)])
def test_a_press_lasts_as_long_as_its_packets_keep_coming(gap_seconds: float, keys: str) -> None:
    assert heard(*(("1", 800, gap_seconds * number) for number in range(9))) == keys


@pytest.mark.parametrize(
    ("later_seconds", "keys"), [(0.1, "12"), (REORDERED_SECONDS - 0.1, "12"), (0.6, "121"), (60.0, "121")]
)
def test_after_another_key_an_old_timestamp_is_soon_a_new_press(later_seconds: float, keys: str) -> None:
    assert heard(("1", 800, 0.0), ("2", 800, 0.0), ("1", 800, later_seconds)) == keys


def test_a_far_end_that_begins_at_the_same_timestamp_each_time_is_heard() -> None:
    year = [(key, 800 + 50 * place, 2.0 + 0.4 * place) for place, key in enumerate("1954")]
    assert heard(("1", 800, 0.0), ("1", 800, 0.2), *year) == "11954"


def test_an_overtaken_packet_does_not_make_the_press_that_lasts_a_new_one() -> None:
    assert heard(("1", 8, 0.0), ("2", 9, 0.1), ("1", 8, 0.2), ("2", 9, 0.9), ("2", 9, 1.8)) == "12"


def test_only_recent_presses_are_remembered() -> None:
    packets = [("1", timestamp, 0.0) for timestamp in range(REMEMBERED_PRESSES + 1)]
    assert len(heard(*packets)) == len(packets)
    assert heard(*packets, ("1", 1, 0.0)) == heard(*packets)
    assert heard(*packets, ("1", 0, 0.0)) == heard(*packets) + "1"
