"""Simulated phones of an operator and a patient: our lines connect them, and each hears the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.messages import Answered, Bridge, Bridged, Collect, Collected, Dial, HangUp, Play
from dialer.phones import CONNECTED, OPERATOR, Patient, PhoneCall, Phones, read_log
from dialer.settings import Trunk
from tests.contract.lines_under_test import write_prompt
from tests.dialer.rig import Rig, pool_of
from tests.sipp.ports import free_sip_port

DESK, PERSON = "101", "+79990000001"
RTP_FIRST, RTP_LAST = 34400, 34499
BEFORE_THE_BRIDGE_SECONDS = 4.0  # of what the operator's talk lasts, generously: the patient rings for one


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


@pytest.fixture
def lines(log_path: Path) -> Iterator[Rig]:
    people = (Patient(DESK, OPERATOR, ("1",)), Patient(PERSON, CONNECTED))
    with (
        Phones(people, (free_sip_port(),), RTP_FIRST, RTP_LAST, log_path) as phones,
        pool_of(Trunk("main", phones.uris[0])) as pool,
    ):
        yield Rig(pool)


def told_by_phones(lines: Rig, log_path: Path) -> dict[str, PhoneCall]:
    lines.until(lambda: len(read_log(log_path)) == 2)
    return {call.number: call for call in read_log(log_path)}


def test_operator_and_patient_hear_each_other_until_the_operator_hangs_up(
    lines: Rig, log_path: Path, tmp_path: Path
) -> None:
    prompt = str(write_prompt(tmp_path / "whisper.wav", 1.0))
    lines.pool.send(Dial("op", "main", f"sip:{DESK}@127.0.0.1", "", 10, 60, keeps=True))
    lines.until(lambda: Answered("op") in lines.events)
    lines.pool.send(Play("op", "whisper", prompt))
    lines.pool.send(Collect("op", "takes it?", 1, "", 8.0, 2.0))
    lines.until(lambda: Collected("op", "takes it?", "1", "full") in lines.events)
    lines.pool.send(Dial("person", "main", PERSON, "", 10, 60, beside="op"))
    lines.until(lambda: Answered("person") in lines.events)
    lines.pool.send(Bridge("op", "person"))
    lines.until(lambda: Bridged("op", "person") in lines.events)
    lines.ended("op", seconds=2 * OPERATOR.talks_seconds)
    lines.pool.send(HangUp("person"))
    lines.ended("person")
    told = told_by_phones(lines, log_path)
    assert (told[DESK].ended_by, told[DESK].keys) == ("phone", ("1",))
    assert told[PERSON].ended_by == "caller"
    least = (OPERATOR.talks_seconds - BEFORE_THE_BRIDGE_SECONDS) / 2
    assert all(call.heard_in_talk_seconds > least for call in told.values()), told
