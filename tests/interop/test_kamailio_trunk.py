"""Kamailio as a trunk that wants digest credentials, and as a proxy that spreads calls over two targets."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.messages import Probe, Probed, Registered
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.crowd import Crowd
from tests.interop.desk import Desk
from tests.kamailio.server import CONFIGURATIONS, Kamailio, needs_kamailio
from tests.sipp.behaviours import BUSY, Answers, Behaviour
from tests.sipp.patients import SippPatients, needs_sipp
from tests.sipp.ports import HOST, free_sip_port

pytestmark = [pytest.mark.sipp, needs_sipp(), needs_kamailio()]

PRESSES, BUSY_ONE = "+79991200001", "+79991200002"
PATIENTS: dict[str, Behaviour] = {PRESSES: Answers(keys=((700, "1"), (900, "2"))), BUSY_ONE: BUSY}
CALLS = 8
PATIENCE_SECONDS = 15.0


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with SippPatients(PATIENTS) as patients:
        yield patients


@pytest.fixture(scope="module")
def provider(sipp: SippPatients) -> Iterator[tuple[Kamailio, str]]:
    port = free_sip_port()
    defines = {"LISTEN": f"udp:{HOST}:{port}", "PATIENTS": f'"{sipp.uri}"'}
    with Kamailio(CONFIGURATIONS / "trunk.cfg", (port,), defines) as kamailio:
        yield kamailio, f"sip:{HOST}:{port}"


@pytest.fixture(scope="module")
def balancer(sipp: SippPatients, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kamailio, str]]:
    """One of its two targets is not there."""
    targets: Path = tmp_path_factory.mktemp("balancer") / "targets"
    port, dead = free_sip_port(), free_sip_port()
    targets.write_text(f"1 {sipp.uri}\n1 sip:{HOST}:{dead}\n")
    defines = {"LISTEN": f"udp:{HOST}:{port}", "TARGETS": f'"{targets}"'}
    with Kamailio(CONFIGURATIONS / "balancer.cfg", (port,), defines) as kamailio:
        yield kamailio, f"sip:{HOST}:{port}"


@pytest.fixture(scope="module")
def desk(make_desk: MakeDesk, provider: tuple[Kamailio, str], balancer: tuple[Kamailio, str]) -> Desk:
    login = Trunk("login", provider[1], "clinic", "secret", register=True, caller_ids=("+73452500000",))
    return make_desk(
        login,
        replace(login, name="forgot", password="wrong", register=False),
        Trunk("balanced", balancer[1]),
        count=CALLS,
    )


def told(desk: Desk, kind: type[Registered] | type[Probed], trunk: str) -> Registered | Probed:
    """The next event of this kind about a trunk."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for event in desk.lines.receive(0.2):
            if isinstance(event, kind) and event.trunk == trunk:
                return event
    raise AssertionError(f"no {kind.__name__} about {trunk} in {PATIENCE_SECONDS} s")


def invited(sipp: SippPatients) -> int:
    """How many calls reached a patient; what SIPp writes later of those that ended counts for nothing."""
    return sum(seen.what == "called" for seen in sipp.seen())


def test_one_process_registers(desk: Desk, provider: tuple[Kamailio, str]) -> None:
    assert told(desk, Registered, "login") == Registered("login", 200)
    assert provider[0].log().count("bindings of clinic") == 1


def test_a_trunk_is_asked_whether_it_is_there(desk: Desk) -> None:
    desk.send(Probe("login"))
    probed = told(desk, Probed, "login")
    assert isinstance(probed, Probed)
    assert (probed.sip_status, probed.milliseconds > 0) == (200, True)


def test_each_call_is_challenged_and_placed(desk: Desk, prompt: str, sipp: SippPatients) -> None:
    crowd = Crowd(desk.lines, prompt, questions=2)
    crowd.dial(PRESSES, "login", CALLS)
    assert {ended.cause for ended in crowd.until_ended()} == {"answered"}
    assert [call.keys for call in crowd.calls.values()] == ["12"] * CALLS
    assert sipp.complaints() == ""


def test_a_wrong_password_ends_as_such_and_reaches_nobody(desk: Desk, sipp: SippPatients) -> None:
    before = invited(sipp)
    crowd = Crowd(desk.lines, "", questions=0)
    crowd.dial(PRESSES, "forgot", 1)
    (ended,) = crowd.until_ended()
    assert (ended.cause, ended.sip_status, ended.rang) == ("authentication", 407, False)
    assert invited(sipp) == before


def test_the_patients_answer_passes_the_trunk(desk: Desk) -> None:
    crowd = Crowd(desk.lines, "", questions=0)
    crowd.dial(BUSY_ONE, "login", 1)
    (ended,) = crowd.until_ended()
    assert (ended.cause, ended.sip_status) == ("busy", 486)


def test_a_balancer_with_a_dead_target_loses_no_call(
    desk: Desk, prompt: str, balancer: tuple[Kamailio, str]
) -> None:
    crowd = Crowd(desk.lines, prompt, questions=2)
    crowd.dial(PRESSES, "balanced", CALLS)
    assert {ended.cause for ended in crowd.until_ended()} == {"answered"}
    assert [call.keys for call in crowd.calls.values()] == ["12"] * CALLS
    assert balancer[0].log().count("fails over") == CALLS // 2
