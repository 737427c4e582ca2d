"""What an answer to a webhook means."""

from datetime import UTC, datetime

import pytest

from campaigns.courier.answers import LONGEST_REST_SECONDS, meaning
from campaigns.courier.port import Fault, Sent

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_it_has_it(status: int) -> None:
    assert meaning("registry", status, {}, NOW) == Sent()


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (301, "sends us elsewhere, which is never followed", False),
        (304, "sends us elsewhere", False),
        (400, "does not understand what it is sent", False),
        (401, "refuses us: it must have the secret that secrets_env names", False),
        (403, "refuses us: it must have the secret that secrets_env names", False),
        (404, "has nothing at this address: correct its url", False),
        (405, "takes no POST", False),
        (410, "says that it is gone for good", True),
        (418, "does not take this: ask whoever runs it", False),
        (422, "does not take this", False),
        (429, "asks for fewer at a time", False),
        (500, "is there but has failed", False),
        (503, "is there but has failed", False),
        (999, "does not take this", False),
    ],
)
def test_it_does_not(status: int, reason: str, permanent: bool) -> None:
    said = meaning("registry", status, {}, NOW)
    assert isinstance(said, Fault)
    assert said.sentence.startswith(f'Webhook "registry" {reason}')
    assert said.sentence.endswith(f" (status {status}).")
    assert said.permanent is permanent


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("", None),
        ("30", 30.0),
        ("0", 0.0),
        ("9" * 5000, LONGEST_REST_SECONDS),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Sun, 22 Nov 2026 09:02:00 GMT", 120.0),
        ("Sun, 22 Nov 2026 09:02:00", 120.0),
        ("Sun, 22 Nov 2026 08:00:00 GMT", None),
        ("Sun, 22 Nov 2099 08:00:00 GMT", LONGEST_REST_SECONDS),
    ],
)
def test_how_long_it_wants_to_be_left_alone(written: str, seconds: float | None) -> None:
    said = meaning("registry", 503, {"retry-after": written}, NOW)
    assert isinstance(said, Fault)
    assert said.retry_after_seconds == seconds
