import pytest

from dialer.digits import LATE_END_KEY_SECONDS, REMEMBERED_PRESSES, KeyCollector, Keys, Presses


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
    presses = Presses()
    assert "".join(key for key, timestamp in packets if presses.fresh(key, timestamp, way=1)) == keys


def test_a_press_that_comes_both_ways_is_one_key() -> None:
    presses = Presses()
    heard = [presses.fresh(*packet) for packet in [("1", 800, 0), ("1", 0, 1), ("2", 900, 0), ("2", 0, 1)]]
    assert heard == [True, False, True, False]


def test_only_recent_presses_are_remembered() -> None:
    presses = Presses()
    for timestamp in range(REMEMBERED_PRESSES + 1):
        assert presses.fresh("1", timestamp, 1)
    assert not presses.fresh("1", 1, 1)
    assert presses.fresh("1", 0, 1)
