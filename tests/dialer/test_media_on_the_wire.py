"""Real calls whose audio comes late, stops, stands still, moves or gets lost on its way."""

import itertools
import os
import signal
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Collected,
    EarlyMedia,
    Ended,
    Event,
    Fault,
    HangUp,
    Held,
    Play,
    Played,
    Record,
    Ringing,
)
from dialer.pool import LinePool
from dialer.recordings import repair_wav
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Call, Peer, Request, header
from tests.dialer.peer_rtp import loudness
from tests.dialer.rig import Rig, pool_of, settings

ALWAYS = (0.0, 60.0)
LOUD_PCMA = bytes([0xAA ^ 0x55, 0x2A ^ 0x55] * 80)  # one packet of a rough 4 kHz tone
HELD_SECONDS = 1.0
STALL_SECONDS = 0.3  # a busy machine, not a lost packet: those are counted


def holding(method: str, direction: str, resume: Request | None = None) -> Behaviour:
    back = resume or Request(method, sdp="sendrecv")
    return Behaviour(requests=[(0.4, Request(method, sdp=direction)), (0.4 + HELD_SECONDS, back)])


PEOPLE = {
    "+7100": Behaviour(),
    "+7101": Behaviour(silences=[ALWAYS]),
    "+7102": Behaviour(silences=[(1.0, 60.0)]),
    "+7103": Behaviour(silences=[(1.0, 60.0)], keys=[(at, "5") for at in (3, 9, 15)]),
    "+7104": Behaviour(silences=[(0.3, 60.0)], requests=[(0.3, Request("INVITE", sdp="inactive"))]),
    "+7105": Behaviour(silences=[(0.5, 12.0)]),
    "+7106": Behaviour(silences=[(0.3, 60.0)], requests=[(0.3, Request("INVITE", sdp="recvonly"))]),
    "+7107": Behaviour(silences=[(0.0, 60.0)], comfort_noise=True),
    "+7110": holding("INVITE", "sendonly"),
    "+7111": holding("INVITE", "inactive"),
    "+7112": holding("UPDATE", "sendonly"),
    "+7113": holding("INVITE", "inactive", Request("INVITE", sdp="sendrecv", moves=True)),
    "+7114": holding("INVITE", "sendonly", Request("INVITE")),
    "+7115": Behaviour(requests=[(0.4, Request("INVITE", sdp="sendrecv", moves=True))]),
    "+7116": Behaviour(requests=[(0.4, Request("INVITE"))]),
    "+7117": Behaviour(direction="inactive", requests=[(0.5, Request("INVITE", sdp="sendrecv"))]),
    "+7118": Behaviour(silences=[(0.2, 1.4)], comfort_noise=True),
    "+7119": Behaviour(silences=[(0.2, 1.4)]),
    "+7120": Behaviour(
        progress=((183, True), (180, False)), answer_seconds=0.7, early_tones=[(0.0, LOUD_PCMA * 40)]
    ),
    "+7121": Behaviour(progress=((183, True),), answer_seconds=0.4, status=486),
    "+7122": Behaviour(progress=((183, False), (180, True)), answer_seconds=0.2),
    "+7130": Behaviour(loses_every=10, rtcp_lost=5),
}


@pytest.fixture(scope="module")
def far_end() -> Iterator[Peer]:
    with Peer(PEOPLE.__getitem__) as peer:
        yield peer


@pytest.fixture(scope="module")
def pool(far_end: Peer) -> Iterator[LinePool]:
    with pool_of(Trunk("main", far_end.uri), count=8) as pool:
        yield pool


def tone(path: Path, seconds: float) -> str:
    """A prompt whose loudness grows steadily, so that a packet of it tells how far it has got."""
    at = np.arange(int(8000 * seconds))
    samples = np.sin(2 * np.pi * 1000 * at / 8000) * 28000 * (0.1 + 0.9 * at / len(at))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return str(path)


def heard_by(peer: Peer, number: str) -> Call:
    return [call for call in peer.calls.values() if call.number == number][-1]


def loud_packets(call: Call) -> list[tuple[float, int]]:
    """When the far end heard our prompt, and how loud."""
    levels = [(at, loudness(call.behaviour, packet[12:])) for at, packet in call.rtp if packet[1] & 0x7F == 8]
    return [(at, level) for at, level in levels if level > 30]


