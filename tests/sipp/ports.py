"""Ports for far ends of the tests, below those that the kernel itself gives out (on Linux from 32768)."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

HOST = "127.0.0.1"


WORKERS = 8  # of pytest-xdist; beyond so many, two share their ports


def _own(ports: range) -> range:
    """The part that no other process of this run of pytest uses."""
    share = len(ports) // WORKERS
    mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    return ports[mine * share : (mine + 1) * share]


def _in_turn(ports: range) -> Iterator[int]:
    """From a random one, so that runs side by side seldom meet; none comes again before all others have."""
    start = random.randrange(len(ports))
    return itertools.cycle([*ports[start:], *ports[:start]])


_SIP_PORTS = _own(range(16000, 16496, 2))
_RTP_PORTS = _own(range(10000, 14000, 8))  # SIPp takes four around each
_sip_ports, _rtp_ports = _in_turn(_SIP_PORTS), _in_turn(_RTP_PORTS)


def free_sip_port() -> int:
    """One that nobody uses now, and that was not given out lately."""
    return _free(itertools.islice(_sip_ports, len(_SIP_PORTS)), 1)


def free_rtp_port() -> int:
    """The first of four that nobody uses now, and that were not given out lately."""
    return _free(itertools.islice(_rtp_ports, len(_RTP_PORTS)), 4)


def _free(ports: Iterator[int], count: int) -> int:
    for port in ports:
        if not any(is_taken(port + offset) for offset in range(count)):
            return port
    raise RuntimeError("all UDP ports for far ends are taken")


def is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
