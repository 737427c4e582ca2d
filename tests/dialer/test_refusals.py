import pytest

from dialer.refusals import MOST_RETRY_AFTER_SECONDS, NOTHING_TOLD, Told, told_by


def message(*headers: str, end: str = "\r\n", body: str = "") -> str:
    return end.join(["SIP/2.0 480 Temporarily Unavailable", "Call-ID: a", *headers, "", body])


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ([], NOTHING_TOLD),
        (["Reason: Q.850;cause=17"], Told(q850=17)),
        (["reason :q.850 ; Cause = 17 ;text=busy"], Told(q850=17)),
        (['Reason: Q.850;text="User busy, cause=1;cause=3";cause=17'], Told(q850=17)),
        (['Reason: Q.850;text="a \\" quote;cause=3";cause=17'], Told(q850=17)),
        (["Reason: SIP;cause=486;text=busy"], Told(sip=486)),
        (["Reason: SIP;cause=486, Q.850;cause=17"], Told(17, 486)),
        (["Reason: SIP;cause=486", "Reason: Q.850;cause=17"], Told(17, 486)),
        (["Reason: Q.850;cause=17", "Reason: Q.850;cause=1"], Told(q850=17)),
        (["Reason: preemption;cause=1, Q.850;cause=34"], Told(q850=34)),
        (["Reason: Q.850", "\t;cause=17"], Told(q850=17)),
        (["Reason:", " Q.850", " ;cause=17"], Told(q850=17)),
        (['Reason: SIP;cause=200;text="Call completed elsewhere"'], NOTHING_TOLD),
        (["Reason: Q.850;cause=0"], NOTHING_TOLD),
        (["Reason: Q.850;cause=128"], NOTHING_TOLD),
        (["Reason: Q.850;cause=17x"], NOTHING_TOLD),
        (["Reason: Q.850;cause=-17"], NOTHING_TOLD),
        (["Reason: Q.850;cause="], NOTHING_TOLD),
        (["Reason: Q.850;cause=99999999999999999999"], NOTHING_TOLD),
        (["Reason: Q.850;because=17"], NOTHING_TOLD),
        (['Reason: Q.850;text="never closed;cause=17'], NOTHING_TOLD),
        (["X-Reason: Q.850;cause=17"], NOTHING_TOLD),
        (["Reason"], NOTHING_TOLD),
        (["Reason: ,,;;==,\x00"], NOTHING_TOLD),
        (["Retry-After: 120"], Told(retry_after_seconds=120)),
        (["RETRY-AFTER:  18000;duration=3600"], Told(retry_after_seconds=18000)),
        (["Retry-After: 5 (I am in a meeting, later)"], Told(retry_after_seconds=5)),
        (["Retry-After: 4000000000"], Told(retry_after_seconds=MOST_RETRY_AFTER_SECONDS)),
        (["Retry-After: 99999999999999999999"], NOTHING_TOLD),
        (["Retry-After: soon"], NOTHING_TOLD),
        (["Retry-After: -5"], NOTHING_TOLD),
        (["Retry-After: 1.5"], NOTHING_TOLD),
        (["Reason: Q.850;cause=42", "Retry-After: 30"], Told(42, 0, 30)),
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_what_a_message_says_about_why(headers: list[str], told: Told, end: str) -> None:
    assert told_by(message(*headers, end=end)) == told


def test_a_body_says_nothing() -> None:
    assert told_by(message(body="Reason: Q.850;cause=1\r\n")) == NOTHING_TOLD


@pytest.mark.parametrize(
    "junk", ["", "\r\n", "Reason: " + "," * 100_000, "Reason: Q.850" + ";" * 100_000, 'Reason: "' * 20_000]
)
def test_junk_is_read_in_no_time_and_says_nothing(junk: str) -> None:
    assert told_by(junk) == NOTHING_TOLD
