"""Open files: what the lines need of them, and how much of that this machine allows."""

import math
import resource

from dialer.errors import LinesNotStarted

ENGINE_DESCRIPTORS = 256  # the database, logs, prompts and pages of the engine, with room to spare
DESCRIPTORS_PER_PROCESS = 2  # the socket to it, and its other end while it is being born


def needed_descriptors(count: int, calls: int) -> int:
    """How many files the engine may have open for `count` lines in processes of `calls` calls."""
    return ENGINE_DESCRIPTORS + DESCRIPTORS_PER_PROCESS * math.ceil(count / calls)


def allow_descriptors(count: int, calls: int) -> None:
    """Raise our own limit as far as it is needed and allowed. Raises LinesNotStarted when that is too low."""
    needed = needed_descriptors(count, calls)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise LinesNotStarted(
            f"{count} lines need {needed} open files, but this machine allows {hard}: "
            "raise the limit (`ulimit -n`, in systemd LimitNOFILE), or ask for fewer lines."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
