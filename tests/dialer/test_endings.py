from typing import get_args

import pytest

from dialer.endings import (
    ENDINGS,
    Blame,
    LocalFailure,
    broke_off,
    cause_of,
    ending_of,
    trunk_failed,
)
from dialer.messages import Cause
from dialer.refusals import Told


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


LOCAL_CAUSES: list[tuple[LocalFailure, Cause]] = [
    ("ring_timeout", "no_answer"),
    ("hung_up", "no_answer"),
    ("no_response", "unreachable"),
    ("not_resolved", "unreachable"),
    ("bad_number", "wrong_number"),
    ("bad_trunk", "unreachable"),
    ("no_media", "media"),
    ("broken", "line_lost"),
]


@pytest.mark.parametrize(("local", "cause"), LOCAL_CAUSES)
def test_our_own_failure_decides_when_the_far_end_gave_no_reason(local: LocalFailure, cause: Cause) -> None:
    assert cause_of(0, False, local) == cause
    assert cause_of(487, False, local) == cause  # what the library says when we send CANCEL
    assert cause_of(487, True, local, Told(q850=16)) == cause  # the far end confirms our CANCEL
    assert cause_of(200, True, local) == cause


@pytest.mark.parametrize("local", [local for local, _ in LOCAL_CAUSES])
def test_what_the_far_end_said_decides_before_our_own_failure(local: LocalFailure) -> None:
    assert cause_of(486, True, local) == "busy"


# RFC 3398 section 7.2.4.1: the status that a gateway gives for each cause of ITU-T Q.850
RFC_3398 = {
    **dict.fromkeys((1, 3), 404),
    **{17: 486, 18: 408, 19: 480, 20: 480, 22: 410, 27: 502, 28: 484, 29: 501, 31: 480},
    **dict.fromkeys((34, 38, 41, 42, 47, 58, 88), 503),
    **{55: 403, 57: 403, 65: 488, 70: 488, 79: 501, 87: 403, 102: 504, 111: 500, 127: 500},
}


@pytest.mark.parametrize(("q850", "status"), RFC_3398.items())
def test_a_reason_of_the_network_is_taken_as_a_gateway_would_put_it(q850: int, status: int) -> None:
    assert cause_of(status, True, None, Told(q850=q850)) == cause_of(status, True, None)
    if q850 not in (31, 127):
        assert cause_of(500, True, None, Told(q850=q850)) == cause_of(status, True, None)


@pytest.mark.parametrize(
    ("status", "told", "cause"),
    [
        (480, Told(q850=17), "busy"),
        (480, Told(q850=1), "wrong_number"),
        (480, Told(q850=21), "declined"),
        (480, Told(q850=34), "congestion"),
        (487, Told(q850=17), "busy"),
        (500, Told(q850=19), "no_answer"),
        (503, Told(q850=17), "busy"),
        (503, Told(q850=52), "blocked"),
        (503, Told(q850=23), "redirected"),
        (408, Told(q850=20), "no_answer"),
        (400, Told(q850=28), "wrong_number"),
        (580, Told(q850=17), "busy"),
        (499, Told(q850=17), "busy"),
        (480, Told(sip=486), "busy"),
        (503, Told(sip=404), "wrong_number"),
        (500, Told(q850=17, sip=404), "busy"),
        (500, Told(q850=16, sip=404), "wrong_number"),
        # causes that say nothing
        (480, Told(q850=16), "no_answer"),
        (503, Told(q850=31), "congestion"),
        (500, Told(q850=127), "congestion"),
        # statuses that are clear
        (486, Told(q850=1), "busy"),
        (404, Told(q850=17), "wrong_number"),
        (403, Told(q850=17), "blocked"),
        (410, Told(sip=486), "wrong_number"),
        (429, Told(q850=17), "rate_limited"),
        (600, Told(q850=1), "busy"),
        (603, Told(q850=17), "declined"),
        (604, Told(q850=17), "wrong_number"),
        (607, Told(q850=17), "blocked"),
        (302, Told(q850=17), "redirected"),
        (407, Told(q850=21), "authentication"),
        (488, Told(q850=17), "media"),
        (200, Told(q850=34), "answered"),
    ],
)
def test_a_reason_refines_only_a_status_that_says_too_little(status: int, told: Told, cause: Cause) -> None:
    assert cause_of(status, True, None, told) == cause


