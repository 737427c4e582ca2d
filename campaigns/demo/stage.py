"""Sets the stage: a home of its own, files as a laboratory would send them, phones for everybody."""

import csv
import shutil
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from campaigns.demo.people import BIRTH_YEAR, CALLBACK, COVID, SURVEY, Person
from campaigns.errors import SettingsError
from campaigns.intake.contact_file import IntakeDefaults, queue_file
from campaigns.library import script_named
from campaigns.settings import Home, read_home
from campaigns.store import campaigns
from campaigns.store.creation import create_database
from campaigns.store.database import Database, open_database
from dialer.phones import Phones

CAMPAIGNS = (COVID, CALLBACK, SURVEY)
PHONE_PORTS = range(15600, 15900)  # the first free ones: each a trunk that reaches every patient
TRUNKS = 3
PHONE_RTP = (30000, 31999)
CALLS_A_TRUNK = 4
RING_SECONDS = 15.0  # the least that a patient is given
MARKER = "demo"  # a folder that holds it was made here, and may be made anew

COLUMNS = ("external_id", "phone", "full_name", "language", "time_zone")
OWN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    COVID: ("birth_year", "result", "sample_date", "clinic"),
    CALLBACK: ("called_at",),
    SURVEY: ("request_id", "service", "clinic", "served_on"),
}


def free_ports() -> Sequence[int]:
    """SIP ports for the phones that nobody on this machine uses now."""
    return list(islice(filter(_is_free, PHONE_PORTS), TRUNKS))


def make_home(folder: Path, ports: Sequence[int]) -> Home:
    """An empty home whose trunks are the phones; of what is there, only an older demonstration is removed."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
            raise SettingsError(f"{folder} is no demonstration: move it away, or name another with --home.")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARKER).touch()
        (folder / "dialer.toml").write_text(_settings(ports), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{folder} cannot be written to: {error.strerror}.") from None
    return read_home(folder)


def queue_people(home: Home, people: Sequence[Person], now: datetime) -> Database:
    """A database in which everybody waits and the campaigns run."""
    create_database(home.database_url)
    database = open_database(home.database_url)
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    for name in CAMPAIGNS:
        mine = [person for person in people if person.role.campaign == name]
        if not mine:
            continue
        path = home.folder / f"{name}.csv"
        _write(path, name, mine, now)
        queue_file(database, script_named(home, name), path, defaults, now, lambda _done, _total: None)
        campaigns.move(database, name, "running", now)
    return database


def phones_for(people: Iterable[Person], home: Home, ports: Sequence[int]) -> Phones:
    """Their phones, not yet started."""
    return Phones([person.patient for person in people], ports, *PHONE_RTP, phone_log(home))


def phone_log(home: Home) -> Path:
    """Where the phones write what they did."""
    return home.folder / "phones.jsonl"


def zone_at_noon(now: datetime) -> str:
    """A time zone in which it is about noon, inside the calling hours of any day of the week."""
    east = 12 - now.astimezone(UTC).hour  # -11 .. 12; the names of these zones count westwards
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def _settings(ports: Sequence[int]) -> str:
    trunks = "\n".join(
        f'[[trunks]]\nname = "phones{number}"\nuri = "sip:127.0.0.1:{port}"\n'
        f"max_calls = {CALLS_A_TRUNK}\ncalls_per_second = 2.0\n"
        for number, port in enumerate(ports, start=1)
    )
    count = len(ports) * CALLS_A_TRUNK
    return f"{trunks}\n[lines]\ncount = {count}\n\n[engine]\nring_seconds = {RING_SECONDS}\n"


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _write(path: Path, campaign: str, people: Sequence[Person], now: datetime) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*COLUMNS, *OWN_COLUMNS[campaign]))
        for person in people:
            role = person.role
            common = (person.external_id, person.number, role.full_name, role.language, zone_at_noon(now))
            writer.writerow((*common, *_own_values(person, now.date())))


def _own_values(person: Person, today: date) -> tuple[str, ...]:
    clinic = "Поликлиника № 5" if person.role.language == "ru" else "Clinic No. 5"
    day = (today - timedelta(days=1)).isoformat()
    match person.role.campaign:
        case "covid-results":
            return (BIRTH_YEAR, person.role.result, day, clinic)
        case "abandoned-callback":
            return (f"{day} 14:05",)
        case _:
            return (f"R-{person.external_id}", "вызов врача", clinic, day)
