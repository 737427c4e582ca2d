"""What the doors of a home are made of: its database, its scripts, and those who decide."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from campaigns.access.keeper import Keeper
from campaigns.api.doorway import Doorway
from campaigns.assemble import Tell, clock_of, house_values, open_studio, script_in_force
from campaigns.clock import Clock
from campaigns.doors.scripts import Scripts
from campaigns.engine.auditions import rendered
from campaigns.engine.texts import samples
from campaigns.errors import DatabaseUnusable
from campaigns.intake.lab.codes import FILE_NAME as CODES
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.rules.service_levels import as_set
from campaigns.settings import Home
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together

BUSY_SECONDS = 5.0  # another program may keep SQLite busy; who waits longer is told to come again
ANSWER_SECONDS = 10.0  # of a server that says nothing


@dataclass(frozen=True)
class House:
    """What all doors share. defaults: of a result that says no country or time zone."""

    database: Database
    clock: Clock
    doorway: Doorway
    defaults: IntakeDefaults


def build_house(home: Home, tell: Tell, stack: ExitStack) -> House:
    """Everything but the doors themselves; `stack` closes it. Raises DatabaseError."""
    levels = as_set(home.file)
    database = open_database(home.database_url, BUSY_SECONDS, ANSWER_SECONDS, levels=levels)
    stack.callback(database.close)
    clock = clock_of(database)
    together = Together(database, partial(_tell_of_writes, tell))
    stack.callback(together.close)
    scripts = Scripts(home, clock)
    scripts.warm()
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    doorway = Doorway(
        home=home,
        db=database,
        together=together,
        clock=clock,
        script_of=scripts.named,
        script_names=scripts.names,
        keeper=Keeper(database, together, clock),
        lab_desk=LabDesk(scripts.named, defaults),
        codes=partial(lab_codes, home.folder / CODES),
        render=partial(render, home),
        tell=tell,
    )
    return House(database, clock, doorway, defaults)


def _tell_of_writes(tell: Tell, hindered: DatabaseUnusable | None) -> None:
    if hindered is None:
        tell("The database can be written again: what others send is taken.")
    else:
        tell(f"{hindered} What others send is refused until it can be written; they are told to come again.")


def render(home: Home, name: str) -> None:
    """Make the audio of all texts of a campaign; quick when it is there.

    Raises Unspeakable, ScriptError, or SettingsError where dialer.toml lacks what the campaign needs.
    """
    script, studio = script_in_force(home, name), open_studio(home)
    for language in script.languages:
        for sample in samples(script, language, house_values(home, language)):
            rendered(studio, sample)
