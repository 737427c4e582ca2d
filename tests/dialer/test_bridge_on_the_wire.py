"""Two real calls of one line process whose people hear each other, through holds, moves and endings."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.messages import (
    Bridge,
    Bridged,
    Dial,
    Ended,
    HangUp,
    Held,
    Play,
    Played,
    Record,
    Ringing,
    Stop,
    StopPlaying,
)
from dialer.settings import Trunk
from dialer.worker import STOP_SIGNAL
from tests.dialer.bridging import (
    GAP_SECONDS,
    HEARD,
    HOLDS,
    LOST_PACKETS,
    MOVES,
    PEOPLE,
    REPEATS,
    bridge,
    call_of,
    dial,
    eventually,
    hears,
    hears_after,
    loud_seconds,
    loud_times,
    quiet_packets,
    sound,
)
from tests.dialer.one_line import OneLine, one_line
from tests.dialer.peer import Peer


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with Peer(PEOPLE.__getitem__) as peer:
        yield peer


@pytest.fixture
def line(peer: Peer) -> Iterator[OneLine]:
    with one_line(Trunk("main", peer.uri)) as line:
        yield line


def test_they_hear_each_other_from_the_bridge_on_and_no_longer_than_both_are_there(
    line: OneLine, peer: Peer
) -> None:
    dial(line, "+7001", "+7002")
    one, other = call_of(peer, "+7001"), call_of(peer, "+7002")
    line.until(lambda: min(len(one.rtp), len(other.rtp)) > HEARD)
    assert not loud_times(one)
    assert not loud_times(other)
    since = bridge(line, "+7001", "+7002")
    hears(line, one, since)
    hears(line, other, since)
    assert min(loud_times(one)[0], loud_times(other)[0]) - since < GAP_SECONDS
    line.tell(HangUp("+7002"))
    line.until(lambda: any(isinstance(said, Ended) for said in line.said))
    ended, heard = time.monotonic(), len(one.rtp)
    line.until(lambda: len(one.rtp) > heard + HEARD)
    assert not [at for at in loud_times(one) if at > ended + GAP_SECONDS]
    assert [said.call for said in line.said if isinstance(said, Ended)] == ["+7002"], "the other call goes on"


@pytest.mark.parametrize("other", ["+7001", "+7004", "nobody"], ids=["itself", "ringing", "unknown"])
def test_nobody_is_bridged_with_who_is_not_there(line: OneLine, other: str) -> None:
    dial(line, "+7001")
    if other == "+7004":
        line.tell(Dial(other, "main", other, "", 10, 60))
        line.heard(Ringing(other))
    line.tell(Bridge("+7001", other))
    line.heard(Bridged("+7001", other, joined=False))


def test_what_plays_to_one_is_heard_by_that_one_alone(line: OneLine, peer: Peer, tmp_path: Path) -> None:
    dial(line, "+7001", "+7003")
    speaker, listener = call_of(peer, "+7001"), call_of(peer, "+7003")
    bridge(line, "+7003", "+7001")
    line.tell(Play("+7001", "p", sound(tmp_path / "p.wav", 0.6)))
    line.heard(Played("+7001", "p", finished=True))
    assert len(loud_times(speaker)) >= 25
    hears(line, listener, 0.0)
    line.tell(HangUp("+7001"))
    line.until(lambda: any(isinstance(said, Ended) for said in line.said))
    heard = len(loud_times(speaker))
    line.tell(Play("+7003", "q", sound(tmp_path / "q.wav", 0.3)))
    line.heard(Played("+7003", "q", finished=True))
    assert len(loud_times(speaker)) == heard


def test_both_people_are_on_the_recording_of_one_call(line: OneLine, peer: Peer, tmp_path: Path) -> None:
    dial(line, "+7001", "+7003")
    both = tmp_path / "both.wav"
    line.tell(Record("+7003", str(both)))
    since = bridge(line, "+7001", "+7003")
    hears(line, call_of(peer, "+7003"), since, 50)
    line.tell(HangUp("+7001"))
    line.until(lambda: any(isinstance(said, Ended) for said in line.said))
    line.tell(HangUp("+7003"))
    line.until(lambda: sum(isinstance(said, Ended) for said in line.said) == 2)
    assert 0.9 < loud_seconds(both) < 2.5


def test_a_recording_that_begins_in_the_bridge_hears_both(line: OneLine, peer: Peer, tmp_path: Path) -> None:
    dial(line, "+7003", "+7001")
    bridge(line, "+7003", "+7001")
    line.tell(Record("+7003", str(tmp_path / "late.wav")))
    hears(line, call_of(peer, "+7003"), time.monotonic(), 50)
    line.tell(HangUp("+7003"))
    line.until(lambda: any(isinstance(said, Ended) for said in line.said))
    assert loud_seconds(tmp_path / "late.wav") > 0.8


@pytest.mark.parametrize("who", MOVES)
@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_a_new_port_of_either_side_keeps_the_bridge(line: OneLine, peer: Peer, who: str, first: bool) -> None:
    dial(line, who, "+7001")
    since = bridge(line, *((who, "+7001") if first else ("+7001", who)))
    mover, other = call_of(peer, who), call_of(peer, "+7001")
    line.until(lambda: any("INVITE" in text for text in mover.responses))
    changed = time.monotonic()
    hears(line, mover, changed + GAP_SECONDS)
    hears(line, other, changed + GAP_SECONDS)
    assert quiet_packets(mover, since) <= LOST_PACKETS
    assert quiet_packets(other, since) <= LOST_PACKETS
    assert not any(isinstance(said, Held) for said in line.said)


@pytest.mark.parametrize("who", HOLDS)
def test_on_hold_the_other_hears_the_tune_and_then_the_person_again(
    line: OneLine, peer: Peer, tmp_path: Path, who: str
) -> None:
    dial(line, who, "+7003")
    bridge(line, who, "+7003")
    holder, waiting = call_of(peer, who), call_of(peer, "+7003")
    line.heard(Held(who, on=True))
    held_at = time.monotonic()
    line.tell(Play("+7003", "tune", sound(tmp_path / "tune.wav", 0.2), repeat=True))
    line.heard(Held(who, on=False))
    taken_back_at = time.monotonic()
    line.tell(StopPlaying("+7003"))
    line.heard(Played("+7003", "tune", finished=False))
    assert len([at for at in loud_times(waiting) if held_at < at < taken_back_at]) > 30
    hears(line, waiting, taken_back_at + GAP_SECONDS)
    assert not loud_times(holder), "the tune is not for the one who holds"


@pytest.mark.parametrize("who", HOLDS)
def test_a_bridge_can_be_made_while_one_of_them_holds(line: OneLine, peer: Peer, who: str) -> None:
    dial(line, who, "+7001")
    line.heard(Held(who, on=True))
    bridge(line, "+7001", who)
    line.heard(Held(who, on=False))
    since = time.monotonic()
    hears(line, call_of(peer, "+7001"), since)
    hears(line, call_of(peer, who), since)


def test_a_second_bridge_takes_the_place_of_the_first(line: OneLine, peer: Peer) -> None:
    dial(line, "+7001", "+7003", "+7002")
    bridge(line, "+7003", "+7002")
    listener, first, second = (call_of(peer, number) for number in ("+7003", "+7002", "+7001"))
    hears(line, listener, 0.0)
    since = bridge(line, "+7003", "+7001")
    hears(line, listener, since)
    line.tell(HangUp("+7001"))
    line.until(lambda: any(isinstance(said, Ended) for said in line.said))
    ended = time.monotonic()
    heard = len(listener.rtp)
    line.until(lambda: len(listener.rtp) > heard + HEARD)
    assert not [at for at in loud_times(listener) if at > ended + GAP_SECONDS], "the first is forgotten"
    assert not loud_times(first)
    assert not loud_times(second)


def test_a_tune_repeats_until_something_else_is_played(line: OneLine, peer: Peer, tmp_path: Path) -> None:
    dial(line, "+7003")
    listener = call_of(peer, "+7003")
    line.tell(Play("+7003", "tune", sound(tmp_path / "tune.wav", 0.25), repeat=True))
    line.until(lambda: len(loud_times(listener)) > 60)
    assert quiet_packets(listener, 0.0) <= 2 * REPEATS, "one at each turn"
    line.tell(Play("+7003", "p", sound(tmp_path / "p.wav", 0.4)))
    line.heard(Played("+7003", "p", finished=True))
    assert [said for said in line.said if isinstance(said, Played)] == [
        Played("+7003", "tune", finished=False),
        Played("+7003", "p", finished=True),
    ]


# ---------------------------------------------------------------- the engine dies


def test_people_who_are_bridged_outlive_the_engine_and_nobody_else_does(
    line: OneLine, peer: Peer, tmp_path: Path
) -> None:
    dial(line, "+7001", "+7002", "+7003")
    line.tell(Record("+7001", str(tmp_path / "both.wav")))
    bridge(line, "+7001", "+7002")
    line.channel.close()
    died = time.monotonic()
    one, other, lonely = (call_of(peer, number) for number in ("+7001", "+7002", "+7003"))
    eventually(peer, lambda: lonely.over)
    eventually(peer, hears_after(one, died + 1))
    eventually(peer, hears_after(other, died + 1))
    assert not one.over
    assert not other.over
    peer.hang_up("+7001")
    eventually(peer, lambda: other.over)
    assert line.ends() == 0
    assert loud_seconds(tmp_path / "both.wav") > 1.0, "the recording is whole"


def test_an_engine_that_stops_its_lines_hangs_up_bridged_people_too(line: OneLine, peer: Peer) -> None:
    dial(line, "+7001", "+7002")
    bridge(line, "+7001", "+7002")
    line.tell(Stop())
    assert line.ends() == 0
    assert call_of(peer, "+7001").over
    assert call_of(peer, "+7002").over


def test_bridged_people_are_left_alone_by_the_signal_of_the_nursery(line: OneLine, peer: Peer) -> None:
    dial(line, "+7001", "+7002")
    bridge(line, "+7001", "+7002")
    os.kill(line.pid, STOP_SIGNAL)
    one, since = call_of(peer, "+7001"), time.monotonic()
    eventually(peer, hears_after(one, since + 1))
    assert not one.over
    peer.hang_up("+7002")
    eventually(peer, lambda: one.over)
    assert line.ends() == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_two_people_talk_on_when_the_engine_is_killed(peer: Peer, how: signal.Signals) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-m", "tests.dialer.bridging_engine", peer.uri], stdout=subprocess.PIPE, text=True
    )
    try:
        assert engine.stdout is not None
        lines = [int(pid) for pid in engine.stdout.readline().split()]
        assert lines
        one, other, lonely = (call_of(peer, number) for number in ("+7001", "+7002", "+7003"))
        engine.send_signal(how)
        engine.wait(8)
        died = time.monotonic()
        eventually(peer, lambda: lonely.over)
        eventually(peer, hears_after(one, died + 2))
        eventually(peer, hears_after(other, died + 2))
        assert not one.over
        assert not other.over
        peer.hang_up("+7002")
        eventually(peer, lambda: one.over)
        eventually(peer, lambda: not any(Path(f"/proc/{pid}").exists() for pid in lines))
    finally:
        engine.kill()
        engine.wait()
        assert engine.stdout is not None
        engine.stdout.close()
