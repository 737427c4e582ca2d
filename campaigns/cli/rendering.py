"""Texts are spoken while somebody looks on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from campaigns.assemble import house_values, open_studio
from campaigns.cli.options import errors, tell
from campaigns.engine.auditions import Heard, heard, rendered, too_long
from campaigns.engine.texts import Sample, samples
from campaigns.flows.script import Script
from campaigns.settings import Home

Item = TypeVar("Item")
Result = TypeVar("Result")


def all_samples(home: Home, script: Script) -> tuple[Sample, ...]:
    """Everything that anybody can hear of a campaign, language by language. Raises Unspeakable."""
    return tuple(
        sample
        for language in script.languages
        for sample in samples(script, language, house_values(home, language))
    )


def render_ahead(home: Home, script: Script) -> None:
    """Make the audio of all texts before the first call; quick when it is there.

    Raises Unspeakable for the first that cannot be spoken.
    """
    studio = open_studio(home)
    done = watched(all_samples(home, script), lambda sample: rendered(studio, sample), script.name)
    new = sum(not each.cached for each in done)
    if new:
        tell(f"{new} of the {len(done)} prompts of {script.name} were rendered.")


def hear_all(home: Home, script: Script) -> list[Heard]:
    """Every sentence that anybody can hear, language by language and text by text. Raises Unspeakable."""
    studio = open_studio(home)
    sentences = [sentence for sample in all_samples(home, script) for sentence in sample.sentences()]
    return watched(sentences, lambda sentence: heard(studio, sentence), script.name)


def long_sentences(home: Home, script: Script) -> Iterator[str]:
    """Sentences that are hard to follow by ear, each with its place. Raises Unspeakable."""
    for sentence in hear_all(home, script):
        if reason := too_long(sentence):
            yield f"{sentence.sample.where} {reason}: cut it in two, or shorten it."


def watched(items: Sequence[Item], work: Callable[[Item], Result], what: str) -> list[Result]:
    """Work on each, with a bar where somebody looks."""
    with _bar() as bar:
        return [work(item) for item in bar.track(items, description=what)]


@contextmanager
def _bar() -> Iterator[Progress]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        yield bar
