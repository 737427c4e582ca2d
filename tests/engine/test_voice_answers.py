"""What people say to a question: kept under one name, whoever hangs up, and whatever dies meanwhile."""

import struct
from pathlib import Path

import numpy as np
import pytest

from campaigns.engine.voice_answers import FOLDER, rescued
from campaigns.flows.loader import load_script
from campaigns.store import contacts, tasks
from campaigns.store.attempts import listing
from campaigns.words import Outcome
from dialer.fake import HANGS_UP, Patient
from dialer.messages import Listen, Play
from tests.engine.world import NUMBER, STEP_SECONDS, World

OPINIONS = "opinions"
SCRIPT = """\
name: opinions
title: What people say
languages: [ru]
fields: {}
policy:
  attempts: 3
  deadline: 2 days
  hours: {weekdays: "9:00-20:00", weekends: "10:00-18:00", holidays: RU}
  retry_after: {busy: 10 min, hung_up: 1 h}
start: mark
steps:
  mark:
    ask: [hello, menu]
    answer: mark
    scale: 5
    then: why
  why:
    record: [say_why, after_the_tone]
    answer: opinion
    longest: 20 s
    silence: 3 s
    then: bye
  bye:
    end: completed
    say: bye
texts:
  hello: {ru: "Это {institution}. Кому: {full_name}."}
  menu: {ru: "Нажмите от {key:1} до {key:5}."}
  say_why: {ru: "Скажите, почему."}
  bye: {ru: "Спасибо."}
"""
TELLS = Patient(keys=("4",), says_seconds=(6.0,), says_key="1")
SPEAKS_LONG = Patient(keys=("4",), says_seconds=(15.0,))


WORK = (
    ("policy:\n", "resume: [hello]\npolicy:\n"),
    ("hung_up: 1 h", "hung_up: 1 h, partial: 1 h"),
    (
        "    then: bye\n  bye:\n",
        "    then: work\n  work:\n    task: opinion\n    urgency: high\n"
        "    details: [mark, opinion]\n    then: last\n  last:\n    ask: menu\n    answer: last\n"
        "    scale: 5\n    then: bye\n  bye:\n",
    ),
)
SAME_CALL = ("  attempts: 3\n", "  attempts: 3\n  same_call: true\n")


def asked(folder: Path, patient: Patient, *changes: tuple[str, str]) -> World:
    """One contact who is asked for an opinion; nothing has happened yet."""
    world = World(folder, {NUMBER: patient})
    world.home.own_campaigns.mkdir(parents=True, exist_ok=True)
    path = world.home.own_campaigns / f"{OPINIONS}.yaml"
    text = SCRIPT
    for old, new in changes:
        text = text.replace(old, new)
    path.write_text(text)
    world.scripts[OPINIONS] = load_script(path)
    world.queue(OPINIONS, "A-1", NUMBER, fields={})
    world.launch(OPINIONS)
    return world


def answers(world: World) -> dict[str, str]:
    return contacts.answers(world.database, world.contact(OPINIONS, "A-1").id)


def outcomes(world: World) -> list[Outcome | None]:
    return [attempt.outcome for attempt, _ in listing(world.database, OPINIONS)]


def heard(world: World) -> list[Listen]:
    return [command for command in world.lines.commands if isinstance(command, Listen)]


@pytest.mark.parametrize(
    ("patient", "outcome", "opinion"),
    [
        (TELLS, "completed", 1),
        (Patient(keys=("4",), says_seconds=(0.0, 6.0)), "completed", 2),
        (Patient(keys=("4",), says_seconds=(6.0,), says_key=HANGS_UP), "completed", 1),
        (Patient(keys=("4",), hangs_up_seconds=9.0), "partial", None),
    ],
)
def test_what_is_said_is_an_answer(
    tmp_path: Path, patient: Patient, outcome: Outcome, opinion: int | None
) -> None:
    world = asked(tmp_path, patient)
    world.run_until_idle()
    for listen in heard(world):
        tone = world.lines.commands[world.lines.commands.index(listen) - 1]
        assert isinstance(tone, Play)
        assert Path(tone.path) == world.home.speech / "tone.wav"
        assert (listen.longest_seconds, listen.silence_seconds) == (20, 3)
    names = [str(Path(listen.path).relative_to(world.home.recordings)) for listen in heard(world)]
    assert len(set(names)) == len(names)
    said = {} if opinion is None else {"opinion": names[opinion - 1]}
    assert answers(world) == {"mark": "4", **said}
    assert outcomes(world) == [outcome]


