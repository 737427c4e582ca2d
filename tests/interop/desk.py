"""A desk in front of a pool of lines: places calls and waits for what happens to them."""

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from dialer.lines import Lines
from dialer.messages import Answered, Collect, Collected, Command, Dial, Ended, Event, Play

Kind = TypeVar("Kind", bound=Event)
React = Callable[[Event, str], Iterable[Command]]  # (event of a call, its number) -> commands
PATIENCE_SECONDS = 20.0


def nothing(event: Event, number: str) -> Iterable[Command]:
    """For `together`: let it happen."""
    return ()


def numbered(names: Iterable[str]) -> dict[str, str]:
    """A telephone number for each name."""
    return {name: f"+7999{index:07}" for index, name in enumerate(names, 1)}


@dataclass
class Desk:
    """For one test module: call ids are never used twice."""

    lines: Lines
    seen: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, float] = field(default_factory=dict)  # from the command to the ending, by call
    _dialled: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def dial(
        self,
        number: str,
        trunk: str,
        ring_seconds: float = 10.0,
        limit_seconds: float = 30.0,
        keeps: bool = False,
        beside: str = "",
    ) -> str:
        call = f"call{next(self._numbers)}"
        self._dialled[call] = time.monotonic()
        self.lines.send(Dial(call, trunk, number, "", ring_seconds, limit_seconds, keeps, beside))
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
            if isinstance(event, Ended):
                self.seconds[event.call] = time.monotonic() - self._dialled[event.call]

    def run(self, seconds: float) -> None:
        """Let people talk for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.pump(left)

    def answered(self, number: str, trunk: str, keeps: bool = False, beside: str = "") -> str:
        """Dial and wait for the answer."""
        call = self.dial(number, trunk, keeps=keeps, beside=beside)
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

    def together(
        self,
        numbers: Mapping[str, str],
        react: React = nothing,
        seconds: float = 60.0,
        ring_seconds: float = 10.0,
        limit_seconds: float = 30.0,
    ) -> dict[str, list[Event]]:
        """Call all numbers over their trunks, side by side as lines come free; `react` answers each event.

        Returns what happened to each number, in order, once every call has ended.
        """
        waiting, calls = list(numbers), dict[str, str]()
        told: dict[str, int] = {}
        deadline = time.monotonic() + seconds
        while waiting or any(not self.over(call) for call in calls.values()):
            while waiting and self.lines.free:
                number = waiting.pop(0)
                calls[number] = self.dial(number, numbers[number], ring_seconds, limit_seconds)
            assert time.monotonic() < deadline, f"not all in {seconds} s: {waiting}, {self._open(calls)}"
            self.pump(0.1)
            for number, call in calls.items():
                for event in self.seen[call][told.get(call, 0) :]:
                    self.send(*react(event, number))
                told[call] = len(self.seen[call])
        return {number: self.seen[call] for number, call in calls.items()}

    def ended(self, events: Iterable[Event]) -> Ended:
        """The ending among the events of a call; there must be one and no more."""
        (only,) = (event for event in events if isinstance(event, Ended))
        return only

    def over(self, call: str) -> bool:
        return any(isinstance(event, Ended) for event in self.seen[call])

    def _open(self, calls: dict[str, str]) -> dict[str, list[Event]]:
        return {number: self.seen[call] for number, call in calls.items() if not self.over(call)}

    def kinds(self, call: str) -> list[str]:
        return [type(event).__name__ for event in self.seen[call]]
