"""Speak one sentence to a file: python -m prompts "Добрый день." --language ru -o x.wav"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from prompts.audio import read_wav, speech_level
from prompts.errors import PromptError
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the file is there, 1 with one sentence when it is not, 2 for wrong use."""
    parser = argparse.ArgumentParser(
        prog="python -m prompts", description="Speak one sentence to a WAV file."
    )
    parser.add_argument("text", help="words, with keys as {key:1}; figures are refused: write them in words")
    parser.add_argument("--language", default="ru", choices=Studio.languages)
    parser.add_argument("-o", "--output", type=Path, default=Path("prompt.wav"))
    parser.add_argument("--online", action="store_true", help="ask gTTS first: the text leaves this machine")
    asked = parser.parse_args(arguments)
    try:
        print(_speak(Text(asked.language, asked.text), asked.output, asked.online))
    except PromptError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{asked.output} cannot be written ({error.strerror}): choose another place.", file=sys.stderr)
    else:
        return 0
    return 1


def _speak(text: Text, output: Path, online: bool) -> str:
    with tempfile.TemporaryDirectory(prefix="prompts-") as folder:
        rendered = Studio(SpeechSettings(Path(folder), online=online)).rendered(text)
        clip = read_wav(rendered.path.read_bytes())
        shutil.copyfile(rendered.path, output)
    level = speech_level(clip)
    shown = f"{level.active_dbfs:.1f} dBFS" if level else "no speech"
    engines = ", ".join(sorted({part.engine for part in rendered.parts}))
    return f"{output}: {engines}, {clip.seconds:.1f} s, {shown}"


if __name__ == "__main__":
    sys.exit(main())
