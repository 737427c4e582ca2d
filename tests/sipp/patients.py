"""Runs SIPp as the trunk and the patients behind it, and reports what SIPp saw."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.sipp.behaviours import Behaviour, Refuses
from tests.sipp.ports import HOST, free_rtp_port, free_sip_port, is_taken
from tests.sipp.scenario import write_scenario

SIPP = shutil.which("sipp")
START_SECONDS = 10.0
START_TRIES = 3  # its control port can be snatched away between our look and its start
STOP_SECONDS = 5.0
_ENTRY = re.compile(r"(?=\d{4}-\d\d-\d\d\t)")  # SIPp puts no line ends between the entries of its error log
_WAITED = "receive timeout on message"  # a wait of the scenario that ran out; SIPp logs it as an error
_FAILURE = re.compile(r"Failed\w+\(C\)$")
UNKNOWN_NUMBER = Refuses(404, "Not Found")


def needs_sipp() -> pytest.MarkDecorator:
    """Skips where SIPp is missing; on CI it must be there, so there the tests run and fail."""
    return pytest.mark.skipif(SIPP is None and os.environ.get("CI") != "true", reason="SIPp is not installed")


@dataclass(frozen=True)
class Seen:
    """One line of SIPp's log: a call, when (ms since SIPp started), and what happened."""

    call: int
    at_ms: int
    number: str
    what: str


@dataclass(frozen=True)
class Report:
    """SIPp's own figures, and what its patients did."""

    calls: int
    successful: int
    failed: int
    why: Mapping[str, int]  # SIPp's own counters of failures, those that are not 0
    seen: tuple[Seen, ...] = field(repr=False)

    def count(self, what: str) -> int:
        """How often this happened; `what` as in the scenario: called, answered, pressed 1, cancelled ..."""
        return Counter(seen.what for seen in self.seen)[what]

    def of(self, number: str) -> list[str]:
        """What happened to one number, in order."""
        return [seen.what for seen in self.seen if seen.number == number]


class SippPatients:
    """`with SippPatients({"+79991234567": Answers(...)}) as patients:` is one trunk, at `patients.uri`.

    Bounded by `calls` and `seconds`; ended by its own pid. All its RTP leaves from one port, `rtp_port`.
    With `trace` it keeps all messages, so that `received` can count them.
    """

    def __init__(
        self,
        patients: Mapping[str, Behaviour],
        otherwise: Behaviour = UNKNOWN_NUMBER,
        *,
        calls: int = 100_000,
        seconds: float = 110.0,
        trace: bool = False,
    ) -> None:
        self.port, self.rtp_port = free_sip_port(), free_rtp_port()
        self.uri = f"sip:{HOST}:{self.port}"
        self._patients, self._otherwise = patients, otherwise
        self._calls, self._seconds = calls, seconds
        self._trace = ("-trace_msg", "-message_file", "messages.log") if trace else ()
        self._folder = Path(tempfile.mkdtemp(prefix="sipp-"))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        scenario = write_scenario(self._folder, self._patients, self._otherwise)
        for _ in range(START_TRIES):
            self._start(scenario)
            if not self._process_ended():
                return self
        raise RuntimeError(f"SIPp did not start: {self._complaint()}")

    def _start(self, scenario: Path) -> None:
        with (self._folder / "screen").open("wb") as screen:
            self._process = subprocess.Popen(
                self._command(scenario),
                cwd=self._folder,
                stdout=screen,
                stderr=screen,
                stdin=subprocess.DEVNULL,
            )
        self._until(lambda: is_taken(self.port) or self._process_ended(), START_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def report(self) -> Report:
        """Ends SIPp politely and reads its statistics."""
        self._end()
        rows = self._statistics()
        return Report(
            calls=int(rows.get("IncomingCall(C)", 0)),
            successful=int(rows.get("SuccessfulCall(C)", 0)),
            failed=int(rows.get("FailedCall(C)", 0)),
            why={name: int(count) for name, count in rows.items() if _FAILURE.match(name) and count != "0"},
            seen=self.seen(),
        )

    def seen(self) -> tuple[Seen, ...]:
        """What happened so far."""
        path = self._folder / "seen.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return tuple(_seen(line) for line in lines if line.count(" ") >= 3)

    def said_of(self, number: str) -> list[str]:
        """What happened to one number so far, in order."""
        return [seen.what for seen in self.seen() if seen.number == number]

    def received(self, method: str, number: str) -> int:
        """How often a request came for one number within its call, repeated ones too; needs `trace`."""
        text = (self._folder / "messages.log").read_text(errors="replace")
        return len(re.findall(rf"^{method} sip:{re.escape(number)}@", text, re.MULTILINE))

    def wait_until(self, condition: Callable[[tuple[Seen, ...]], bool], seconds: float) -> None:
        """Until what was seen satisfies `condition`; raises TimeoutError."""
        self._until(lambda: condition(self.seen()), seconds)

    def complaints(self) -> str:
        """What SIPp found unexpected; empty when all went as the scenario says."""
        path = self._folder / "errors.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(entry for entry in _ENTRY.split(text)[1:] if _WAITED not in entry)

    def _command(self, scenario: Path) -> list[str]:
        assert SIPP is not None, "SIPp is not installed: apt-get install sip-tester"
        return [
            *(SIPP, "-sf", str(scenario), "-i", HOST, "-p", str(self.port), "-mi", HOST),
            *("-mp", str(self.rtp_port), "-m", str(self._calls), "-timeout", f"{self._seconds:.0f}s"),
            *("-nostdin", "-cp", str(_free_udp_port()), "-deadcall_wait", "500"),
            *("-trace_logs", "-log_file", "seen.log", "-trace_err", "-error_file", "errors.log"),
            *self._trace,
            *("-trace_stat", "-stf", "statistics.csv", "-fd", "1"),
        ]

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGUSR1)  # no new calls; ends when the last one has
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _statistics(self) -> dict[str, str]:
        path = self._folder / "statistics.csv"
        if not path.exists():
            return {}
        with path.open() as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return rows[-1] if rows else {}

    def _process_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _complaint(self) -> str:
        return self.complaints() or (self._folder / "screen").read_text(errors="replace")[-500:]

    def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"not seen within {seconds} s; SIPp says: {self._complaint() or 'nothing'}"
                )
            time.sleep(0.02)  # SIPp tells nobody; its files are all there is


def _seen(line: str) -> Seen:
    call, at_ms, number, what = line.split(" ", 3)
    return Seen(int(call), int(at_ms), number, what)


def _free_udp_port() -> int:
    """For SIPp's control socket, which it insists on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
