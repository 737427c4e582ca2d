"""Lines of Asterisk's queue_log."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.intake.log_format import LONGEST_NAME, LogClock
from campaigns.intake.queue_log import QueueLog
from campaigns.rules.lost_calls import Connected, Entered, Event, Left, Lost, Restarted

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
EPOCH = int(NOW.timestamp()) - 60
AT = NOW - timedelta(seconds=60)
ANNA = "+79123456789"


def read(line: str) -> list[Event]:
    parsed = QueueLog("RU").read(line, NOW)
    assert parsed.complaint == ""
    return list(parsed.events)


@pytest.mark.parametrize(
    ("data", "phone", "withheld", "name"),
    [
        ("ENTERQUEUE||89123456789|1", ANNA, False, ""),
        ("ENTERQUEUE||+7 912 345-67-89|1", ANNA, False, ""),
        ("ENTERQUEUE||79123456789", ANNA, False, ""),  # Asterisk 1.4
        ("ENTERQUEUE|http://crm.local/?q=1|9123456789|12", ANNA, False, ""),
        ("ENTERQUEUE||9123456789|1|Анна|Мария", ANNA, False, "Анна|Мария"),
        ("ENTERQUEUE||9123456789|1|x|ABANDON|1|1|99", ANNA, False, "x|ABANDON|1|1|99"),  # a caller's jest
        ("ENTERQUEUE|||1", "", True, ""),
        ("ENTERQUEUE||anonymous|1", "", True, ""),
        ("ENTERQUEUE||<unknown>|1", "", True, ""),
        ("ENTERQUEUE||Restricted|1", "", True, ""),
        ("ENTERQUEUE||7000|1", "", False, ""),
        ("ENTERQUEUE||Anna|1", "", False, ""),
        ("ENTERQUEUE||88091234567|1", "", False, ""),  # who calls back pays
        ("ENTERQUEUE||\udcd0?|1", "", False, ""),
    ],
)
def test_who_enters(data: str, phone: str, withheld: bool, name: str) -> None:
    assert read(f"{EPOCH}|{EPOCH}.7|desk|NONE|{data}") == [
        Entered(f"{EPOCH}.7", "desk", phone, withheld, AT, name)
    ]


@pytest.mark.parametrize(
    ("said", "event"),
    [
        ("NONE|ABANDON|1|3|68", Lost("1.7", "desk", "ABANDON", 68.0, AT, True)),
        ("PJSIP/101|ABANDON|1|3|68", Lost("1.7", "desk", "ABANDON", 68.0, AT, True)),  # its phone was ringing
        ("NONE|EXITWITHTIMEOUT|1|3|120", Lost("1.7", "desk", "EXITWITHTIMEOUT", 120.0, AT, False)),
        ("NONE|EXITWITHTIMEOUT|1", Lost("1.7", "desk", "EXITWITHTIMEOUT", None, AT, False)),  # Asterisk 1.4
        ("NONE|EXITEMPTY|1|3|0", Lost("1.7", "desk", "EXITEMPTY", 0.0, AT, False)),
        ("NONE|EXITWITHKEY|2|1|3|15", Lost("1.7", "desk", "EXITWITHKEY", 15.0, AT, False)),
        ("NONE|WITHDRAW|1|3|15|moved", Lost("1.7", "desk", "WITHDRAW", 15.0, AT, False)),
        ("PJSIP/101|SYSCOMPAT|", Lost("1.7", "desk", "SYSCOMPAT", None, AT, False)),
        ("PJSIP/101|CONNECT|12|1.8|3", Connected("1.7", "desk", "PJSIP/101", AT)),
        ("Иванова | Анна|CONNECT|12|1.8|3", Connected("1.7", "desk", "Иванова | Анна", AT)),
        ("Local/101@from-queue/n|COMPLETECALLER|12|95|1", Left("1.7", AT)),
        ("Anna|COMPLETEAGENT|12|95|1", Left("1.7", AT)),
        ("Anna|BLINDTRANSFER|200|default|12|95|1", Left("1.7", AT)),
        ("Anna|ATTENDEDTRANSFER|BRIDGE|x|12|95|1", Left("1.7", AT)),
        ("Anna|TRANSFER|200|default|12|95", Left("1.7", AT)),
    ],
)
def test_what_becomes_of_a_call(said: str, event: Event) -> None:
    assert read(f"{EPOCH}|1.7|desk|{said}") == [event]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\r\n",
        "\0\0\0\0",
        f"{EPOCH}|1.7|desk|PJSIP/101|RINGNOANSWER|15000",
        f"{EPOCH}|NONE|NONE|PJSIP/101|PAUSEALL|",
        f"{EPOCH}|CLI|desk|SIP/0004f2040001|ADDMEMBER|",
        f"{EPOCH}|NONE|NONE|NONE|CONFIGRELOAD|",
        f"{EPOCH}|1.7|desk|NONE|DID|73452500000",
        f"{EPOCH}|1.7|desk|NONE|LIFTOFF|3|2|1",  # a dialplan's own
    ],
)
def test_what_says_nothing_of_a_loss(line: str) -> None:
    assert read(line) == []


def test_a_restart_is_read() -> None:
    assert read(f"{EPOCH}|NONE|NONE|NONE|QUEUESTART|") == [Restarted("QUEUESTART", AT)]


def test_a_dialplan_may_say_whom_it_sent_away_from_a_full_queue() -> None:
    assert read(f"{EPOCH}|1.7|desk|NONE|FULL|89123456789") == [
        Entered("1.7", "desk", ANNA, False, AT),
        Lost("1.7", "desk", "FULL", None, AT, False),
    ]


def test_zeros_before_a_line_are_what_truncation_left() -> None:
    assert read(f"\0\0\0{EPOCH}|1.7|desk|A|COMPLETECALLER|1|2|3\r\n") == [Left("1.7", AT)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("hello", "it does not begin with the seconds since 1970"),
        ("|1.7|desk|NONE|ABANDON|1|1|3", "it does not begin with the seconds since 1970"),
        (f"{EPOCH}|1.7|desk|NONE", "it names no event"),
        (f"{EPOCH}|1.7|desk|NONE|", "it names no event"),
        (f"{EPOCH}|1.7|desk|NONE|aban", "it names no event"),
        (f"{EPOCH}|1.7|desk|NONE|ENTERQUEUE|", "ENTERQUEUE has no place for a number"),
        (f"{EPOCH}|1\0.7|desk|NONE|ABANDON|1|1|3", "it holds signs that cannot be printed"),
        (f"{EPOCH}|1.7|de\x1bsk|NONE|ABANDON|1|1|3", "it holds signs that cannot be printed"),
        (f"{EPOCH}|1.7|desk|SIP/\x01|CONNECT|1", "it holds signs that cannot be printed"),
        (f"{EPOCH}|{'1' * 201}|desk|NONE|ABANDON|1|1|3", "a name in it is longer than 200 signs"),
        (f"{EPOCH}||desk|NONE|ABANDON|1|1|3", "ABANDON names no call"),
        (f"{EPOCH}|NONE|desk|NONE|ENTERQUEUE||9123456789|1", "ENTERQUEUE names no call"),
    ],
)
def test_a_broken_line_is_named_without_what_it_holds(line: str, complaint: str) -> None:
    parsed = QueueLog("RU").read(line, NOW)
    assert (list(parsed.events), parsed.complaint) == ([], complaint)


@pytest.mark.parametrize(
    ("epochs", "times", "jumps"),
    [
        ([EPOCH, EPOCH + 5], [EPOCH, EPOCH + 5], [False, False]),
        ([EPOCH, 86400], [EPOCH, EPOCH], [False, True]),  # 1970
        ([EPOCH, EPOCH + 864000], [EPOCH, EPOCH], [False, True]),  # the future
        ([EPOCH, EPOCH - 3600, EPOCH - 3590], [EPOCH, EPOCH, EPOCH], [False, True, True]),
        ([EPOCH, EPOCH - 400, EPOCH - 800], [EPOCH, EPOCH - 400, EPOCH], [False, False, True]),
        ([EPOCH, EPOCH - 2], [EPOCH, EPOCH - 2], [False, False]),
        ([999999999999], [EPOCH + 60], [True]),
    ],
)
def test_a_clock_that_jumps_is_not_believed(epochs: list[int], times: list[int], jumps: list[bool]) -> None:
    log = QueueLog("RU")
    found = [log.read(f"{epoch}|1.7|desk|A|COMPLETECALLER|1|2|3", NOW) for epoch in epochs]
    assert [event.at.timestamp() for parsed in found for event in parsed.events] == times
    assert [parsed.jumped for parsed in found] == jumps


@pytest.mark.parametrize(
    ("live", "epoch", "time", "jumped"),
    [
        (False, EPOCH - 3600, EPOCH, True),
        (True, EPOCH - 3600, EPOCH + 60, True),
        (True, EPOCH + 864000, EPOCH + 60, True),
        (True, EPOCH + 9, EPOCH + 9, False),
    ],
)
def test_a_clock_that_jumped_between_two_readings(live: bool, epoch: int, time: int, jumped: bool) -> None:
    log = QueueLog("RU")
    log.clock = LogClock(AT, live=live)
    (event,) = (parsed := log.read(f"{epoch}|1.7|desk|A|COMPLETECALLER|1|2|3", NOW)).events
    assert (event.at.timestamp(), parsed.jumped) == (time, jumped)


def test_the_name_of_a_queue_is_cut() -> None:
    (lost,) = read(f"{EPOCH}|1.7|{'x' * 5000}|NONE|ABANDON|1|1|3")
    assert isinstance(lost, Lost)
    assert len(lost.queue) == LONGEST_NAME
