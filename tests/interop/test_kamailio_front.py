"""Behind our front nobody can disturb a call: strangers get silence, trunks what belongs to a call."""

import socket
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest

from bench.capture import captured
from bench.wire import read_capture
from dialer.messages import Probe, Probed
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.crowd import Crowd
from tests.kamailio.front import Front, front
from tests.kamailio.hostile import CORPUS, STRANGER, Flood, open_ports, request, rtp_with_keys
from tests.kamailio.server import needs_kamailio
from tests.sipp.behaviours import BUSY, Answers, Behaviour
from tests.sipp.patients import SippPatients, needs_sipp
from tests.sipp.ports import HOST

pytestmark = [pytest.mark.sipp, needs_sipp(), needs_kamailio()]

TALKS, HANGS_UP, SITS = "+79991300001", "+79991300002", "+79991300003"
KEYS = "135246"
PATIENTS: dict[str, Behaviour] = {
    TALKS: Answers(keys=tuple((800, key) for key in KEYS)),
    HANGS_UP: Answers(keys=((700, "1"),), hang_up_ms=300),
    SITS: BUSY,
}
CALLS = 8
LINE_PORTS, RTP_PORTS = (15500, 15990), range(26400, 30000)  # those of `make_desk` are among them
MOST_BYTES = 65_507  # of a UDP packet
FLOOD_RATE = 1000  # packets a second
FLOOD_SECONDS = 4.0
LARGEST_GAP_SECONDS = 0.12  # between two RTP packets of a call; the jitter buffers of phones bridge so much


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with SippPatients(PATIENTS) as patients:
        yield patients


@pytest.fixture(scope="module")
def gate() -> Iterator[Front]:
    gate = front(LINE_PORTS)
    with gate.kamailio:
        yield gate


@pytest.fixture(scope="module")
def pool(make_desk: MakeDesk, sipp: SippPatients, gate: Front) -> LinePool:
    desk = make_desk(
        Trunk("main", sipp.uri, proxy=gate.proxy),
        Trunk("guarded", sipp.uri, proxy=gate.proxy, networks=(f"{HOST}/32",)),
        Trunk("elsewhere", f"sip:{STRANGER}:16999", proxy=gate.proxy),
        count=CALLS,
    )
    assert isinstance(desk.lines, LinePool)
    return desk.lines


