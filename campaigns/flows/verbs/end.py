"""end: say the last words, if any, and hang up; the verb's value is the outcome of the call.

It is one of completed, not_here, wrong_person and unverified.

    thanks:
      end: completed
      say: thank_you

    wrong_person:
      end: wrong_person
      say: sorry
"""

from dataclasses import dataclass
from typing import cast

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk
from campaigns.words import Outcome

OUTCOMES: tuple[Outcome, ...] = ("completed", "not_here", "wrong_person", "unverified")
"""What a script may say a call meant; the other outcomes follow from what happened in it."""


@dataclass(frozen=True)
class EndStep(Step):
    """Hang up."""

    outcome: Outcome
    said: tuple[str, ...]
    verb = "end"

    def exits(self) -> tuple[Exit, ...]:
        """None: the call is over."""
        return ()

    def texts(self) -> tuple[str, ...]:
        """The last words."""
        return self.said

    def play(self, talk: Talk) -> None:
        """Say the last words and hang up."""
        talk.say(self.said)
        talk.finish(self.outcome)


def read(name: str, node: Node) -> EndStep | None:
    """An `end` step of the file."""
    entries = node.record(required=("end",), optional=("say",))
    if "end" not in entries:
        return None
    outcome = cast(Outcome, entries["end"].one_of(OUTCOMES))
    return EndStep(name, node.line, outcome, entries["say"].names() if "say" in entries else ())
