"""record: let the person say in their own words what no key can, and keep it as a voice answer.

The texts are said, then comes a short tone, and then we listen: until a key, until nobody has spoken for
`silence`, or for `longest`. Whoever says nothing is asked once more, and then the call goes on without. The
keys for opting out and for a human hold here as everywhere, so the texts name another one that ends it; the
standard text `after_the_tone` does. The answer is the name of the recording.

    why:
      record: [say_why, after_the_tone]
      answer: why
      then: sorry

    why_at_length:
      record: [say_why, after_the_tone]
      answer: why
      longest: 2 min
      silence: 6 s
      then: sorry
"""

from dataclasses import dataclass
from datetime import timedelta

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Step
from campaigns.flows.talk import Talk
from campaigns.flows.times import in_words, read_duration
from campaigns.flows.turns import Listen

LONGEST = timedelta(seconds=60)
SILENCE = timedelta(seconds=4)  # who is short of breath, or thinks, pauses for three
BOUNDS = {
    "longest": (timedelta(seconds=5), timedelta(minutes=5)),
    "silence": (timedelta(seconds=2), timedelta(seconds=15)),
}
"""Shortest and longest, both included: nobody listens to more, and shorter cuts into what is said."""


@dataclass(frozen=True)
class RecordStep(Step):
    """Listen to the person."""

    asked: tuple[str, ...]
    answer: str
    then: str
    longest: timedelta = LONGEST
    silence: timedelta = SILENCE
    verb = "record"

    def exits(self) -> tuple[Exit, ...]:
        """The one way on, whether anything was said or not."""
        return (Exit(self.then, "what was said, or nothing"),)

    def texts(self) -> tuple[str, ...]:
        """What is asked."""
        return self.asked

    def passed(self, talk: Talk) -> str | None:
        """Beyond it, when an earlier call has what was said."""
        if talk.recall(self.answer) is None:
            return None
        talk.leave_out(self.answer)
        return self.then

    def play(self, talk: Talk) -> None:
        """Ask, and listen; the conversation waits for the end of that."""
        talk.say(self.asked)
        talk.do(Listen(self.name, self.longest.total_seconds(), self.silence.total_seconds()))


def read(name: str, node: Node) -> RecordStep | None:
    """A `record` step of the file."""
    needed = ("record", "answer", "then")
    entries = node.record(required=needed, optional=tuple(BOUNDS))
    if not all(key in entries for key in needed):
        return None
    if entries["record"].value == []:
        node.complain(f'"{name}" needs texts: nobody speaks when nothing was asked')
    return RecordStep(
        name,
        node.line,
        entries["record"].names(),
        entries["answer"].name(),
        entries["then"].name(),
        _length(entries, "longest", LONGEST),
        _length(entries, "silence", SILENCE),
    )


def _length(entries: dict[str, Node], name: str, usual: timedelta) -> timedelta:
    """One of the two times of the step; as usual after a complaint."""
    if name not in entries:
        return usual
    least, most = BOUNDS[name]
    length = read_duration(entries[name])
    if length is not None and not least <= length <= most:
        entries[name].complain(f"{name} must be from {in_words(least)} to {in_words(most)}")
    return length or usual
