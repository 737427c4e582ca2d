"""Ports for far ends of the tests, below those that the kernel gives out itself."""

import random
import socket

SIP_PORTS = range(16000, 16500, 2)
RTP_PORTS = range(34000, 36000, 8)  # SIPp takes four around each
HOST = "127.0.0.1"


def free_sip_port() -> int:
    """One that nobody uses now; at random, so that parallel tests seldom meet."""
    return _free(SIP_PORTS, 1)


def free_rtp_port() -> int:
    """The first of four that nobody uses now."""
    return _free(RTP_PORTS, 4)


def _free(ports: range, count: int) -> int:
    for port in random.sample(ports, len(ports)):
        if not any(is_taken(port + offset) for offset in range(count)):
            return port
    raise RuntimeError(f"no free UDP port from {ports.start} to {ports.stop}")


def is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
