"""The library without our code: `python -m bench.bare`, a plan as for bench.lines_driver on standard input.

Forked processes of as many calls as pip's wheel holds, one player per call; no ears, no keys, no messages.
What our lines cost is told beside this, because the machine decides more than either. The only file besides
`dialer.pjsip` that imports pjsua2.
"""

import contextlib
import gc
import json
import os
import select
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import pjsua2 as pj

from bench.lines_plan import Plan, read_plan

CALLS_A_PROCESS = 4  # of pip's wheel
PORTS_A_PROCESS = 24
LATEST_SECONDS = 20.0
POLL_SECONDS = 0.1
SETTLE_SECONDS = 0.3
HANDSHAKE = b"."


@dataclass(frozen=True)
class Share:
    """What one process has to do."""

    uris: Sequence[str]
    dial_at: Sequence[float]  # time.monotonic()
    prompt: str
    seconds: float  # of the call after the answer
    sip_port: int
    rtp_port: int


class BareCall(pj.Call):  # type: ignore[misc]
    """Plays from the answer on, hangs up when the time is up."""

    def __init__(self, account: Any, share: Share, up: int) -> None:
        super().__init__(account)
        self._share, self._up = share, up
        self.player: Any = None
        self.hang_up_at = float("inf")
        self.over = False

    def onCallState(self, prm: Any) -> None:  # noqa: N802
        self.over = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        if self.player is None:
            self.player = pj.AudioMediaPlayer()
            self.player.createPlayer(self._share.prompt, pj.PJMEDIA_FILE_NO_LOOP)
            self.player.startTransmit(self.getAudioMedia(-1))
            self.hang_up_at = time.monotonic() + self._share.seconds
            os.write(self._up, HANDSHAKE)


def serve(share: Share, ready: int, up: int) -> NoReturn:
    """One process: place its calls at their times and end with the last."""
    endpoint = _endpoint(share.sip_port)
    account = _account(share.rtp_port)
    os.write(ready, HANDSHAKE)
    calls: list[BareCall] = []
    until = share.dial_at[-1] + share.seconds + LATEST_SECONDS
    while time.monotonic() < until and not (len(calls) == len(share.uris) and all(c.over for c in calls)):
        endpoint.libHandleEvents(int(POLL_SECONDS * 1000) if len(calls) == len(share.uris) else 10)
        now = time.monotonic()
        if len(calls) < len(share.uris) and now >= share.dial_at[len(calls)]:
            call = BareCall(account, share, up)
            calls.append(call)
            call.makeCall(share.uris[len(calls) - 1], pj.CallOpParam(True))
        for call in calls:
            if now >= call.hang_up_at:
                call.hang_up_at = float("inf")
                call.hangup(pj.CallOpParam(True))
    pumped = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < pumped:
        endpoint.libHandleEvents(10)
    os._exit(not all(call.over for call in calls))  # in an orderly exit the objects would abort


def _endpoint(sip_port: int) -> Any:
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = False
    media = config.medConfig
    media.clockRate = media.sndClockRate = 8000
    media.channelCount, media.audioFramePtime, media.ptime, media.ecTailLen = 1, 20, 20, 0
    media.noVad = True
    media.sndAutoCloseTime = -1
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port = sip_port
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 254 if codec.codecId.startswith("PCMA") else 0)
    return endpoint


def _account(rtp_port: int) -> Any:
    config = pj.AccountConfig()
    config.idUri = "sip:bare@127.0.0.1"
    config.mediaConfig.lockCodecEnabled = False
    config.mediaConfig.srtpUse = 0
    config.mediaConfig.transportConfig.port = rtp_port
    config.mediaConfig.transportConfig.portRange = PORTS_A_PROCESS - 2
    account = pj.Account()
    account.create(config)
    return account


def shares(plan: Plan, begin_at: float) -> Sequence[Share]:
    """The calls, dealt out in turn, so that each process dials as seldom as can be."""
    processes = -(-plan.calls // CALLS_A_PROCESS)
    dealt: list[Share] = []
    for process in range(processes):
        numbers = range(process, plan.calls, processes)
        hosts = [plan.trunks[number % len(plan.trunks)].removeprefix("sip:") for number in numbers]
        dealt.append(
            Share(
                [f"sip:+7912{number:07d}@{host}" for number, host in zip(numbers, hosts, strict=True)],
                [begin_at + number / plan.calls_per_second for number in numbers],
                plan.prompts[0],
                plan.call_seconds,
                plan.sip_ports[0] + process,
                plan.rtp_ports[0] + process * PORTS_A_PROCESS,
            )
        )
    return dealt


def main() -> int:
    """Fork, call, and print what bench.lines_driver prints."""
    plan = read_plan(sys.stdin.readline())
    begun = time.monotonic()
    start_seconds = 1.0 + plan.calls / 60  # until all endpoints are up
    dealt = shares(plan, begun + start_seconds)
    gc.collect()
    gc.freeze()
    ready, readies = os.pipe()
    up, ups = os.pipe()
    children = [_fork(share, readies, ups) for share in dealt]
    _until(ready, len(children), start_seconds)
    print(json.dumps({"ready": time.monotonic() - begun}), flush=True)
    call_seconds = plan.calls / plan.calls_per_second + LATEST_SECONDS + start_seconds
    answered = _until(up, plan.calls, call_seconds)
    print(json.dumps({"up": time.time()}), flush=True)
    codes = [os.waitpid(child, 0)[1] for child in children]
    done = {"placed": plan.calls, "answered": answered, "failed_processes": sum(map(bool, codes))}
    print(json.dumps({"result": done}), flush=True)
    return 0


def _fork(share: Share, ready: int, up: int) -> int:
    child = os.fork()
    if child == 0:
        gc.disable()
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            serve(share, ready, up)
        finally:  # a fork must never return into its parent's code
            os._exit(1)
    return child


def _until(pipe: int, count: int, seconds: float) -> int:
    """Read so many handshakes, for at most so long; how many came."""
    came, until = 0, time.monotonic() + seconds
    while came < count and (left := until - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            came += len(os.read(pipe, count))
    return came


if __name__ == "__main__":
    sys.exit(main())
