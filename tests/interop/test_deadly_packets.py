"""Without front or firewall, a trunk's packet that ends the library costs one line process."""

import socket
from collections.abc import Iterator

import pytest

from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.crowd import Crowd
from tests.kamailio.hostile import CORPUS, STRANGER, deadly, open_ports
from tests.sipp.behaviours import Answers
from tests.sipp.patients import SippPatients, needs_sipp
from tests.sipp.ports import HOST

pytestmark = [pytest.mark.sipp, needs_sipp()]

TALKS = "+79991400001"
KEYS = "1352"
LINES = 8  # two processes of four
SIP_PORTS = range(15500, 15991)  # of `make_desk`


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with SippPatients({TALKS: Answers(keys=tuple((800, key) for key in KEYS))}) as patients:
        yield patients


@pytest.fixture(scope="module")
def pool(make_desk: MakeDesk, sipp: SippPatients) -> LinePool:
    lines = make_desk(Trunk("main", sipp.uri), count=LINES).lines
    assert isinstance(lines, LinePool)
    return lines


def send(source: str, port: int, packets: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        for packet in packets:
            sender.sendto(packet[:65_507], (HOST, port))


@pytest.fixture
def crowd(pool: LinePool, prompt: str) -> Crowd:
    """Calls in both processes, and one line free: where none is, INVITEs are refused before they do harm."""
    crowd = Crowd(pool, prompt, len(KEYS))
    crowd.dial(TALKS, "main", LINES - 1, free=LINES)
    crowd.until_answered()
    return crowd


def test_a_stranger_cannot_end_a_line_process(pool: LinePool, crowd: Crowd) -> None:
    for port in open_ports(SIP_PORTS, pool.pids):
        for packets in CORPUS.values():
            send(STRANGER, port, packets)
    assert {ended.cause for ended in crowd.until_ended()} == {"answered"}
    assert [call.keys for call in crowd.calls.values()] == [KEYS] * (LINES - 1)


def test_a_trunk_that_ends_one_costs_its_calls_alone(pool: LinePool, crowd: Crowd) -> None:
    """So it is with pip's wheel; a library that no longer dies of this loses nobody."""
    for port in open_ports(SIP_PORTS, pool.pids):
        send(HOST, port, deadly())
    ended = crowd.until_ended()
    lost = {e.call for e in ended if e.cause == "line_lost"}
    assert len(lost) == 3, "those of the process that had a line free"
    assert all(e.answered for e in ended)
    assert {e.cause for e in ended if e.call not in lost} == {"answered"}
    assert {talk.keys for call, talk in crowd.calls.items() if call not in lost} == {KEYS}
    crowd.until(lambda: pool.free == LINES, 10.0)
