"""Real calls against far ends that answer, press, record, redirect and misbehave in every way we know."""

import socket
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.messages import (
    Answered,
    Collect,
    Collected,
    Dial,
    EarlyMedia,
    Event,
    Fault,
    HangUp,
    Play,
    Played,
    Record,
)
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.contract.lines_under_test import write_prompt
from tests.dialer.peer import Behaviour, Peer, Request, header
from tests.dialer.rig import Rig, pool_of

RELAY = ("Content-Type: application/dtmf-relay",)
TWICE = [(0.3, "1"), (0.7, "1"), (1.1, "#")]
REFER = Request("REFER", ("Refer-To: <sip:+7666@127.0.0.1:15399>",))

PEOPLE = {
    "+7010196": Behaviour(keys=TWICE, answer_event_type=96, event_type=96),
    "+7010101": Behaviour(keys=TWICE, answer_event_type=101, event_type=101),
    "+7010120": Behaviour(keys=TWICE, answer_event_type=120, event_type=120),
    "+7010000": Behaviour(keys=TWICE, answer_event_type=None, event_type=101),
    "+7020000": Behaviour(requests=[(0.3, Request("INFO", RELAY, "Signal=7\r\nDuration=160\r\n"))]),
    "+7020001": Behaviour(
        keys=[(0.3, "7")], requests=[(0.32, Request("INFO", RELAY, "Signal=7\r\nDuration=160\r\n"))]
    ),
    "+7020002": Behaviour(requests=[(0.3, Request("INFO", RELAY, "Signal=%\r\nDuration=160\r\n"))]),
    "+7030000": Behaviour(requests=[(0.3, REFER)]),
    "+7030001": Behaviour(status=302, contact="<sip:+7666@127.0.0.1:15399>"),
    "+7040000": Behaviour(sdp=False),
    "+7040001": Behaviour(codec=97),
    "+7050000": Behaviour(early_media=True, answer_seconds=0.5),
    "+7050001": Behaviour(early_media=True, answer_seconds=0.3, status=503),
    "+7060000": Behaviour(challenges=True),
    "+7070000": Behaviour(
        requests=[(0.3, Request("INVITE", sdp="sendonly")), (0.8, Request("INVITE", sdp="sendrecv"))]
    ),
    "+7080000": Behaviour(),
    "+7090000": Behaviour(answers_bye=False),
    "+7090001": Behaviour(status=180, answers_cancel=False),
}


@pytest.fixture(scope="module")
def far_end() -> Iterator[Peer]:
    with Peer(PEOPLE.__getitem__) as peer:
        yield peer


@pytest.fixture(scope="module")
def pool(far_end: Peer) -> Iterator[LinePool]:
    trunks = (
        Trunk("main", far_end.uri),
        Trunk("login", far_end.uri, username="clinic", password="secret", caller_ids=("+74950000000",)),
        Trunk("named", f"sip:{socket.gethostname()}:{far_end.port}"),
        Trunk("nameless", "sip:no.such.host.invalid"),
        Trunk("refusing", "sip:127.0.0.1:15398;transport=tcp"),
    )
    with pool_of(*trunks, count=8) as pool:
        yield pool


@pytest.fixture
def prompt(tmp_path: Path) -> str:
    return str(write_prompt(tmp_path / "prompt.wav"))


def collected(lines: Rig, question: str) -> Collected:
    def found() -> list[Event]:
        return [e for e in lines.events if isinstance(e, Collected) and e.question == question]

    lines.until(lambda: bool(found()))
    (only,) = found()
    assert isinstance(only, Collected)
    return only


@pytest.mark.parametrize("number", ["+7010196", "+7010101", "+7010120", "+7010000"])
def test_keys_are_heard_whatever_payload_type_was_agreed(lines: Rig, number: str) -> None:
    call = lines.answered(number)
    lines.pool.send(Collect(call, "q", 5, "#", 3, 2))
    assert collected(lines, "q") == Collected(call, "q", "11", "end_key")


