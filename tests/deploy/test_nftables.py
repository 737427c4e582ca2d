"""The firewall lets in the trunks alone: loaded and tried with packets in a network namespace of its own."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "nftables.conf"
NFT = shutil.which("nft") or shutil.which("nft", path="/usr/sbin")
ON_CI = os.environ.get("CI") == "true"
NAMESPACE = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--net", "--map-root-user")

# Addresses of the file as it is shipped.
TRUNK, TRUNK_OF_MANY, MEDIA, STRANGER, OURS = (
    "203.0.113.10",
    "198.51.100.14",
    "192.0.2.200",
    "203.0.113.66",
    "127.0.0.1",
)
SIP = b"OPTIONS sip:x SIP/2.0\r\n\r\n"
RTP = bytes((0x80, 8)) + bytes(170)


def can_have_a_namespace() -> bool:
    """Whether this kernel gives us one; that no package can change."""
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True, timeout=20).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = [
    pytest.mark.skipif(NFT is None and not ON_CI, reason="nftables is not installed"),
]
needs_namespace = pytest.mark.skipif(
    not can_have_a_namespace(), reason="this kernel gives us no network namespace (unshare --net)"
)


@dataclass(frozen=True)
class Packets:
    """So many packets from one address to one of our ports, and how many of them come through."""

    source: str
    port: int
    payload: bytes
    least: int
    most: int
    count: int = 1
    counter: str = ""  # what counts the others


CASES = {
    "trunk to a line": Packets(TRUNK, 15000, SIP, 1, 1),
    "trunk to the last line": Packets(TRUNK_OF_MANY, 15999, SIP, 1, 1),
    "trunk to the front": Packets(TRUNK, 5060, SIP, 1, 1),
    "front to a line": Packets(OURS, 15000, SIP, 1, 1),
    "line to the front": Packets(OURS, 5060, SIP, 1, 1),
    "stranger to a line": Packets(STRANGER, 15000, SIP, 0, 0, counter="strangers"),
    "stranger to the front": Packets(STRANGER, 5060, SIP, 0, 0, counter="strangers"),
    "stranger beside our ports": Packets(STRANGER, 14999, SIP, 1, 1),
    "media host to a line": Packets(MEDIA, 15000, SIP, 0, 0, counter="strangers"),
    "media host to a call": Packets(MEDIA, 20000, RTP, 1, 1),
    "trunk to a call": Packets(TRUNK, 29999, RTP, 1, 1),
    "stranger to a call": Packets(STRANGER, 20000, RTP, 0, 0, counter="strangers"),
    "no RTP to a call": Packets(TRUNK, 20002, SIP, 0, 0, counter="no_rtp"),
    "long SIP": Packets(TRUNK, 15001, SIP.ljust(4089), 0, 0, counter="too_long"),
    "longest SIP": Packets(TRUNK, 15001, SIP.ljust(4088), 1, 1),
    "oversized SIP": Packets(TRUNK, 15001, SIP.ljust(60_000), 0, 0, counter="too_long"),
    "long RTP": Packets(TRUNK, 20004, RTP.ljust(1493, b"\0"), 0, 0, counter="too_long"),
    "flood of a trunk": Packets(TRUNK, 15002, SIP, 400, 4000, count=6000, counter="too_many"),
    "flood at a call": Packets(MEDIA, 20006, RTP, 200, 1200, count=2000, counter="too_many"),
    "the call beside it": Packets(MEDIA, 20008, RTP, 50, 50, count=50),
    "flood of a stranger": Packets(STRANGER, 15003, SIP, 0, 0, count=3000, counter="strangers"),
    "another trunk meanwhile": Packets(TRUNK_OF_MANY, 15003, SIP, 50, 50, count=50),
}


@cache
def tried() -> tuple[dict[str, float], dict[str, int]]:
    """How many packets of each case came through, and the firewall's counters."""
    packets = [[case.source, case.port, case.payload.hex(), case.count] for case in CASES.values()]
    done = subprocess.run(
        [*NAMESPACE, sys.executable, str(Path(__file__).with_name("behind_the_wall.py"))],
        input=json.dumps({"file": str(FILE), "packets": packets}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    came = {name: came["packets"] for name, came in zip(CASES, told["came"], strict=True)}
    return came, told["counters"]


@needs_namespace
@pytest.mark.parametrize("name", CASES)
def test_who_comes_through(name: str) -> None:
    came, _ = tried()
    assert CASES[name].least <= came[name] <= CASES[name].most


@needs_namespace
def test_what_is_dropped_is_counted() -> None:
    came, counters = tried()
    for counter in ("strangers", "too_long", "too_many", "no_rtp"):
        dropped = sum(case.count - came[name] for name, case in CASES.items() if case.counter == counter)
        assert counters[counter] == dropped, counter


def test_the_file_is_well_formed() -> None:
    assert NFT is not None, "nftables is not installed: apt-get install nftables"
    command = [*NAMESPACE, NFT] if can_have_a_namespace() else [NFT]
    checked = subprocess.run([*command, "-c", "-f", str(FILE)], capture_output=True, text=True, timeout=20)
    assert checked.returncode == 0, checked.stderr


def test_its_ports_are_those_of_the_settings() -> None:
    shipped = (ROOT / "campaigns" / "dialer.toml").read_text()
    commented = "\n".join(line.removeprefix("# ") for line in shipped.splitlines() if "_ports = [" in line)
    ports = tomllib.loads(commented)
    front = (FILE.with_name("kamailio.cfg")).read_text()
    for name in ("sip_ports", "rtp_ports"):
        first, last = ports[name]
        assert f"{first}-{last}" in FILE.read_text(), name
    first, last = ports["sip_ports"]
    assert f"LINE_PORT_FIRST {first}\n" in front
    assert f"LINE_PORT_LAST {last}\n" in front
