"""connect: find an operator for the person.

The texts are said to the person while one is looked for, and then a tune is played; `hold_on` is there
without being written. The operator hears `whisper`, which names key 1, and takes the call with it. When
nobody does, the call goes on at `nobody`. Once the two talk, the call is completed.

    person:
      connect: hold_on
      whisper: [about, take_it]
      nobody: will_call

Where operators take the call first (`mode: operator_first` in the policy), the first connect step of a script
gives the whisper, and a person who answers when the operator has gone meanwhile begins at its `gone`, or else
at `nobody`:

    person:
      connect: hold_on
      whisper: take_it
      nobody: will_call
      gone: who_calls_and_will_call
"""

from dataclasses import dataclass

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk
from campaigns.flows.turns import Connect

TAKE_KEY = "1"
"""What an operator presses to take a call."""


@dataclass(frozen=True)
class ConnectStep(Step):
    """Connect with an operator."""

    said: tuple[str, ...]
    whispered: tuple[str, ...]
    nobody: str
    gone: str = ""
    verb = "connect"

    def exits(self) -> tuple[Exit, ...]:
        """Where it goes on when nobody takes the call, and where one begins whose operator has gone."""
        gone = (Exit(self.gone, "the operator has gone"),) if self.gone else ()
        return (Exit(self.nobody, "no operator"), *gone)

    def texts(self) -> tuple[str, ...]:
        """What is said to the person."""
        return self.said

    def whispers(self) -> tuple[str, ...]:
        """What is said to the operator."""
        return self.whispered

    def play(self, talk: Talk) -> None:
        """Have an operator found; the conversation waits for the end of that."""
        talk.do(Connect(self.whispered, self.said))


def read(name: str, node: Node) -> ConnectStep | None:
    """A `connect` step of the file."""
    needed = ("connect", "whisper", "nobody")
    entries = node.record(required=needed, optional=("gone",))
    if not all(key in entries for key in needed):
        return None
    said, whispered = entries["connect"].names(), entries["whisper"].names()
    if entries["connect"].value == [] or entries["whisper"].value == []:
        node.complain(f'"{name}" needs texts for the person and for the operator: neither waits in silence')
    gone = entries["gone"].name() if "gone" in entries else ""
    return ConnectStep(name, node.line, said, whispered, entries["nobody"].name(), gone)
