"""Festival, as Debian installs it, and programs that behave worse."""

import os
import re
import select
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.audio import finish, speech_level, wav_bytes
from prompts.engines import festival, festival_process
from prompts.engines.festival import VOICES, VOICES_FOLDER, Festival, let_through
from prompts.engines.festival_process import FestivalProcess
from prompts.engines.protocol import FixedText, ValueText
from prompts.engines.resting import REST_SECONDS
from prompts.errors import EngineError
from tests.prompts.signals import noise, starts_after_seconds

real = pytest.mark.skipif(
    not all(Festival().speaks(language) for language in VOICES) and os.environ.get("CI") != "true",
    reason="apt install festival festvox-ru festvox-kallpc16k",
)
HELLO = FixedText("ru", "Здравствуйте! Вам звонит городская поликлиника. Если это вы, нажмите один.")
GONE_SECONDS = 20.0  # for a process to end, on a machine that is busy


def gone(pidfd: int) -> bool:
    return bool(select.select([pidfd], [], [], GONE_SECONDS)[0])


@pytest.fixture(scope="module")
def engine() -> Festival:
    return Festival()


# ---------------------------------------------------------------- the real one


@real
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", HELLO.words),
        ("ru", "Да."),
        ("ru", "Иванова Мария Петровна, вы записаны на третье декабря, на десять часов тридцать минут."),
        ("ru", "«Здоровье» — это мы… (нажмите: один)"),
        ("en", "Hello. This is the city hospital calling."),
    ],
)
def test_sentences_are_spoken_at_a_speaking_pace(engine: Festival, language: str, words: str) -> None:
    text = ValueText(language, words)
    assert engine.knows(text)
    clip = engine.speak(text)
    assert clip.rate_hz == 16000
    letters = sum(letter.isalpha() for letter in words)
    assert 0.04 * letters < clip.seconds < 0.14 * letters + 1.0


@real
def test_finished_speech_has_its_level_and_begins_at_once(engine: Festival) -> None:
    finished = finish(engine.speak(HELLO), 8000, -20.0)
    level = speech_level(finished)
    assert level is not None
    assert level.active_dbfs == pytest.approx(-20.0, abs=0.2)
    assert starts_after_seconds(finished) <= 0.06


@real
def test_stress_marks_are_heard(engine: Festival) -> None:
    castle, lock = (engine.speak(FixedText("ru", word)) for word in ("за\u0301мок", "замо\u0301к"))
    assert castle.samples.tobytes() != lock.samples.tobytes()


@real
def test_the_same_words_sound_the_same(engine: Festival) -> None:
    first, _, again = (engine.speak(FixedText("ru", word)) for word in ("Да.", "Нет.", "Да."))
    assert first.samples.tobytes() == again.samples.tobytes()


