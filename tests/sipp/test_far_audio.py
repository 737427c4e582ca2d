"""What is taken from the wire is what was sent, and each packet is answered."""

import socket
import struct
import time

import numpy as np

from tests.sipp.far_audio import FarAudio
from tests.sipp.g711 import encode
from tests.sipp.ports import HOST

SOUND = encode((3000 * np.sin(np.arange(160) / 3)).astype(np.int16), "PCMA")
SILENCE = encode(np.zeros(160, np.int16), "PCMA")
PACKETS = [(8, SOUND), (8, SILENCE), (8, SOUND), (101, b"\5\x8a\0\0")]  # payload type, payload


def test_sound_and_silence_are_told_apart_and_answered() -> None:
    with FarAudio() as ear, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(2.0)
        moments = [time.monotonic()]
        for sequence, (kind, payload) in enumerate(
            [(8, SOUND), (8, SILENCE), (8, SOUND), (101, b"\5\x8a\0\0")]
        ):
            line.sendto(struct.pack("!BBHII", 0x80, kind, sequence, 160, 1) + payload, (HOST, ear.port))
            if kind == 8:
                assert line.recv(2000)[12:] == SILENCE
                moments.append(time.monotonic())
    assert [taken.loud for taken in ear.packets] == [True, False, True]
    assert ear.loud_ms() == 40
    assert ear.loud_ms(since=moments[1]) == ear.loud_ms(until=moments[2]) == 20
