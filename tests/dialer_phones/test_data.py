"""What phones are told and what they tell: tasks, logs, greetings."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dialer.listen.beep import BeepDetector
from dialer.listen.voice import VoiceDetector
from dialer.phones import BEHAVIOURS, OPERATOR, Patient, PhoneCall, read_log
from dialer.phones.call_log import append_call, most_at_once
from dialer.phones.greeting import write_greeting, write_speech
from dialer.phones.task import Greeting, Task, decode_task, encode_task
from dialer.pjsip.incoming import called_number

CALL = PhoneCall(
    number="+79990000001",
    behaviour="confirms",
    status=200,
    answered=True,
    keys=("1", "1984"),
    seconds=12.5,
    ended_by="caller",
    first_speech_seconds=0.1,
    speech_seconds=8.0,
    started_at=100.0,
    ended_at=113.5,
)


def test_a_task_survives_the_way_to_its_process() -> None:
    patients = (
        Patient("+79990000001", BEHAVIOURS["machine"], greeting="голос.wav"),
        Patient("+79990000002", BEHAVIOURS["confirms"], ("1", "1984", "5")),
        Patient("101", OPERATOR, ("1",)),
    )
    task = Task(
        15500,
        22000,
        22099,
        "127.0.0.1",
        "/tmp/log",
        patients,
        {"+79990000001": Greeting("g.wav", 3.5)},
        "s.wav",
        "a.wav",
    )
    line = encode_task(task)
    assert line.count("\n") == 1
    assert decode_task(line) == task


def test_the_log_is_read_as_it_was_written_in_the_order_of_the_calls(tmp_path: Path) -> None:
    path = tmp_path / "phones.jsonl"
    later = replace(CALL, started_at=101.0, keys=(), first_speech_seconds=None)
    for call in (later, CALL):
        append_call(path, call)
    assert read_log(path) == [CALL, later]
    assert CALL.key_count == 5


def test_no_log_is_no_call(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("times", "most"),
    [
        ([], 0),
        ([(0, 5)], 1),
        ([(0, 5), (5, 9)], 1),
        ([(0, 5), (4, 9)], 2),
        ([(0, 9), (1, 2), (3, 4), (3.5, 8)], 3),
    ],
)
def test_calls_open_at_once(times: list[tuple[float, float]], most: int) -> None:
    calls = [replace(CALL, started_at=start, ended_at=end) for start, end in times]
    other = replace(CALL, number="+7", started_at=0, ended_at=99)
    assert most_at_once([*calls, other], CALL.number) == most


def read(path: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def test_a_made_up_greeting_ends_in_a_beep_that_is_heard(tmp_path: Path) -> None:
    seconds = write_greeting(tmp_path / "out.wav", "")
    samples = read(tmp_path / "out.wav")
    assert samples.size == round(seconds * 8000)
    detector = BeepDetector()
    assert not detector.feed(samples)
    assert detector.feed(np.zeros(1600, np.int16))


def test_speech_is_long_enough_and_no_beep(tmp_path: Path) -> None:
    seconds = write_speech(tmp_path / "speech.wav", 7.0)
    samples = read(tmp_path / "speech.wav")
    assert 7.0 <= seconds == samples.size / 8000
    detector = BeepDetector()
    assert not detector.feed(samples)
    assert not detector.feed(np.zeros(1600, np.int16))
    voice = VoiceDetector()
    voice.feed(samples)
    assert voice.voice_seconds == pytest.approx(seconds, abs=0.6)


def test_a_given_greeting_is_said_before_the_beep(tmp_path: Path) -> None:
    said = np.arange(8000, dtype=np.int16)
    write(tmp_path / "said.wav", said, 8000)
    assert write_greeting(tmp_path / "out.wav", str(tmp_path / "said.wav")) == pytest.approx(2.4)
    assert np.array_equal(read(tmp_path / "out.wav")[:8000], said)


def test_a_greeting_of_another_rate_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "said.wav", np.zeros(16000, np.int16), 16000)
    with pytest.raises(ValueError, match="8 kHz"):
        write_greeting(tmp_path / "out.wav", str(tmp_path / "said.wav"))


def write(path: Path, samples: np.ndarray[tuple[int], np.dtype[np.int16]], rate_hz: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("INVITE sip:+79990000001@127.0.0.1:15500 SIP/2.0\r\nVia: x", "+79990000001"),
        ("INVITE sip:100;phone-context=x@127.0.0.1 SIP/2.0\r\n", ""),
        ("INVITE sip:127.0.0.1:15500 SIP/2.0\r\nTo: <sip:1@x>", ""),
        ("INVITE sips:7@h SIP/2.0\r\n", "7"),
        ("BYE sip:7@h SIP/2.0\r\n", ""),
    ],
)
def test_the_called_number_is_in_the_request_line(message: str, number: str) -> None:
    assert called_number(message) == number