def answers(source: str, port: int, *packets: bytes) -> list[bytes]:
    """What comes back for packets from this address, the status lines only."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.bind((source, 0))
        asker.settimeout(0.25)
        address = "{}:{}".format(*asker.getsockname()).encode()
        for packet in packets:
            asker.sendto(packet.replace(f"{STRANGER}:5999".encode(), address)[:MOST_BYTES], (HOST, port))
        came = []
        try:
            while True:
                came.append(asker.recv(65535).split(b"\r\n", 1)[0])
        except TimeoutError:
            return came


def largest_gap(capture: Path) -> dict[int, float]:
    """By our RTP port: the longest time in seconds between two packets that we sent."""
    sent: dict[int, list[float]] = {}
    for datagram in read_capture(capture):
        sent.setdefault(datagram.source, []).append(datagram.at)
    return {port: max(b - a for a, b in pairwise(times)) for port, times in sent.items() if len(times) > 50}


def test_calls_pass_the_front(pool: LinePool, prompt: str, sipp: SippPatients) -> None:
    crowd = Crowd(pool, prompt, questions=2)
    crowd.dial(HANGS_UP, "main", 4)
    crowd.dial(SITS, "main", 1)
    causes = [ended.cause for ended in crowd.until_ended()]
    assert causes == [*["answered"] * 4, "busy"]
    assert [call.keys for call in crowd.calls.values()][:4] == ["1"] * 4
    assert sipp.complaints() == ""


def test_the_trunk_is_asked_through_the_front(pool: LinePool, sipp: SippPatients) -> None:
    pool.send(Probe("elsewhere"))
    found: list[Probed] = []
    while not found:
        found = [event for event in pool.receive(8.0) if isinstance(event, Probed)]
    assert found[0].sip_status == 403, "where no trunk is, nobody is asked"


def test_no_call_goes_where_no_trunk_is(pool: LinePool) -> None:
    crowd = Crowd(pool, "", questions=0)
    crowd.dial(TALKS, "elsewhere", 1)
    (ended,) = crowd.until_ended()
    assert (ended.sip_status, ended.answered) == (403, False)


@pytest.mark.parametrize("door", ["inside", "outside"])
def test_a_stranger_hears_nothing(gate: Front, door: str) -> None:
    port: int = getattr(gate, door)
    assert answers(STRANGER, port, request("OPTIONS"), *chain(*CORPUS.values())) == []


@pytest.mark.parametrize(
    ("packet", "status"),
    [
        (request("OPTIONS"), b"SIP/2.0 200"),
        (request("INVITE"), b"SIP/2.0 403"),
        (request("MESSAGE"), b"SIP/2.0 403"),
        (request("SUBSCRIBE", "Event: presence"), b"SIP/2.0 403"),
        (request("REFER", "Refer-To: <sip:+7666@127.0.0.66>", to_tag="x"), b"SIP/2.0 403"),
        (request("INVITE", "Replaces: 1;to-tag=a;from-tag=b", to_tag="x"), b"SIP/2.0 403"),
        (request("BYE", to_tag="x"), b"SIP/2.0 481"),
        (request("OPTIONS", "X: " + "a" * 4000), b""),
        (request("ACK"), b""),
    ],
    ids=["ping", "call", "message", "subscribe", "refer", "replaces", "no call", "too long", "odd ack"],
)
def test_a_trunk_gets_no_further_than_its_calls(gate: Front, packet: bytes, status: bytes) -> None:
    came = answers(HOST, gate.outside, packet)
    assert [line[: len(status)] for line in came] == ([status] if status else [])


def test_floods_and_malformed_packets_leave_calls_alone(
    pool: LinePool, gate: Front, prompt: str, sipp: SippPatients, tmp_path: Path
) -> None:
    processes = pool.pids
    crowd = Crowd(pool, prompt, questions=len(KEYS))
    with captured(tmp_path / "rtp.pcap", f"dst port {sipp.rtp_port}"):
        crowd.dial(TALKS, "main", CALLS)
        crowd.until_answered()
        hostile = list(chain(*CORPUS.values()))
        doors = (gate.inside, gate.outside)
        with (
            Flood(STRANGER, doors, [request("INVITE")], FLOOD_RATE, FLOOD_SECONDS) as flood,
            Flood(HOST, (gate.outside,), hostile, 100, FLOOD_SECONDS) as malformed,
        ):
            ended = crowd.until_ended()
    assert {e.cause for e in ended} == {"answered"}
    assert [call.keys for call in crowd.calls.values()] == [KEYS] * CALLS
    gaps = largest_gap(tmp_path / "rtp.pcap")
    assert len(gaps) == CALLS
    assert max(gaps.values()) < LARGEST_GAP_SECONDS
    assert flood.sent / flood.took_seconds > 0.9 * FLOOD_RATE
    assert flood.answers == 0
    assert malformed.sent > len(hostile), "all of them were sent"
    assert gate.kamailio.alive
    assert pool.pids == processes
    assert sipp.complaints() == ""


@pytest.mark.parametrize(("trunk", "heard"), [("guarded", False), ("main", True)])
def test_rtp_of_a_stranger_is_no_key(pool: LinePool, prompt: str, trunk: str, heard: bool) -> None:
    """The second trunk says nothing of its media: there the stranger is heard, so the packets were right.

    They come in bursts: the library takes over a new source after ten packets in a row.
    """
    crowd = Crowd(pool, prompt, questions=len(KEYS))
    crowd.dial(TALKS, trunk, 4)
    crowd.until_answered()
    packets = rtp_with_keys(9)
    ports = [port for port in open_ports(RTP_PORTS, pool.pids) if port % 2 == 0 for _ in packets]
    with Flood(STRANGER, ports, packets, 800, 2.0) as spray:
        crowd.until_ended()
    assert spray.sent > 1000
    assert any("9" in call.keys for call in crowd.calls.values()) == heard
    if not heard:
        assert [call.keys for call in crowd.calls.values()] == [KEYS] * 4
