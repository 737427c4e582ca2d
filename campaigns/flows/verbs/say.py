"""say: speak one text, or several in a row, and go on.

With `delivers: true` the message has arrived once the last of the texts was heard to its end.

    opening:
      say: greeting
      then: result

    result:
      say: [negative, advice]
      delivers: true
      then: end
"""

from dataclasses import dataclass

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk


@dataclass(frozen=True)
class SayStep(Step):
    """Speak and go on."""

    said: tuple[str, ...]
    then: str
    delivering: bool
    verb = "say"

    def exits(self) -> tuple[Exit, ...]:
        """The one way on."""
        return (Exit(self.then),)

    def texts(self) -> tuple[str, ...]:
        """What it says."""
        return self.said

    @property
    def delivers(self) -> bool:
        """Whether hearing it is hearing the message."""
        return self.delivering

    def play(self, talk: Talk) -> str:
        """Say it; a question that follows repeats it as long as the message was not heard."""
        talk.say(self.said, self.delivering)
        talk.state.lead_in.extend(self.said)
        return self.then


def read(name: str, node: Node) -> SayStep | None:
    """A `say` step of the file."""
    entries = node.record(required=("say", "then"), optional=("delivers",))
    if "say" not in entries or "then" not in entries:
        return None
    delivers = "delivers" in entries and entries["delivers"].yes_no()
    return SayStep(name, node.line, entries["say"].names(), entries["then"].name(), delivers)
