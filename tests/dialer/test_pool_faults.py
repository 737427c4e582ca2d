"""What the pool makes of dead, hung and orphaned processes, and of ports that are not to be had."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dialer.errors import LinesNotStarted
from dialer.messages import Answered, Bridge, Bridged, Dial, Ended, Ringing
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Peer
from tests.dialer.rig import Rig, rig, settings

TALKS = "+7001"
RINGS = "+7002"
DEAF = "+7003"
PEOPLE = {TALKS: Behaviour(), RINGS: Behaviour(status=180), DEAF: Behaviour(status=0)}


def test_the_calls_of_a_killed_process_are_lost_the_others_go_on_and_it_is_replaced() -> None:
    with rig(PEOPLE, count=8) as (lines, _):
        filled = [lines.answered(TALKS, name) for name in "abcd"]
        lines.answered(TALKS, "e")
        victim = lines.pool.pids[0]
        os.kill(victim, signal.SIGKILL)
        lines.until(lambda: sum(isinstance(e, Ended) for e in lines.events) == 4)
        lost = [e for e in lines.events if isinstance(e, Ended)]
        assert [e.call for e in lost] == filled
        assert {(e.cause, e.rang, e.answered) for e in lost} == {("line_lost", True, True)}
        lines.until(lambda: len(lines.pool.pids) == 2 and lines.pool.free == 7)
        assert victim not in lines.pool.pids
        assert [e for e in lines.events if isinstance(e, Ended)] == lost
        lines.answered(TALKS, "f")


def test_both_of_a_bridge_are_lost_with_their_process_and_no_line_stays_kept() -> None:
    with rig(PEOPLE) as (lines, _):
        lines.pool.send(Dial("patient", "main", TALKS, "", 10, 60, keeps=True))
        lines.until(lambda: Answered("patient") in lines.events)
        lines.pool.send(Dial("operator", "main", TALKS, "", 10, 60, beside="patient"))
        lines.until(lambda: Answered("operator") in lines.events)
        lines.pool.send(Bridge("patient", "operator"))
        lines.until(lambda: Bridged("patient", "operator") in lines.events)
        os.kill(lines.pool.pids[0], signal.SIGKILL)
        for call in ("patient", "operator"):
            assert (lines.ended(call).cause, lines.ended(call).answered) == ("line_lost", True)
        lines.until(lambda: lines.pool.free == 4 and lines.pool.free_pairs == 2)


def test_a_lost_call_that_only_rang_was_not_answered() -> None:
    with rig(PEOPLE) as (lines, _):
        call = lines.dial(RINGS)
        lines.until(lambda: Ringing(call) in lines.events)
        os.kill(lines.pool.pids[0], signal.SIGKILL)
        ended = lines.ended(call)
        assert (ended.cause, ended.rang, ended.answered) == ("line_lost", True, False)


def test_a_process_that_hangs_is_killed_and_replaced() -> None:
    with rig(PEOPLE, heartbeat_seconds=1.5) as (lines, _):
        call = lines.answered(TALKS)
        victim = lines.pool.pids[0]
        os.kill(victim, signal.SIGSTOP)
        assert lines.ended(call).cause == "line_lost"
        lines.until(lambda: lines.pool.free == 4 and victim not in lines.pool.pids)
        lines.answered(TALKS, "again")


def test_without_its_nursery_the_pool_goes_on_and_gets_another() -> None:
    with rig(PEOPLE) as (lines, _):
        call = lines.answered(TALKS)
        nursery = int(Path(f"/proc/{lines.pool.pids[0]}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(nursery, signal.SIGKILL)
        lines.answered(TALKS, "meanwhile")
        os.kill(lines.pool.pids[0], signal.SIGKILL)
        assert lines.ended(call).cause == "line_lost"
        lines.until(lambda: lines.pool.free == 4)


def test_a_slot_that_a_silent_far_end_holds_is_not_free() -> None:
    with rig(PEOPLE) as (lines, _):
        ended = lines.ended(lines.dial(DEAF, ring=30))
        assert (ended.cause, ended.rang, ended.sip_status) == ("unreachable", False, 0)
        assert lines.pool.free == 3
        lines.until(lambda: lines.pool.free == 4, seconds=3)


ENGINE = """
import sys
from tests.dialer.rig import *
pool = LinePool(settings(Trunk("main", sys.argv[1]), count=8))
pool.start()
lines = Rig(pool)
lines.answered("+7001", "talks")
lines.dial("+7002", "rings")
lines.until(lambda: any(type(e).__name__ == "Ringing" and e.call == "rings" for e in lines.events))
print(*pool.pids, flush=True)
while True:
    pool.receive(1)
"""


def _alive(pid: int) -> bool:
    """Running, not a zombie that nobody has reaped yet."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_when_the_engine_is_killed_its_calls_are_hung_up_and_its_processes_end() -> None:
    with Peer(PEOPLE.__getitem__) as peer:
        engine = subprocess.Popen(
            [sys.executable, "-c", ENGINE, peer.uri], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        with engine:
            assert engine.stdout is not None
            pids = [int(pid) for pid in engine.stdout.readline().split()]
            assert len(pids) == 2
            engine.kill()
            killed_at = time.monotonic()
        assert peer.wait(lambda: bool(peer.requests("BYE") and peer.requests("CANCEL")), seconds=2)
        while any(_alive(pid) for pid in pids):
            assert time.monotonic() < killed_at + 2
            peer.wait(lambda: False, seconds=0.02)


def test_a_sip_port_that_is_taken_is_passed_over() -> None:
    with Peer(PEOPLE.__getitem__) as peer, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        squatter.bind(("127.0.0.1", 15200))
        pool = LinePool(settings(Trunk("main", peer.uri), sip_port_first=15200, sip_port_last=15201))
        pool.start()
        try:
            Rig(pool).answered(TALKS)
            assert "127.0.0.1:15201" in peer.requests("INVITE")[0]
        finally:
            pool.stop()


def _refusal(*trunks: Trunk, **more: float) -> str:
    pool = LinePool(settings(*trunks, **more))
    with pytest.raises(LinesNotStarted) as caught:
        pool.start()
    assert pool.pids == ()
    return str(caught.value)


def test_no_port_left_is_one_plain_sentence() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        squatter.bind(("127.0.0.1", 15202))
        said = _refusal(Trunk("main", "sip:127.0.0.1"), sip_port_first=15202, sip_port_last=15202)
    assert said == "All SIP ports from 15202 to 15202 are in use: choose another range."


@pytest.mark.parametrize(
    ("trunks", "more", "said"),
    [
        ([Trunk("main", "tel:112")], {}, r"Trunk 'main': its uri is not of the form sip:host"),
        ([Trunk("main", "sip:[::1]:5060")], {}, r"Trunk 'main': its uri"),
        ([Trunk("main", "sip:127.0.0.1:70000")], {}, r"port 70000 does not exist"),
        ([Trunk("main", "sip:127.0.0.1", caller_ids=("a\r\nX: y",))], {}, r"A caller id is neither"),
        ([Trunk(f"t{n}", "sip:127.0.0.1") for n in range(9)], {}, r"There are 9 trunks"),
        (
            [Trunk("main", "sip:127.0.0.1")],
            {"count": 32, "rtp_port_last": 24499},
            r"32 lines need \d+ more RTP",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(
    trunks: list[Trunk], more: dict[str, float], said: str
) -> None:
    assert re.search(said, _refusal(*trunks, **more))
