"""One sentence in a process of its own: the studio from a cold start."""

import re
import sys
import tempfile
import time
from pathlib import Path

from bench.voices import chains, settings_in
from prompts.errors import PromptError
from prompts.studio import Studio, Text

SENTENCES = {"ru": "Ваш результат отрицательный.", "en": "Your result is negative."}


def main(voice: str, language: str) -> int:
    """Prints when the sentence was ready, on the clock of all processes, and the memory in MB at most."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = settings_in(Path(folder))
        try:
            Studio(settings, chains()[voice](settings)).render(Text(language, SENTENCES[language]))
        except PromptError:
            return 1
        peak = re.search(r"VmHWM:\s*([0-9]+) kB", Path("/proc/self/status").read_text())
        print(time.monotonic(), int(peak[1]) / 1024 if peak else float("nan"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