@real
def test_threads_take_turns(engine: Festival) -> None:
    texts = [FixedText("ru", "Да."), FixedText("en", "Yes, thank you.")]
    alone = [engine.speak(text).seconds for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert [clip.seconds for clip in pool.map(engine.speak, texts * 4)] == alone * 4


@real
@pytest.mark.parametrize("words", ['"))(exit)', '" (quit) "', "(system `touch x`)", "\\", "0" * 300])
def test_no_text_is_a_command(engine: Festival, words: str) -> None:
    engine.speak(HELLO)
    before = engine.pid
    assert engine.speak(ValueText("ru", f"Да {words} да")).seconds > 1
    assert engine.speak(HELLO).seconds > 3
    assert engine.pid == before


@real
@pytest.mark.parametrize("words", ["э " * 151, "э" * 301])  # the shortest texts of two pieces
def test_a_long_text_is_said_in_pieces(engine: Festival, words: str) -> None:
    engine.speak(HELLO)
    before = engine.pid
    assert engine.speak(FixedText("ru", words)).seconds > 10
    assert engine.pid == before


@pytest.mark.parametrize(
    ("words", "lengths"),
    [
        ("", [0]),
        ("да " * 99 + "да.", [300]),
        ("да " * 100 + "нет.", [299, 4]),
        ("а" * 700, [300, 300, 100]),
        ("да " * 50 + "да. " + "да " * 80 + "да.", [153, 243]),
    ],
)
def test_pieces_end_where_a_speaker_would_pause(words: str, lengths: list[int]) -> None:
    pieces = festival.pieces_of(words)
    assert [len(piece) for piece in pieces] == lengths
    assert "".join(pieces).replace(" ", "") == words.replace(" ", "")


@real
@pytest.mark.parametrize("words", ["...", "", "😀"])
def test_a_text_without_a_sound_is_an_error_at_once_and_harms_nothing(engine: Festival, words: str) -> None:
    for _ in range(3):
        with pytest.raises(EngineError, match="without a sound"):
            engine.speak(FixedText("ru", words))
    assert engine.knows(HELLO)
    assert engine.speak(HELLO).seconds > 3


@real
def test_a_process_that_was_killed_while_idle_costs_no_sentence(engine: Festival) -> None:
    engine.speak(HELLO)
    before = engine.pid
    assert before is not None
    pidfd = os.pidfd_open(before)
    os.kill(before, 9)
    assert gone(pidfd)
    assert engine.speak(HELLO).seconds > 3
    assert engine.pid != before


@real
def test_identity_names_version_and_voice(engine: Festival) -> None:
    assert {"msu_ru_nsh_clunits"} <= set(engine.identity("ru"))
    assert engine.identity("ru")[0].startswith("2.")
    assert engine.identity("ru") == Festival().identity("ru") != engine.identity("en")


@real
def test_it_ends_when_nobody_asks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def started(program: str) -> FestivalProcess:
        process = FestivalProcess(program)
        seen.append(os.pidfd_open(process.pid))
        return process

    monkeypatch.setattr(festival, "IDLE_SECONDS", 0.0)
    idle = Festival(start=started)
    assert idle.speak(FixedText("en", "Yes.")).seconds > 0.2
    assert gone(seen[0])
    assert idle.speak(FixedText("en", "Yes.")).seconds > 0.2
    assert len(seen) == 2
    assert gone(seen[1])


SPEAKER = """
import os, sys
from prompts.engines.festival import Festival
from prompts.engines.protocol import FixedText
engine = Festival()
engine.speak(FixedText("en", "Yes."))
print(engine.pid, flush=True)
sys.stdin.readline()
{how}
"""


@real
@pytest.mark.parametrize("how", ["os.kill(os.getpid(), 9)", "sys.exit(0)", "os._exit(1)"])
def test_it_ends_with_us(how: str) -> None:
    code = [sys.executable, "-c", SPEAKER.format(how=how)]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as us:
        assert us.stdin
        assert us.stdout
        theirs = os.pidfd_open(int(us.stdout.readline()))
        us.stdin.write("\n")
        us.stdin.flush()
        assert gone(theirs)


# ---------------------------------------------------------------- what it is told


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("ru", "Нажмите один.", "Нажмите один."),
        ("ru", "за\u0301мок, Ё\u0301жик", "з+амок, +Ёжик"),
        ("ru", "отмените", "отмен+ите"),
        ("ru", "«Здоровье» — это мы…", "Здоровье, это мы."),
        ("ru", "(нажмите: один), - или - ещё?!", "нажмите, один, или, ещё?"),
        ("ru", "какой-нибудь - 'да'", "какой-нибудь, да"),
        ("ru", "..., да", "да"),
        ("ru", "один + два", "один два"),
        ("ru", '"))(system "ls")', "system ls,"),
        ("ru", "тест\\n\n😀%№", "тест n"),
        ("en", "It's so – press 1!", "It's so, press 1!"),
        ("en", "Привет all", "all"),
    ],
)
def test_let_through(language: str, words: str, told: str) -> None:
    assert let_through(language, words) == told


@given(st.sampled_from(sorted(VOICES)), st.text())
def test_nothing_of_scheme_is_let_through(language: str, words: str) -> None:
    assert re.fullmatch(r"[А-Яа-яЁёA-Za-z0-9 \-'?!.,;+]*", let_through(language, words))


