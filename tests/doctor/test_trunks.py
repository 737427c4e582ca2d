"""What each answer of a trunk means, in words."""

import pytest

from campaigns.doctor.trunks import Heard, options_finding, registration_finding, untried_registration
from dialer.messages import Probed, Registered
from dialer.settings import Trunk


def heard(status: int, registered: int | None = None) -> Heard:
    return Heard(Probed("t", status, 12.4), None if registered is None else Registered("t", registered))


@pytest.mark.parametrize(
    ("said", "username", "verdict", "words"),
    [
        (heard(200), "", "right", "in 12 ms with 200: it is there."),
        (heard(405), "", "right", "405: it is there"),
        (heard(401), "", "wrong", "add username and password_env"),
        (heard(407), "clinic", "doubtful", "one call will show"),
        (heard(407, 200), "clinic", "right", "takes it when we register"),
        (heard(403), "", "wrong", "allow this machine's address"),
        (heard(503), "", "wrong", "cannot take calls now"),
        (heard(302), "", "wrong", "not followed"),
        (heard(600), "", "doubtful", "unusual"),
        (heard(0), "", "wrong", "does not answer OPTIONS within 8 seconds"),
        (Heard(), "", "wrong", "does not answer OPTIONS"),
    ],
)
def test_an_answer_to_options(said: Heard, username: str, verdict: str, words: str) -> None:
    finding = options_finding(Trunk("t", "sip:a", username), said)
    assert (finding.what, finding.verdict) == ("trunk t", verdict)
    assert words in finding.sentence


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        (200, "right", "has registered us"),
        (0, "wrong", "does not answer REGISTER"),
        (None, "wrong", "does not answer REGISTER"),
        (401, "wrong", "the password is wrong"),
        (407, "wrong", "the password is wrong"),
        (403, "wrong", "no such account"),
        (500, "wrong", "ask the provider"),
    ],
)
def test_an_answer_to_register(status: int | None, verdict: str, words: str) -> None:
    event = None if status is None else Registered("t", status)
    finding = registration_finding(Trunk("t", "sip:a", "clinic"), event)
    assert finding.verdict == verdict
    assert words in finding.sentence


def test_a_registration_that_an_engine_holds_is_not_called_right() -> None:
    finding = untried_registration(Trunk("t", "sip:a", "clinic", register=True))
    assert (finding.what, finding.verdict) == ("registration t", "doubtful")
    assert "the engine's messages say whether it was taken" in finding.sentence
