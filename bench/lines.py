"""So many simultaneous calls through the pool, or through the bare library, with SIPp on the same machine."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.capture import captured
from bench.far_end import FarEnd
from bench.lines_plan import Plan, write_plan
from bench.lines_wire import SNAP_BYTES, Reactions, all_reactions, capture_filter
from bench.machine import cpu_by_role, memory_mb
from bench.marks import write_prompt

SIP_PORTS = (15500, 15990)
RTP_PORTS = (20000, 31999)
RAMP_SECONDS = 8.0  # in which all calls are started
KEYS = ((6000, "1"), (7000, "2"))  # so long after the answer, and after the key before
CALL_SECONDS = 20.0
PROMPT_SECONDS = (
    10.0,
    10.0,
    CALL_SECONDS - sum(after for after, _ in KEYS) / 1000,
)  # the first two are cut short
START_SECONDS = 60.0
LATEST_SECONDS = 60.0
STOP_SECONDS = 10.0
BEFORE_THE_FIRST_ENDS_SECONDS = 1.5
LEAST_STEADY_SECONDS = 3.0
LINES, BARE = "bench.lines_driver", "bench.bare"


@dataclass(frozen=True)
class Steady:
    """What it cost while all calls were up; CPU in milliseconds a call-second, by role."""

    seconds: float
    ms: Mapping[str, float]
    far_end_ms: float
    pss_mb: float


@dataclass(frozen=True)
class Measured:
    """So many calls at once."""

    calls: int
    result: Mapping[str, Any]  # of bench.lines_driver or bench.bare
    ready_seconds: float
    steady: Steady | None  # none when they never were all up together
    reactions: Sequence[Reactions]  # of each answered call


@dataclass(frozen=True)
class Ports:
    """Where the lines may listen."""

    sip: tuple[int, int] = SIP_PORTS
    rtp: tuple[int, int] = RTP_PORTS


class DriverFailed(Exception):
    """The process that drives the lines ended early; the message is one plain sentence."""


class Run:
    """A driver at work: what it says, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.pid = process.pid

    def wait_for(self, what: str, seconds: float) -> Any:
        """The value that it tells under this name. Raises DriverFailed."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                line = self._said.get(timeout=left)
                told = json.loads(line) if line else {"failed": "It said nothing more."}
                if what in told:
                    return told[what]
                if "failed" in told:
                    raise DriverFailed(f"The calls could not be measured: {told['failed']}")
        raise DriverFailed(f"The calls could not be measured: nothing about `{what}` in {seconds:.0f} s.")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line)
        self._said.put("")


@contextlib.contextmanager
def driver(module: str, plan: Plan) -> Iterator[Run]:
    """Run a driver in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(write_plan(plan))
    process.stdin.flush()
    try:
        yield Run(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)  # it hangs up and frees its ports
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def measure(calls: int, module: str = LINES, ports: Ports = Ports()) -> Measured:
    """Place so many calls, all up at once. Raises CaptureFailed, DriverFailed, FarEndFailed."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        signals, media = folder / "sip.pcap", folder / "rtp.pcap"
        with (
            FarEnd(folder, calls, KEYS) as far_end,
            captured(signals, " or ".join(f"port {port}" for port in far_end.ports)),
            captured(media, capture_filter(ports.rtp), SNAP_BYTES),
            driver(module, _plan(folder, calls, far_end, ports)) as run,
        ):
            ready_seconds = float(run.wait_for("ready", START_SECONDS))
            steady = _steady(run, far_end, calls)
            result = run.wait_for("result", RAMP_SECONDS + CALL_SECONDS + LATEST_SECONDS)
        return Measured(calls, result, ready_seconds, steady, all_reactions(signals, media, ports.rtp))


def _plan(folder: Path, calls: int, far_end: FarEnd, ports: Ports) -> Plan:
    prompts = [
        write_prompt(folder / f"{number}.wav", number, seconds)
        for number, seconds in enumerate(PROMPT_SECONDS)
    ]
    keys = "".join(key for _, key in KEYS)
    rate = calls / RAMP_SECONDS
    return Plan(
        tuple(far_end.uris), calls, calls, rate, tuple(prompts), keys, CALL_SECONDS, ports.sip, ports.rtp
    )


def _steady(run: Run, far_end: FarEnd, calls: int) -> Steady | None:
    """From the moment that all are up until shortly before the first ends."""
    until = time.monotonic() + CALL_SECONDS - BEFORE_THE_FIRST_ENDS_SECONDS
    try:
        run.wait_for("up", max(1.0, until - LEAST_STEADY_SECONDS - time.monotonic()))
    except DriverFailed:
        return None
    begun, before, far_before = time.monotonic(), cpu_by_role(run.pid), _far_cpu(far_end)
    time.sleep(max(LEAST_STEADY_SECONDS, until - time.monotonic()))
    seconds, after, far_after = time.monotonic() - begun, cpu_by_role(run.pid), _far_cpu(far_end)
    call_seconds = calls * seconds / 1000
    ms = {role: (after[role] - before.get(role, 0.0)) / call_seconds for role in after}
    return Steady(seconds, ms, (far_after - far_before) / call_seconds, memory_mb(run.pid))


def _far_cpu(far_end: FarEnd) -> float:
    return sum(sum(cpu_by_role(pid).values()) for pid in far_end.pids)


def ports_from_environment() -> Ports:
    """BENCH_SIP_PORTS and BENCH_RTP_PORTS, each `first-last`, where the usual ones are taken."""
    return Ports(_range("BENCH_SIP_PORTS", SIP_PORTS), _range("BENCH_RTP_PORTS", RTP_PORTS))


def _range(name: str, usual: tuple[int, int]) -> tuple[int, int]:
    first, _, last = os.environ.get(name, "").partition("-")
    return (int(first), int(last)) if last else usual
