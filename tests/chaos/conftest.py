"""What happened is told past pytest; a home that can speak."""

import shutil
from pathlib import Path

import pytest

from tests.chaos.plan import CAMPAIGN
from tests.soak.conftest import teller
from tests.system.commands import Desk

__all__ = ["teller"]

HERE = Path(__file__).parent
FILES = {"chaos.yaml": f"campaigns/{CAMPAIGN}.yaml", "caps.yaml": "rules/chaos-caps.yaml"}


@pytest.fixture(scope="session")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the campaign and its pack, in which all that it says is spoken already."""
    folder = tmp_path_factory.getbasetemp() / "speaking"
    if not folder.exists():  # another package of tests has had it made
        folder.mkdir()
        speaking_home(folder)
    return folder / "H"


def speaking_home(folder: Path) -> Path:
    """Made in this folder; speech takes seconds, and each campaign gets a copy."""
    desk = Desk(folder, "sip:127.0.0.1:15999", itself=True)
    for name, place in FILES.items():
        (desk.home / place).parent.mkdir(exist_ok=True)
        shutil.copy(HERE / name, desk.home / place)
    desk.run("prompts", "render", CAMPAIGN)
    (desk.home / "dialer.db").unlink()
    return desk.home
