"""Rules of calling that read well and can never come to anything: hours that never open, retries too late."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from campaigns.flows.reader import Node
from campaigns.flows.times import NO_CALLS, in_words
from campaigns.rules.hours import Calendar, Hours, Window, never_opens
from campaigns.rules.policy import Policy


@dataclass(frozen=True)
class _DaysOff:
    """The weekends of these hours alone."""

    hours: Hours

    def window(self, day: date) -> Window | None:
        """The window of one local day; None when nobody is called on it."""
        return None if self.hours.works_on(day) else self.hours.weekends


def closed_by_pack(policy: Policy, node: Node | None) -> None:
    """A complaint for every edition of the pack under which the hours never open, or those of some days.

    node: where the hours are written, or the pack when they are the usual ones.
    """
    if node is None:
        return
    days: tuple[tuple[str, Calendar], ...] = (
        ("weekdays", replace(policy.hours, weekends=None)),
        *((("weekends", _DaysOff(policy.hours)),) if policy.hours.weekends else ()),
    )
    for edition in policy.pack.editions:
        if edition.hours is None:
            continue
        outer = edition.hours
        shut = [name for name, calendar in days if never_opens(calendar, outer)]
        allowed = f"{policy.pack.name} since {edition.since} has {_written(outer)}"
        if len(shut) == len(days):
            node.complain(f"the calling hours never open: {allowed}")
        elif shut:
            node.complain(f"the calling hours of {shut[0]} never open: {allowed}")


def _written(hours: Hours) -> str:
    return f"weekdays {hours.weekdays}, weekends {hours.weekends or NO_CALLS}"


def too_late(policy: Policy, node: Node | None) -> None:
    """A complaint for every wait, at its line, after which the campaign's own deadline is certainly over."""
    if node is None or policy.deadline is None:
        return
    for cause, entry in node.entries().items():
        waited = timedelta(0)
        for number, wait in enumerate(policy.retry_after.get(cause, ())):
            waited += wait * (1 - policy.spread.jitter)
            if waited >= policy.deadline:
                what = f"the {_NTH[number]} wait" if number < len(_NTH) else "a wait"
                entry.complain(
                    f"{cause}: {what} can never end in a call, the deadline is {in_words(policy.deadline)} "
                    "after queueing: shorten it or leave it out"
                )
                break


_NTH = ("first", "second", "third", "fourth", "fifth")
