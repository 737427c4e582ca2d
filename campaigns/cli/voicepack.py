"""`dialer prompts pack` at work: what the shipped campaigns say, rendered into the voice packs."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from campaigns.cli.options import console, say
from campaigns.engine.texts import text_of
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.samples import example_values
from campaigns.settings import InstitutionTable
from prompts.studio import Text

MEGABYTE = 1_000_000


def make_pack(languages: Sequence[str] | None, folder: Path, voice: Literal["best", "espeak"]) -> None:
    """Render every fixed phrase, every closed value and the common names into folder/<language>.

    None: every language that has a pack. Raises EngineError when the voice is not here.
    """
    from prompts.packing.maker import make  # here, as no other command needs it
    from prompts.packing.voices import voice_of
    from prompts.packing.wanted import PACKED, wanted

    if unknown := sorted(set(languages or ()) - set(PACKED)):
        raise typer.BadParameter(f"no pack is made of {', '.join(unknown)}: use {' or '.join(PACKED)}")
    texts = shipped_texts()
    for code in languages or PACKED:
        wishes = wanted(code, texts)
        chosen = voice_of(code, voice)
        with _progress() as progress:
            task = progress.add_task(f"voice pack {code}", total=len(wishes))
            size = make(code, wishes, chosen, folder, partial(progress.advance, task))
        say(f"{folder / code} has {len(wishes)} clips in {size / MEGABYTE:.1f} MB.")


def shipped_texts() -> tuple[Text, ...]:
    """Every text of every shipped campaign in each of its languages, with values of nobody."""
    return tuple(_texts())


def _texts() -> Iterator[Text]:
    house = InstitutionTable()
    for path in find_scripts(LIBRARY).values():
        script = load_script(path)
        for language in script.languages:
            values = {
                **example_values(script, language),
                "institution": house.name[language],
                "call_back": house.call_back,
            }
            for name in script.texts:
                yield text_of(script, name, language, values)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
