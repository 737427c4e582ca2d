"""Which trunks lead to an operator's phone."""

from pathlib import Path
from typing import Any

import pytest

from campaigns.control.trunks import out_of_reach
from campaigns.settings import GroupTable, Home, SettingsFile, TrunkTable

MAIN = TrunkTable(name="main", uri="sip:127.0.0.1:5060", networks=("127.0.0.8/32",))
AWAY = TrunkTable(name="away", uri="sip:192.0.2.1")
NORTH = GroupTable(name="north", trunk="main", overflow=("south",))
SOUTH = GroupTable(name="south", trunk="away")
PHONE = "sip:101@127.0.0.1:5081"


def home(folder: Path, *trunks: TrunkTable, **tables: Any) -> Home:
    return Home(folder, SettingsFile(trunks=trunks or (MAIN,), **tables))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("sip:101@127.0.0.1", None),
        ("sip:101@127.0.0.1:5081", None),
        ("sip:101@127.0.0.8", None),
        ("+79123456789", None),
        ("sip:101@127.0.0.9", "over trunk main: A phone is neither at the host of its trunk"),
        ("sip:101@elsewhere.invalid", "over trunk main: A phone is neither"),
    ],
)
def test_a_phone_is_called_over_the_trunk_of_its_group(
    tmp_path: Path, address: str, reason: str | None
) -> None:
    found = out_of_reach(home(tmp_path), "main", address)
    assert (found or "").startswith(reason or "")
    assert (found is None) is (reason is None)


def test_a_phone_of_another_site_and_a_group_that_is_gone(tmp_path: Path) -> None:
    place = home(tmp_path, MAIN, AWAY, groups=(NORTH, SOUTH))
    assert out_of_reach(place, "north", PHONE) is None
    assert "over trunk away" in str(out_of_reach(place, "south", PHONE))
    assert 'the group "main" is not in dialer.toml' in str(out_of_reach(place, "main", PHONE))


def test_a_trunk_whose_name_does_not_resolve_is_not_the_phones_fault(tmp_path: Path) -> None:
    unknown = TrunkTable(name="main", uri="sip:no-such-host.invalid")
    assert out_of_reach(home(tmp_path, unknown), "main", PHONE) is None
