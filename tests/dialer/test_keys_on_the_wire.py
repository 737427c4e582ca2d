"""Key presses as far ends really send them, each of which must be one key: on the wire, all at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from dialer.messages import Answered, Collect, Collected, Dial
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Call, EventPacket, Peer, Request
from tests.dialer.rig import Rig, settings
from tests.dialer_listen.sounds import Samples, mixed, speech, tones
from tests.sipp.g711 import encode

LOW_HZ, HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477)
BEGIN = 0.4  # seconds after the ACK
SEGMENT_MS = 8191
EVENTS = {key: number for number, key in enumerate("0123456789*#ABCDR")}


def press(key: str, at: float, timestamp_ms: int, lasts_ms: int = 100) -> list[tuple[float, EventPacket]]:
    """A press as it should be: a packet each 20 ms, the end three times."""
    event = EVENTS[key]
    going = [EventPacket(event, timestamp_ms, duration) for duration in range(20, lasts_ms, 20)]
    packets = [*going, *[EventPacket(event, timestamp_ms, lasts_ms, ended=True)] * 3]
    return [(BEGIN + at + 0.02 * place, packet) for place, packet in enumerate(packets)]


def in_order(*packets: EventPacket, gap: float = 0.02) -> list[tuple[float, EventPacket]]:
    return [(BEGIN + gap * place, packet) for place, packet in enumerate(packets)]


def sound(key: str, seconds: float = 0.1) -> Samples:
    place = "123456789*0#".index(key)
    return tones([LOW_HZ[place // 3], HIGH_HZ[place % 3]], seconds, -12)


def tone(key: str, at: float, seconds: float = 0.1) -> tuple[float, bytes]:
    return BEGIN + at, encode(sound(key, seconds), "PCMA")


def info(kind: str, body: str, at: float = 0.0) -> tuple[float, Request]:
    return BEGIN + at, Request("INFO", (f"Content-Type: application/{kind}",), body)


WORDS = speech("ru", "Алло, кто это говорит? Я вас не слышу, говорите громче.")
ONE, SAME, TWO = press("1", 0.0, 800), press("1", 0.16, 960), press("2", 0.3, 1200)
LONG = [EventPacket(5, 800 + SEGMENT_MS * number, SEGMENT_MS) for number in range(3)]
AGAIN = replace(Behaviour(), answer_event_type=None)


@dataclass(frozen=True)
class Case:
    keys: str
    behaviour: Behaviour


CASES: Mapping[str, Case] = {
    "all packets": Case("12", Behaviour(events=[*ONE, *TWO])),
    "ends lost": Case("12", Behaviour(events=[*ONE[:4], *TWO[:4]])),
    "only one end": Case("12", Behaviour(events=[ONE[-1], TWO[-1]])),
    "begin lost": Case("12", Behaviour(events=[*ONE[2:], *TWO[2:]])),
    "twice, quickly": Case("11", Behaviour(events=[*ONE, *SAME])),
    "twice, begin lost": Case("11", Behaviour(events=[*ONE, *SAME[2:]])),
    "twice, end lost": Case("11", Behaviour(events=[*ONE[:4], *SAME])),
    "out of order": Case(
        "1", Behaviour(events=in_order(*(ONE[place][1] for place in (1, 0, 3, 4, 2, 5, 6))))
    ),
    "begin after the end": Case("1", Behaviour(events=in_order(*(packet for _, packet in ONE[::-1])))),
    "overtaken by another key": Case(
        "12", Behaviour(events=in_order(*(p for _, p in (*ONE[:4], TWO[0], *ONE[4:], *TWO[1:]))))
    ),
    "the same timestamp again": Case("11", Behaviour(events=[*ONE, *press("1", 0.4, 800)])),
    "held for 24 seconds": Case(
        "5", Behaviour(events=in_order(*LONG, EventPacket(5, 800 + 3 * SEGMENT_MS, 90, ended=True)))
    ),
    "no keys": Case(
        "7", Behaviour(events=[*press("A", 0, 800), *press("R", 0.2, 1000), *press("7", 0.4, 1200)])
    ),
    "dtmf": Case(
        "5*#", Behaviour(requests=[info("dtmf", "5"), info("dtmf", "*", 0.2), info("dtmf", "11", 0.4)])
    ),
    "dtmf-relay": Case(
        "5#",
        Behaviour(
            requests=[
                info("dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
                info("dtmf-relay", "Signal= #\r\nDuration= 90\r\n", 0.2),
                info("dtmf-relay", "Signal=%\r\nDuration=90\r\n", 0.4),
            ]
        ),
    ),
    "both ways": Case(
        "12", Behaviour(events=[*ONE, *TWO], requests=[info("dtmf", "1", 0.1), info("dtmf", "2", 0.4)])
    ),
    "both ways, INFO first": Case("1", Behaviour(events=ONE, requests=[info("dtmf", "1", -0.04)])),
    "tones": Case(
        "1593", replace(AGAIN, tones=[tone(key, 0.25 * place) for place, key in enumerate("1593")])
    ),
    "tones beside events": Case("12", Behaviour(events=[*ONE, *TWO], tones=[tone("1", 0.1), tone("2", 0.4)])),
    "tones beside events that were not agreed": Case(
        "12", replace(AGAIN, events=[*ONE, *TWO], tones=[tone("1", 0.1), tone("2", 0.4)])
    ),
    "tones beside INFO": Case(
        "12",
        replace(
            AGAIN,
            tones=[tone("1", 0.0), tone("2", 0.4)],
            requests=[info("dtmf", "1", 0.1), info("dtmf", "2", 0.6)],
        ),
    ),
    "words": Case("", replace(AGAIN, tones=[(BEGIN, encode(mixed(WORDS), "PCMA"))])),
    "another type after a re-INVITE": Case(
        "12",
        Behaviour(
            requests=[(BEGIN + 0.2, Request("INVITE", sdp="sendrecv"))],
            events=[*ONE, *((at + 0.5, replace(packet, kind=96)) for at, packet in TWO)],
        ),
    ),
}
NUMBERS = {f"+7{number:03}": name for number, name in enumerate(CASES)}


class ChangesType(Peer):
    """Names another payload type for its keys in each further SDP."""

    @staticmethod
    def _sdp(call: Call, direction: str = "sendrecv", moves: bool = False) -> str:
        if call.sdp_version:
            call.behaviour = replace(call.behaviour, answer_event_type=96)
        return Peer._sdp(call, direction, moves)


@pytest.fixture(scope="module")
def answers() -> Iterator[Mapping[str, str]]:
    """What each far end was heard to press; all of them are called at once."""
    with ChangesType(lambda number: CASES[NUMBERS[number]].behaviour) as peer:
        pool = LinePool(settings(Trunk("main", peer.uri, max_calls=99), count=len(CASES)))
        pool.start()
        try:
            rig = Rig(pool)
            for number in NUMBERS:
                pool.send(Dial(number, "main", number, "", 10, 60))
            asked: set[str] = set()

            def all_answered() -> bool:
                for event in rig.events:
                    if isinstance(event, Answered) and event.call not in asked:
                        asked.add(event.call)
                        pool.send(Collect(event.call, "q", 9, "", 2.5, 1.2, early_keys=True))
                return sum(isinstance(event, Collected) for event in rig.events) == len(CASES)

            rig.until(all_answered, 15)
            yield {NUMBERS[e.call]: e.keys for e in rig.events if isinstance(e, Collected)}
        finally:
            pool.stop()


@pytest.mark.parametrize("name", CASES)
def test_each_press_is_one_key(answers: Mapping[str, str], name: str) -> None:
    assert answers[name] == CASES[name].keys
