"""Tables and JSON of what was understood, and how the judge is asked."""

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench.channel import Line
from bench.intelligibility import AIM, Heard, Score, aim_met, as_json, main, measured, table, worst
from bench.judge import Job, Verdict, judge
from bench.spoken import LANGUAGES, shipped, some
from bench.transcripts import NONE, Errors
from campaigns.flows.loader import LIBRARY, find_scripts
from prompts.engines.chain import Chain
from prompts.engines.tone import Tone
from prompts.settings import SpeechSettings
from prompts.spoken.wording import wording_of
from prompts.studio import Studio


def heard(wrong: int, of: int, understood: str | None = "да", engine: str = "pack") -> Heard:
    errors = NONE if understood is None else Errors(wrong, of)
    stoi = None if understood is None else 0.9
    return Heard("survey", f"text-{wrong}", "нет", understood, errors, errors, stoi, -20.0, 1.0, (engine,))


def score(*prompts: Heard, voice: str = "pip", unspoken: int = 0) -> Score:
    return Score(voice, "ru", prompts, unspoken)


class Parrot:
    """A judge that understands one word of everything."""

    missing = ()

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def hear(self, job: Job) -> Verdict:
        assert Path(job.heard).read_bytes() != Path(job.clean).read_bytes()
        self.jobs.append(job)
        return Verdict("один", 0.5)


def text_of(shown: object) -> str:
    console = Console(width=200, file=io.StringIO())
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_text_can_be_said_and_none_stands_twice(language: str) -> None:
    texts = [wording_of(sample.text).words for sample in shipped(language)]
    assert len(set(texts)) == len(texts)
    assert {sample.campaign for sample in shipped(language)} == find_scripts(LIBRARY).keys()


def test_sentences_are_the_pieces_of_the_texts() -> None:
    whole = {word for sample in shipped("ru") for word in wording_of(sample.text).words.split()}
    pieces = {word for sample in shipped("ru", True) for word in wording_of(sample.text).words.split()}
    assert pieces == whole
    assert len(shipped("ru", True)) > len(shipped("ru"))


@pytest.mark.parametrize("count", [1, 7])
def test_some_are_spread_over_all(count: int) -> None:
    samples = shipped("ru")
    assert len(some(samples, count)) == count
    assert some(samples, count)[0] == samples[0]
    assert some(samples, None) == some(samples, 10_000) == samples


def test_each_text_is_rendered_spoilt_and_judged(tmp_path: Path) -> None:
    parrot, samples = Parrot(), some(shipped("ru"), 3)
    studio = Studio(SpeechSettings(tmp_path), Chain(local=(Tone(),)))
    found = measured("tone", studio, samples, Line(), parrot)
    assert [one.engines for one in found.heard] == [("tone",)] * 3
    assert [job.language for job in parrot.jobs] == ["ru"] * 3
    assert found.stoi == 0.5
    assert found.words.of == sum(one.words.of for one in found.heard) > 10
    assert found.unspoken == 0


def test_what_a_voice_cannot_say_is_counted(tmp_path: Path) -> None:
    studio = Studio(SpeechSettings(tmp_path), Chain())
    assert measured("none", studio, shipped("ru"), Line(), Parrot()).unspoken == len(shipped("ru"))


def test_the_table_has_a_row_a_voice() -> None:
    shown = text_of(table([score(heard(1, 4), heard(0, 6, engine="espeak"), unspoken=1)], Line()))
    assert "1 % of packets lost, noise at -45 dBm0" in shown
    assert [cell.strip() for cell in shown.splitlines()[4].strip("│ ").split("│")] == [
        "pip", "ru", "2 of 3", "0.10", "0.10", "0.900", "-20.0 to -20.0 dBFS", "pack 1, espeak 1",
    ]  # fmt: skip


def test_without_a_judge_the_levels_are_told_alone() -> None:
    shown = text_of(table([score(heard(0, 0, None)), score(unspoken=2)], Line()))
    assert [row.count(" - ") for row in shown.splitlines()[4:6]] == [3, 4]


def test_the_worst_come_first_and_what_is_right_is_left_out() -> None:
    shown = text_of(worst(score(heard(1, 4), heard(3, 4), heard(0, 4))))
    assert shown.index("text-3") < shown.index("text-1")
    assert "text-0" not in shown


@pytest.mark.parametrize(
    ("found", "met"),
    [
        ([score(heard(15, 100))], True),
        ([score(heard(16, 100))], False),
        ([score(heard(16, 100), voice="espeak")], True),
        ([score(heard(16, 100, None))], True),
        ([], True),
    ],
)
def test_the_aim_is_for_what_pip_alone_installs(found: list[Score], met: bool) -> None:
    assert AIM == 0.15
    assert aim_met(found) is met


def test_json_holds_rates_and_texts() -> None:
    told = json.loads(as_json([score(heard(1, 4)), score(heard(0, 0, None))], Line()))
    assert told["line"]["lost"] == 0.01
    assert [voice["word_error_rate"] for voice in told["voices"]] == [0.25, None]
    assert told["voices"][0]["prompts"][0]["understood"] == "да"


def test_the_judge_says_what_it_lacks_and_answers_nothing(tmp_path: Path) -> None:
    bare = tmp_path / "python"  # without any package
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o700)
    with judge(str(bare)) as found:
        assert set(found.missing) >= {"faster_whisper", "pystoi"}
        nothing = str(tmp_path / "nothing.wav")
        assert found.hear(Job(nothing, nothing, "ru")) == Verdict(None, None)


def test_a_python_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--engine", "espeak", "--sentences", "1", "--judge", "/nowhere/python"]) == 1
    assert "name its Python with --judge" in " ".join(capsys.readouterr().out.split())
