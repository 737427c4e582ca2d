"""`python -m bench.intelligibility`: what the campaigns say, over a bad line, and how much is understood.

A-law, 1 % of the packets lost, noise (bench.channel says exactly how). What was understood is what Whisper
writes down, a judge that has heard few robots; STOI compares what came with what was sent, as sound,
and knows nothing of how well it was spoken. Whisper and pystoi are looked for in the Python that --judge or
BENCH_JUDGE_PYTHON names; without them the levels alone are told.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from bench.channel import Line, through
from bench.judge import NEEDED, Ear, Job, judge
from bench.spoken import LANGUAGES, shipped, some
from bench.transcripts import NONE, Errors, letter_errors, word_errors
from bench.voices import PIP, chains, settings_in
from campaigns.engine.texts import Sample
from prompts.audio import read_wav, speech_level, wav_bytes
from prompts.errors import PromptError
from prompts.studio import Studio

AIM = 0.15  # word error rate of the shipped Russian sentences with what pip alone installs
AIM_LANGUAGE = "ru"
WORST = 12


@dataclass(frozen=True)
class Heard:
    """One prompt, spoken by one voice and heard over the line."""

    campaign: str
    prompt: str
    said: str
    understood: str | None
    words: Errors
    letters: Errors
    stoi: float | None
    level_dbfs: float
    seconds: float
    engines: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """One voice in one language; `unspoken` prompts it could not say."""

    voice: str
    language: str
    heard: Sequence[Heard] = field(repr=False)
    unspoken: int

    @property
    def words(self) -> Errors:
        return reduce(add, (one.words for one in self.heard), NONE)

    @property
    def letters(self) -> Errors:
        return reduce(add, (one.letters for one in self.heard), NONE)

    @property
    def judged(self) -> bool:
        """Whether anything was written down."""
        return any(one.understood is not None for one in self.heard)

    @property
    def stoi(self) -> float | None:
        known = [one.stoi for one in self.heard if one.stoi is not None]
        return mean(known) if known else None


def measured(voice: str, studio: Studio, spoken: Sequence[Sample], line: Line, ear: Ear) -> Score:
    """Render, spoil, judge."""
    heard: list[Heard] = []
    unspoken = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for one in spoken:
            try:
                heard.append(_heard(studio, one, line, ear, Path(folder)))
            except PromptError:
                unspoken += 1
    return Score(voice, spoken[0].language, heard, unspoken)


def _heard(studio: Studio, one: Sample, line: Line, ear: Ear, folder: Path) -> Heard:
    rendered = studio.rendered(one.text, "bench")
    clip = read_wav(rendered.path.read_bytes())
    path = folder / "heard.wav"
    path.write_bytes(wav_bytes(through(line, clip)))
    language, said = one.language, studio.wording(one.text)
    verdict = ear.hear(Job(str(path), str(rendered.path), language))
    text = verdict.text
    level = speech_level(clip)
    return Heard(
        one.campaign,
        one.id,
        said,
        text,
        NONE if text is None else word_errors(said, text, language),
        NONE if text is None else letter_errors(said, text, language),
        verdict.stoi,
        level.active_dbfs if level else float("nan"),
        clip.seconds,
        tuple(sorted({part.engine for part in rendered.parts})),
    )


def table(scores: Sequence[Score], line: Line) -> Table:
    """A row a voice and language."""
    title = f"over A-law, {100 * line.lost:.0f} % of packets lost, noise at {line.noise_dbm0:.0f} dBm0"
    made = Table("voice", "language", "prompts", "word errors", "letter errors", "STOI", "level", title=title)
    made.add_column("who speaks")
    for score in scores:
        made.add_row(score.voice, score.language, *_cells(score))
    return made


def _cells(score: Score) -> Iterator[str]:
    yield f"{len(score.heard)} of {len(score.heard) + score.unspoken}"
    yield f"{score.words.rate:.2f}" if score.judged else "-"
    yield f"{score.letters.rate:.2f}" if score.judged else "-"
    yield "-" if score.stoi is None else f"{score.stoi:.3f}"
    levels = [one.level_dbfs for one in score.heard]
    yield f"{min(levels):.1f} to {max(levels):.1f} dBFS" if levels else "-"
    yield ", ".join(f"{who} {count}" for who, count in _speakers(score.heard).most_common())


def _speakers(heard: Sequence[Heard]) -> Counter[str]:
    return Counter("+".join(one.engines) for one in heard)


def worst(score: Score, count: int = WORST) -> Table:
    """The prompts that lost most words."""
    made = Table("prompt", "wrong", "said", "understood", title=f"worst of {score.voice}, {score.language}")
    ranked = sorted(score.heard, key=lambda one: (one.words.wrong, one.letters.wrong), reverse=True)
    for one in ranked[:count]:
        if one.words.wrong:
            wrong = f"{one.words.wrong} of {one.words.of}"
            made.add_row(f"{one.campaign} {one.prompt}", wrong, one.said, one.understood)
    return made


def as_json(scores: Sequence[Score], line: Line) -> str:
    """All of it, for comparing one run with another."""
    voices = [
        {
            "voice": score.voice,
            "language": score.language,
            "word_error_rate": round(score.words.rate, 4) if score.judged else None,
            "letter_error_rate": round(score.letters.rate, 4) if score.judged else None,
            "stoi": score.stoi,
            "unspoken": score.unspoken,
            "prompts": [asdict(one) for one in score.heard],
        }
        for score in scores
    ]
    return json.dumps({"line": asdict(line), "voices": voices}, ensure_ascii=False, indent=1)


def aim_met(scores: Sequence[Score]) -> bool:
    """Whether what pip alone installs is understood; true where it was not asked or not judged."""
    asked = [score for score in scores if (score.voice, score.language) == (PIP, AIM_LANGUAGE)]
    return all(not score.judged or score.words.rate <= AIM for score in asked)


def main(words: Sequence[str]) -> int:
    """0, or 1 when the aim is missed or the judge cannot be started."""
    given = _read(words)
    console = Console(width=None if sys.stdout.isatty() else 160)
    line = Line(given.lost, given.noise)
    try:
        with (
            judge(given.judge, given.exact) as ear,
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
        ):
            if ear.missing:
                console.print(f"The judge has no {', '.join(ear.missing)}: pip install {NEEDED} for all.")
            scores = list(_scores(given, line, ear, Path(folder), console))
    except OSError as error:
        console.print(f"The judge cannot be started ({error.strerror}): name its Python with --judge.")
        return 1
    console.print(table(scores, line))
    for score in scores if given.worst else ():
        console.print(worst(score))
    if given.json:
        given.json.write_text(as_json(scores, line), encoding="utf-8")
    return 0 if aim_met(scores) else 1


def _scores(
    given: argparse.Namespace, line: Line, ear: Ear, folder: Path, console: Console
) -> Iterator[Score]:
    voices = chains()
    for language in given.language or LANGUAGES:
        spoken = some(shipped(language, given.alone), given.sentences)
        for voice in given.engine or voices:
            console.print(f"{voice}, {language} ...", style="dim")
            settings = settings_in(folder / voice)
            yield measured(voice, Studio(settings, voices[voice](settings)), spoken, line, ear)


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.intelligibility", description=__doc__)
    parser.add_argument(
        "--engine", action="append", choices=list(chains()), help="one voice; may be repeated"
    )
    parser.add_argument("--language", action="append", choices=LANGUAGES)
    parser.add_argument("--sentences", type=int, help="so many, from the first to the last")
    parser.add_argument("--alone", action="store_true", help="each sentence alone, not in its prompt")
    parser.add_argument("--lost", type=float, default=Line.lost, help="share of packets")
    parser.add_argument("--noise", type=float, default=Line.noise_dbm0, help="dBm0")
    parser.add_argument("--judge", default="", help="the Python that has the judge's packages")
    parser.add_argument("--exact", action="store_true", help="the judge with 32 bits: four times as long")
    parser.add_argument("--worst", action="store_true", help="show the prompts that lost most")
    parser.add_argument("--json", type=Path, help="write all results there")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
