"""Scripts at hand: read once, and again when a file has changed."""

import os
from pathlib import Path

import pytest

from campaigns.doors.scripts import LOOKS_EVERY_SECONDS, Scripts
from campaigns.errors import UnknownCampaign
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.library import script_at, script_named
from campaigns.settings import Home
from tests.access.conftest import StoppedClock
from tests.doors.rooms import home

NAME = "satisfaction-survey"


class Reader:
    """Reads scripts, and counts how often."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self, home: Home, path: Path) -> Script:
        self.read += 1
        return script_at(home, path)


def _write(folder: Path, content: str, seconds: int) -> None:
    path = folder / "campaigns" / "own.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    os.utime(path, (seconds, seconds))


def test_a_script_is_read_again_only_when_its_file_changes(tmp_path: Path) -> None:
    here, clock, reader = home(tmp_path), StoppedClock(), Reader()
    scripts = Scripts(here, clock, reader)
    _write(tmp_path, "nonsense", 1)
    assert {NAME, "own"} <= set(scripts.names())
    for _ in range(2):
        with pytest.raises(ScriptError, match=r"own.yaml"):
            scripts.named("own")
        clock.pass_by(LOOKS_EVERY_SECONDS)
    assert reader.read == 1
    assert scripts.named(NAME) is scripts.named(NAME)
    assert scripts.named(NAME) == script_named(here, NAME)
    assert reader.read == 2
    _write(tmp_path, "nonsense: 1", 2)
    with pytest.raises(ScriptError):
        scripts.named("own")
    assert reader.read == 3
    (tmp_path / "campaigns" / "own.yaml").unlink()
    clock.pass_by(LOOKS_EVERY_SECONDS)
    with pytest.raises(UnknownCampaign, match="There is no campaign own"):
        scripts.named("own")


def test_a_new_rule_pack_of_the_home_is_heeded(tmp_path: Path) -> None:
    clock, reader = StoppedClock(), Reader()
    scripts = Scripts(home(tmp_path), clock, reader)
    scripts.named(NAME)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text("{}")
    scripts.named(NAME)
    assert reader.read == 1
    clock.pass_by(LOOKS_EVERY_SECONDS)
    scripts.named(NAME)
    assert reader.read == 2
