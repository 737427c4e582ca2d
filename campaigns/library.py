"""Which campaigns and rule packs a home has: the shipped files and its own."""

from collections.abc import Mapping
from pathlib import Path

from campaigns.errors import UnknownCampaign
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.packs import pack_reader
from campaigns.flows.script import Script
from campaigns.settings import Home


def script_files(home: Home) -> Mapping[str, Path]:
    """Every campaign file by name: the shipped ones, and the home's own, which go first."""
    return find_scripts(LIBRARY, home.own_campaigns)


def script_file(home: Home, name: str) -> Path:
    """The file of one campaign, unread; raises UnknownCampaign."""
    files = script_files(home)
    if name not in files:
        known = ", ".join(sorted(files))
        raise UnknownCampaign(
            f"There is no campaign {name}; there are {known}. Own ones go into {home.own_campaigns}."
        )
    return files[name]


def script_named(home: Home, name: str) -> Script:
    """The checked script of one campaign; raises UnknownCampaign, or ScriptError with every complaint."""
    return script_at(home, script_file(home, name))


def script_at(home: Home, path: Path) -> Script:
    """The checked script of a file, with the home's own rule packs at hand; raises ScriptError."""
    return load_script(path, pack_reader(home.own_rules))
