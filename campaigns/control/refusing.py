"""Closes who waits at numbers that have opted out, at once and also where no engine runs."""

from collections.abc import Callable, Mapping
from datetime import datetime

from campaigns.control.closing import closing
from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.store import campaigns, refused
from campaigns.store.database import Database


def close_refused(
    database: Database, scripts: Mapping[str, Script], now: datetime, phone: str | None = None
) -> None:
    """Close them with the tasks that their campaigns want; phone: only that number, None: all that opted out.

    scripts: `readable`; contacts of other campaigns are left to an engine that can read their files.
    """
    close = closing(database, scripts)
    first = "" if phone is None else phone[:-1]  # sorts right before the number, and few lie between
    after = refused.close_some(database, scripts.keys(), first, now, close)
    while after and (phone is None or after < phone):
        after = refused.close_some(database, scripts.keys(), after, now, close)


def readable(database: Database, script_of: Callable[[str], Script]) -> Mapping[str, Script]:
    """The scripts of the campaigns that the database knows, by name, but those whose file cannot be read."""
    scripts: dict[str, Script] = {}
    for name in campaigns.states(database):
        try:
            scripts[name] = script_of(name)
        except (CampaignsError, ScriptError):
            continue
    return scripts
