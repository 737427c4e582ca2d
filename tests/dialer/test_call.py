from typing import get_args

import pytest

from dialer.call import (
    BRIDGED_HELD_SECONDS,
    BRIDGED_RTP_SECONDS,
    FIRST_RTP_SECONDS,
    HELD_SECONDS,
    LEAVING_SECONDS,
    MEDIA_SECONDS,
    MOVES,
    NO_RESPONSE_SECONDS,
    RTP_SECONDS,
    Expired,
    IllegalMove,
    Life,
    Sign,
    State,
)


def life(*signs: Sign, ring_seconds: float = 30, limit_seconds: float = 300) -> Life:
    """A call that begins at 100 and gets a sign each second."""
    begun = Life(100, ring_seconds, limit_seconds)
    for second, sign in enumerate(signs, start=1):
        begun.move(sign, 100 + second)
    return begun


@pytest.mark.parametrize(
    ("signs", "state", "rang", "answered"),
    [
        ([], "dialing", False, False),
        (["rings"], "ringing", True, False),
        (["early_media"], "early", False, False),
        (["early_media", "disconnected"], "over", False, False),
        (["early_media", "rings"], "early", True, False),
        (["rings", "early_media"], "early", True, False),
        (["early_media", "confirmed"], "connected", True, True),
        (["rings", "early_media", "confirmed"], "connected", True, True),
        (["confirmed", "media"], "talking", True, True),
        (["confirmed", "media", "media"], "talking", True, True),
        (["confirmed", "media", "hold"], "held", True, True),
        (["confirmed", "hold", "hold"], "held", True, True),
        (["confirmed", "media", "hold", "media"], "talking", True, True),
        (["confirmed", "media", "hold", "disconnected"], "over", True, True),
        (["rings", "hang_up"], "leaving", True, False),
        (["disconnected"], "over", False, False),
        (["rings", "confirmed", "media", "disconnected"], "over", True, True),
    ],
)
def test_the_way_of_a_call(signs: list[Sign], state: State, rang: bool, answered: bool) -> None:
    way = life(*signs)
    assert (way.state, way.rang, way.answered) == (state, rang, answered)


def test_an_illegal_move_raises_and_changes_nothing() -> None:
    ways: dict[State, list[Sign]] = {
        "dialing": [],
        "ringing": ["rings"],
        "early": ["early_media"],
        "connected": ["confirmed"],
        "talking": ["confirmed", "media"],
        "held": ["confirmed", "media", "hold"],
        "leaving": ["hang_up"],
        "over": ["disconnected"],
    }
    for state, signs in ways.items():
        for sign in get_args(Sign):
            if (state, sign) in MOVES:
                continue
            way = life(*signs)
            before = vars(way).copy()
            with pytest.raises(IllegalMove):
                way.move(sign, 999)
            assert vars(way) == before


def test_every_call_can_be_left_and_ends() -> None:
    for state in get_args(State):
        if state != "over":
            assert MOVES[state, "disconnected"] == "over"
        if state not in ("leaving", "over"):
            assert MOVES[state, "hang_up"] == "leaving"


@pytest.mark.parametrize(
    ("signs", "at", "limit"),
    [
        ([], 100 + NO_RESPONSE_SECONDS, "no_response"),
        (["rings"], 101 + 30, "ring_timeout"),
        (["rings", "rings", "early_media"], 101 + 30, "ring_timeout"),
        (["early_media", "rings"], 101 + 30, "ring_timeout"),
        (["rings", "confirmed"], 102 + MEDIA_SECONDS, "no_media"),
        (["rings", "confirmed", "media"], 103 + FIRST_RTP_SECONDS, "no_media"),
        (["rings", "confirmed", "hold"], 103 + HELD_SECONDS, "limit"),
        (["rings", "confirmed", "media", "hold", "hold"], 104 + HELD_SECONDS, "limit"),
        (["confirmed", "media", "hold", "media"], 104 + FIRST_RTP_SECONDS, "no_media"),
        (["rings", "hang_up"], 102 + LEAVING_SECONDS, "hung_up"),
    ],
)
def test_each_state_has_its_limit(signs: list[Sign], at: float, limit: Expired) -> None:
    way = life(*signs)
    assert way.expired(at - 0.01) is None
    assert way.expired(at) == limit
    assert way.deadline() == (at, limit)


