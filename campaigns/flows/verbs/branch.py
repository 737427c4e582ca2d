"""branch: go on by the value of a field or of an answer of this call.

    result:
      branch: result
      cases:
        negative: tell_negative
        positive: tell_positive
        inconclusive: tell_inconclusive

`else` takes all values without a case of their own, and answers that were not given:

    after_mark:
      branch: mark
      cases: {1: what_was_wrong, 2: what_was_wrong}
      else: thanks
"""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk


@dataclass(frozen=True)
class BranchStep(Step):
    """Go on by a value."""

    subject: str
    cases: Mapping[str, str]
    otherwise: str
    verb = "branch"

    def exits(self) -> tuple[Exit, ...]:
        """One way for each case, and that of all others."""
        cases = tuple(Exit(then, f"{self.subject} is {value}") for value, then in self.cases.items())
        return (*cases, Exit(self.otherwise, f"another {self.subject}")) if self.otherwise else cases

    def reads(self) -> tuple[str, ...]:
        """The field or answer."""
        return (self.subject,)

    def known_exits(self, values: Mapping[str, str]) -> tuple[Exit, ...]:
        """The one way of a known field; every way of an answer."""
        if self.subject not in values:
            return self.exits()
        return (Exit(self._next(values[self.subject])),)

    def play(self, talk: Talk) -> str:
        """Choose the way."""
        return self._next(talk.value(self.subject))

    def _next(self, value: str | None) -> str:
        return self.cases.get(value or "", self.otherwise)


def read(name: str, node: Node) -> BranchStep | None:
    """A `branch` step of the file."""
    entries = node.record(required=("branch", "cases"), optional=("else",))
    if "branch" not in entries or "cases" not in entries:
        return None
    cases = {value: then.name() for value, then in entries["cases"].entries().items()}
    otherwise = entries["else"].name() if "else" in entries else ""
    return BranchStep(name, node.line, entries["branch"].name(), cases, otherwise)
