"""What most tests need and none is about, made once a process: an empty database, the shipped scripts."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.script import Script
from campaigns.library import script_at
from campaigns.settings import Home
from campaigns.store.creation import create_database


@cache
def scratch() -> Path:
    """A folder for what this process makes once."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-ready-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _migrated() -> Path:
    path = scratch() / "dialer.db"
    create_database(f"sqlite:///{path}")
    return path


def fresh_database(url: str) -> None:
    """As `create_database` makes one in a file that is not there yet, its mode too."""
    shutil.copy(_migrated(), url.removeprefix("sqlite:///"))


_read: dict[tuple[str, bytes], Script] = {}


def script(path: Path) -> Script:
    """As `load_script` reads it, with shipped rule packs; each content once, and what is wrong each time."""
    key = path.stem, path.read_bytes()
    if key not in _read:
        _read[key] = load_script(path)
    return _read[key]


def shipped_scripts() -> dict[str, Script]:
    """By name."""
    return {name: script(path) for name, path in find_scripts(LIBRARY).items()}


def script_of(home: Home, path: Path) -> Script:
    """As `library.script_at`, which it stands for; a home with rule packs of its own is left to that."""
    bare = path.is_file() and not any(home.own_rules.glob("*"))
    return script(path) if bare else script_at(home, path)