def samples_of(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def loud_parts(samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Each 10 ms: is there more than silence."""
    whole = samples[: len(samples) // 80 * 80].astype(np.int32)
    loud: NDArray[np.bool_] = np.abs(whole).reshape(-1, 80).max(axis=1) > 800
    return loud


def test_only_a_far_end_that_nobody_hears_any_more_is_given_up(lines: Rig, tmp_path: Path) -> None:
    for number in ("+7101", "+7102", "+7103", "+7104", "+7105", "+7106", "+7107"):
        lines.dial(number)
    silent, vanished = lines.ended("+7101", 8), lines.ended("+7102", 20)
    assert (silent.cause, silent.answered, silent.sip_status) == ("media", True, 200)
    assert 5.0 <= silent.talk_seconds < 5.3
    assert silent.quality.one_way
    assert silent.quality.mos == 0.0
    assert (vanished.cause, vanished.answered) == ("media", True)
    assert 15.9 <= vanished.talk_seconds < 17.3
    assert not vanished.quality.one_way
    assert [event.call for event in lines.events if isinstance(event, Ended)] == ["+7101", "+7102"]
    for number in ("+7103", "+7104", "+7105", "+7106", "+7107"):
        lines.pool.send(HangUp(number))
        assert lines.ended(number).cause == "answered"
    assert [event for event in lines.events if isinstance(event, Held)] == [Held("+7104", True)]


@pytest.mark.parametrize("number", ["+7110", "+7111", "+7112", "+7113", "+7114"])
def test_a_prompt_stands_still_on_hold_and_loses_nothing(
    lines: Rig, far_end: Peer, tmp_path: Path, number: str
) -> None:
    call, recording = lines.dial(number), tmp_path / "call.wav"
    lines.until(lambda: Answered(call) in lines.events)
    lines.pool.send(Record(call, str(recording)))
    lines.pool.send(Play(call, "p", tone(tmp_path / "p.wav", 1.5)))
    lines.until(lambda: Held(call, True) in lines.events)
    assert not any(isinstance(event, Played) for event in lines.events)
    lines.until(lambda: Played(call, "p", finished=True) in lines.events)
    assert lines.events.index(Held(call, False)) < lines.events.index(Played(call, "p", finished=True))
    loud = loud_packets(heard_by(far_end, number))
    gaps = [after - before for (before, _), (after, _) in itertools.pairwise(loud)]
    assert HELD_SECONDS - 0.3 < max(gaps) < HELD_SECONDS + 0.5
    assert sorted(gaps)[-2] < STALL_SECONDS
    assert 72 <= len(loud) <= 76
    levels = [level for _, level in loud]
    assert max(before - after for before, after in itertools.pairwise(levels)) <= 1
    assert max(after - before for before, after in itertools.pairwise(levels)) <= 6
    lines.pool.send(HangUp(call))
    talked = lines.ended(call).talk_seconds
    assert len(samples_of(recording)) / 8000 == pytest.approx(talked, abs=0.25)
    assert not any(isinstance(event, Fault) for event in lines.events)


@pytest.mark.parametrize(
    "number", ["+7115", "+7116", "+7118", "+7119"], ids=["moved", "late offer", "noise", "silence"]
)
def test_a_prompt_is_heard_whole_wherever_the_far_end_wants_it(
    lines: Rig, far_end: Peer, tmp_path: Path, number: str
) -> None:
    call = lines.answered(number)
    lines.pool.send(Play(call, "p", tone(tmp_path / "p.wav", 1.5)))
    lines.until(lambda: Played(call, "p", finished=True) in lines.events)
    loud = loud_packets(heard_by(far_end, number))
    assert 72 <= len(loud) <= 76
    assert max(after - before for (before, _), (after, _) in itertools.pairwise(loud)) < STALL_SECONDS
    assert not any(isinstance(event, Held) for event in lines.events)


def test_the_times_of_a_question_stand_still_on_hold(lines: Rig) -> None:
    call = lines.answered("+7110")
    lines.pool.send(Collect(call, "q", 1, "", 1.0, 1))
    lines.until(lambda: Held(call, False) in lines.events)
    assert not any(isinstance(event, Collected) for event in lines.events)
    lines.until(lambda: Collected(call, "q", "", "timeout") in lines.events, seconds=1.0)


def test_a_call_that_is_answered_on_hold_waits_to_be_taken_back(
    lines: Rig, far_end: Peer, tmp_path: Path
) -> None:
    call = lines.dial("+7117")
    lines.pool.send(Play(call, "p", tone(tmp_path / "p.wav", 0.5)))
    lines.until(lambda: Played(call, "p", finished=True) in lines.events)
    told = [event for event in lines.events if not isinstance(event, Ringing | Played)]
    assert told == [Answered(call), Held(call, True), Held(call, False)]
    assert 23 <= len(loud_packets(heard_by(far_end, call))) <= 26


def test_early_media_and_the_call_behind_it_are_one_recording(lines: Rig, tmp_path: Path) -> None:
    call, recording = lines.dial("+7120"), tmp_path / "call.wav"
    lines.pool.send(Record(call, str(recording)))
    lines.pool.send(Play(call, "p", tone(tmp_path / "p.wav", 0.5)))
    lines.until(lambda: Played(call, "p", finished=True) in lines.events)
    order = [EarlyMedia(call), Ringing(call), Answered(call), Played(call, "p", finished=True)]
    assert lines.events == order
    lines.pool.send(HangUp(call))
    talked = lines.ended(call).talk_seconds
    samples = samples_of(recording)
    assert len(samples) / 8000 == pytest.approx(talked + 0.8, abs=0.25)
    early, answered = np.split(loud_parts(samples), [80])
    assert 70 < early.sum() < 82
    assert 40 < answered.sum() < 56


@pytest.mark.parametrize(
    ("number", "told", "cause", "rang"),
    [
        ("+7121", [EarlyMedia("+7121")], "busy", False),
        ("+7122", [Ringing("+7122"), EarlyMedia("+7122"), Answered("+7122")], "answered", True),
    ],
    ids=["183, 486", "183 without SDP, 180 with it, 200"],
)
def test_what_is_told_before_the_answer(
    lines: Rig, number: str, told: list[Event], cause: Cause, rang: bool
) -> None:
    call = lines.dial(number)
    lines.until(lambda: told[-1] in lines.events)
    lines.pool.send(HangUp(call)) if cause == "answered" else None
    ended = lines.ended(call)
    assert lines.events == [*told, ended]
    assert (ended.cause, ended.rang) == (cause, rang)


def test_the_quality_of_a_call_stands_in_its_ending(lines: Rig) -> None:
    lossy, good = lines.answered("+7130"), lines.answered("+7100")
    lines.pool.send(Collect(lossy, "q", 1, "", 2.0, 1))
    lines.until(lambda: Collected(lossy, "q", "", "timeout") in lines.events)
    for call in (lossy, good):
        lines.pool.send(HangUp(call))
    bad, best = lines.ended(lossy).quality, lines.ended(good).quality
    assert 80 < bad.packets < 110
    assert bad.lost_percent == pytest.approx(10, abs=2)
    assert bad.round_trip_ms == pytest.approx(80, abs=20)
    assert 3 < bad.far_lost_percent < 8
    assert (best.lost_percent, best.far_lost_percent, best.one_way) == (0.0, 0.0, False)
    assert best.jitter_ms < 20
    assert 2.5 < bad.mos < 3.6 < 4.1 < best.mos <= 4.5


def test_a_far_end_that_vanishes_on_hold_is_noticed_by_the_session_timer(lines: Rig, far_end: Peer) -> None:
    call = lines.answered("+7100")
    invite = heard_by(far_end, call).invite
    assert "timer" in header(invite, "Supported")
    assert (header(invite, "Session-Expires"), header(invite, "Min-SE")) == ("180", "90")


def test_a_recording_survives_the_death_of_its_line_process(far_end: Peer, tmp_path: Path) -> None:
    recording = tmp_path / "call.wav"
    pool = LinePool(settings(Trunk("main", far_end.uri), count=1))
    pool.start()
    try:
        lines = Rig(pool)
        call = lines.dial("+7120")
        pool.send(Record(call, str(recording)))
        lines.until(lambda: Answered(call) in lines.events)
        pool.send(Play(call, "p", tone(tmp_path / "p.wav", 0.5)))
        pool.send(Collect(call, "q", 1, "", 0.4, 1))
        lines.until(lambda: any(isinstance(event, Collected) for event in lines.events))
        for pid in pool.pids:
            os.kill(pid, signal.SIGKILL)
        assert lines.ended(call).cause == "line_lost"
    finally:
        pool.stop()
    assert repair_wav(recording)
    early, answered = np.split(loud_parts(samples_of(recording)), [80])
    assert 70 < early.sum() < 82
    assert 30 < answered.sum() < 56
