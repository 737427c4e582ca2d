"""Many calls at once, each a little conversation: a prompt, a key, the next prompt; then we hang up."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dialer.lines import Lines
from dialer.messages import Answered, Collect, Collected, Dial, Ended, HangUp, Play

RING_SECONDS, LIMIT_SECONDS, FIRST_KEY_SECONDS = 15.0, 40.0, 8.0
SLOTS_SECONDS = 10.0  # the library frees a slot a moment after its call has ended


@dataclass
class Conversation:
    """What came of one call; `ended` is None while it goes on."""

    keys: str = ""
    answered: bool = False
    ended: Ended | None = None


@dataclass
class Crowd:
    """`dial`, then `until`; every call asks for `questions` keys, one after another."""

    lines: Lines
    prompt: str
    questions: int
    calls: dict[str, Conversation] = field(default_factory=dict)

    def dial(self, number: str, trunk: str, count: int, free: int = 0) -> list[str]:
        """Place calls to one number, once so many lines (at least `free`) are free; returns their ids."""
        self.until(lambda: self.lines.free >= max(count, free), SLOTS_SECONDS)
        ids = [f"crowd{id(self):x}-{len(self.calls) + index}" for index in range(count)]
        for call in ids:
            self.calls[call] = Conversation()
            self.lines.send(Dial(call, trunk, number, "", RING_SECONDS, LIMIT_SECONDS))
        return ids

    def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Talk until the condition holds; AssertionError when it does not in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not in {seconds} s: {self.calls}"
            self.pump(0.05)

    def until_answered(self, seconds: float = 15.0) -> None:
        """Until every call talks or has ended."""
        self.until(lambda: all(call.answered or call.ended for call in self.calls.values()), seconds)

    def until_ended(self, seconds: float = 30.0) -> list[Ended]:
        """Until every call is over; how they ended, in the order of dialling."""
        self.until(lambda: all(call.ended for call in self.calls.values()), seconds)
        return [call.ended for call in self.calls.values() if call.ended is not None]

    def pump(self, seconds: float) -> None:
        """Hear what the lines say and go on with the conversations."""
        for event in self.lines.receive(seconds):
            match event:
                case Answered(call=call) if call in self.calls:
                    self.calls[call].answered = True
                    self._ask(call)
                case Collected(call=call, keys=keys) if call in self.calls:
                    self.calls[call].keys += keys or "-"
                    if len(self.calls[call].keys) < self.questions:
                        self._ask(call)
                    else:
                        self.lines.send(HangUp(call))
                case Ended(call=call) if call in self.calls:
                    self.calls[call].ended = event

    def _ask(self, call: str) -> None:
        question = f"question{len(self.calls[call].keys)}"
        self.lines.send(Play(call, question, self.prompt))
        self.lines.send(Collect(call, question, 1, "", FIRST_KEY_SECONDS, 3.0))
