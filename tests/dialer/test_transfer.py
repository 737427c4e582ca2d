"""A blind transfer: what the REFER says, and what is made of what the far end tells of it."""

import pytest

from dialer.addresses import BadAddress
from dialer.messages import Event, Fault, Transferred
from dialer.pjsip.transfer import (
    ACCEPTED_SECONDS,
    NOTIFY_SECONDS,
    REACH_SECONDS,
    Transferring,
    refer_to,
)

TARGET = "sip:101@pbx.example"
ACCEPTED = (100, False)  # the library makes this of a 202


class FarEnd:
    def __init__(self, takes: bool = True) -> None:
        self.takes = takes
        self.asked: list[str] = []

    def refer(self, refer_to: str) -> bool:
        self.asked.append(refer_to)
        return self.takes


@pytest.mark.parametrize(
    ("target", "header"),
    [
        ("sip:101@10.0.0.5", "<sip:101@10.0.0.5>"),
        ("sip:anna.petrova@pbx.example:5070", "<sip:anna.petrova@pbx.example:5070>"),
        ("sip:*5#@pbx.example", "<sip:*5%23@pbx.example>"),
    ],
)
def test_the_target_as_it_is_named(target: str, header: str) -> None:
    assert refer_to(target) == header


@pytest.mark.parametrize(
    "target",
    [
        "",
        "101",
        "tel:+79990000001",
        "sips:101@pbx.example",
        "sip:pbx.example",
        "sip:1@pbx>\r\nX: y",
        "sip:1@pbx\n",
        "sip:1@pbx?Replaces=x",
        "sip:1@pbx;method=BYE",
        "sip:<1>@pbx",
    ],
)
def test_what_could_say_more_than_a_target_is_not_sent(target: str) -> None:
    with pytest.raises(BadAddress, match="no SIP address") as error:
        refer_to(target)
    assert not target or target not in str(error.value)
    told: list[Event] = []
    far_end = FarEnd()
    Transferring("a", told.append).ask(target, far_end, 0.0)
    assert [type(event) for event in told] == [Fault, Transferred]
    assert told[1] == Transferred("a", 0)
    assert not far_end.asked


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([ACCEPTED, (100, False), (180, False), (200, True)], 200),
        ([ACCEPTED, (200, False), (200, True)], 200),
        ([(200, True)], 200),  # Refer-Sub: false, RFC 4488
        ([(405, True)], 405),
        ([(500, True)], 500),
        ([ACCEPTED, (100, False), (486, True)], 486),
        ([ACCEPTED, (100, True)], 0),  # the far end tells no more
    ],
)
def test_its_outcome_is_told_once(reports: list[tuple[int, bool]], status: int) -> None:
    told: list[Event] = []
    transferring = Transferring("a", told.append)
    transferring.ask(TARGET, FarEnd(), 0.0)
    for at, (code, final) in enumerate(reports, 1):
        assert not told or told == [Transferred("a", status)]
        transferring.heed(code, final, float(at))
    assert told == [Transferred("a", status)]
    assert transferring.deadline is None


@pytest.mark.parametrize(
    ("reports", "until"),
    [
        ([], ACCEPTED_SECONDS),
        ([ACCEPTED], 1.0 + NOTIFY_SECONDS),
        ([ACCEPTED, (100, False)], REACH_SECONDS),
        ([ACCEPTED, (100, False), (180, False), (180, False)], REACH_SECONDS),
    ],
)
def test_it_is_waited_for_so_long(reports: list[tuple[int, bool]], until: float) -> None:
    told: list[Event] = []
    transferring = Transferring("a", told.append)
    transferring.ask(TARGET, FarEnd(), 0.0)
    for report in reports:
        transferring.heed(*report, 1.0)
    assert transferring.deadline == until
    transferring.expire(until - 0.01)
    assert not told
    transferring.expire(until)
    assert told == [Transferred("a", 0)]
    transferring.heed(200, True, until + 1)
    transferring.expire(until + 99)
    assert len(told) == 1


@pytest.mark.parametrize("call", [None, FarEnd(takes=False)], ids=["not in talk", "not sent"])
def test_what_cannot_be_sent_has_failed(call: FarEnd | None) -> None:
    told: list[Event] = []
    Transferring("a", told.append).ask(TARGET, call, 0.0)
    assert told == [Transferred("a", 0)]


def test_one_at_a_time_and_none_after_the_end_of_the_call() -> None:
    told: list[Event] = []
    transferring, far_end = Transferring("a", told.append), FarEnd()
    transferring.ask(TARGET, far_end, 0.0)
    transferring.ask("sip:102@pbx.example", far_end, 1.0)
    assert far_end.asked == [f"<{TARGET}>"]
    transferring.end()
    transferring.end()
    assert told == [Transferred("a", 0)]
    transferring.ask("sip:102@pbx.example", far_end, 2.0)
    transferring.heed(202, True, 3.0)
    assert told[1:] == [Transferred("a", 202)]
