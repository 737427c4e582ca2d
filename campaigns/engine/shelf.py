"""The scripts in force: read when a campaign is first met, and a campaign whose file is wrong is paused."""

from collections.abc import Callable, Collection
from datetime import datetime

from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.store import campaigns
from campaigns.store.database import Database

Load = Callable[[str], Script]


class Shelf:
    """Scripts by name. A file that is changed while the engine runs counts from the next start."""

    def __init__(self, database: Database, load: Load, tell: Callable[[str], None]) -> None:
        self._database = database
        self._load = load
        self._tell = tell
        self._scripts: dict[str, Script] = {}
        self._wrong: set[str] = set()

    @property
    def names(self) -> Collection[str]:
        """The campaigns whose contacts can be judged."""
        return self._scripts.keys()

    def script(self, name: str) -> Script:
        """The script of a campaign that `refresh` has found right."""
        return self._scripts[name]

    def refresh(self, now: datetime) -> bool:
        """Read the scripts of campaigns that came since; pause those that cannot be read, and say why.

        Whether there is a script more than before.
        """
        before = len(self._scripts)
        for name, state in campaigns.states(self._database).items():
            if name not in self._scripts and not self._reads(name) and state == "running":
                campaigns.move(self._database, name, "paused", now)
                self._tell(f"{name} is paused until its file is right: dialer campaign resume {name}.")
        return len(self._scripts) > before

    def _reads(self, name: str) -> bool:
        try:
            self._scripts[name] = self._load(name)
        except (ScriptError, CampaignsError) as error:
            if name not in self._wrong:
                self._wrong.add(name)
                self._tell(str(error))
            return False
        self._wrong.discard(name)
        return True
