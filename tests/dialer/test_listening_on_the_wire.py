"""Real calls whose people are listened to: what they say is kept, what else is heard is not."""

import stat
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dialer.messages import (
    Answered,
    Collect,
    Collected,
    Ended,
    Event,
    Fault,
    Held,
    Listen,
    Listened,
    Play,
    Played,
)
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.contract.lines_under_test import write_prompt
from tests.dialer.peer import Behaviour, Peer, Request
from tests.dialer.rig import Rig, pool_of
from tests.dialer_listen.sounds import Samples, silence, speech, tones
from tests.sipp.g711 import encode

VOICE = speech("ru", "Врач не пришёл, хотя я ждала его весь день.")[:12000]
VOICE_SECONDS = VOICE.size / 8000
SPEAKS_AT = 0.8
PROMPT_SECONDS, SILENCE_SECONDS, LONGEST_SECONDS = 0.3, 0.8, 3.6
DONE_AT = SPEAKS_AT + VOICE_SECONDS + 0.2
HOLDS_AT, HELD_SECONDS = 1.5, 0.6
LATE_SECONDS = 0.4  # of our own clock against theirs, on a busy machine
LATER = "+7309"  # whose second key comes after all
REPLACED = "+7313"
NO_FOLDER = "+7314"


def says(*sounds: Samples, at: float = SPEAKS_AT) -> Behaviour:
    return Behaviour(tones=[(at, encode(np.concatenate(sounds), "PCMA"))])


def on_hold() -> Behaviour:
    """Whoever holds us plays music, which is no answer."""
    before = round((HOLDS_AT - SPEAKS_AT) * 8000)
    music = tones([500, 620], HELD_SECONDS - 0.1)
    speaks = says(VOICE[:before], silence(0.1), music, silence(0.2), VOICE[before:])
    back_at = HOLDS_AT + HELD_SECONDS
    requests = ((HOLDS_AT, Request("INVITE", sdp="sendonly")), (back_at, Request("INVITE", sdp="sendrecv")))
    return replace(speaks, requests=requests)


@dataclass(frozen=True)
class Case:
    """voice_seconds: how much of a voice has to be in the file; 0.0: there is no file."""

    person: Behaviour
    key: str = ""
    voice_seconds: float = VOICE_SECONDS
    left: bool = False


RELAY = Request("INFO", ("Content-Type: application/dtmf-relay",), "Signal=2\r\nDuration=160\r\n")
CASES = {
    "+7301": Case(says(VOICE)),
    "+7302": Case(replace(says(VOICE), keys=[(DONE_AT, "1")]), key="1"),
    "+7303": Case(replace(says(VOICE), requests=[(DONE_AT, RELAY)]), key="2"),
    "+7304": Case(
        replace(says(VOICE, silence(0.2), tones([697, 1477], 0.1)), answer_event_type=None), key="3"
    ),
    "+7305": Case(replace(says(VOICE), bye_seconds=DONE_AT), left=True),
    "+7306": Case(says(VOICE, VOICE, VOICE), voice_seconds=LONGEST_SECONDS - SPEAKS_AT + PROMPT_SECONDS),
    "+7307": Case(Behaviour(), voice_seconds=0.0),
    "+7308": Case(Behaviour(silences=[(0.0, 60.0)], comfort_noise=True), voice_seconds=0.0),
    LATER: Case(Behaviour(keys=[(0.7, "4"), (1.1, "5")]), key="4", voice_seconds=0.0),
    "+7310": Case(Behaviour(keys=[(1.0, "6")]), key="6", voice_seconds=0.0),
    "+7311": Case(says(tones([1000], 0.4)), voice_seconds=0.0),
    "+7312": Case(on_hold()),
    REPLACED: Case(says(VOICE)),
    NO_FOLDER: Case(says(VOICE), voice_seconds=0.0),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[LinePool]:
    people = {number: case.person for number, case in CASES.items()}
    with Peer(people.__getitem__) as peer, pool_of(Trunk("main", peer.uri), count=len(CASES)) as pool:
        yield pool


class Interview:
    """All of them at once: each is asked to speak, and then for keys that were pressed ahead."""

    def __init__(self, lines: Rig, folder: Path) -> None:
        self._lines = lines
        self._prompt = str(write_prompt(folder / "p.wav", PROMPT_SECONDS))
        self.folder = folder / "answers"
        self._heeded = 0

    def done(self) -> bool:
        for event in self._lines.events[self._heeded :]:
            self._heed(event)
        self._heeded = len(self._lines.events)
        return self.told(Collected) | self.told(Ended) == set(CASES)

    def told(self, kind: type[Collected] | type[Ended]) -> set[str]:
        return {event.call for event in self._lines.events if isinstance(event, kind)}

    def _heed(self, event: Event) -> None:
        send = self._lines.pool.send
        match event:
            case Answered(call):
                send(Play(call, "p", self._prompt))
                send(Listen(call, "why", str(self.path(call)), LONGEST_SECONDS, SILENCE_SECONDS))
            case Listened(call) | Played(call) if (call == REPLACED) == isinstance(event, Played):
                send(Collect(call, "then", 1, "", 0.8, 1, early_keys=True))

    def path(self, call: str) -> Path:
        folder = Path(self._prompt) if call == NO_FOLDER else self.folder
        return folder / f"{call}.wav"


def samples_of(path: Path) -> NDArray[np.float64]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def loud_seconds(samples: NDArray[np.float64]) -> float:
    """How long it is not silent, gaps within the speech included."""
    loud = np.nonzero(np.abs(samples) > 0.01)[0]
    return float(loud[-1] - loud[0]) / 8000


def level_db(samples: NDArray[np.float64]) -> float:
    return float(10 * np.log10((samples**2).sum()))


@pytest.mark.alone
def test_what_people_say_is_kept_and_nothing_else(lines: Rig, tmp_path: Path) -> None:
    for number in CASES:
        lines.dial(number)
    interview = Interview(lines, tmp_path)
    lines.until(interview.done, 15)
    listened = {event.call: event for event in lines.events if isinstance(event, Listened)}
    assert set(listened) == set(CASES) - {REPLACED}
    assert not interview.path(REPLACED).exists()
    for number, told in listened.items():
        case, path = CASES[number], interview.path(number)
        assert (told.key, told.left) == (case.key, case.left), number
        assert bool(told.voice_seconds) == path.exists() == bool(case.voice_seconds), number
        if not case.voice_seconds:
            continue
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        samples = samples_of(path)
        begins = SPEAKS_AT - PROMPT_SECONDS
        assert abs(told.voice_seconds - begins - case.voice_seconds) < LATE_SECONDS, number
        assert told.voice_seconds <= len(samples) / 8000 < told.voice_seconds + SILENCE_SECONDS + 1.0, number
    assert stat.S_IMODE(interview.folder.stat().st_mode) == 0o700
    said = VOICE / 32768
    for number in ("+7301", "+7302", "+7303", "+7305", "+7312"):
        heard = samples_of(interview.path(number))
        assert abs(level_db(heard) - level_db(said)) < 1.0, number  # neither our prompt nor music beside it
        assert abs(loud_seconds(heard) - loud_seconds(said)) < LATE_SECONDS, number
    keys = {event.call: event.keys for event in lines.events if isinstance(event, Collected)}
    assert keys == {number: "5" if number == LATER else "" for number in keys}
    faults = [event for event in lines.events if isinstance(event, Fault)]
    assert faults == [Fault(NO_FOLDER, "What is said is not recorded: File exists; see to the folder.")]
    assert [event.on for event in lines.events if isinstance(event, Held)] == [True, False]