def voice(seconds: float) -> bytes:
    """Samples that have the pitch of a voice, in syllables."""
    at = np.arange(round(seconds * 8000)) / 8000
    waves = np.sum([np.sin(880 * order * at) / order for order in range(1, 11)], axis=0)
    samples: bytes = (4000 * waves * np.abs(np.sin(4 * np.pi * at))).astype("<i2").tobytes()
    return samples


def unfinished(samples: bytes) -> bytes:
    """A file as the library leaves it when it dies: its lengths are 0."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 0
    )
    return head + samples


def until_listening(world: World, at: int = 1) -> Path:
    """The line has begun its file, the only one or a later one."""
    world.pass_once()
    for _ in range(2000):
        if len(heard(world)) == at:
            break
        world.engine.step(STEP_SECONDS)
    path = Path(heard(world)[at - 1].path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(unfinished(voice(4.0)))
    return path


def test_a_line_that_dies_leaves_what_was_said(tmp_path: Path) -> None:
    world = asked(
        tmp_path, Patient(keys=("4",), says_seconds=(15.0,), press_seconds=0.1, line_dies_seconds=9.0)
    )
    path = until_listening(world)
    world.run_until_idle()
    assert answers(world) == {"mark": "4", "opinion": f"{FOLDER}/{path.name}"}
    assert outcomes(world) == ["completed"]


def test_an_engine_that_dies_leaves_what_was_said(tmp_path: Path) -> None:
    world = asked(tmp_path, SPEAKS_LONG)
    path = until_listening(world)
    world.start()
    world.pass_once()
    assert answers(world) == {"mark": "4", "opinion": f"{FOLDER}/{path.name}"}
    assert outcomes(world) == ["completed"]  # only the last words were left to say
    world.start()
    world.run_until_idle()
    assert world.open_tasks() == []


def test_an_engine_that_dies_leaves_the_work_of_what_was_said(tmp_path: Path) -> None:
    world = asked(tmp_path, SPEAKS_LONG, *WORK)
    path = until_listening(world)
    world.start()
    world.pass_once()
    [task] = tasks.listing(world.database)
    opinion = {"opinion": f"{FOLDER}/{path.name}"}
    assert (task.reason, task.details) == ("opinion", {"mark": "4", **opinion})
    assert outcomes(world) == ["partial"]
    world.patients[NUMBER] = Patient(keys=("3",))
    world.start()
    world.clock.pass_seconds(2 * 86400)
    world.run_until_idle()
    assert answers(world) == {"mark": "4", **opinion, "last": "3"}
    assert [each.reason for each in tasks.listing(world.database)] == ["opinion"]


def test_what_the_next_person_in_a_call_says_is_theirs_whatever_dies(tmp_path: Path) -> None:
    world = asked(tmp_path, Patient(keys=("4", "5"), says_seconds=(3.0, 15.0)), SAME_CALL)
    world.queue(OPINIONS, "A-2", NUMBER, fields={})
    path = until_listening(world, at=2)
    world.start()
    world.pass_once()
    second = contacts.answers(world.database, world.contact(OPINIONS, "A-2").id)
    assert second == {"mark": "5", "opinion": f"{FOLDER}/{path.name}"}
    assert answers(world).keys() == {"mark", "opinion"}
    assert outcomes(world) == ["completed", "completed"]


@pytest.mark.parametrize(
    ("found", "seconds"),
    [
        (None, 0.0),
        (b"", 0.0),
        (b"no WAV", 0.0),
        (unfinished(b""), 0.0),
        (unfinished(bytes(64_000)), 0.0),
        (unfinished(voice(3.0)), 3.0),
        (unfinished(voice(3.0) + bytes(32_001)), 3.0),
    ],
)
def test_only_files_in_which_somebody_speaks_are_kept(
    tmp_path: Path, found: bytes | None, seconds: float
) -> None:
    path = tmp_path / "a.wav"
    if found is not None:
        path.write_bytes(found)
    assert rescued(tmp_path, path.name) == pytest.approx(seconds, abs=0.2)
    assert path.exists() == bool(seconds)
