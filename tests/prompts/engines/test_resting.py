"""An engine that failed is left alone for a while."""

import pytest

from prompts.engines.resting import REST_SECONDS, Rest


@pytest.mark.parametrize(
    ("events", "resting"),
    [
        ("", False),
        ("f", False),
        ("ff", True),
        ("fwf", False),
        ("fwff", True),
        ("h", True),
        ("wh", True),
        ("ffw", True),  # an answer that was under way ends no rest
    ],
)
def test_what_begins_a_rest(events: str, resting: bool) -> None:
    rest = Rest(lambda: 1000.0)
    for event in events:
        match event:
            case "f":
                rest.failed()
            case "h":
                rest.failed(hopeless=True)
            case _:
                rest.worked()
    assert rest.resting is resting


def test_a_rest_ends_and_the_next_one_takes_two_failures_again() -> None:
    now = [0.0]
    rest = Rest(lambda: now[0])
    rest.failed(hopeless=True)
    now[0] = REST_SECONDS - 0.1
    assert rest.resting
    now[0] = REST_SECONDS
    assert not rest.resting
    rest.failed()
    assert not rest.resting
