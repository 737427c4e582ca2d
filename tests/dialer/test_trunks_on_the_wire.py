"""What a trunk of each kind gets to see: proxy, transport, caller id, registration, OPTIONS."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dialer.messages import Answered, Dial, Ended, HangUp, Probe, Probed, Registered, Stop
from dialer.pjsip.loop import CONNECTING_SECONDS, CONNECTING_WAIT_SECONDS
from dialer.pjsip.trunks import again_seconds
from dialer.settings import Trunk
from tests.dialer.far_trunk import FarTrunk, Reply
from tests.dialer.one_line import OneLine, free_port, one_line
from tests.dialer.peer import header

CHALLENGE = 'WWW-Authenticate: Digest realm="trunk", nonce="n0", algorithm=MD5, qop="auth"'


def ended(line: OneLine, call: str) -> Ended:
    def found() -> list[Ended]:
        return [said for said in line.said if isinstance(said, Ended) and said.call == call]

    line.until(lambda: bool(found()))
    return found()[0]


def probed(line: OneLine, trunk: str) -> Probed:
    """Ask a trunk; there must be exactly one answer."""
    before = len(line.said)
    line.tell(Probe(trunk))

    def found() -> list[Probed]:
        return [said for said in line.said[before:] if isinstance(said, Probed) and said.trunk == trunk]

    line.until(lambda: bool(found()))
    line.listen(0.2)
    (only,) = found()
    return only


def test_each_trunk_is_spoken_to_as_it_wants() -> None:
    here = socket.gethostname()
    with FarTrunk({"INVITE": 486}) as far:
        clinic = ("+74950000000", '"Lab" <sip:lab@clinic.example>')
        proxy = f"sip:{here}:{far.port};transport=tcp"
        trunks = (
            Trunk("plain", far.uri),
            Trunk("routed", "sip:trunk.invalid:5080", proxy=f"{far.uri};lr"),
            Trunk(
                "named", "sip:trunk.invalid", "u s", "pw", proxy, caller_ids=clinic, asserted_identity=True
            ),
            Trunk("tcp", f"{far.uri};transport=tcp", number_format="national", caller_ids=clinic),
            Trunk(
                "host", f"sip:{here}:{far.port}", number_format="digits", asserted_identity=True, username="u"
            ),
        )
        dials = [
            Dial("1", "plain", "+79120000001", "", 5, 5),
            Dial("2", "routed", "+79120000001", "", 5, 5),
            Dial("3", "named", "+79120000001", "", 5, 5),
            Dial("4", "named", "+79120000001", clinic[1], 5, 5),
            Dial("5", "tcp", "+79120000001", "", 5, 5),
            Dial("6", "tcp", "+380440000001", clinic[0], 5, 5),
            Dial("7", "host", "+79120000001", "+74950000000", 5, 5),
            Dial("8", "host", "+79120000001", "", 5, 5),
        ]
        with one_line(*trunks) as line:
            for dial in dials:
                line.tell(dial)
                assert ended(line, dial.call).sip_status == 486
        assert [_shown(invite) for invite in far.requests("INVITE")] == [
            (f"sip:+79120000001@127.0.0.1:{far.port}", "", "UDP", "<sip:dialer@127.0.0.1>", ""),
            (
                "sip:+79120000001@trunk.invalid:5080",
                f"<sip:127.0.0.1:{far.port};lr>",
                *("UDP", "<sip:dialer@trunk.invalid>", ""),
            ),
            (
                "sip:+79120000001@trunk.invalid",
                f"<sip:{here}:{far.port};transport=tcp;lr>",
                *("TCP", "<sip:+74950000000@trunk.invalid>", "<sip:+74950000000@trunk.invalid>"),
            ),
            (
                "sip:+79120000001@trunk.invalid",
                f"<sip:{here}:{far.port};transport=tcp;lr>",
                *("TCP", clinic[1], clinic[1]),
            ),
            (
                f"sip:89120000001@127.0.0.1:{far.port};transport=tcp",
                *("", "TCP", "<sip:84950000000@127.0.0.1>", ""),
            ),
            (
                f"sip:810380440000001@127.0.0.1:{far.port};transport=tcp",
                *("", "TCP", "<sip:84950000000@127.0.0.1>", ""),
            ),
            (
                f"sip:79120000001@{here}:{far.port}",
                *("", "UDP", f"<sip:74950000000@{here}>", f"<sip:74950000000@{here}>"),
            ),
            (f"sip:79120000001@{here}:{far.port}", "", "UDP", f"<sip:u@{here}>", f"<sip:u@{here}>"),
        ]


def _shown(invite: str) -> tuple[str, str, str, str, str]:
    return (
        invite.split()[1],
        header(invite, "Route"),
        header(invite, "Via").split()[0].rpartition("/")[2],
        header(invite, "From").partition(";tag=")[0],
        header(invite, "P-Asserted-Identity"),
    )


def test_a_long_invitation_goes_by_udp_to_a_trunk_that_speaks_udp() -> None:
    """The library would send what is over 1300 bytes by TCP, if it has TCP (RFC 3261 section 18.1.1)."""
    shown = (f"sip:{'a' * 600}@clinic.example",)
    with FarTrunk() as far:
        udp = Trunk("udp", far.uri, caller_ids=shown, asserted_identity=True)
        with one_line(udp, Trunk("tcp", f"{far.uri};transport=tcp")) as line:
            line.tell(Dial("c", "udp", "+79120000001", "", 5, 5))
            invitation = far.wait_for("INVITE")
            assert len(invitation) > 1500
            assert "/UDP" in header(invitation, "Via")
            line.tell(HangUp("c"))
            ended(line, "c")


def test_a_line_that_speaks_tcp_is_not_always_awake() -> None:
    """Connections of the library come unseen, so it looks often while one may be made, and not afterwards."""
    with FarTrunk() as far, one_line(Trunk("main", f"{far.uri};transport=tcp")) as line:
        line.tell(Dial("c", "main", "+79120000001", "", 5, 30))
        line.heard(Answered("c"))
        begun = time.monotonic()
        line.until(lambda: time.monotonic() > begun + CONNECTING_SECONDS)
        before = times_woken(line.pid)
        line.until(lambda: time.monotonic() > begun + CONNECTING_SECONDS + 1)
        assert times_woken(line.pid) - before < 0.5 / CONNECTING_WAIT_SECONDS
        line.tell(HangUp("c"))
        assert ended(line, "c").answered


def times_woken(pid: int) -> int:
    """How often the thread that owns the library has slept."""
    status = Path(f"/proc/{pid}/task/{pid}/status").read_text()
    return int(status.split("voluntary_ctxt_switches:")[1].split()[0])


def test_a_call_over_tcp_is_answered_and_hung_up() -> None:
    with FarTrunk() as far, one_line(Trunk("main", f"{far.uri};transport=tcp")) as line:
        line.tell(Dial("c", "main", "+79120000001", "", 5, 20))
        far.wait_for("ACK")
        line.tell(HangUp("c"))
        assert "/TCP" in header(far.wait_for("BYE"), "Via")
        assert ended(line, "c").answered


def test_a_probe_tells_what_the_trunk_says() -> None:
    with FarTrunk() as far:
        with one_line(Trunk("udp", far.uri), Trunk("tcp", f"{far.uri};transport=tcp")) as line:
            for trunk in ("udp", "tcp"):
                for status in (200, 404, 401, 503):
                    far.replies["OPTIONS"] = status
                    answer = probed(line, trunk)
                    assert answer.sip_status == status
                    assert 0 < answer.milliseconds < 500
        assert [header(text, "Via").split()[0][-3:] for text in far.requests("OPTIONS")] == ["UDP"] * 4 + [
            "TCP"
        ] * 4


def test_a_probe_that_nobody_answers_is_told_as_0() -> None:
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    with silent, FarTrunk() as far:
        trunks = (
            Trunk("silent", f"sip:127.0.0.1:{silent.getsockname()[1]}"),
            Trunk("refusing", "sip:127.0.0.1:1;transport=tcp"),
            Trunk("nameless", "sip:no.such.host.invalid"),
            Trunk("routed", "sip:trunk.invalid", proxy=far.uri),
        )
        with one_line(*trunks) as line:
            assert probed(line, "unknown") == Probed("unknown", 0, 0.0)
            assert probed(line, "refusing").sip_status == 0
            assert probed(line, "nameless").sip_status == 0
            assert probed(line, "routed").sip_status == 200
            line.tell(Probe("silent"))
            answer = probed(line, "routed")  # meanwhile
            assert answer.sip_status == 200
            line.until(lambda: isinstance(line.said[-1], Probed) and line.said[-1].trunk == "silent")
            told = line.said[-1]
            assert isinstance(told, Probed)
            assert told.sip_status == 0
            assert 3900 < told.milliseconds < 4500


def _registrar(refused: list[int]) -> Reply:
    """Asks for credentials; then refuses with each of these statuses in turn before it grants."""

    def reply(text: str) -> tuple[int, str]:
        if not header(text, "Authorization"):
            return 401, CHALLENGE
        if refused:
            return refused.pop(0), ""
        return 200, f"Contact: {header(text, 'Contact')};expires=60"

    return reply


def test_the_registrar_registers_those_that_want_it_and_takes_it_back() -> None:
    with FarTrunk({"REGISTER": _registrar([])}) as far:
        trunks = (
            Trunk(
                "main", "sip:trunk.invalid", "clinic", "secret", far.uri, register=True, caller_ids=("+7495",)
            ),
            Trunk("other", far.uri, "desk", "secret"),
        )
        with one_line(*trunks, registrar=True) as line:
            line.heard(Registered("main", 200))
            register = far.wait_for("REGISTER", 2)
            assert register.startswith("REGISTER sip:trunk.invalid SIP/2.0")
            assert header(register, "From").startswith("<sip:clinic@trunk.invalid>")
            assert header(register, "Route") == f"<sip:127.0.0.1:{far.port};lr>"
            line.tell(Dial("c", "main", "+79120000001", "", 5, 20))
            far.wait_for("ACK")
            assert header(far.requests("INVITE")[0], "From").startswith("<sip:+7495@trunk.invalid>")
            begun = time.monotonic()
            line.tell(Stop())
            last = far.wait_for("REGISTER", 4)  # the one before was asked for the password
            far.wait_for("BYE")
            assert time.monotonic() - begun < 1
        assert header(last, "Expires") == "0"
        assert 'username="clinic"' in header(last, "Authorization")
        assert "desk" not in "".join(far.requests("REGISTER"))


def test_other_line_processes_only_carry_the_credentials() -> None:
    with FarTrunk({"REGISTER": _registrar([])}) as far:
        with one_line(Trunk("main", far.uri, "clinic", "secret", register=True)) as line:
            assert probed(line, "main").sip_status == 200
        assert far.requests("REGISTER") == []


def test_registrations_that_fail_are_told_once_tried_again_and_do_not_delay_the_end() -> None:
    with FarTrunk({"REGISTER": _registrar([403])}) as refusing, FarTrunk({"REGISTER": 0}) as silent:
        trunks = (
            Trunk("refusing", refusing.uri, "clinic", "secret", register=True),
            Trunk("silent", silent.uri, "clinic", "secret", register=True),
            Trunk("nameless", "sip:no.such.host.invalid", "clinic", "secret", register=True),
        )
        with one_line(*trunks, registrar=True) as line:
            line.heard(Registered("nameless", 0))
            line.heard(Registered("refusing", 403))
            line.heard(Registered("refusing", 200))
            line.heard(Registered("silent", 0))
            told = [said for said in line.said if isinstance(said, Registered)]
            assert len(told) == len(set(told))
            begun = time.monotonic()
        assert time.monotonic() - begun < 1


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (100, 60)])
def test_a_registrar_is_not_hammered(failures: int, seconds: float) -> None:
    assert again_seconds(failures) == seconds


def test_an_endpoint_can_be_opened_again_and_again_in_one_process() -> None:
    """As often as a sleeping line process does; with what was under way when it was closed."""
    with FarTrunk({"OPTIONS": 0}) as far:
        trunks = repr((Trunk("main", far.uri), Trunk("tcp", f"{far.uri};transport=tcp")))
        run = subprocess.run(
            [sys.executable, "-c", REOPENING, str(free_port()), trunks],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (run.returncode, run.stdout.split()) == (0, ["40"] * 2), run.stderr
        assert len(far.requests("OPTIONS")) >= 40
        assert float(run.stderr) < 0.25


REOPENING = """
import sys, time
from dialer.messages import Configure, Probe, Probed
from dialer.pjsip.exchange import Exchange
from dialer.pjsip.trunks import again_seconds
from dialer.settings import Trunk
told, longest = [], 0.0
for _ in range(40):
    exchange = Exchange(Configure(int(sys.argv[1]), 22000, 22063, eval(sys.argv[2])), told.append)
    for trunk in ("main", "tcp"):
        exchange.execute(Probe(trunk))
    exchange.round()
    begun = time.monotonic()
    exchange.close(0.0)
    longest = max(longest, time.monotonic() - begun)
for trunk in ("main", "tcp"):
    print(sum(isinstance(event, Probed) and event.trunk == trunk for event in told))
print(longest, file=sys.stderr)
"""
