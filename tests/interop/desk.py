"""A desk in front of a pool of lines: places calls and waits for what happens to them."""

import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from dialer.lines import Lines
from dialer.messages import Answered, Collect, Collected, Command, Dial, Ended, Event, Play

Kind = TypeVar("Kind", bound=Event)
PATIENCE_SECONDS = 20.0


@dataclass
class Desk:
    """For one test module: call ids are never used twice."""

    lines: Lines
    seen: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def dial(self, number: str, trunk: str, ring_seconds: float = 10.0, limit_seconds: float = 30.0) -> str:
        call = f"call{next(self._numbers)}"
        self.lines.send(Dial(call, trunk, number, "", ring_seconds, limit_seconds))
        return call

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.lines.send(command)

    def wait(self, call: str, kind: type[Kind], count: int = 1, seconds: float = PATIENCE_SECONDS) -> Kind:
        """The `count`-th event of this kind; AssertionError when the call ends or the time is up first."""
        deadline = time.monotonic() + seconds
        while len(found := [event for event in self.seen[call] if isinstance(event, kind)]) < count:
            ended = any(isinstance(event, Ended) for event in self.seen[call])
            assert not ended, f"ended before {kind.__name__}: {self.seen[call]}"
            assert time.monotonic() < deadline, f"no {kind.__name__} in {seconds} s: {self.seen[call]}"
            self.pump(0.2)
        return found[count - 1]

    def pump(self, seconds: float) -> None:
        for event in self.lines.receive(seconds):
            if not hasattr(event, "call"):
                continue
            self.seen[event.call].append(event)

    def answered(self, number: str, trunk: str) -> str:
        """Dial and wait for the answer."""
        call = self.dial(number, trunk)
        self.wait(call, Answered)
        return call

    def ask(
        self, call: str, prompt: str, max_keys: int = 1, end_key: str = "", first_key_seconds: float = 8.0
    ) -> str:
        """Play a prompt and return the keys pressed."""
        count = sum(isinstance(event, Collected) for event in self.seen[call]) + 1
        question = f"question{count}"
        self.send(
            Play(call, question, prompt), Collect(call, question, max_keys, end_key, first_key_seconds, 3.0)
        )
        return self.wait(call, Collected, count).keys

    def kinds(self, call: str) -> list[str]:
        return [type(event).__name__ for event in self.seen[call]]
