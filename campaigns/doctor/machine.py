"""This machine and this home: settings, database, folders, limits, ports."""

import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

from campaigns.doctor.finding import Finding
from campaigns.errors import CampaignsError
from campaigns.settings import Home
from campaigns.store.database import open_database

DATABASE_SECONDS = 5.0  # the longest that an engine at work keeps us waiting is far less
LEAST_FREE_MB = 1000  # a recorded minute takes 1 MB
OWN_DESCRIPTORS = 128  # of the engine, beside one for each line process, which may hold a single line
PORTS_A_CALL = 6  # RTP and RTCP, three times over, as ports stay taken for a moment after a call
FIRST_PROCESS_PORTS = 640  # the first line process may take so many, or a quarter of them all


def database(home: Home) -> Finding:
    """Whether it opens, is of this version and can be written."""
    try:
        open_database(home.database_url, DATABASE_SECONDS).close()
    except CampaignsError as error:
        return Finding("database", "wrong", str(error))
    return Finding("database", "right", "The database is up to date and can be written.")


def folders(home: Home) -> Finding:
    """Whether the engine can write, and has room to."""
    places = (home.folder, home.recordings, home.speech)
    for place in (place for place in places if place.exists()):
        if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
            return Finding(
                "folders", "wrong", f"{place} cannot be written: give it to the user of the engine."
            )
    free_mb = shutil.disk_usage(home.folder).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        sentence = f"Only {free_mb} MB are free where {home.folder} lies: make room, or recordings will stop."
        return Finding("folders", "doubtful", sentence)
    return Finding("folders", "right", f"The folders can be written, {free_mb} MB are free.")


def descriptors(home: Home, limit: int | None = None) -> Finding:
    """Whether one process may open as many files and sockets as the lines need."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    needed = OWN_DESCRIPTORS + home.file.lines.count
    if allowed < needed:
        sentence = (
            f"A process may open {allowed} files here, and {home.file.lines.count} lines need {needed}: "
            f"raise it with ulimit -n {needed}, or LimitNOFILE of the service."
        )
        return Finding("open files", "wrong", sentence)
    return Finding("open files", "right", f"A process may open {allowed} files, {needed} are needed.")


def ports(home: Home) -> Finding:
    """Whether the ranges of the settings are wide enough for the lines."""
    lines = home.file.lines
    total = lines.rtp_ports[1] - lines.rtp_ports[0] + 1
    usable, needed = total - min(FIRST_PROCESS_PORTS, total // 4), PORTS_A_CALL * lines.count
    if usable < needed:
        sentence = f"[lines] rtp_ports leaves {usable} ports to calls and {lines.count} lines need {needed}"
        return Finding("ports", "wrong", f"{sentence}: widen the range in dialer.toml and in the firewall.")
    if lines.sip_ports[1] - lines.sip_ports[0] + 1 < lines.count:
        sentence = f"[lines] sip_ports is narrower than {lines.count} lines: each line process needs one"
        return Finding("ports", "doubtful", f"{sentence}, and a process may hold a single line.")
    return Finding("ports", "right", f"The ranges are wide enough for {lines.count} lines.")


def home_of(folder: Path, read: Callable[[Path], Home]) -> tuple[Home | None, Finding]:
    """The settings, if they can be used."""
    try:
        home = read(folder)
    except CampaignsError as error:
        return None, Finding("settings", "wrong", str(error))
    return home, Finding("settings", "right", f"{folder / 'dialer.toml'} is right.")
