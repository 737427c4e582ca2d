"""When a campaign pauses itself."""

import pytest

from campaigns.rules.brakes import Ended, Tripped, heeded, tripped
from campaigns.rules.policy import Brakes

REACHED = Ended("answered", "completed")
FAILED = Ended("congestion", "failed")
GONE = Ended("wrong_number", "unanswered")
OPTED_OUT = Ended("answered", "opted_out")
BRAKES = Brakes(failures=0.3, opt_outs=0.05, of_last=50)


@pytest.mark.parametrize(
    ("brakes", "calls", "why"),
    [
        (BRAKES, [], None),
        (BRAKES, [FAILED], None),
        (BRAKES, [FAILED] * 15, None),
        (BRAKES, [FAILED] * 16, "failures"),
        (BRAKES, [REACHED] * 34 + [FAILED] * 16, "failures"),
        (BRAKES, [REACHED] * 35 + [FAILED] * 16, None),
        (BRAKES, [FAILED] * 8 + [GONE] * 8, "failures"),
        (BRAKES, [OPTED_OUT] * 2, None),
        (BRAKES, [OPTED_OUT] * 3, "opt_outs"),
        (BRAKES, [OPTED_OUT] * 3 + [FAILED] * 16, "failures"),
        (BRAKES, [REACHED] * 50 + [OPTED_OUT] * 50, None),
        (Brakes(failures=0.0, of_last=10), [REACHED] * 9, None),
        (Brakes(failures=0.0, of_last=10), [FAILED], "failures"),
        (Brakes(), [FAILED] * 100, None),
        (Brakes(), [OPTED_OUT] * 100, None),
    ],
)
def test_a_threshold_is_passed(brakes: Brakes, calls: list[Ended], why: str | None) -> None:
    found = tripped(brakes, calls)
    assert (found.why if found else None) == why


def test_what_was_passed_is_told_in_numbers() -> None:
    assert tripped(BRAKES, [FAILED] * 16 + [REACHED] * 2) == Tripped("failures", 16, 18, 0.3, 50)


@pytest.mark.parametrize(
    ("brakes", "can_stop"),
    [(Brakes(), False), (Brakes(failures=0.5), True), (Brakes(opt_outs=0.99), True)],
)
def test_brakes_that_never_stop_anything_are_known(brakes: Brakes, can_stop: bool) -> None:
    assert heeded(brakes) is can_stop


@pytest.mark.parametrize(
    ("call", "failed"),
    [
        (REACHED, False),
        (FAILED, True),
        (GONE, True),
        (Ended("blocked", "unanswered"), True),
        (Ended("busy", "unanswered"), False),
        (Ended("no_answer", "unanswered"), False),
        (OPTED_OUT, False),
    ],
)
def test_a_call_that_could_not_reach_anybody_failed(call: Ended, failed: bool) -> None:
    assert call.failed is failed