@real
@pytest.mark.parametrize(
    ("language", "words", "known"),
    [
        ("ru", "Иванова Мария, «Здоровье»!", True),
        ("ru", "отмени\u0301те, майонез, Pizza", True),
        ("ru", "Әлия", False),
        ("en", "It's me", True),
        ("en", "Мария", False),
        ("kk", "Сәлем", False),
        ("ru", "Ъ", False),
        ("ru", "Ь, ъ.", False),
        ("ru", "съел 5", True),
    ],
)
def test_a_text_with_letters_that_it_would_leave_out_is_not_known(
    engine: Festival, language: str, words: str, known: bool
) -> None:
    assert engine.knows(FixedText(language, words)) is known


# ---------------------------------------------------------------- not installed, or broken


def a_program(folder: Path, script: str) -> str:
    path = folder / "festival"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    for voice in VOICES.values():
        definition = folder / "voices" / voice.definition
        definition.parent.mkdir(parents=True)
        definition.write_text("")
    return str(path)


@pytest.mark.parametrize(
    ("program", "folder"), [("/nowhere/festival", VOICES_FOLDER), ("/bin/sh", Path("/nowhere"))]
)
def test_where_it_is_not_installed_it_knows_nothing(program: str, folder: Path) -> None:
    engine = Festival(program, folder)
    assert not engine.knows(HELLO)
    for ask in (lambda: engine.identity("ru"), lambda: engine.speak(HELLO)):
        with pytest.raises(EngineError, match="apt install festival festvox-ru"):
            ask()
    with pytest.raises(EngineError, match="no voice for the language kk"):
        engine.identity("kk")


@pytest.mark.parametrize(
    ("script", "limit_seconds", "told"),
    [
        ("exec sleep 1000", 0.05, r"did not answer within 0.05 s"),
        ("while read -r line; do :; done", 0.05, r"did not answer within 0.05 s"),
        ("exit 3", GONE_SECONDS, r"ended by itself"),
        ("head -c 5 >/dev/null", GONE_SECONDS, r"ended by itself"),
    ],
)
def test_a_program_that_hangs_or_dies_rests_after_two_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, limit_seconds: float, told: str
) -> None:
    monkeypatch.setattr(festival_process, "END_SECONDS", 0.0)
    pidfds: list[int] = []

    def started(program: str) -> FestivalProcess:
        process = FestivalProcess(program, limit_seconds)
        pidfds.append(os.pidfd_open(process.pid))
        return process

    now = [0.0]
    engine = Festival(a_program(tmp_path, script), tmp_path / "voices", lambda: now[0], started)
    for _ in range(2):
        assert engine.knows(HELLO)
        with pytest.raises(EngineError, match=told):
            engine.speak(HELLO)
    assert not engine.knows(HELLO)
    with pytest.raises(EngineError, match="rests"):
        engine.speak(HELLO)
    assert len(pidfds) == 2
    assert all(gone(pidfd) for pidfd in pidfds)
    now[0] = REST_SECONDS
    assert engine.knows(HELLO)


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    program = a_program(tmp_path, "")
    Path(program).write_bytes(b"\x7fELF nonsense")
    engine = Festival(program, tmp_path / "voices")
    with pytest.raises(EngineError, match="does not start"):
        engine.speak(HELLO)
    with pytest.raises(EngineError, match="does not tell its version"):
        engine.identity("ru")


class Answering(FestivalProcess):
    """Gives the WAV that it is told to give."""

    data = b""
    alive = True

    def __init__(self, program: str) -> None:
        pass

    def wav(self, voice: str, words: str) -> bytes:
        return self.data

    def end(self) -> None:
        pass


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "without"), (b"RIFF", "without"), (wav_bytes(noise(-20.0, 0.3, 16000)), "too short")],
)
def test_its_sound_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, told: str
) -> None:
    monkeypatch.setattr(Answering, "data", data)
    engine = Festival(a_program(tmp_path, ""), tmp_path / "voices", start=Answering)
    with pytest.raises(EngineError, match=told):
        engine.speak(HELLO)
    engine.end()
