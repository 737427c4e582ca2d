"""verify: let the person prove who they are by keying in what only they know.

`verify` names a field of the type year (four keys) or digits (up to twenty, ended with the hash key). A wrong
entry is counted over all calls to the contact; after `tries` of them it leads to `failed`, before that
`wrong` is said and the question comes again. Only beyond `then` may private things be spoken.

    birth_year:
      verify: birth_year
      ask: year_question
      wrong: wrong_year
      tries: 3
      then: result
      failed: unverified
"""

from dataclasses import dataclass, replace

from campaigns.flows.fields import LONGEST_DIGITS
from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Question
from campaigns.flows.standard import TOO_FEW_KEYS
from campaigns.flows.talk import Talk
from campaigns.flows.turns import VerificationFailed, Verified

YEAR_KEYS = 4
MOST_TRIES = 5  # more would let a stranger guess


@dataclass(frozen=True)
class VerifyStep(Question):
    """Ask for several keys and compare them with a field."""

    field: str
    asked: tuple[str, ...]
    wrong: tuple[str, ...]
    tries: int
    then: str
    failed: str
    keys: int = YEAR_KEYS  # how many the field has at most
    fixed: bool = True  # fewer keys are a slip of the finger and no try
    verb = "verify"
    refusal = TOO_FEW_KEYS

    @property
    def spoken(self) -> tuple[str, ...]:
        """The question."""
        return self.asked

    @property
    def max_keys(self) -> int:
        """As many as the field may have."""
        return self.keys

    def texts(self) -> tuple[str, ...]:
        """The question, and what is said to a wrong entry."""
        return (*self.asked, *self.wrong)

    def exits(self) -> tuple[Exit, ...]:
        """Proved, or given up."""
        return (
            Exit(self.then, f"the right {self.field}", verifies=True),
            Exit(self.failed, f"{self.tries} wrong tries"),
        )

    def play(self, talk: Talk) -> str | None:
        """Ask, unless earlier calls used up all tries."""
        return self.failed if talk.state.failures >= self.tries else super().play(talk)

    def take(self, keys: str, talk: Talk) -> str | None:
        """Compare; wrong entries come back to the question until the tries are used up."""
        if not keys.isdigit() or (self.fixed and len(keys) != self.keys):
            return None
        if keys == talk.values.get(self.field):
            talk.note(Verified())
            return self.then
        talk.note(VerificationFailed())
        talk.state.failures += 1
        if talk.state.failures >= self.tries:
            return self.failed
        talk.say(self.wrong)
        return self.name


def read(name: str, node: Node) -> VerifyStep | None:
    """A `verify` step of the file."""
    needed = ("verify", "ask", "wrong", "tries", "then", "failed")
    entries = node.record(required=needed)
    if len(entries) < len(needed):
        return None
    return VerifyStep(
        name,
        node.line,
        field=entries["verify"].name(),
        asked=entries["ask"].names(),
        wrong=entries["wrong"].names(),
        tries=entries["tries"].whole(1, MOST_TRIES),
        then=entries["then"].name(),
        failed=entries["failed"].name(),
    )


def fit(step: VerifyStep, field_type: str) -> VerifyStep | None:
    """The step for a field of this type; None when the type cannot be keyed in."""
    match field_type:
        case "year":
            return step
        case "digits":
            return replace(step, keys=LONGEST_DIGITS, fixed=False)
        case _:
            return None
