"""A small engine that only measures: `python -m bench.lines_driver`, its plan as JSON on standard input.

A process of its own, so that nothing but the pool and what it drives is counted as ours. It prints one JSON
object a line: `ready`, `up` when all calls are answered, and the `result`.
"""

import dataclasses
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.lines_plan import Plan, read_plan
from dialer.errors import LinesNotStarted
from dialer.messages import (
    Answered,
    Collect,
    Collected,
    Command,
    Dial,
    Ended,
    Event,
    HangUp,
    Play,
    Played,
)
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk

RING_SECONDS = 20.0
LIMIT_SECONDS = 90.0
LATEST_SECONDS = 30.0  # after the time that all calls need; then those that are left count as stuck
KEY_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 0.25


@dataclass
class Result:
    """What the driver saw."""

    placed: int = 0
    answered: int = 0
    completed: int = 0  # answered, each key caught, the last prompt played to its end, ended as such
    keys_caught: int = 0
    keys_wrong: int = 0
    most_up: int = 0
    no_free_line: int = 0  # a call was due and all lines were taken
    latest_seconds: float = 0.0  # the most that a call was dialled later than it was due
    stuck: int = 0  # calls without an ending
    not_free: int = 0  # lines that were not free after the last ending
    causes: dict[str, int] = dataclasses.field(default_factory=dict)


class Talk:
    """One conversation: events in, commands out (pure)."""

    def __init__(self, plan: Plan, call: str, result: Result) -> None:
        self._plan, self._call, self._result = plan, call, result
        self._caught = 0
        self._finished = False

    def reply(self, event: Event) -> Sequence[Command]:
        """What follows from this event."""
        match event:
            case Answered():
                self._result.answered += 1
                return self._say()
            case Collected(keys=keys):
                right = keys == self._plan.keys[self._caught]
                self._result.keys_caught += right
                self._result.keys_wrong += not right
                self._caught += 1
                return self._say()
            case Played(prompt=prompt, finished=True) if prompt == str(len(self._plan.prompts) - 1):
                self._finished = True
                return [HangUp(self._call)]
            case Ended(cause=cause):
                self._result.completed += self._finished and cause == "answered"
        return []

    def _say(self) -> Sequence[Command]:
        now = str(self._caught)
        play = Play(self._call, now, self._plan.prompts[self._caught])
        if self._caught == len(self._plan.keys):
            return [play]
        return [play, Collect(self._call, now, 1, "", KEY_SECONDS, KEY_SECONDS)]


class Driver:
    """Places the calls of a plan evenly, and converses in each."""

    def __init__(self, plan: Plan) -> None:
        trunks = tuple(
            Trunk(f"sipp{number}", uri, max_calls=plan.lines, calls_per_second=plan.calls_per_second)
            for number, uri in enumerate(plan.trunks)
        )
        self._plan = plan
        self._trunks = [trunk.name for trunk in trunks]
        self._pool = LinePool(LineSettings(trunks, plan.lines, *plan.sip_ports, *plan.rtp_ports))
        self._talks: dict[str, Talk] = {}
        self._up: set[str] = set()
        self._causes: Counter[str] = Counter()
        self.result = Result()

    def run(self) -> None:
        """Start, call, converse, stop. Raises LinesNotStarted."""
        begun = time.monotonic()
        self._pool.start()
        try:
            _tell(ready=time.monotonic() - begun)
            self._call_all()
            self.result.stuck = len(self._talks)
            self._until_free()
            self.result.not_free = self._plan.lines - self._pool.free
            self.result.causes = dict(self._causes)
            _tell(result=dataclasses.asdict(self.result))
        finally:
            self._pool.stop()

    def _call_all(self) -> None:
        plan, begun = self._plan, time.monotonic()
        until = begun + plan.calls / plan.calls_per_second + plan.call_seconds + LATEST_SECONDS
        while (self.result.placed < plan.calls or self._talks) and (now := time.monotonic()) < until:
            wait = LONGEST_WAIT_SECONDS
            if self.result.placed < plan.calls:
                due = begun + self.result.placed / plan.calls_per_second
                if now >= due:
                    self._dial(now - due)
                    continue
                wait = min(wait, due - now)
            for event in self._pool.receive(wait):
                self._heed(event)

    def _dial(self, late_seconds: float) -> None:
        number = self.result.placed
        self.result.placed += 1
        self.result.latest_seconds = max(self.result.latest_seconds, late_seconds)
        self.result.no_free_line += not self._pool.free
        call = f"call{number}"
        self._talks[call] = Talk(self._plan, call, self.result)
        trunk = self._trunks[number % len(self._trunks)]
        self._pool.send(Dial(call, trunk, f"+7912{number:07d}", "", RING_SECONDS, LIMIT_SECONDS))

    def _heed(self, event: Event) -> None:
        call = getattr(event, "call", "")
        if call not in self._talks:
            return
        for command in self._talks[call].reply(event):
            self._pool.send(command)
        if isinstance(event, Answered):
            self._up.add(call)
            self.result.most_up = max(self.result.most_up, len(self._up))
            if len(self._up) == self._plan.calls:
                _tell(up=time.time())
        elif isinstance(event, Ended):
            self._causes[event.cause] += 1
            self._up.discard(call)
            del self._talks[call]

    def _until_free(self) -> None:
        """A line is free a moment after its call has ended."""
        until = time.monotonic() + LATEST_SECONDS / 3
        while self._pool.free < self._plan.lines and time.monotonic() < until:
            self._pool.receive(LONGEST_WAIT_SECONDS)


def _tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def main() -> int:
    """Run the plan on standard input; 1 when the lines did not start."""
    try:
        Driver(read_plan(sys.stdin.readline())).run()
    except LinesNotStarted as error:
        _tell(failed=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
