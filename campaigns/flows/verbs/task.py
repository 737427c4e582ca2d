"""task: make work for a human at once, and go on.

`details` names the fields and answers that the human sees; those that are not known are left out.

    callback_wanted:
      task: callback
      urgency: high
      details: [called_at]
      then: thanks
"""

from dataclasses import dataclass
from typing import cast, get_args

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk
from campaigns.flows.turns import TaskRaised
from campaigns.words import Urgency


@dataclass(frozen=True)
class TaskStep(Step):
    """Raise a task and go on."""

    reason: str
    urgency: Urgency
    details: tuple[str, ...]
    then: str
    verb = "task"

    def exits(self) -> tuple[Exit, ...]:
        """The one way on."""
        return (Exit(self.then),)

    def play(self, talk: Talk) -> str:
        """Raise it."""
        details = tuple((name, value) for name in self.details if (value := talk.value(name)) is not None)
        talk.note(TaskRaised(self.reason, self.urgency, details))
        return self.then


def read(name: str, node: Node) -> TaskStep | None:
    """A `task` step of the file."""
    needed = ("task", "urgency", "then")
    entries = node.record(required=needed, optional=("details",))
    if not all(key in entries for key in needed):
        return None
    urgency = read_urgency(entries["urgency"])
    details = entries["details"].names() if "details" in entries else ()
    return TaskStep(name, node.line, entries["task"].name(), urgency, details, entries["then"].name())


def read_urgency(node: Node) -> Urgency:
    """How soon somebody must look."""
    return cast(Urgency, node.one_of(get_args(Urgency)))
