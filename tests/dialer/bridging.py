"""People on the telephone who hear each other: how they speak, and what they have heard."""

import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialer.messages import (
    Answered,
    Bridge,
    Bridged,
    Dial,
)
from tests.dialer.one_line import OneLine
from tests.dialer.peer import Behaviour, Call, Peer, Request
from tests.dialer.peer_rtp import loudness

LOUD_PCMA = bytes([0xAA ^ 0x55, 0x2A ^ 0x55] * 80)  # one packet of a rough 4 kHz tone
SPEAKS = ((0.0, LOUD_PCMA * 50 * 20),)
HEARD = 20  # loud packets: 0.4 s
LOST_PACKETS = 10  # 0.2 s while the port changes; seen were 0 to 3
REPEATS = 5
GAP_SECONDS = 0.3  # a busy machine; what is lost for good is longer
HELD_SECONDS = 1.2


def changes(*requests: Request) -> Behaviour:
    """A person who speaks and whose phone sends these requests 0.8 s after the answer and later."""
    times = (0.8 + HELD_SECONDS * index for index in range(len(requests)))
    return Behaviour(tones=SPEAKS, requests=tuple(zip(times, requests, strict=True)))


BACK = Request("INVITE", sdp="sendrecv")
PEOPLE = {
    "+7001": Behaviour(tones=SPEAKS),
    "+7002": Behaviour(tones=SPEAKS),
    "+7003": Behaviour(),  # listens only
    "+7004": Behaviour(status=180),
    "+7010": changes(Request("INVITE", sdp="sendonly"), BACK),
    "+7011": changes(Request("INVITE", sdp="inactive"), Request("INVITE", sdp="sendrecv", moves=True)),
    "+7012": changes(Request("UPDATE", sdp="sendonly"), Request("UPDATE", sdp="sendrecv")),
    "+7013": changes(Request("INVITE", sdp="sendonly"), Request("INVITE")),
    "+7014": changes(Request("INVITE", sdp="sendrecv", moves=True)),
    "+7015": changes(Request("INVITE")),
}
MOVES = ("+7014", "+7015")
HOLDS = ("+7010", "+7011", "+7012", "+7013")


def call_of(peer: Peer, number: str) -> Call:
    return [call for call in peer.calls.values() if call.number == number][-1]


def loud_times(call: Call) -> list[float]:
    """When this person heard something."""
    audio = [(at, packet) for at, packet in list(call.rtp) if packet[1] & 0x7F == 8]
    return [at for at, packet in audio if loudness(call.behaviour, packet[12:]) > 30]


def quiet_packets(call: Call, since: float) -> int:
    """Of those that this person got between the first and the last loud one."""
    loud = loud_times(call)
    first = next(at for at in loud if at > since)
    between = [at for at, packet in list(call.rtp) if packet[1] & 0x7F == 8 and first < at < loud[-1]]
    return len(set(between) - set(loud))


def dial(line: OneLine, *numbers: str) -> None:
    for number in numbers:
        line.tell(Dial(number, "main", number, "", 10, 60))
    for number in numbers:
        line.heard(Answered(number))


def bridge(line: OneLine, one: str, other: str) -> float:
    line.tell(Bridge(one, other))
    line.heard(Bridged(one, other))
    return time.monotonic()


def hears(line: OneLine, call: Call, since: float, packets: int = HEARD) -> None:
    line.until(lambda: sum(at >= since for at in loud_times(call)) >= packets)


def sound(path: Path, seconds: float) -> str:
    at = np.arange(int(8000 * seconds))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((20000 * np.sin(2 * np.pi * 1000 * at / 8000)).astype("<i2").tobytes())
    return str(path)


def samples(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def loud_seconds(path: Path) -> float:
    heard = samples(path)
    ticks = np.abs(heard[: len(heard) // 160 * 160].reshape(-1, 160).astype(int)).max(axis=1)
    return float((ticks > 800).sum()) / 50


def eventually(peer: Peer, condition: Callable[[], bool], seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not peer.wait(condition, 0.05):
        assert time.monotonic() < end, f"not in {seconds} s"


def hears_after(call: Call, at: float) -> Callable[[], bool]:
    return lambda: len([heard for heard in loud_times(call) if heard > at]) > HEARD
