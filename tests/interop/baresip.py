"""baresip as a patient's phone: a foreign SIP user agent, started headless and told what to do over TCP."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import wave
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sipp.far_audio import LOUD
from tests.sipp.ports import HOST, free_rtp_port, free_sip_port

BARESIP = shutil.which("baresip")
START_SECONDS = 10.0
WAIT_SECONDS = 10.0
STOP_SECONDS = 3.0
LOOK_SECONDS = 0.05
RATE_HZ = 8000
_RESPONSE = "response"
_MODULES = Path("/usr/lib/baresip/modules")
_MICROPHONE_SECONDS = 60  # of the file that stands for the microphone, longer than any call here

# No sound device: a file speaks, a bridge without other end listens, and `sndfile` keeps what it got.
_CONFIG = """\
poll_method epoll
sip_listen {host}:{sip_port}
net_interface {host}
rtp_ports {rtp_first}-{rtp_last}
audio_source aufile,{folder}/microphone.wav
audio_player aubridge,nobody
audio_alert aubridge,nobody
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {folder}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {host}:{control_port}
"""


def needs_baresip() -> pytest.MarkDecorator:
    """Skips where baresip is missing; on CI it must be there, so there the tests run and fail."""
    missing = BARESIP is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason="baresip is not installed")


class Baresip:
    """`with Baresip(number) as phone:` answers calls to that number at `phone.uri`, until told otherwise.

    `speaks`: its microphone hears a tone all the time, else silence.
    """

    def __init__(self, number: str, speaks: bool = False) -> None:
        self._number = number
        self._speaks = speaks
        self._sip_port, self._control_port = free_sip_port(), _free_tcp_port()
        self.uri = f"sip:{HOST}:{self._sip_port}"
        self._folder = Path(tempfile.mkdtemp(prefix="baresip-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._control = socket.socket()
        self._unread = b""
        self._events: list[str] = []

    def __enter__(self) -> Self:
        assert BARESIP is not None, "baresip is not installed: apt-get install baresip-core"
        self._write_settings()
        with (self._folder / "screen").open("wb") as screen:
            self._process = subprocess.Popen(
                [BARESIP, "-f", str(self._folder)], stdin=subprocess.DEVNULL, stdout=screen, stderr=screen
            )
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def tell(self, command: str, parameters: str = "") -> None:
        """A command of its menu: `sndcode 5` presses a key; hangup, hold, resume, `answermode manual`.

        Returns once it has been carried out.
        """
        text = json.dumps({"command": command, "params": parameters, "token": command}).encode()
        responses = self._events.count(_RESPONSE)
        self._control.sendall(b"%d:%s," % (len(text), text))
        self.wait(_RESPONSE, responses + 1)

    def wait(self, event: str, count: int = 1) -> None:
        """Until it has told of the `count`-th such event: CALL_ESTABLISHED, CALL_CLOSED ..."""
        until = time.monotonic() + WAIT_SECONDS
        while self._events.count(event) < count:
            assert time.monotonic() < until, f"baresip told no {event}, but {self._events}"
            self._listen()

    def will_say(self, samples: NDArray[np.int16]) -> None:
        """What its microphone hears from the beginning of the next call on, at 8 kHz, and then silence."""
        silence = np.zeros(max(0, RATE_HZ * _MICROPHONE_SECONDS - samples.size), np.int16)
        with wave.open(str(self._folder / "microphone.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(np.concatenate((samples, silence)).astype("<i2").tobytes())

    def loud_seconds(self) -> float:
        """How much sound it has heard in its last call, which must be over."""
        last = max(self._folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime_ns)
        with wave.open(str(last)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)
        tick = RATE_HZ // 50
        ticks = np.abs(samples[: samples.size // tick * tick].reshape(-1, tick)).mean(axis=1)
        return float((ticks > LOUD).sum()) / 50

    def _write_settings(self) -> None:
        rtp = free_rtp_port()
        config = _CONFIG.format(
            host=HOST,
            sip_port=self._sip_port,
            control_port=self._control_port,
            rtp_first=rtp,
            rtp_last=rtp + 7,
            folder=self._folder,
            modules=_MODULES,
        )
        (self._folder / "config").write_text(config)
        account = f"<sip:{self._number}@{HOST}:{self._sip_port}>;regint=0;answermode=auto;audio_codecs=pcma\n"
        (self._folder / "accounts").write_text(account)
        (self._folder / "contacts").write_text("")
        at = np.arange(RATE_HZ * _MICROPHONE_SECONDS)
        tone = 8000 * np.sin(2 * np.pi * 440 * at / RATE_HZ)
        self.will_say((tone * self._speaks).astype(np.int16))

    def _connect(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._control = socket.create_connection((HOST, self._control_port))
                self._control.settimeout(LOOK_SECONDS)
                return
            except ConnectionRefusedError:
                if time.monotonic() > until:
                    screen = (self._folder / "screen").read_text(errors="replace")
                    raise RuntimeError(f"baresip did not start: {screen[-500:]}") from None
                time.sleep(LOOK_SECONDS)  # it tells nobody when it is ready

    def _listen(self) -> None:
        """Read what it tells: JSON in netstrings."""
        try:
            self._unread += self._control.recv(65536)
        except TimeoutError:
            return
        while b":" in self._unread:
            length, rest = self._unread.split(b":", 1)
            if len(rest) <= int(length):
                return
            message: dict[str, Any] = json.loads(rest[: int(length)])
            self._unread = rest[int(length) + 1 :]
            self._events.append(str(message.get("type", _RESPONSE)))


def _free_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
