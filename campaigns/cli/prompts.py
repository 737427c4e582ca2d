"""`dialer prompts`: hear what patients hear, and who says it."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table
from rich.text import Text as Cell

from campaigns.cli.options import (
    CampaignName,
    HomeOption,
    JsonOption,
    console,
    print_json,
    say,
    write_file,
)
from campaigns.library import script_named
from campaigns.settings import read_home

app = typer.Typer(help="What patients hear.", no_args_is_help=True)

# The voices take a second to load, which other commands need not: each command imports them itself.


@app.command("say")
def say_sentence(
    sentence: Annotated[str, typer.Argument(help="A sentence without digits; {key:1} is a key.")],
    home: HomeOption,
    language: Annotated[str, typer.Option("--language", help="ru, en or another that is spoken.")] = "ru",
    output: Annotated[Path, typer.Option("-o", help="The WAV to write.")] = Path("say.wav"),
) -> None:
    """Speak one sentence into a WAV, as it would sound in a call; tells who spoke it, length and level."""
    from campaigns.assemble import open_studio
    from campaigns.engine.auditions import engines_of
    from prompts.audio import read_wav, speech_level
    from prompts.studio import Text

    done = open_studio(read_home(home)).rendered(Text(language, sentence, {}))
    wav = done.path.read_bytes()
    write_file(output, wav)
    clip = read_wav(wav)
    level = speech_level(clip)
    loud = f"{level.active_dbfs:.1f} dBFS" if level else "no speech"
    say(f"{output} is written: {', '.join(engines_of(done.parts))}, {clip.seconds:.1f} s, {loud}.")


@app.command("list")
def list_texts(
    name: CampaignName,
    home: HomeOption,
    as_json: JsonOption = False,
    phrases: Annotated[
        Path | None,
        typer.Option("--phrases", help="Write the phrases.csv of a studio speaker: file,words."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="The language of --phrases.")] = "ru",
) -> None:
    """Everything that a campaign can say, in its words, and who would speak it; nothing is rendered."""
    from campaigns.cli.casting import listed, studio_lines

    settings = read_home(home)
    script = script_named(settings, name)
    if phrases is not None:
        if language not in script.languages:
            raise typer.BadParameter(f"{name} speaks {', '.join(script.languages)}", param_hint="--language")
        lines = studio_lines(settings, script, language)
        write_file(phrases, _csv(("file", "words"), lines))
        say(f"{phrases}: {len(lines)} lines to record. It goes into {settings.recordings / language}.")
        return
    rows = listed(settings, script)
    if as_json:
        print_json(rows)
        return
    for spoken in script.languages:
        own = [_shown(row) for row in rows if row["language"] == spoken]
        console.print(_table(own, ("text", "said_to", "spoken_by", "words"), f"{name}, {spoken}"))


@app.command("voices")
def list_voices(home: HomeOption, as_json: JsonOption = False) -> None:
    """Which voices each language has here, the best first, and how to get the others."""
    from campaigns.assemble import speech_settings
    from prompts.voices import installed

    rows = [
        {
            "language": voice.language,
            "engine": voice.engine,
            "voice": voice.voice,
            "installed": voice.installed,
            "note": voice.note,
        }
        for voice in installed(speech_settings(read_home(home)))
    ]
    if as_json:
        print_json(rows)
        return
    shown = [row | {"installed": "yes" if row["installed"] else "no"} for row in rows]
    console.print(_table(shown, ("language", "engine", "voice", "installed"), lines=False))
    for row in rows:  # below, each in one line: there are commands to copy among them
        say(f"{row['language']} {row['engine']} {row['voice']}: {row['note']}")


@app.command("pack")
def render_pack(
    language: Annotated[list[str] | None, typer.Option("--language", help="ru or en; else both.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder that gets a folder for each language.")
    ] = None,
    voice: Annotated[
        Literal["best", "espeak"], typer.Option("--voice", help="espeak is quick, to try things out.")
    ] = "best",
) -> None:
    """Make the shipped voice pack anew: every fixed phrase, every closed value, the common names."""
    from campaigns.cli.voicepack import make_pack
    from prompts.engines.pack import SHIPPED

    make_pack(language, output or SHIPPED, voice)


@app.command("render")
def render_texts(
    name: CampaignName,
    home: HomeOption,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page that plays it all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Speak every sentence of a campaign to a made-up contact."""
    from campaigns.cli.casting import figures
    from campaigns.cli.rendering import hear_all
    from campaigns.engine.auditions import in_percent
    from campaigns.web.voices import voices_page

    settings = read_home(home)
    script = script_named(settings, name)
    heard = hear_all(settings, script)
    if html is not None:
        write_file(html, voices_page(script, heard, datetime.now(settings.file.engine.zone)).encode())
    rows = figures(heard)
    if as_json:
        print_json(rows)
        return
    shown = [row | {"spoken_by": in_percent(row["spoken_by"])} for row in rows]
    console.print(_table(shown, ("language", "sentences", "seconds", "long", "spoken_by")))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the list, as a table shows it."""
    return row | {"spoken_by": ", ".join(row["spoken_by"]), "words": row["words"] or row["problem"]}


def _table(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], title: str | None = None, lines: bool = True
) -> Table:
    table = Table(title=title, show_lines=lines)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Cell(str(row[column])) for column in columns))
    return table


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """With a mark at its head by which spreadsheets know UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode("utf-8-sig")
