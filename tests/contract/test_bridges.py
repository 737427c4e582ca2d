"""What the engine may rely on when two people are to talk, whichever lines it has."""

import pytest

from dialer.messages import (
    Bridge,
    Bridged,
    Collect,
    Collected,
    Ended,
    HangUp,
    Held,
    Play,
    Played,
    StopPlaying,
    Transfer,
    Transferred,
)
from tests.contract.lines_under_test import (
    HANGS_UP,
    HOLD_SECONDS,
    HOLDS,
    LINES,
    MAY_BE_TRANSFERRED,
    NEVER_ANSWERS,
    OPERATOR,
    PROMPT_SECONDS,
    REFUSES_TRANSFER,
    SILENT,
    TARGET_IS_BUSY,
    UnderTest,
)

LOST = {"cause": "line_lost", "sip_status": 0, "rang": False, "answered": False, "talk_seconds": 0.0}


def test_a_kept_line_is_not_free_until_its_keeper_is_over(under_test: UnderTest) -> None:
    lines = under_test.lines
    assert (lines.free, lines.free_pairs) == (LINES, LINES // 2)
    under_test.answered(SILENT, "first", keeps=True)
    assert (lines.free, lines.free_pairs) == (LINES - 2, LINES // 2 - 1)
    under_test.answered(OPERATOR, "other", beside="first")
    assert lines.free == LINES - 2, "the other has taken it"
    lines.send(HangUp("other"))
    under_test.until_ended("other")
    under_test.until(lambda _: lines.free == LINES - 2)
    under_test.answered(OPERATOR, "next", beside="first")
    lines.send(HangUp("first"))
    lines.send(HangUp("next"))
    under_test.until_ended("first", "next")
    under_test.until(lambda _: lines.free == LINES)


def test_without_a_pair_of_lines_no_call_keeps_one(under_test: UnderTest) -> None:
    for call in ("a", "b", "c"):
        under_test.dial(NEVER_ANSWERS, call)
    under_test.dial(SILENT, "first", keeps=True)
    under_test.until_ended("first")
    assert under_test.ended("first") == Ended("first", **LOST)  # type: ignore[arg-type]
    assert under_test.lines.free == 1


@pytest.mark.parametrize("keeps", [False, True])
def test_a_call_beside_one_that_keeps_no_line_or_no_more_is_lost(under_test: UnderTest, keeps: bool) -> None:
    under_test.answered(SILENT, "first", keeps=keeps)
    if keeps:
        under_test.dial(OPERATOR, "taker", beside="first")
    for call, beside in (("a", "first"), ("b", "never was")):
        under_test.dial(OPERATOR, call, beside=beside)
        under_test.until_ended(call)
        assert under_test.ended(call) == Ended(call, **LOST)  # type: ignore[arg-type]
    assert under_test.lines.free == LINES - (2 if keeps else 1)


def test_who_is_left_when_the_other_hangs_up_can_be_told_so(under_test: UnderTest) -> None:
    under_test.pair(OPERATOR, HANGS_UP)
    under_test.until_ended("other")
    assert under_test.ended("other").cause == "answered"
    under_test.lines.send(Play("first", "gone", str(under_test.prompt)))
    under_test.until(lambda events: Played("first", "gone", finished=True) in events)
    under_test.lines.send(HangUp("first"))
    under_test.until_ended("first")
    assert (under_test.ended("first").cause, under_test.ended("first").answered) == ("answered", True)


def test_a_bridge_ends_at_the_limit_of_either_call(under_test: UnderTest) -> None:
    under_test.pair(OPERATOR, SILENT, limit_seconds=0.8)
    under_test.until_ended("other")
    assert under_test.ended("other").cause == "answered"
    assert under_test.ended("other").talk_seconds == pytest.approx(0.8, abs=0.4)
    assert not [event for event in under_test.events if isinstance(event, Ended) and event.call == "first"]


def test_another_may_be_bridged_when_one_is_over(under_test: UnderTest) -> None:
    under_test.pair(SILENT, OPERATOR)
    under_test.lines.send(HangUp("other"))
    under_test.until_ended("other")
    under_test.answered(OPERATOR, "next", beside="first")
    under_test.lines.send(Bridge("next", "first"))
    under_test.until(lambda events: Bridged("next", "first") in events)


def test_who_is_not_answered_over_or_oneself_cannot_be_bridged(under_test: UnderTest) -> None:
    under_test.answered(SILENT, "first", keeps=True)
    under_test.dial(NEVER_ANSWERS, "rings", beside="first")
    for other in ("rings", "never was", "first"):
        under_test.lines.send(Bridge("first", other))
        under_test.until(lambda events, other=other: Bridged("first", other, joined=False) in events)  # type: ignore[misc]
    under_test.lines.send(Bridge("never was", "first"))
    under_test.until_ended("rings")
    assert [event.call for event in under_test.events if isinstance(event, Bridged)] == ["first"] * 3


def test_keys_and_prompts_go_on_in_a_bridge(under_test: UnderTest) -> None:
    under_test.answered(OPERATOR, "first", keeps=True)
    under_test.answered(SILENT, "other", beside="first")
    under_test.lines.send(Play("first", "connecting", str(under_test.prompt)))
    under_test.lines.send(Bridge("first", "other"))
    under_test.lines.send(Collect("first", "anything", 1, "", 0.4, 1))
    under_test.until(lambda events: Collected("first", "anything", "", "timeout") in events)
    assert Played("first", "connecting", finished=True) in under_test.events
    assert Bridged("first", "other") in under_test.events


def test_stopping_ends_both_of_a_bridge(under_test: UnderTest) -> None:
    under_test.pair(OPERATOR, SILENT)
    under_test.lines.stop()
    under_test.until_ended("first", "other")


@pytest.mark.parametrize("bridged", [False, True])
def test_hold_is_told_when_it_begins_and_when_it_ends(under_test: UnderTest, bridged: bool) -> None:
    if bridged:
        under_test.pair(OPERATOR, HOLDS)
    else:
        under_test.answered(HOLDS, "other")
    begun = under_test.patience()
    under_test.until(lambda events: Held("other", on=False) in events)
    assert [event.on for event in under_test.events if isinstance(event, Held)] == [True, False]
    assert under_test.patience() - begun < sum(HOLD_SECONDS) + 1
    under_test.lines.send(Play("other", "still here", str(under_test.prompt)))
    under_test.until(lambda events: Played("other", "still here", finished=True) in events)


@pytest.mark.parametrize(
    ("number", "status"), [(MAY_BE_TRANSFERRED, 200), (TARGET_IS_BUSY, 486), (REFUSES_TRANSFER, 603)]
)
def test_what_becomes_of_a_transfer_is_told_once_and_the_call_goes_on(
    under_test: UnderTest, number: str, status: int
) -> None:
    under_test.answered(number)
    under_test.lines.send(Transfer("c1", OPERATOR))
    under_test.until(lambda events: Transferred("c1", status) in events)
    under_test.lines.send(Play("c1", "after", str(under_test.prompt)))
    under_test.until(lambda events: Played("c1", "after", finished=True) in events)
    under_test.lines.send(HangUp("c1"))
    under_test.until_ended("c1")
    assert sum(isinstance(event, Transferred) for event in under_test.events) == 1


def test_what_repeats_gives_way_to_what_comes_next(under_test: UnderTest) -> None:
    under_test.answered(SILENT)
    begun = under_test.patience()
    under_test.lines.send(Play("c1", "hold on", str(under_test.prompt)))
    under_test.lines.send(Play("c1", "tune", str(under_test.prompt), repeat=True))
    under_test.until(lambda events: Played("c1", "hold on", finished=True) in events)
    under_test.until(lambda _: under_test.patience() - begun > 4 * PROMPT_SECONDS)
    assert not [event for event in under_test.events if isinstance(event, Played) and event.prompt == "tune"]
    under_test.lines.send(Play("c1", "sorry", str(under_test.prompt)))
    under_test.until(lambda events: Played("c1", "sorry", finished=True) in events)
    assert [event for event in under_test.events if isinstance(event, Played)][1:] == [
        Played("c1", "tune", finished=False),
        Played("c1", "sorry", finished=True),
    ]


def test_what_repeats_ends_with_a_command(under_test: UnderTest) -> None:
    under_test.answered(SILENT)
    under_test.lines.send(Play("c1", "tune", str(under_test.prompt), repeat=True))
    under_test.lines.send(StopPlaying("c1"))
    under_test.until(lambda events: Played("c1", "tune", finished=False) in events)
