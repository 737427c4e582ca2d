"""The home and the machine, sound and spoilt."""

from pathlib import Path
from typing import Any

import pytest

from campaigns.doctor import machine
from campaigns.settings import Home, LinesTable, SettingsFile, TrunkTable, read_home
from campaigns.store.creation import create_database

TRUNK = TrunkTable(name="main", uri="sip:127.0.0.1:5060")


def home(folder: Path, **lines: Any) -> Home:
    return Home(folder, SettingsFile(trunks=(TRUNK,), lines=LinesTable(**lines)))


def test_a_home_without_settings_is_one_finding(tmp_path: Path) -> None:
    found, finding = machine.home_of(tmp_path, read_home)
    assert found is None
    assert finding.verdict == "wrong"
    assert "dialer init" in finding.sentence


def test_a_database_is_missed_and_found(tmp_path: Path) -> None:
    place = home(tmp_path)
    assert machine.database(place).verdict == "wrong"
    create_database(place.database_url)
    assert machine.database(place).verdict == "right"


def test_a_disk_that_fills_up_is_doubtful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "MB are free" in machine.folders(home(tmp_path)).sentence
    monkeypatch.setattr(machine, "LEAST_FREE_MB", 10**12)
    assert machine.folders(home(tmp_path)).verdict == "doubtful"


@pytest.mark.parametrize(
    ("count", "limit", "verdict"), [(8, 256, "right"), (480, 1024, "right"), (480, 512, "wrong")]
)
def test_open_files(tmp_path: Path, count: int, limit: int, verdict: str) -> None:
    finding = machine.descriptors(home(tmp_path, count=count), limit)
    assert finding.verdict == verdict
    assert verdict == "right" or "ulimit -n 608" in finding.sentence


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ({"count": 480}, "right"),
        ({"count": 480, "rtp_ports": (20000, 21999)}, "wrong"),
        ({"count": 100, "sip_ports": (15000, 15049)}, "doubtful"),
    ],
)
def test_ranges_of_ports(tmp_path: Path, lines: dict[str, Any], verdict: str) -> None:
    assert machine.ports(home(tmp_path, **lines)).verdict == verdict