def test_a_reason_without_a_message_of_the_far_end_means_nothing() -> None:
    assert cause_of(408, False, None, Told(q850=17)) == "unreachable"


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


@pytest.mark.parametrize(("q850", "blame"), [(54, "number"), (55, "number"), (87, "number"), (52, "trunk")])
def test_whose_calls_are_barred(q850: int, blame: Blame) -> None:
    assert ending_of(cause_of(503, True, None, Told(q850=q850)), 503, False, q850).blame == blame


@pytest.mark.parametrize(
    ("status", "rang", "q850", "blame"),
    [
        (408, False, 0, "trunk"),
        (408, True, 0, "callee"),
        (408, False, 18, "callee"),
        (408, False, 20, "callee"),
        (408, False, 16, "trunk"),
        (480, False, 0, "callee"),
        (0, False, 0, "callee"),
    ],
)
def test_who_has_not_answered(status: int, rang: bool, q850: int, blame: Blame) -> None:
    ending = ending_of("no_answer", status, rang, q850)
    assert (ending.cause, ending.blame, ending.retryable) == ("no_answer", blame, True)


@pytest.mark.parametrize("cause", sorted(set(get_args(Cause)) - {"blocked"}))
def test_every_other_cause_means_the_same_whatever_the_status(cause: Cause) -> None:
    for status, rang in ((0, False), (403, True), (607, False), (503, True)):
        assert ending_of(cause, status, rang) == ENDINGS[cause]


@pytest.mark.parametrize(
    ("cause", "status", "rang", "failed"),
    [
        ("unreachable", 0, False, True),  # no answer at all
        ("congestion", 502, False, True),
        ("congestion", 503, False, True),
        ("no_answer", 408, False, True),
        ("rate_limited", 429, False, True),
        ("authentication", 407, False, True),
        ("redirected", 302, False, True),
        ("blocked", 403, False, True),
        ("congestion", 503, True, False),  # whatever rings has been reached
        ("no_answer", 408, True, False),
        ("blocked", 403, True, False),
        ("blocked", 607, False, False),
        ("no_answer", 0, False, False),  # a ringing tone behind 183, until our patience ended
        ("no_answer", 480, False, False),
        ("busy", 486, False, False),
        ("busy", 503, False, False),  # a Reason header said so
        ("wrong_number", 404, False, False),
        ("media", 488, False, False),
        ("line_lost", 0, False, False),
        ("answered", 200, True, False),
        ("media", 200, True, False),
    ],
)
def test_what_counts_against_the_trunk(cause: Cause, status: int, rang: bool, failed: bool) -> None:
    assert trunk_failed(cause, status, rang) == failed


@pytest.mark.parametrize(
    ("status", "q850", "failed"),
    [
        (408, 17, False),  # busy
        (408, 18, False),  # no user responding
        (408, 20, False),  # the phone is switched off
        (408, 38, True),  # network out of order
        (403, 55, False),  # incoming calls barred
        (403, 21, True),
    ],
)
def test_a_reason_header_that_names_the_callee_clears_the_trunk(status: int, q850: int, failed: bool) -> None:
    cause = cause_of(status, True, None, Told(q850=q850))
    assert trunk_failed(cause, status, False, q850) == failed


@pytest.mark.parametrize(
    ("status", "broken"), [(200, False), (0, False), (408, True), (481, True), (503, True)]
)
def test_an_answered_call_that_ends_without_bye_is_broken_off(status: int, broken: bool) -> None:
    assert broke_off(status) == broken
