"""How many operators suit a contact, and what keeps them from its call now, in a sentence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.flows.reach import connects
from campaigns.flows.script import Script
from campaigns.models import Contact, Operator
from campaigns.rules.operators import Hindrance, Wanted, groups_of, hindrance, order_of_groups, unfit
from campaigns.settings import SettingsFile

HINDRANCES: Mapping[Hindrance, str] = {
    "off": "off",
    "paused": "paused",
    "group": "of another group",
    "language": "of another language",
    "skill": "of another institution",
    "shift": "not in shift",
    "held": "in a call",
    "queue_call": "in a call of the queue",
    "rest": "at rest after a call",
}
FREE = "free"


def who_suits(
    file: SettingsFile, script: Script, contact: Contact, people: Sequence[Operator], now: datetime
) -> str:
    """What is said of one contact; "" where nobody is waited for, as the robot calls first."""
    rules = script.policy.connect
    if rules.mode == "robot_first" or not connects(script):
        return ""
    if not people:
        return "No operator is registered, so the robot calls it first."
    groups = order_of_groups(groups_of(file.groups), contact.institution, rules.groups)
    wanted = Wanted(contact.language, contact.institution, groups)
    fit = [each for each in people if unfit(each, wanted) is None]
    if not fit:
        why = Counter(HINDRANCES[reason] for each in people if (reason := unfit(each, wanted)))
        return f"None of {len(people)} operators suits it ({_listed(why)}): nobody calls it before one does."
    now_is = [hindrance(each, now, file.engine.time_zone, wanted) for each in fit]
    counts = Counter(HINDRANCES[reason] if reason else FREE for reason in now_is)
    end = "." if counts[FREE] else ": it waits for one of them."
    return f"Of {len(people)} operators {len(fit)} suit it, of whom now {_listed(counts)}{end}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
