"""SIPp as some hundred patients: answers, is silent, presses keys, until it is hung up."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.sipp.ports import HOST, free_rtp_port, free_sip_port, is_taken
from tests.sipp.rtp_pcap import PAYLOAD_TYPES, SILENCE, RtpTalk

RING_MS = 100
PRESS_MS = 100
PATIENCE_MS = 120_000
START_SECONDS = 10.0
STOP_SECONDS = 5.0
CALLS_A_PROCESS = 120  # SIPp runs a thread for the sound of each call
FIRST_KEY_SEQUENCE = 30_000
EVENT_TYPE = 101

_HEADERS = "[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]\n"
_TAGGED = _HEADERS.format(tag=";tag=[pid]p[call_number]")
_CONTACT = "Contact: <sip:patient@[local_ip]:[local_port]>\n"
_EMPTY = "Content-Length: 0\n"
_WITH_SDP = "Content-Type: application/sdp\nContent-Length: [len]\n\n"
_SDP = (
    "v=0\no=patient 1 1 IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\n"
    f"m=audio [media_port] RTP/AVP 8 {EVENT_TYPE}\na=rtpmap:8 PCMA/8000\n"
    f"a=rtpmap:{EVENT_TYPE} telephone-event/8000\na=fmtp:{EVENT_TYPE} 0-15\na=sendrecv\n"
)


class FarEndFailed(Exception):
    """SIPp is not there or did not start; the message is one plain sentence."""


class FarEnd:
    """`with FarEnd(folder, calls, keys) as far_end:` is as many trunks as it takes, at `far_end.uris`.

    keys: (milliseconds since the answer or the key before, key), pressed in every call until BYE comes.
    """

    def __init__(self, folder: Path, calls: int, keys: Sequence[tuple[int, str]] = ()) -> None:
        self._folder, self._keys = folder, keys
        self._count = -(-calls // CALLS_A_PROCESS)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.ports: list[int] = []

    def __enter__(self) -> Self:
        folder = self._folder / "far-end"
        folder.mkdir(exist_ok=True)
        path = folder / "patients.xml"
        path.write_text(scenario(folder, self._keys), encoding="utf-8")
        try:
            for _ in range(self._count):
                self._start(path)
        except FarEndFailed:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def uris(self) -> Sequence[str]:
        return [f"sip:{HOST}:{port}" for port in self.ports]

    @property
    def pids(self) -> Sequence[int]:
        return [process.pid for process in self._processes]

    def _start(self, path: Path) -> None:
        sipp = shutil.which("sipp")
        if sipp is None:
            raise FarEndFailed("SIPp is not installed: apt-get install sip-tester.")
        port = free_sip_port()
        command = [
            *(sipp, "-sf", os.fspath(path), "-i", HOST, "-p", str(port), "-mi", HOST),
            *("-mp", str(free_rtp_port()), "-nostdin", "-cp", str(free_sip_port())),
            *("-deadcall_wait", "500", "-max_socket", "20000", "-buff_size", "2000000"),
        ]
        process = subprocess.Popen(
            command,
            cwd=path.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        self.ports.append(port)
        until = time.monotonic() + START_SECONDS
        while not is_taken(port):
            if process.poll() is not None or time.monotonic() > until:
                raise FarEndFailed(
                    "SIPp did not start: try it by hand with the scenario of bench/far_end.py."
                )
            time.sleep(0.02)

    def _end(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def scenario(folder: Path, keys: Sequence[tuple[int, str]]) -> str:
    """SIPp's scenario; writes its sound into `folder`. SIPp 3.6 wants numbers for labels.

    The silence is SIPp's own stream, the cheapest that it has. Keys come beside it and keep far from its
    sequence numbers, which begin at 0: a key close behind them would pass for a packet that came late.
    """
    hung_up = len(keys) + 1
    talk = RtpTalk(event_type=EVENT_TYPE, sequence=FIRST_KEY_SEQUENCE)
    silence = folder / "silence.raw"
    silence.write_bytes(SILENCE["PCMA"] * 8000)
    parts = [
        '<recv request="INVITE" rrs="true"/>',
        _send(f"SIP/2.0 180 Ringing\n{_TAGGED}{_CONTACT}{_EMPTY}"),
        f'<pause milliseconds="{RING_MS}"/>',
        _send(
            f"SIP/2.0 200 OK\n{_TAGGED}{_CONTACT}{_WITH_SDP}{_SDP}",
            ' retrans="500"',
        ),
        '<recv request="ACK"/>',
        f'<nop><action><exec rtp_stream="{silence},-1,{PAYLOAD_TYPES["PCMA"]}"/></action></nop>',
    ]
    for index, (after_ms, key) in enumerate(keys):
        talk.silence(after_ms)  # only so that timestamps and sequence numbers move on as time does
        talk.cut(folder / "unused.pcap")
        talk.press(key, PRESS_MS)
        path = folder / f"{index}.pcap"
        talk.cut(path)
        parts += [
            f'<recv request="BYE" timeout="{after_ms}" ontimeout="{index + 1}" next="{hung_up}"/>',
            f'<label id="{index + 1}"/>',
            f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>',
        ]
    parts += [
        f'<recv request="BYE" timeout="{PATIENCE_MS}" next="{hung_up}"/>',
        f'<label id="{hung_up}"/>',
        '<nop><action><exec rtp_stream="pause"/></action></nop>',
        _send(f"SIP/2.0 200 OK\n{_HEADERS.format(tag='')}{_EMPTY}"),
    ]
    body = "\n".join(parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="patients">\n{body}\n</scenario>\n'


def _send(message: str, attributes: str = "") -> str:
    return f"<send{attributes}><![CDATA[\n{message}\n]]></send>"