def test_a_call_that_is_over_waits_for_nothing() -> None:
    assert life("disconnected").deadline() is None


def test_a_trunk_that_only_says_trying_gets_the_whole_ringing_time() -> None:
    way = life()
    way.responded()
    assert way.deadline() == (130, "ring_timeout")


def test_a_ringing_time_shorter_than_our_patience_ends_a_silent_call_as_unreachable() -> None:
    assert life(ring_seconds=2).deadline() == (102, "no_response")


def test_a_short_limit_ends_a_call_before_its_media() -> None:
    assert life("confirmed", limit_seconds=1).deadline() == (102, "limit")


def test_talk_is_counted_from_the_answer() -> None:
    assert life("rings").talk_seconds(200) == 0
    assert life("rings", "confirmed").talk_seconds(110) == 8


def test_rtp_that_stops_ends_the_call() -> None:
    way = life("confirmed", "media")
    way.heard(104)
    assert way.deadline() == (104 + RTP_SECONDS, "no_media")
    way.heard(110)
    assert way.deadline() == (110 + RTP_SECONDS, "no_media")


def test_nobody_waits_for_rtp_on_hold_and_afterwards_it_has_its_time_again() -> None:
    way = life("confirmed", "media")
    way.heard(103)
    way.move("hold", 110)
    assert way.deadline() == (110 + HELD_SECONDS, "limit")
    way.move("media", 200)
    assert way.deadline() == (200 + RTP_SECONDS, "no_media")


def test_people_who_talk_with_each_other_may_listen_and_look_things_up_for_long() -> None:
    way = life("confirmed", "media", limit_seconds=3600)
    way.heard(104)
    way.bridge(True, 110)
    assert way.deadline() == (104 + BRIDGED_RTP_SECONDS, "no_media")
    way.move("hold", 111)
    assert way.deadline() == (111 + BRIDGED_HELD_SECONDS, "limit")


def test_without_the_other_the_limits_of_a_lone_call_begin_anew() -> None:
    way = life("confirmed", "media", limit_seconds=3600)
    way.heard(104)
    way.bridge(True, 110)
    way.bridge(False, 130)
    assert way.deadline() == (130 + RTP_SECONDS, "no_media")
    way.move("hold", 131)
    way.bridge(True, 131)
    way.bridge(False, 400)
    assert way.deadline() == (400 + HELD_SECONDS, "limit")
    way.bridge(False, 500)
    assert way.deadline() == (400 + HELD_SECONDS, "limit"), "there was no bridge"


def test_a_far_end_that_only_listens_may_be_silent() -> None:
    way = life("confirmed", "media")
    way.expect_rtp(False)
    assert way.deadline() == (101 + 300, "limit")
    way.expect_rtp(True)
    assert way.deadline() == (102 + FIRST_RTP_SECONDS, "no_media")


def test_a_short_limit_ends_a_silent_call() -> None:
    assert life("confirmed", "media", limit_seconds=3).deadline() == (104, "limit")


@pytest.mark.parametrize(
    ("signs", "in_talk"),
    [
        ([], False),
        (["confirmed"], False),
        (["confirmed", "media"], True),
        (["confirmed", "media", "hold"], True),
        (["confirmed", "media", "hang_up"], False),
    ],
)
def test_keys_count_while_the_far_end_can_talk_to_us(signs: list[Sign], in_talk: bool) -> None:
    assert life(*signs).in_talk == in_talk
