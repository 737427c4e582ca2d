"""How soon somebody must act on a task, in working hours, and who can be told when it is late."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache, partial

from campaigns.rules.hours import Hours, Window, closing, opening
from campaigns.setting_tables import OfficeTable
from campaigns.settings import SettingsFile
from campaigns.words import Level, Urgency

NO_WORK = "none"  # of `weekends`: nobody works then


@dataclass(frozen=True)
class ServiceLevels:
    """Working time for each urgency, anew at each level, and when people work.

    zone: IANA, the clinic's. lease: how long a task is somebody's who does nothing with it. heads: the
    institutions whose head can be told; authority: whether the authority above them can be.
    """

    within: Mapping[Urgency, timedelta]
    hours: Hours
    zone: str
    lease: timedelta
    heads: frozenset[str] = field(default=frozenset())
    authority: bool = False

    def due(self, urgency: Urgency, now: datetime) -> datetime:
        """When what is raised, or comes up a level, at this moment is to be done, in UTC."""
        return after(self.hours, self.zone, now, self.within[urgency])

    def can_be_told(self, level: Level, institution: str) -> bool:
        """Whether a notice reaches whoever a task of this institution is for at this level."""
        return self.authority if level == "authority" else institution in self.heads


def after(hours: Hours, zone: str, now: datetime, span: timedelta) -> datetime:
    """The moment at which so much working time has passed, in UTC; where none ever passes, plain time."""
    at, left = opening(hours, zone, now), span
    while at is not None:
        closes = closing(hours, zone, at)
        if at + left <= closes:
            return at + left
        left -= closes - at
        at = opening(hours, zone, closes)
    return now + span


def service_levels(file: SettingsFile) -> ServiceLevels:
    """As `dialer.toml` has them."""
    tasks = file.tasks
    within: dict[Urgency, timedelta] = {
        "high": timedelta(hours=tasks.high_hours),
        "normal": timedelta(hours=tasks.normal_hours),
        "low": timedelta(hours=tasks.low_hours),
    }
    weekends = None if tasks.weekends == NO_WORK else day_window(tasks.weekends)
    return ServiceLevels(
        within=within,
        hours=Hours(day_window(tasks.weekdays), weekends, tasks.holidays or None),
        zone=file.engine.time_zone,
        lease=timedelta(minutes=tasks.lease_minutes),
        heads=frozenset(each.name for each in file.institutions if is_reached(each)),
        authority=is_reached(file.authority),
    )


def as_set(file: SettingsFile) -> Callable[[], ServiceLevels]:
    """The same once somebody asks: what is known of the world's holidays takes a while to read."""
    return lru_cache(maxsize=1)(partial(service_levels, file))


@lru_cache(maxsize=1)
def usual() -> ServiceLevels:
    """Where nothing else is known: the settings' own defaults."""
    return service_levels(SettingsFile.model_construct())


def is_reached(office: OfficeTable) -> bool:
    """Whether notices to it go anywhere."""
    return bool(office.email or office.webhook)


def day_window(written: str) -> Window:
    """`8:00-20:00`, as the settings have checked it; 24:00 is the end of the day."""
    opens, closes = (_wall(part) for part in re.split(" ?[-\u2013] ?", written))
    return Window(opens, closes)


def _wall(written: str) -> time:
    hours, minutes = written.split(":")
    return time(int(hours) % 24, int(minutes))
