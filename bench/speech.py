"""`python -m bench.speech`: how fast each voice speaks, and a thousand contacts rendered ahead."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.contacts import CAMPAIGN, orders
from bench.spoken import LANGUAGES, shipped, some
from bench.voices import PATIENTS, PIP, chains, settings_in
from campaigns.assemble import MOST_RENDERERS
from campaigns.engine.renderer import Clips, Order, RenderCrew, render
from campaigns.engine.texts import Sample
from prompts.audio import read_wav
from prompts.errors import PromptError
from prompts.studio import Studio

CONTACTS = 1000
AIM_PER_MINUTE = 1000
POLL_SECONDS = 0.01
LONGEST_SECONDS = 3600.0
COLD_SECONDS = 120.0
OWNER = "bench"


@dataclass(frozen=True)
class Pace:
    """How fast one voice speaks one language."""

    voice: str
    language: str
    cold_seconds: float  # from the start of a process to its first sentence as a file
    memory_mb: float  # of that process at most
    first_seconds: float  # the middle sentence of a process that speaks already
    real_time_factor: float  # seconds of waiting for a second of speech, finished and stored


@dataclass(frozen=True)
class Rendering:
    """All texts of all contacts, as before a campaign's calls."""

    voice: str
    contacts: int
    texts: int
    files: int  # each rendered once
    failed: int
    seconds: float

    @property
    def per_minute(self) -> float:
        return 60 * self.contacts / self.seconds

    @property
    def hits(self) -> float:
        """Share of the texts that were there already, as another contact's text sounds the same."""
        return 1 - self.files / max(1, self.texts)


def pace(voice: str, language: str, sentences: int | None = None) -> Pace | None:
    """With so many sentences, or all; None when the voice is not here, or does not speak the language."""
    samples = some(shipped(language, sentences=True), sentences)
    cold = _cold(voice, language)
    if cold is None:
        return None
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        studio = _studio(voice, Path(folder))
        _timed(studio, samples[0])
        timed = [found for sample in samples[1:] if (found := _timed(studio, sample)) is not None]
    waits, speech = zip(*timed, strict=True)
    return Pace(voice, language, *cold, median(waits), sum(waits) / sum(speech))


def rendering(voice: str, count: int) -> Rendering:
    """By the engine's rendering processes for the chain of this machine, in this process for any other."""
    asked = list(orders(count))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        begun = time.monotonic()
        if voice == PATIENTS:
            done = _by_crew(asked, Path(folder))
        else:
            studio = _studio(voice, Path(folder))
            done = [render(studio, order) for order in asked]
        seconds = time.monotonic() - begun
    files = {path for clips in done for path in clips.paths.values()}
    texts = sum(len(clips.paths) for clips in done)
    return Rendering(voice, count, texts, len(files), sum(bool(clips.problem) for clips in done), seconds)


def _cold(voice: str, language: str) -> tuple[float, float] | None:
    command = [sys.executable, "-m", "bench.speech_first", voice, language]
    begun = time.monotonic()
    child = subprocess.run(command, capture_output=True, text=True, timeout=COLD_SECONDS, check=False)
    if child.returncode:
        return None
    ready, memory = map(float, child.stdout.split())
    return ready - begun, memory


def _timed(studio: Studio, sample: Sample) -> tuple[float, float] | None:
    """Seconds of waiting and of speech; None when the voice cannot say it."""
    begun = time.perf_counter()
    try:
        rendered = studio.rendered(sample.text, OWNER)
    except PromptError:
        return None
    return time.perf_counter() - begun, read_wav(rendered.path.read_bytes()).seconds


def _by_crew(asked: Sequence[Order], folder: Path) -> list[Clips]:
    crew = RenderCrew(settings_in(folder), MOST_RENDERERS)
    try:
        for order in asked:
            crew.order(order)
        done: list[Clips] = []
        ends = time.monotonic() + LONGEST_SECONDS
        while len(done) < len(asked) and time.monotonic() < ends:
            done += crew.finished()
            time.sleep(POLL_SECONDS)
        return done
    finally:
        crew.stop()


def _studio(voice: str, folder: Path) -> Studio:
    settings = settings_in(folder)
    return Studio(settings, chains()[voice](settings))


def pace_table(paces: Sequence[Pace]) -> Table:
    """A row a voice and language."""
    made = Table(
        "voice", "language", "cold start", "memory", "next sentence", "real-time factor",
        title="speech, rendered and stored",
    )  # fmt: skip
    for one in paces:
        made.add_row(
            one.voice,
            one.language,
            f"{one.cold_seconds:.2f} s",
            f"{one.memory_mb:.0f} MB",
            f"{1000 * one.first_seconds:.0f} ms",
            f"{one.real_time_factor:.3f}",
        )
    return made


def rendering_table(renderings: Sequence[Rendering]) -> Table:
    """A row a voice; what misses the aim is red."""
    title = f"contacts of {CAMPAIGN} rendered ahead; aim {AIM_PER_MINUTE} a minute with what pip installs"
    made = Table("voice", "contacts", "texts", "there already", "seconds", "a minute", "failed", title=title)
    for one in renderings:
        rate = f"{one.per_minute:.0f}"
        made.add_row(
            one.voice,
            str(one.contacts),
            str(one.texts),
            f"{100 * one.hits:.0f} %",
            f"{one.seconds:.1f}",
            rate if aim_met([one]) else f"[bold red]{rate}[/]",
            str(one.failed),
        )
    return made


def aim_met(renderings: Sequence[Rendering]) -> bool:
    """Whether what patients hear where pip alone was run is rendered fast enough."""
    asked = [one for one in renderings if one.voice == PIP]
    return all(one.per_minute >= AIM_PER_MINUTE and not one.failed for one in asked)


def main(words: Sequence[str]) -> int:
    """0, or 1 when the aim is missed."""
    given = _read(words)
    console = Console(width=None if sys.stdout.isatty() else 160)
    voices = given.engine or list(chains())
    paces: list[Pace] = []
    for voice in voices:
        console.print(f"{voice} ...", style="dim")
        paces += [
            found for language in LANGUAGES if (found := pace(voice, language, given.sentences)) is not None
        ]
    console.print(pace_table(paces))
    speaking = [voice for voice in voices if any((one.voice, one.language) == (voice, "ru") for one in paces)]
    renderings = [rendering(voice, given.contacts) for voice in speaking] if given.contacts else []
    console.print(rendering_table(renderings))
    return 0 if aim_met(renderings) else 1


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speech", description=__doc__)
    parser.add_argument(
        "--engine", action="append", choices=list(chains()), help="one voice; may be repeated"
    )
    parser.add_argument("--sentences", type=int, help="to time each voice with; default all that are shipped")
    parser.add_argument(
        "--contacts", type=int, default=CONTACTS, help="rendered ahead with each voice; 0: none"
    )
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
