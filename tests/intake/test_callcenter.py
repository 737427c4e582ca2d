"""Events of FreeSWITCH's mod_callcenter."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.intake.callcenter import MOST_HEADERS, Callcenter
from campaigns.rules.lost_calls import Connected, Entered, Event, Left, Lost

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
EPOCH = int(NOW.timestamp()) - 60
AT = NOW - timedelta(seconds=60)
ANNA = "+79123456789"
CALL = "b77c49c2-a732-11df-9438-e7d9456f8886"
MEMBER = {
    "Event-Subclass": "callcenter::info",
    "Event-Name": "CUSTOM",
    "Event-Date-Timestamp": f"{EPOCH}000000",
    "CC-Queue": "support@default",
    "CC-Member-UUID": "453324f8-3424-4322-4242362fd23d",
    "CC-Member-Session-UUID": CALL,
    "CC-Member-CID-Name": "CHOUINARD MO",
    "CC-Member-CID-Number": "89123456789",
}
ENTERED = Entered(CALL, "support@default", ANNA, False, AT, "CHOUINARD MO")


def lost(reason: str, waited: float | None, *, hung_up: bool) -> Lost:
    return Lost(CALL, "support@default", reason, waited, AT, hung_up)


CASES: list[tuple[dict[str, str], list[Event]]] = [
    ({"CC-Action": "member-queue-start"}, [ENTERED]),
    (
        {"CC-Action": "bridge-agent-start", "CC-Agent": "1000@default"},
        [Connected(CALL, "support@default", "1000@default", AT)],
    ),
    ({"CC-Action": "bridge-agent-end", "CC-Agent": "1000@default"}, [Left(CALL, AT)]),
    ({"CC-Action": "member-queue-end", "CC-Cause": "Terminated"}, [Left(CALL, AT)]),
    (
        {
            "CC-Action": "member-queue-end",
            "CC-Cause": "Cancel",
            "CC-Cancel-Reason": "BREAK_OUT",
            "CC-Member-Joined-Time": str(EPOCH - 45),
        },
        [ENTERED, lost("BREAK_OUT", 45.0, hung_up=True)],
    ),
    (
        {"CC-Action": "member-queue-end", "CC-Cause": "Cancel", "CC-Cancel-Reason": "TIMEOUT"},
        [ENTERED, lost("TIMEOUT", None, hung_up=False)],
    ),
    ({"CC-Action": "member-queue-end", "CC-Cause": "Cancel"}, [ENTERED, lost("Cancel", None, hung_up=True)]),
    ({"CC-Action": "agent-offering", "CC-Agent": "1000@default"}, []),
    ({"CC-Action": "members-count", "CC-Count": "3"}, []),
    ({"CC-Action": "member-queue-start", "Event-Subclass": "sofia::register"}, []),
]


LOSS = MEMBER | {"CC-Action": "member-queue-end", "CC-Cause": "Cancel"}
NAMES = ("CC-Member-Session-UUID", "CC-Queue", "CC-Agent", "CC-Cancel-Reason")
UNPRINTABLE = "it holds signs that cannot be printed"


@pytest.mark.parametrize(("headers", "events"), CASES)
def test_an_object_a_line(headers: dict[str, str], events: list[Event]) -> None:
    parsed = Callcenter("RU").read(json.dumps(MEMBER | headers), NOW)
    assert (list(parsed.events), parsed.complaint, parsed.whole) == (events, "", True)


@pytest.mark.parametrize(("headers", "events"), CASES)
def test_a_block_of_headers(headers: dict[str, str], events: list[Event]) -> None:
    log = Callcenter("RU")
    lines = [f"{name}: {value.replace(':', '%3A')}\n" for name, value in (MEMBER | headers).items()]
    read = [log.read(line, NOW) for line in (*lines, "\n")]
    assert [parsed.whole for parsed in read] == [*(False for _ in lines), True]
    assert [event for parsed in read for event in parsed.events] == events
    assert not any(parsed.complaint for parsed in read)


def test_what_surrounds_blocks_in_a_terminal_says_nothing() -> None:
    log = Callcenter("RU")
    text = ["RECV EVENT", "Content-Length: 567", "Content-Type: text/event-plain", ""]
    assert [event for line in text for event in log.read(line, NOW).events] == []


def test_the_end_of_a_file_ends_a_block() -> None:
    log = Callcenter("RU")
    for name, value in (MEMBER | {"CC-Action": "member-queue-start"}).items():
        log.read(f"{name}: {value}", NOW)
    assert list(log.finish(NOW).events) == [ENTERED]
    assert list(log.finish(NOW).events) == []


@pytest.mark.parametrize(
    ("number", "phone", "withheld"),
    [
        ("", "", True),
        ("anonymous", "", True),
        ("unknown", "", True),
        ("1000", "", False),
        (ANNA, ANNA, False),
    ],
)
def test_withheld_is_not_unusable(number: str, phone: str, withheld: bool) -> None:
    headers = MEMBER | {"CC-Action": "member-queue-start", "CC-Member-CID-Number": number}
    (event,) = Callcenter("RU").read(json.dumps(headers), NOW).events
    assert isinstance(event, Entered)
    assert (event.phone, event.withheld) == (phone, withheld)


def test_an_event_without_a_time_of_its_own_has_that_of_what_happened() -> None:
    headers = {name: value for name, value in MEMBER.items() if name != "Event-Date-Timestamp"}
    headers |= {"CC-Action": "member-queue-end", "CC-Cause": "Terminated"}
    log = Callcenter("RU")
    assert log.read(json.dumps(headers), NOW).complaint == "member-queue-end has no time"
    headers["CC-Member-Leaving-Time"] = str(EPOCH)
    assert list(log.read(json.dumps(headers), NOW).events) == [Left(CALL, AT)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "it is not one JSON object"),
        ('{"CC-Action": "member-queue-start"', "it is not one JSON object"),
        ('{"x":' + "[" * 60_000, "it is not one JSON object"),
        *((json.dumps(LOSS | {name: "\ud800"}), UNPRINTABLE) for name in NAMES),
        *((json.dumps(LOSS | {name: "a\0b"}), UNPRINTABLE) for name in NAMES),
        ('{"CC-Action": "member-queue-start"}', "member-queue-start names no call"),
        ("1763629200|1.7|desk|NONE|ABANDON|1|1|30", "it is neither a JSON object nor a header"),
        ("some words: and more", "it is neither a JSON object nor a header"),
    ],
)
def test_a_broken_line_is_named(line: str, complaint: str) -> None:
    parsed = Callcenter("RU").read(line, NOW)
    assert (list(parsed.events), parsed.complaint, parsed.whole) == ([], complaint, True)


def test_a_file_of_another_kind_is_not_one_endless_event() -> None:
    log = Callcenter("RU")
    complaints = [log.read(f"Header-{n}: x", NOW).complaint for n in range(MOST_HEADERS + 1)]
    assert [text for text in complaints if text] == [f"an event has more than {MOST_HEADERS} headers"]