@pytest.mark.parametrize(
    ("number", "keys"),
    [("+7020000", "7"), ("+7020001", "7"), ("+7020002", "")],
    ids=["info", "both", "no key"],
)
def test_sip_info_brings_keys_too_and_never_a_second_one(lines: Rig, number: str, keys: str) -> None:
    call = lines.answered(number)
    lines.pool.send(Collect(call, "q", 2, "", 1, 1))
    assert collected(lines, "q").keys == keys


def test_nobody_can_send_our_call_elsewhere(lines: Rig, far_end: Peer) -> None:
    call = lines.answered("+7030000")
    (theirs,) = (c for c in far_end.calls.values() if c.number == call)
    lines.until(lambda: any("REFER" in header(r, "CSeq") for r in theirs.responses))
    assert [r.split()[1] for r in theirs.responses if "REFER" in header(r, "CSeq")] == ["603"]


def test_a_redirect_is_told_and_not_followed(lines: Rig, far_end: Peer) -> None:
    ended = lines.ended(lines.dial("+7030001"))
    assert (ended.cause, ended.sip_status) == ("redirected", 302)
    assert not any("+7666" in request for request in far_end.requests("INVITE"))


@pytest.mark.parametrize("number", ["+7040000", "+7040001"], ids=["no SDP", "no common codec"])
def test_an_answer_without_audio_is_no_answer(lines: Rig, number: str) -> None:
    ended = lines.ended(lines.dial(number))
    assert (ended.cause, ended.sip_status, ended.answered) == ("media", 200, True)
    assert Answered(number) not in lines.events


def test_early_media_is_told_and_nothing_is_said_into_it(lines: Rig, prompt: str) -> None:
    call = lines.dial("+7050000")
    lines.pool.send(Play(call, "early", prompt))
    lines.until(lambda: Answered(call) in lines.events)
    assert [e for e in lines.events if not isinstance(e, Played)] == [EarlyMedia(call), Answered(call)]
    lines.until(lambda: Played(call, "early", finished=True) in lines.events)


def test_an_announcement_of_the_trunk_is_no_ringing(lines: Rig) -> None:
    call = lines.dial("+7050001")
    ended = lines.ended(call)
    assert EarlyMedia(call) in lines.events
    assert (ended.cause, ended.rang, ended.sip_status) == ("congestion", False, 503)


def test_a_trunk_that_asks_for_a_password_gets_it(lines: Rig, far_end: Peer) -> None:
    call = lines.dial("+7060000", trunk="login")
    lines.until(lambda: Answered(call) in lines.events)
    invite = next(c.invite for c in far_end.calls.values() if c.number == call)
    assert 'username="clinic"' in header(invite, "Proxy-Authorization")
    assert "secret" not in invite
    assert "sip:+74950000000@127.0.0.1" in header(invite, "From")


def test_without_a_password_the_trunk_refuses_us(lines: Rig) -> None:
    ended = lines.ended(lines.dial("+7060000"))
    assert (ended.cause, ended.sip_status) == ("authentication", 407)


def test_hold_and_resume_do_not_lose_the_prompt(lines: Rig, prompt: str) -> None:
    call = lines.answered("+7070000")
    for name in ("one", "two", "three"):
        lines.pool.send(Play(call, name, prompt))
    lines.until(lambda: Played(call, "three", finished=True) in lines.events)


def test_a_host_name_is_looked_up_and_stays_in_the_request(lines: Rig, far_end: Peer) -> None:
    call = lines.dial("+7080000", trunk="named")
    lines.until(lambda: Answered(call) in lines.events)
    invite = next(c.invite for c in far_end.calls.values() if c.number == call)
    assert invite.startswith(f"INVITE sip:+7080000@{socket.gethostname()}:{far_end.port} SIP/2.0")
    assert header(invite, "Route") == ""


@pytest.mark.parametrize("trunk", ["nameless", "refusing", "unknown"])
def test_a_trunk_that_is_not_there_is_told_without_waiting(lines: Rig, trunk: str) -> None:
    ended = lines.ended(lines.dial("+7080000", "c", trunk=trunk), seconds=4)
    assert (ended.cause, ended.rang, ended.sip_status) == ("unreachable", False, 0)


