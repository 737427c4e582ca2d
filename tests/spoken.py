"""Finished audio that the homes of all tests of one run share, in whatever processes they are."""

import os
import shutil
import tempfile
from pathlib import Path

FOLDER = "DIALER_TESTS_SPOKEN"


def make() -> None:
    """An empty folder, which processes that are started from here find too."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="dialer-spoken-")


def remove() -> None:
    """All of it, at the end."""
    shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def share(speech: Path) -> None:
    """Make the folder of a home that finds, and leaves, what is the same for all contacts where others do."""
    speech.mkdir(mode=0o700)
    (speech / "shared").symlink_to(os.environ[FOLDER], target_is_directory=True)
