"""task: make work for a human at once, and go on.

`details` names the fields and answers that the human sees; those that are not known are left out. `check`
names the campaign that asks the person, once somebody has resolved it, whether that is so.

    callback_wanted:
      task: callback
      urgency: high
      details: [called_at]
      then: thanks

    nobody_came:
      task: promise_broken
      urgency: high
      check: problem-check
      then: thanks
"""

import re
from dataclasses import dataclass
from typing import cast, get_args

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk
from campaigns.flows.turns import TaskRaised
from campaigns.words import Urgency

CAMPAIGN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True)
class TaskStep(Step):
    """Raise a task and go on."""

    reason: str
    urgency: Urgency
    details: tuple[str, ...]
    then: str
    check: str = ""
    verb = "task"

    def exits(self) -> tuple[Exit, ...]:
        """The one way on."""
        return (Exit(self.then),)

    def play(self, talk: Talk) -> str:
        """Raise it."""
        details = tuple((name, value) for name in self.details if (value := talk.value(name)) is not None)
        talk.note(TaskRaised(self.reason, self.urgency, details, self.check))
        return self.then


def read(name: str, node: Node) -> TaskStep | None:
    """A `task` step of the file."""
    needed = ("task", "urgency", "then")
    entries = node.record(required=needed, optional=("details", "check"))
    if not all(key in entries for key in needed):
        return None
    urgency = read_urgency(entries["urgency"])
    details = entries["details"].names() if "details" in entries else ()
    check = read_check(entries["check"]) if "check" in entries else ""
    return TaskStep(name, node.line, entries["task"].name(), urgency, details, entries["then"].name(), check)


def read_urgency(node: Node) -> Urgency:
    """How soon somebody must look."""
    return cast(Urgency, node.one_of(get_args(Urgency)))


def read_check(node: Node) -> str:
    """The campaign that asks whether a task is solved; "" after a complaint."""
    name = node.string()
    if name and not CAMPAIGN_NAME.fullmatch(name):
        node.complain(f'check names the campaign that asks whether it is solved, and "{name}" is no name')
        return ""
    return name
