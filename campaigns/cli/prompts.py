"""`dialer prompts`: hear what patients hear."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from campaigns.cli.options import CampaignName, HomeOption, console, say, write_file
from campaigns.library import script_named
from campaigns.settings import read_home

app = typer.Typer(help="What patients hear.", no_args_is_help=True)


@app.command("say")
def say_sentence(
    sentence: Annotated[str, typer.Argument(help="A sentence without digits; {key:1} is a key.")],
    home: HomeOption,
    language: Annotated[str, typer.Option("--language", help="ru or en.")] = "ru",
    output: Annotated[Path, typer.Option("-o", help="The WAV to write.")] = Path("say.wav"),
) -> None:
    """Speak one sentence into a WAV, as it would sound in a call."""
    from campaigns.assemble import open_studio  # here, as it takes a second that the other commands need not
    from prompts.studio import Text

    sound = open_studio(read_home(home)).render(Text(language, sentence, {}))
    write_file(output, sound.read_bytes())
    say(f"{output} is written.")


@app.command("list")
def list_texts(name: CampaignName, home: HomeOption) -> None:
    """Every text of a campaign, by language."""
    script = script_named(read_home(home), name)
    table = Table("text", "said to", *script.languages)
    for text in script.texts.values():
        audience = "the verified person" if text.private else "anyone"
        table.add_row(text.id, audience, *(text.wording[language] for language in script.languages))
    console.print(table)
