"""Starts and ends the processes of the simulated phones; each of their SIP ports reaches every patient."""

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from dialer.errors import LinesNotStarted
from dialer.phones.greeting import write_greeting, write_speech
from dialer.phones.listener import LONGEST_CALL_SECONDS
from dialer.phones.patients import ANSWER_SECONDS, SAYS, Patient
from dialer.phones.task import READY, Greeting, Task, encode_task

HOST = "127.0.0.1"
CALLS_A_PORT = 4  # what pip's build of the library holds in one process
START_SECONDS = 15.0
STOP_SECONDS = 5.0


class Phones:
    """Simulated patients behind `sip_ports`, one process and at most four calls each.

    The RTP range is split evenly. Finished calls go to `log_path`, see `read_log`. Use as context manager, or
    `start` and `stop`. Raises LinesNotStarted when a process does not come up, ValueError for a bad greeting.
    """

    def __init__(
        self,
        patients: Sequence[Patient],
        sip_ports: Sequence[int],
        rtp_first: int,
        rtp_last: int,
        log_path: Path,
    ) -> None:
        self._patients = tuple(patients)
        self._sip_ports = tuple(sip_ports)
        self._rtp_first, self._rtp_last = rtp_first, rtp_last
        self._log_path = log_path
        self._processes: list[subprocess.Popen[str]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def uris(self) -> tuple[str, ...]:
        """A SIP URI for each port: what a trunk would be given."""
        return tuple(f"sip:{HOST}:{port}" for port in self._sip_ports)

    def start(self) -> None:
        """Start all processes and wait until they answer."""
        self._folder = tempfile.TemporaryDirectory(prefix="phones-")
        try:
            folder = Path(self._folder.name)
            greetings, spoken = self._greetings(folder), self._spoken(folder)
            for index, port in enumerate(self._sip_ports):
                self._processes.append(_spawn(self._task(index, port, greetings, spoken)))
            for process, port in zip(self._processes, self._sip_ports, strict=True):
                _await_ready(process, port)
        except BaseException:  # Ctrl-C too: no phone process is left behind
            self.stop()
            raise

    def stop(self) -> None:
        """Hang up what is open and end the processes; idempotent."""
        for process in self._processes:
            if process.stdin and not process.stdin.closed:
                process.stdin.close()
        for process in self._processes:
            _end(process)
        self._processes.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run."""
        return tuple(process.pid for process in self._processes)

    def _greetings(self, folder: Path) -> dict[str, Greeting]:
        """One WAV for each greeting, shared by all machines that have it."""
        made: dict[str, Greeting] = {}
        machines = [patient for patient in self._patients if patient.behaviour.machine]
        for patient in machines:
            if patient.greeting not in made:
                path = folder / f"greeting{len(made)}.wav"
                made[patient.greeting] = Greeting(str(path), write_greeting(path, patient.greeting))
        return {patient.number: made[patient.greeting] for patient in machines}

    def _spoken(self, folder: Path) -> tuple[str, str]:
        """One WAV for all who were connected, and one for all who answer aloud; "" where there are none."""
        lengths = {
            "speech.wav": LONGEST_CALL_SECONDS * any(one.behaviour.speaks for one in self._patients),
            "answer.wav": ANSWER_SECONDS * any(SAYS in one.keys for one in self._patients),
        }
        for name, seconds in lengths.items():
            if seconds:
                write_speech(folder / name, seconds)
        speech_path, answer_path = (str(folder / name) if lengths[name] else "" for name in lengths)
        return speech_path, answer_path

    def _task(
        self, index: int, port: int, greetings: Mapping[str, Greeting], spoken: tuple[str, str]
    ) -> Task:
        share = (self._rtp_last - self._rtp_first + 1) // len(self._sip_ports) // 2 * 2
        first = self._rtp_first + index * share
        return Task(
            sip_port=port,
            rtp_port_first=first,
            rtp_port_last=first + share - 1,
            address=HOST,
            log_path=str(self._log_path.absolute()),
            patients=self._patients,
            greetings=greetings,
            speech_path=spoken[0],
            answer_path=spoken[1],
        )


def _spawn(task: Task) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dialer.phones"],
        env={**os.environ, "PYTHONPATH": _import_path(), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the library complains there about what a simulated caller did
        text=True,
        start_new_session=True,  # Ctrl-C is for whoever started us; the end of stdin is for them
    )
    assert process.stdin is not None
    process.stdin.write(encode_task(task))
    process.stdin.flush()
    return process


def _import_path() -> str:
    """So that the child finds this package wherever it is started."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))


def _await_ready(process: subprocess.Popen[str], port: int) -> None:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    said = process.stdout.readline().strip() if readable else ""
    if said != READY:
        raise LinesNotStarted(said or f"The simulated phones on SIP port {port} did not start.")


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
