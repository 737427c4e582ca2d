"""Keeps calls going: a prompt at the answer, the next one at each key, a hang-up at the end."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from dialer.lines import Lines
from dialer.messages import (
    Alive,
    Answered,
    Collect,
    Collected,
    Dial,
    EarlyMedia,
    Ended,
    Event,
    Fault,
    HangUp,
    Heard,
    Play,
    Played,
    Ready,
    Ringing,
)

RING_SECONDS = 20.0
LIMIT_SECONDS = 60.0
FIRST_KEY_SECONDS = 8.0
NEXT_KEY_SECONDS = 3.0


@dataclass(frozen=True)
class Plan:
    """How many calls, how fast, and what is said in each: one prompt more than keys are expected."""

    trunk: str
    numbers: Sequence[str]
    at_once: int
    calls_per_second: float
    prompts: Sequence[str]
    longest_seconds: float


@dataclass
class Result:
    """What came of it, as the lines told."""

    placed: int = 0
    answered: int = 0
    completed: int = 0  # all keys came, and the last prompt was played to its end
    keys: list[str] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    talk_seconds: float = 0.0
    most_at_once: int = 0
    faults: int = 0
    beeps: int = 0


class Driver:
    """A minimal engine: plays a plan on lines. `when_full` is called once, when the most calls are up."""

    def __init__(self, lines: Lines, plan: Plan, when_full: Callable[[], None]) -> None:
        self._lines, self._plan = lines, plan
        self._when_full: Callable[[], None] | None = when_full
        self._said: dict[str, int] = {}  # prompts begun, by call
        self.result = Result()

    def run(self) -> Result:
        """Until all calls of the plan have ended, or its time is up."""
        plan, started = self._plan, time.monotonic()
        while time.monotonic() - started < plan.longest_seconds:
            allowed = min(len(plan.numbers), int((time.monotonic() - started) * plan.calls_per_second) + 1)
            while self.result.placed < allowed and len(self._said) < plan.at_once and self._lines.free:
                self._dial()
            if self._when_full and len(self._said) == plan.at_once:
                self._when_full()
                self._when_full = None
            if self.result.placed == len(plan.numbers) and not self._said:
                break
            for event in self._lines.receive(0.05):
                self._take(event)
        return self.result

    def _dial(self) -> None:
        call = f"bench{self.result.placed}"
        number = self._plan.numbers[self.result.placed]
        self._said[call] = 0
        self.result.placed += 1
        self.result.most_at_once = max(self.result.most_at_once, len(self._said))
        self._lines.send(Dial(call, self._plan.trunk, number, "", RING_SECONDS, LIMIT_SECONDS))

    def _take(self, event: Event) -> None:
        match event:
            case Answered(call=call):
                self.result.answered += 1
                self._say(call)
            case Collected(call=call, keys=keys):
                self.result.keys += keys
                if keys:
                    self._say(call)
                else:
                    self._lines.send(HangUp(call))
            case Played(call=call, finished=True) if self._said.get(call) == len(self._plan.prompts):
                self.result.completed += 1
                self._lines.send(HangUp(call))
            case Ended(call=call, cause=cause, talk_seconds=seconds):
                self._said.pop(call, None)
                self.result.causes[cause] += 1
                self.result.talk_seconds += seconds
            case Heard():
                self.result.beeps += 1
            case Fault():
                self.result.faults += 1
            case Played() | Ringing() | EarlyMedia() | Ready() | Alive():
                pass
            case _:
                assert_never(event)

    def _say(self, call: str) -> None:
        number = self._said[call]
        self._said[call] = number + 1
        prompt = f"prompt{number}"
        self._lines.send(Play(call, prompt, self._plan.prompts[number]))
        if number + 1 < len(self._plan.prompts):
            self._lines.send(Collect(call, prompt, 1, "", FIRST_KEY_SECONDS, NEXT_KEY_SECONDS))
