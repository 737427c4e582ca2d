"""A home of the simulation's own: the real settings and campaign files, another folder, another database."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaigns.errors import SettingsError
from campaigns.settings import DatabaseTable, Home, TrunkTable
from campaigns.simulation.batched import BatchedDatabase, open_batched
from campaigns.store.creation import create_database

COPIED = ("campaigns", "rules")  # what a home has of its own that rules over calls; never a contact
LINES_A_START = 10  # a trunk starts a tenth of its calls each second: it is full again within a pass or two
MOST_STARTS = 1000.0  # a second, as dialer.toml allows


@contextmanager
def own_home(home: Home, lines: int) -> Iterator[Home]:
    """A home in a temporary folder with one trunk of so many lines; the folder is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="dialer-simulation-") as name:
        folder = Path(name)
        for part in COPIED:
            if (home.folder / part).is_dir():
                shutil.copytree(home.folder / part, folder / part)
        trunk = TrunkTable(
            name="simulated",
            uri="sip:127.0.0.1",
            max_calls=lines,
            calls_per_second=min(max(1.0, lines / LINES_A_START), MOST_STARTS),
        )
        file = home.file.model_copy(update={"trunks": (trunk,), "database": DatabaseTable()})
        yield Home(folder, file)


def own_database(home: Home, simulated: Home) -> BatchedDatabase:
    """A new database in the simulation's folder. Raises SettingsError rather than touch the home's."""
    if simulated.database_url == home.database_url or simulated.folder == home.folder:
        raise SettingsError("A simulation needs a database of its own: it never uses that of the home.")
    create_database(simulated.database_url)
    return open_batched(simulated.database_url)
