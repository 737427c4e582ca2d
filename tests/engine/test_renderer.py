"""The rendering process: one order fails and not the next, it is replaced, it ends with its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from campaigns.engine.renderer import (
    ORDER_SECONDS,
    ORDERS_A_PROCESS,
    Clips,
    Order,
    RenderCrew,
    Renderer,
    RenderProcess,
    render,
)
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text, Value, ValueKind

PATIENCE_SECONDS = 20.0
GREETING = Text("ru", "Здравствуйте, {full_name}.", {"full_name": Value("name", "Иванова Мария")})
FAULTY = Text("ru", "Здравствуйте, {full_name}.", {})

PARENT = """
import sys
from pathlib import Path
from campaigns.engine.renderer import RenderProcess
from prompts.settings import SpeechSettings
if __name__ == "__main__":
    renderer = RenderProcess(SpeechSettings(Path(sys.argv[1]), engine="tone"))
    print(renderer.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[RenderProcess]:
    process = RenderProcess(SpeechSettings(tmp_path / "speech", engine="tone"))
    yield process
    process.stop()


def test_ctrl_c_while_it_starts_does_not_reach_it(renderer: RenderProcess) -> None:
    os.kill(renderer.pid, signal.SIGINT)
    renderer.order(Order("7", {"greeting": GREETING}))
    [clips] = await_clips(renderer, 1)
    assert clips.problem == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ignored = Path(f"/proc/{renderer.pid}/status").read_text().split("SigIgn:")[1].split()[0]
    assert int(ignored, 16) >> (signal.SIGINT - 1) & 1


def await_clips(renderer: Renderer, count: int) -> Sequence[Clips]:
    clips: list[Clips] = []
    end = time.monotonic() + PATIENCE_SECONDS
    while len(clips) < count:
        assert time.monotonic() < end, f"{len(clips)} of {count} orders came back"
        clips.extend(renderer.finished())
    return clips


def test_an_order_comes_back_as_files_that_can_be_forgotten(renderer: RenderProcess) -> None:
    renderer.order(Order("7", {"greeting": GREETING}))
    [clips] = await_clips(renderer, 1)
    assert (clips.owner, clips.problem) == ("7", "")
    assert clips.paths["greeting"].read_bytes()[:4] == b"RIFF"
    renderer.forget("7")
    assert not clips.paths["greeting"].exists()


def test_a_faulty_text_fails_its_own_order_without_telling_a_value(renderer: RenderProcess) -> None:
    renderer.order(Order("7", {"greeting": FAULTY}))
    renderer.order(Order("8", {"greeting": GREETING}))
    bad, good = await_clips(renderer, 2)
    assert bad.problem == (
        'The text "greeting" cannot be spoken: there is no value for {full_name}: give one.'
    )
    assert bad.paths == {}
    assert good.problem == ""


@pytest.mark.parametrize(
    ("kind", "value"),
    [("date", "31.02.1954"), ("digits", "12ab"), ("name", "\u263a\u263a"), ("text", "п" * 400)],
)
def test_an_unspeakable_value_is_told_by_its_place_and_nothing_is_half_there(
    tmp_path: Path, kind: ValueKind, value: str
) -> None:
    texts = {
        "greeting": GREETING,
        "message": Text("ru", "Важное: {about}.", {"about": Value(kind, value)}),
    }
    studio = Studio(SpeechSettings(tmp_path / "speech", engine="tone"))
    clips = render(studio, Order("7", texts))
    assert clips.paths == {}
    assert clips.problem.startswith('The text "message" cannot be spoken: the value of {about} ')
    assert value not in clips.problem


def kill(renderer: RenderProcess) -> None:
    os.kill(renderer.pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE_SECONDS
    while _runs(renderer.pid):
        assert time.monotonic() < end


def test_a_process_that_dies_is_replaced_and_nothing_is_lost(renderer: RenderProcess) -> None:
    kill(renderer)
    renderer.order(Order("7", {"greeting": GREETING}))
    renderer.order(Order("8", {"greeting": GREETING}))
    clips = await_clips(renderer, 2)
    assert [(clip.owner, clip.problem) for clip in clips] == [("7", ""), ("8", "")]


def test_an_order_over_which_it_dies_twice_fails_and_the_others_do_not(renderer: RenderProcess) -> None:
    os.kill(renderer.pid, signal.SIGSTOP)
    renderer.order(Order("7", {"greeting": GREETING}))
    renderer.order(Order("8", {"greeting": GREETING}))
    kill(renderer)
    assert renderer.finished() == []
    kill(renderer)
    bad, good = await_clips(renderer, 2)
    assert (bad.owner, good.owner, good.problem) == ("7", "8", "")
    assert "twice" in bad.problem


class Seconds:
    """Time that passes only when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_that_hangs_is_replaced_and_the_order_over_which_it_hangs_twice_fails(tmp_path: Path) -> None:
    seconds = Seconds()
    renderer = RenderProcess(SpeechSettings(tmp_path / "speech", engine="tone"), seconds)
    try:
        os.kill(renderer.pid, signal.SIGSTOP)
        seconds.now = 1000.0  # a long time without orders is no fault
        renderer.order(Order("7", {"greeting": GREETING}))
        renderer.order(Order("8", {"greeting": GREETING}))
        seconds.now += ORDER_SECONDS
        hung = renderer.pid
        assert (renderer.finished(), renderer.troubles()) == ([], [])
        seconds.now += 1
        assert renderer.finished() == []
        assert not _runs(hung)
        told = f"The process {hung} that renders speech did nothing for 60 seconds: another does its work."
        assert renderer.troubles() == [told]
        os.kill(renderer.pid, signal.SIGSTOP)
        seconds.now += ORDER_SECONDS
        assert renderer.finished() == []
        seconds.now += 1
        bad, good = await_clips(renderer, 2)
        assert (bad.owner, good.owner, good.problem) == ("7", "8", "")
        assert "twice" in bad.problem
    finally:
        renderer.stop()


def test_many_orders_do_not_block_us_while_it_hangs(renderer: RenderProcess) -> None:
    os.kill(renderer.pid, signal.SIGSTOP)
    long = Text("ru", "Здравствуйте. " * 200, {})
    for number in range(100):
        renderer.order(Order(str(number), {"greeting": long}))
    assert renderer.load == 100
    os.kill(renderer.pid, signal.SIGKILL)


def test_clips_that_were_forgotten_do_not_come_back_with_an_older_order(tmp_path: Path) -> None:
    crew = RenderCrew(SpeechSettings(tmp_path / "speech", engine="tone"), most=1)
    try:
        crew.order(Order("7", {"greeting": GREETING}))
        crew.forget("7")
        crew.order(Order("7", {"other": GREETING}))
        crew.order(Order("8", {"greeting": GREETING}))
        seven, eight = await_clips(crew, 2)
        assert (list(seven.paths), eight.owner) == (["other"], "8")
    finally:
        crew.stop()


def test_a_voice_that_fails_in_the_process_is_told_in_a_sentence_and_once(tmp_path: Path) -> None:
    (tmp_path / "own" / "ru").mkdir(parents=True)
    (tmp_path / "own" / "ru" / "Спасибо.wav").write_bytes(b"")
    settings = SpeechSettings(tmp_path / "speech", recordings=tmp_path / "own")
    crew = RenderCrew(settings, most=2)
    try:
        for number in range(2 * ORDERS_A_PROCESS):
            crew.order(Order(str(number), {"thanks": Text("ru", "Спасибо.")}))
        await_clips(crew, 2 * ORDERS_A_PROCESS)
        assert len(crew.pids) == 2
        [told] = crew.troubles()
        assert told.startswith("The next voice speaks for recordings: the recording ru/Спасибо.wav is empty")
    finally:
        crew.stop()


def test_a_crew_grows_with_its_orders_and_loses_none(tmp_path: Path) -> None:
    crew = RenderCrew(SpeechSettings(tmp_path / "speech", engine="tone"), most=2)
    try:
        os.kill(crew.pids[0], signal.SIGSTOP)
        for number in range(ORDERS_A_PROCESS):
            crew.order(Order(str(number), {"greeting": GREETING}))
        assert len(crew.pids) == 1
        for number in range(ORDERS_A_PROCESS, 10):
            crew.order(Order(str(number), {"greeting": GREETING}))
        assert len(crew.pids) == 2
        os.kill(crew.pids[0], signal.SIGCONT)
        clips = await_clips(crew, 10)
        assert {clip.owner for clip in clips} == set(crew.owners()) == {str(number) for number in range(10)}
        crew.forget("3")
        assert "3" not in crew.owners()
    finally:
        crew.stop()
    assert not any(map(_runs, crew.pids))


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "speech")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    end = time.monotonic() + PATIENCE_SECONDS
    while _runs(child):
        assert time.monotonic() < end, "the rendering process outlived its parent"


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False
