from typing import get_args

import pytest

from dialer.endings import ENDINGS, Blame, LocalFailure, cause_of, ending_of
from dialer.messages import Cause


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (200, "answered"),
        (302, "redirected"),
        (380, "redirected"),
        (401, "authentication"),
        (403, "blocked"),
        (404, "wrong_number"),
        (407, "authentication"),
        (408, "no_answer"),
        (410, "wrong_number"),
        (415, "media"),
        (429, "rate_limited"),
        (480, "no_answer"),
        (484, "wrong_number"),
        (486, "busy"),
        (487, "no_answer"),
        (488, "media"),
        (499, "unreachable"),
        (500, "congestion"),
        (502, "congestion"),
        (503, "congestion"),
        (504, "congestion"),
        (580, "congestion"),
        (600, "busy"),
        (603, "declined"),
        (604, "wrong_number"),
        (607, "blocked"),
        (608, "blocked"),
        (699, "declined"),
    ],
)
def test_what_the_far_end_said(status: int, cause: Cause) -> None:
    assert cause_of(status, True, None) == cause


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (408, "unreachable"),
        (502, "unreachable"),
        (503, "unreachable"),
        (406, "media"),
        (415, "media"),
        (0, "unreachable"),
    ],
)
def test_what_the_library_made_up_is_about_the_way_there(status: int, cause: Cause) -> None:
    assert cause_of(status, False, None) == cause


@pytest.mark.parametrize(
    ("local", "cause"),
    [
        ("ring_timeout", "no_answer"),
        ("hung_up", "no_answer"),
        ("no_response", "unreachable"),
        ("not_resolved", "unreachable"),
        ("bad_number", "wrong_number"),
        ("bad_trunk", "unreachable"),
        ("no_media", "media"),
        ("broken", "line_lost"),
    ],
)
def test_our_own_failure_decides_before_any_status(local: LocalFailure, cause: Cause) -> None:
    assert cause_of(486, True, local) == cause


def test_every_local_failure_has_a_cause() -> None:
    assert all(cause_of(0, False, local) in get_args(Cause) for local in get_args(LocalFailure))


@pytest.mark.parametrize(
    ("blame", "causes"),
    [
        ("nobody", {"answered"}),
        ("callee", {"busy", "no_answer", "declined"}),
        ("number", {"wrong_number"}),
        ("trunk", {"blocked", "redirected", "congestion", "rate_limited", "authentication", "unreachable"}),
        ("us", {"media", "line_lost"}),
    ],
)
def test_whose_fault_it_was(blame: Blame, causes: set[Cause]) -> None:
    assert {ending.cause for ending in ENDINGS.values() if ending.blame == blame} == causes


def test_a_number_that_is_at_fault_and_an_answer_are_not_tried_again() -> None:
    final = {ending.cause for ending in ENDINGS.values() if not ending.retryable}
    assert final == {"answered", "wrong_number"}


@pytest.mark.parametrize(
    ("status", "rang", "blame"),
    [
        (403, False, "trunk"),
        (403, True, "number"),
        (433, False, "number"),
        (607, False, "number"),
        (608, False, "number"),
        (608, True, "number"),
    ],
)
def test_who_has_blocked_us(status: int, rang: bool, blame: Blame) -> None:
    ending = ending_of(cause_of(status, True, None), status, rang)
    assert (ending.cause, ending.blame, ending.retryable) == ("blocked", blame, blame == "trunk")


@pytest.mark.parametrize("cause", sorted(set(get_args(Cause)) - {"blocked"}))
def test_every_other_cause_means_the_same_whatever_the_status(cause: Cause) -> None:
    for status, rang in ((0, False), (403, True), (607, False), (503, True)):
        assert ending_of(cause, status, rang) == ENDINGS[cause]
