"""Run in a network namespace of its own: loads the firewall, sends packets, and tells which came through.

In: JSON, the file and a list of [source, target port, payload in hex, how many]. Out: JSON, the packets that
came through for each, and the firewall's counters. All addresses lie on the namespace's own loopback.
"""

import json
import socket
import subprocess
import sys
import time
from typing import Any

OURS = "203.0.113.5"  # where the packets go
LULL_SECONDS = 0.002  # loopback delivers at once


def main() -> None:
    order = json.load(sys.stdin)
    _run("ip", "link", "set", "lo", "up")
    for address in sorted({OURS, *(source for source, *_ in order["packets"])} - {"127.0.0.1"}):
        _run("ip", "address", "add", f"{address}/32", "dev", "lo")
    for _ in range(2):  # it must be possible to load it again
        _run("nft", "-f", order["file"])
    came = [_send(*packet) for packet in order["packets"]]
    counters = json.loads(_run("nft", "-j", "list", "counters"))["nftables"]
    json.dump({"came": came, "counters": _by_name(counters)}, sys.stdout)


def _send(source: str, port: int, payload: str, count: int) -> dict[str, float]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
    ):
        receiver.bind((OURS, port))
        sender.bind((source, 0))
        data, came, began = bytes.fromhex(payload), 0, time.monotonic()
        for sent in range(count):
            sender.sendto(data, (OURS, port))
            if sent % 50 == 49:  # so that the receiver's buffer does not overflow
                came += _drain(receiver)
        seconds = time.monotonic() - began
        return {"packets": came + _drain(receiver), "seconds": seconds}


def _drain(receiver: socket.socket) -> int:
    """How many have come; over when none comes for a moment."""
    receiver.settimeout(LULL_SECONDS)
    came = 0
    try:
        while receiver.recv(65535):
            came += 1
    except TimeoutError:
        return came
    return came


def _by_name(counters: list[dict[str, Any]]) -> dict[str, int]:
    return {entry["counter"]["name"]: entry["counter"]["packets"] for entry in counters if "counter" in entry}


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


main()