def test_a_number_that_is_none_is_not_called(lines: Rig) -> None:
    assert lines.ended(lines.dial("+7@evil.example;x", "c")).cause == "wrong_number"


def test_a_caller_id_cannot_smuggle_a_header_in(lines: Rig, far_end: Peer) -> None:
    before = len(far_end.requests("INVITE"))
    lines.pool.send(Dial("c", "main", "+7080000", "1\r\nX-Evil: 1", 5, 5))
    assert lines.ended("c").cause == "unreachable"
    assert any(isinstance(e, Fault) for e in lines.events)
    assert len(far_end.requests("INVITE")) == before


def test_a_far_end_that_never_confirms_our_hang_up_does_not_delay_the_ending(lines: Rig) -> None:
    answered, ringing = lines.answered("+7090000"), lines.dial("+7090001", ring=1)
    lines.pool.send(HangUp(answered))
    assert lines.ended(answered, seconds=1).cause == "answered"
    assert lines.ended(ringing, seconds=3).cause == "no_answer"


def test_both_sides_are_recorded_into_a_wav_that_only_we_can_read(
    lines: Rig, prompt: str, tmp_path: Path
) -> None:
    recording = tmp_path / "calls" / "one.wav"
    call = lines.answered("+7080000")
    lines.pool.send(Record(call, str(recording)))
    lines.pool.send(Play(call, "p", prompt))
    lines.until(lambda: Played(call, "p", finished=True) in lines.events)
    lines.pool.send(HangUp(call))
    lines.ended(call)
    with wave.open(str(recording)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() > 8000 * 0.4
        samples = file.readframes(file.getnframes())
    assert max(samples[1::2]) > 0
    assert recording.stat().st_mode & 0o777 == 0o600
    assert not any(isinstance(e, Fault) for e in lines.events)


@pytest.mark.parametrize("path", ["/dev/full", "/proc/no/such.wav"])
def test_a_recording_that_cannot_be_made_is_told_and_the_call_goes_on(
    lines: Rig, prompt: str, path: str
) -> None:
    call = lines.answered("+7080000")
    lines.pool.send(Record(call, path))
    lines.pool.send(Play(call, "p", prompt))
    lines.until(lambda: Played(call, "p", finished=True) in lines.events)
    lines.pool.send(HangUp(call))
    lines.ended(call)
    (fault,) = (e for e in lines.events if isinstance(e, Fault))
    assert fault.sentence.startswith("The call is not recorded")
    assert path not in fault.sentence


def test_a_recording_that_loses_its_file_is_told_before_the_end(lines: Rig, tmp_path: Path) -> None:
    recording = tmp_path / "gone.wav"
    call = lines.answered("+7080000")
    lines.pool.send(Record(call, str(recording)))
    lines.pool.send(Collect(call, "q", 1, "", 2.5, 1))
    lines.until(recording.exists)
    recording.unlink()
    collected(lines, "q")
    lines.pool.send(HangUp(call))
    ended = lines.ended(call)
    *_, fault, last = lines.events
    assert last == ended
    assert isinstance(fault, Fault)
    assert "much shorter than its call" in fault.sentence


@pytest.mark.parametrize("content", ["missing", "empty", "text", "11025"])
def test_a_prompt_that_cannot_be_played_is_told_and_the_next_one_plays(
    lines: Rig, prompt: str, tmp_path: Path, content: str
) -> None:
    broken = tmp_path / "broken.wav"
    if content == "11025":
        write_prompt(broken, rate_hz=11025)
    elif content != "missing":
        broken.write_bytes(b"" if content == "empty" else b"RIFF, or what")
    call = lines.answered("+7080000")
    lines.pool.send(Play(call, "broken", str(broken)))
    lines.pool.send(Play(call, "good", prompt))
    lines.until(lambda: Played(call, "good", finished=True) in lines.events)
    assert Played(call, "broken", finished=False) in lines.events
    assert any(isinstance(e, Fault) and "A prompt was not played" in e.sentence for e in lines.events)
