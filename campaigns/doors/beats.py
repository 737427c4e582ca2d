"""Signs of life of the process that serves, for the engine's process that watches it."""

import os
from typing import Final

BEAT: Final = b"\x06"  # ASCII's ACK, alone on a line: no sentence looks like it
BEATS_EVERY_SECONDS: Final = 4.0
SILENT_SECONDS: Final = 20.0  # five of them: who serves so long nothing serves nobody
_STANDARD_OUTPUT: Final = 1


def beat() -> None:
    """One sign; whoever reads it may be gone."""
    try:
        os.write(_STANDARD_OUTPUT, BEAT + b"\n")
    except OSError:
        return
