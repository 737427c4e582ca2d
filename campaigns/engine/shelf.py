"""The scripts in force: read when a campaign is first met, held back when a file is wrong or not approved."""

from collections.abc import Callable, Collection
from datetime import datetime

from campaigns.errors import CampaignsError
from campaigns.flows.approval import digest_of, texts_said
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.models import Campaign
from campaigns.store import approvals, campaigns
from campaigns.store.database import Database

Load = Callable[[str], Script]


class Shelf:
    """Scripts by name. A file that is changed while the engine runs counts from the next start, or from when
    its texts are approved."""

    def __init__(self, database: Database, load: Load, tell: Callable[[str], None]) -> None:
        self._database = database
        self._load = load
        self._tell = tell
        self._scripts: dict[str, Script] = {}
        self._said: dict[str, str] = {}  # digest of the texts of each script here
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

        So with those whose texts nobody has approved as they are. Whether there is a script more than before.
        """
        before = len(self._scripts)
        for campaign in campaigns.every(self._database):
            name, runs = campaign.name, campaign.state == "running"
            if name not in self._scripts and not self._reads(name):
                if runs and campaigns.pause_running(self._database, name, "file", now):
                    self._tell(f"{name} is paused until its file is right: dialer campaign resume {name}.")
            elif runs:
                self._heed_texts(campaign, now)
        return len(self._scripts) > before

    def _heed_texts(self, campaign: Campaign, now: datetime) -> None:
        """What is said is what was approved last: either these are the texts, or the file has them by now."""
        name = campaign.name
        if not campaign.approved_texts:
            approvals.adopt(self._database, name, texts_said(self._scripts[name]), now)
        elif self._said[name] != campaign.approved_texts:
            script = self._load_right(name)
            if script is not None and digest_of(texts_said(script)) == campaign.approved_texts:
                approvals.revoke_leases(self._database, name)  # what is rendered for them says the old texts
                self._keep(name, script)
            elif campaigns.pause_running(self._database, name, "texts", now):
                self._tell(f"{name} is paused, for its texts changed: dialer campaign approve {name}.")

    def _reads(self, name: str) -> bool:
        script = self._load_right(name)
        if script is not None:
            self._keep(name, script)
        return script is not None

    def _load_right(self, name: str) -> Script | None:
        """What is in the file; None for one that is wrong, of which is told once."""
        try:
            script = self._load(name)
        except (ScriptError, CampaignsError) as error:
            if name not in self._wrong:
                self._wrong.add(name)
                self._tell(str(error))
            return None
        self._wrong.discard(name)
        return script

    def _keep(self, name: str, script: Script) -> None:
        self._scripts[name] = script
        self._said[name] = digest_of(texts_said(script))
