"""How much the endurance tests do, and what they share."""

import os
import resource
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from bench.marks import write_prompt
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk
from tests.sipp.patients import SippPatients
from tests.soak.kinds import PATIENTS
from tests.soak.load import Load
from tests.soak.progress import Teller

LONGEST_SECONDS = 3000.0
MakeLoad = Callable[[int], tuple[Load, LinePool]]


def scaled(count: int) -> int:
    """SOAK_PERCENT of it (100 when not set), at least a hundred."""
    return max(100, count * int(os.environ.get("SOAK_PERCENT", "100")) // 100)


def ports(name: str, usual: tuple[int, int]) -> tuple[int, int]:
    """`name` in the environment, as `first-last`, where the usual ports are taken."""
    first, _, last = os.environ.get(name, "").partition("-")
    return (int(first), int(last)) if last else usual


@pytest.fixture(scope="package", autouse=True)
def _no_core_files() -> None:
    """Aborted line processes leave none."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


@pytest.fixture(scope="package")
def patients() -> Iterator[Sequence[SippPatients]]:
    """Two trunks: one SIPp falls behind when it logs and presses keys for a hundred calls a second."""
    with (
        SippPatients(PATIENTS, seconds=LONGEST_SECONDS) as first,
        SippPatients(PATIENTS, seconds=LONGEST_SECONDS) as second,
    ):
        yield first, second


@pytest.fixture(scope="session")
def short_prompt(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tenth of a second."""
    return write_prompt(tmp_path_factory.mktemp("prompts") / "short.wav", 0, 0.1)


@pytest.fixture
def make_load(patients: Sequence[SippPatients], short_prompt: str) -> Iterator[MakeLoad]:
    """A pool of so many lines towards SIPp, and a load for it."""
    pools: list[LinePool] = []

    def make(lines: int) -> tuple[Load, LinePool]:
        trunks = tuple(
            Trunk(f"sipp{number}", sipp.uri, max_calls=lines, calls_per_second=1000.0)
            for number, sipp in enumerate(patients)
        )
        sip = ports("SOAK_SIP_PORTS", (15500, 15990))
        rtp = ports("SOAK_RTP_PORTS", (20000, 31999))
        pool = LinePool(LineSettings(trunks, lines, *sip, *rtp, start_seconds=30.0))
        pools.append(pool)
        pool.start()
        return Load(pool, [trunk.name for trunk in trunks], short_prompt), pool

    yield make
    for pool in pools:
        pool.stop()


@pytest.fixture
def teller(request: pytest.FixtureRequest) -> Teller:
    """Tells progress past pytest, which would keep it until the end."""
    captures: Any = request.config.pluginmanager.getplugin("capturemanager")
    return Teller(captures.global_and_fixture_disabled)
