import pytest

from dialer.digits import (
    CLOCK_MS,
    ENDED_SECONDS,
    HELD_SECONDS,
    LATE_END_KEY_SECONDS,
    OTHER_WAY_SECONDS,
    REMEMBERED_PRESSES,
    REORDERED_SECONDS,
    SEGMENT_MS,
    KeyCollector,
    KeyPacket,
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


def rtp(key: str, timestamp_ms: int, duration_ms: int = 20, ended: bool = False) -> KeyPacket:
    return KeyPacket(key, "rtp", timestamp_ms, duration_ms, ended)


def heard(*packets: tuple[KeyPacket, float]) -> str:
    """The presses among these packets, each with when it came."""
    presses = Presses()
    return "".join(packet.key for packet, now in packets if presses.fresh(packet, now))


def each_20_ms(*packets: KeyPacket, begin: float = 0.0) -> list[tuple[KeyPacket, float]]:
    return [(packet, begin + 0.02 * at) for at, packet in enumerate(packets)]


def a_press(key: str, timestamp_ms: int, lasts_ms: int = 100, ends: int = 3) -> list[KeyPacket]:
    """All packets of one press, one each 20 ms."""
    going = [rtp(key, timestamp_ms, duration) for duration in range(20, lasts_ms, 20)]
    return going + [rtp(key, timestamp_ms, lasts_ms, ended=True)] * ends


@pytest.mark.parametrize(
    ("packets", "keys"),
    [
        ([("1", 800), ("1", 800), ("1", 800)], "1"),
        ([("1", 800), ("1", 2400)], "11"),
        ([("1", 800), ("2", 2400), ("1", 800), ("2", 2400)], "12"),
        ([("1", 800), ("2", 800)], "12"),
        ([("R", 1), ("%", 2), ("A", 3), ("", 4), ("12", 5), ("D", 6)], ""),
        ([("*", 1), ("#", 2), ("0", 3)], "*#0"),
    ],
)
def test_one_press_is_one_key_whatever_is_repeated(packets: list[tuple[str, int]], keys: str) -> None:
    assert heard(*each_20_ms(*(rtp(*packet) for packet in packets))) == keys


PRESS = a_press("1", 800)
SECOND = a_press("1", 960)
OTHER = a_press("2", 960)


@pytest.mark.parametrize(
    ("packets", "keys"),
    [
        (PRESS, "1"),
        (PRESS[:4], "1"),
        (PRESS[-1:], "1"),
        (PRESS[2:], "1"),
        (PRESS[::-1], "1"),
        ([*PRESS[:2], *PRESS[5:], *PRESS[2:5]], "1"),
        ([*PRESS[:-3], PRESS[-1], PRESS[3], PRESS[-1]], "1"),
        (PRESS + SECOND, "11"),
        (PRESS[:4] + SECOND[2:], "11"),
        (PRESS[:4] + SECOND[:4], "11"),
        (PRESS + SECOND[-1:], "11"),
        ([*PRESS[:4], SECOND[0], PRESS[4], *SECOND[1:]], "11"),
        ([*PRESS[:4], OTHER[0], *PRESS[4:], *OTHER[1:]], "12"),
    ],
    ids=[
        "whole",
        "end lost",
        "only an end",
        "begin lost",
        "backwards",
        "end overtakes",
        "late update",
        "twice",
        "end and begin lost",
        "both ends lost",
        "second all but end lost",
        "second begins before the end of the first",
        "another key before the end of the first",
    ],
)
def test_lost_and_overtaken_packets(packets: list[KeyPacket], keys: str) -> None:
    assert heard(*each_20_ms(*packets)) == keys


FULL = SEGMENT_MS


def long_press(*durations_ms: int, gap_ms: int = 0, ends: bool = True) -> list[tuple[KeyPacket, float]]:
    """Segments of one press, told each half a second."""
    packets, timestamp = [], 4000
    for number, duration in enumerate(durations_ms, 1):
        last = ends and number == len(durations_ms)
        told = [*range(500, duration, 500), duration]
        packets += [rtp("5", timestamp % CLOCK_MS, ms, last and ms == duration) for ms in told]
        timestamp += duration + gap_ms
    return [(packet, 0.5 * at) for at, packet in enumerate(packets)]


@pytest.mark.parametrize(
    ("packets", "keys"),
    [
        (long_press(FULL, 700), "5"),
        (long_press(FULL, FULL, FULL, 100), "5"),
        (long_press(1000, 1000, 200), "5"),
        (long_press(FULL - 150, 700, gap_ms=150), "5"),
        (long_press(FULL, 700, gap_ms=1), "5"),
        (long_press(FULL, 700, gap_ms=-1), "5"),
        (long_press(1000, 1000, gap_ms=60), "55"),
        ([*long_press(1000), (rtp("5", 5000), 1.2)], "55"),
    ],
    ids=["two", "four", "short ones", "last of one lost", "late", "early", "two presses", "after an end"],
)
def test_a_long_press_in_segments_is_one(packets: list[tuple[KeyPacket, float]], keys: str) -> None:
    assert heard(*packets) == keys


def test_a_segment_may_lie_across_the_end_of_the_clock() -> None:
    at = CLOCK_MS - FULL
    assert heard((rtp("5", at, FULL), 0.0), (rtp("5", 0, 20), 0.02)) == "5"
    assert heard((rtp("5", at, FULL), 0.0), (rtp("5", 300, 20), 0.3)) == "55"


@pytest.mark.parametrize(
    ("pause_seconds", "keys"), [(0.02, "1"), (ENDED_SECONDS - 0.01, "1"), (ENDED_SECONDS, "11"), (0.6, "11")]
)
def test_a_timestamp_that_begins_again_after_an_end_is_another_press(pause_seconds: float, keys: str) -> None:
    first = (rtp("1", 800, 100, ended=True), 10.0)
    assert heard(first, *each_20_ms(*PRESS, begin=10.0 + pause_seconds)[:1]) == keys


def info(key: str) -> KeyPacket:
    return KeyPacket(key, "info")


def tone(key: str) -> KeyPacket:
    return KeyPacket(key, "inband")


@pytest.mark.parametrize(
    ("packets", "keys"),
    [
        ([(rtp("1", 800), 0.0), (info("1"), 0.1), (rtp("2", 1800), 1.0), (info("2"), 1.1)], "12"),
        ([(info("1"), 0.0), (rtp("1", 800), 0.0), (rtp("1", 800, 200, True), 0.2), (tone("1"), 0.1)], "1"),
        ([(rtp("1", 800), 0.0), (rtp("1", 1100), 0.3), (info("1"), 0.5), (info("1"), 0.8)], "11"),
        ([(rtp("1", 800), 0.0), (info("1"), 0.1), (info("1"), 0.5), (rtp("1", 1800), 1.0)], "11"),
        ([(rtp("1", 800), 0.0), (info("1"), 1.6)], "1"),
        ([(rtp("1", 800), 0.0), (info("2"), 0.3)], "12"),
        ([(rtp("1", 800), 0.0), (info("1"), OTHER_WAY_SECONDS + 0.1)], "11"),
        ([(info("7"), 0.0), (info("7"), 0.001), (tone("8"), 1.0), (tone("8"), 1.1)], "7788"),
        ([(info("%"), 0.0), (info("A"), 0.1), (tone("D"), 0.2), (info(""), 0.3)], ""),
    ],
    ids=[
        "each both ways",
        "all three",
        "twice, then both again",
        "one of two lost on each way",
        "sent again",
        "another key",
        "much later",
        "each request and tone is one",
        "no keys",
    ],
)
def test_a_press_that_comes_by_several_ways_is_one(packets: list[tuple[KeyPacket, float]], keys: str) -> None:
    assert heard(*packets) == keys


@pytest.mark.parametrize(("gap_seconds", "keys"), [(0.02, "1"), (HELD_SECONDS - 0.1, "1"), (1.1, "1" * 9)])
def test_a_press_lasts_as_long_as_its_packets_keep_coming(gap_seconds: float, keys: str) -> None:
    assert heard(*((rtp("1", 800), gap_seconds * number) for number in range(9))) == keys


@pytest.mark.parametrize(
    ("later_seconds", "keys"), [(0.1, "12"), (REORDERED_SECONDS - 0.1, "12"), (0.6, "121"), (60.0, "121")]
)
def test_after_another_key_an_old_timestamp_is_soon_a_new_press(later_seconds: float, keys: str) -> None:
    assert heard((rtp("1", 800), 0.0), (rtp("2", 800), 0.0), (rtp("1", 800), later_seconds)) == keys


def test_a_far_end_that_begins_at_the_same_timestamp_each_time_is_heard() -> None:
    year = [(rtp(key, 800 + 50 * place), 2.0 + 0.4 * place) for place, key in enumerate("1954")]
    assert heard((rtp("1", 800), 0.0), (rtp("1", 800), 0.2), *year) == "11954"


def test_an_overtaken_packet_does_not_make_the_press_that_lasts_a_new_one() -> None:
    packets = [("1", 8, 0.0), ("2", 9, 0.1), ("1", 8, 0.2), ("2", 9, 0.9), ("2", 9, 1.8)]
    assert heard(*((rtp(key, timestamp), now) for key, timestamp, now in packets)) == "12"


def test_only_recent_presses_are_remembered() -> None:
    packets = [(rtp("1", 100 * number), 0.0) for number in range(REMEMBERED_PRESSES + 1)]
    assert len(heard(*packets)) == len(packets)
    assert heard(*packets, (rtp("1", 100), 0.0)) == heard(*packets)
    assert heard(*packets, (rtp("1", 0), 0.0)) == heard(*packets) + "1"


@pytest.mark.parametrize("pressed", ["", "1"], ids=["first key", "next key"])
def test_the_times_of_a_question_stand_still_on_hold(pressed: str) -> None:
    question = KeyCollector(4, "#", 5, 5)
    question.silence(10)
    press_all(question, pressed, 10)
    question.hold(12)
    question.hold(13)
    assert (question.deadline, question.timing) == (None, True)
    assert question.expire(1000) is None
    question.resume(100)
    question.resume(101)
    assert question.expire(102.9) is None
    assert question.expire(103) == Keys(pressed, "timeout")


def test_what_begins_on_hold_begins_when_it_is_over() -> None:
    question = collector()
    question.hold(0)
    question.silence(7)
    question.resume(10)
    assert question.deadline == 15
    question.hold(11)
    question.press("1", 20)
    question.resume(30)
    assert question.deadline == 32
