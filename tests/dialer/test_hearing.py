"""The beep of an answering machine, heard on the wire, also when the far end falls silent with it."""

import contextlib
import os
from pathlib import Path

import pytest

from dialer.messages import Answered, Dial, Heard
from dialer.pjsip.hearing import FILE_PREFIX, MEMORY_FOLDER, remove_orphans
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.one_line import one_line
from tests.dialer.peer import Behaviour, Peer
from tests.dialer.rig import Rig, settings
from tests.dialer_listen.sounds import Samples, speech, tones
from tests.sipp.g711 import encode

BEEP_AT_SECONDS, BEEP_SECONDS = 0.5, 0.5
RATE_HZ = 8000
BYTES_PER_SECOND = 2 * RATE_HZ
PRESSED_SECONDS = 3.0
HEARD_SECONDS = BEEP_AT_SECONDS + BEEP_SECONDS + 1.0  # after the answer
WORDS_PACKETS = 150  # until the words have been said


SILENCE_SECONDS = 60.0
BEEPS, FALLS_SILENT, TALKS = "101", "102", "103"


def machine(sound: Samples, *silences: tuple[float, float]) -> Behaviour:
    return Behaviour(tones=[(BEEP_AT_SECONDS, encode(sound, "PCMA"))], silences=silences)


SAYS = {
    BEEPS: machine(tones([1000], BEEP_SECONDS)),
    FALLS_SILENT: machine(tones([1000], BEEP_SECONDS), (BEEP_AT_SECONDS + BEEP_SECONDS, SILENCE_SECONDS)),
    TALKS: machine(speech("ru", "Оставьте сообщение после сигнала")),
}


def test_a_beep_is_told_soon_and_once_and_words_are_not() -> None:
    with Peer(SAYS.__getitem__) as peer:
        pool = LinePool(settings(Trunk("main", peer.uri)))
        pool.start()
        try:
            rig = Rig(pool)
            for name in SAYS:
                pool.send(Dial(name, "main", name, "", 10, 60))
            rig.until(lambda: all(Answered(name) in rig.events for name in SAYS))
            beeps = [Heard(BEEPS, "beep"), Heard(FALLS_SILENT, "beep")]
            rig.until(lambda: all(beep in rig.events for beep in beeps), HEARD_SECONDS)
            rig.until(lambda: all(len(call.rtp) > WORDS_PACKETS for call in peer.calls.values()))
            heard = [event for event in rig.events if isinstance(event, Heard)]
            assert sorted(heard, key=lambda event: event.call) == beeps
        finally:
            pool.stop()


def ears(pid: int) -> list[os.stat_result]:
    """The files that the ears of a line process listen through."""
    found = {}
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if FILE_PREFIX in os.readlink(descriptor):
                found[descriptor.stat().st_ino] = descriptor.stat()
    return list(found.values())


def test_an_ear_has_no_name_takes_little_memory_and_closes_with_the_first_key() -> None:
    with (
        Peer(lambda _: Behaviour(keys=[(PRESSED_SECONDS, "1")])) as peer,
        one_line(Trunk("main", peer.uri)) as line,
    ):
        line.tell(Dial("c", "main", "+7", "", 10, 60))
        line.heard(Answered("c"))
        heard_bytes = PRESSED_SECONDS * BYTES_PER_SECOND / 2
        line.until(lambda: any(ear.st_size > heard_bytes for ear in ears(line.pid)))
        assert not [path for path in os.listdir(MEMORY_FOLDER) if f"{FILE_PREFIX}{line.pid}-" in path]
        (ear,) = ears(line.pid)
        assert ear.st_nlink == 0
        assert ear.st_blocks * 512 < BYTES_PER_SECOND
        line.until(lambda: ears(line.pid) == [])


def test_only_files_of_processes_that_are_gone_are_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.pjsip.hearing.MEMORY_FOLDER", str(tmp_path))
    beyond_pids = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    ours, orphan = (tmp_path / f"{FILE_PREFIX}{pid}-1.wav" for pid in (os.getpid(), beyond_pids))
    other = tmp_path / "other.wav"
    for path in (ours, orphan, other):
        path.touch()
    remove_orphans()
    assert sorted(tmp_path.iterdir()) == sorted([ours, other])
