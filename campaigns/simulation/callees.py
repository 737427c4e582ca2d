"""Who picks up in a simulation, and what they do then: drawn from rates, the same for the same seed."""

import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from campaigns.flows.run import Conversation
from campaigns.flows.script import Script
from campaigns.flows.turns import Ask, Say, Turn
from dialer.fake import HANGS_UP, Patient
from dialer.messages import Cause

VOICEMAIL, PERSON = "voicemail", "person"
KEYPAD: Final = "123456789"
PRESS_SECONDS = 1.5  # from the end of the question to the first key
MOST_PATHS = 5000  # looked at before a script counts as one that nobody completes


@dataclass(frozen=True)
class Rates:
    """Shares of calls by what becomes of them, and of persons by what they do; each sums to about 1.

    Assumptions, not measurements: half of all people pick up at the first call, three quarters by the third.
    """

    calls: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                PERSON: 0.46,
                VOICEMAIL: 0.08,
                "no_answer": 0.28,
                "busy": 0.10,
                "declined": 0.05,
                "wrong_number": 0.01,
                "congestion": 0.02,
            }
        )
    )
    persons: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"completes": 0.80, "hangs up": 0.08, "silent": 0.06, "presses anything": 0.05, "opts out": 0.01}
        )
    )
    barges_in: float = 0.3  # of persons
    ring_seconds: tuple[float, float] = (3.0, 20.0)


class Callees(Mapping[str, Patient]):
    """Asked for a number, the callee of its next call: drawn by seed, number and count alone."""

    def __init__(
        self, seed: int, paths: Sequence[Sequence[str]], opt_out_key: str, rates: Rates | None = None
    ) -> None:
        self._seed = seed
        self._paths = paths
        self._opt_out_key = opt_out_key
        self._rates = rates or Rates()
        self._calls: dict[str, int] = {}

    def __getitem__(self, number: str) -> Patient:
        count = self._calls[number] = self._calls.get(number, 0) + 1
        draw = random.Random(f"{self._seed} {number} {count}")
        path = self._paths[variant(self._seed, number, len(self._paths))]
        kind = _one_of(draw, self._rates.calls)
        seconds = draw.uniform(*self._rates.ring_seconds)
        if kind == VOICEMAIL:
            return Patient(answer_seconds=seconds, beep_seconds=draw.uniform(6, 15))
        if kind == PERSON:
            barges_in = draw.random() < self._rates.barges_in
            return Patient(
                self._keys(draw, path),
                answer_seconds=seconds,
                press_seconds=PRESS_SECONDS,
                barges_in=barges_in,
            )
        ends: Cause = kind  # type: ignore[assignment]  # the rates name causes
        return Patient(ends=ends, answer_seconds=min(seconds, 4.0) if ends == "busy" else seconds)

    def __iter__(self) -> Iterator[str]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def _keys(self, draw: random.Random, path: Sequence[str]) -> tuple[str, ...]:
        does = _one_of(draw, self._rates.persons)
        if does == "completes":
            return tuple(path)
        if does == "hangs up":
            return (*path[: draw.randrange(len(path) + 1)], HANGS_UP)
        if does == "presses anything":
            return (draw.choice(KEYPAD), HANGS_UP)
        return (self._opt_out_key,) if does == "opts out" else ()


def variant(seed: int, number: str, variants: int) -> int:
    """Which of the made-up persons has this number; the first is the most frequent, four of five."""
    drawn = random.Random(f"{seed} {number}").random()
    return 0 if drawn < 0.8 or variants == 1 else 1 + int((drawn - 0.8) * 5 * (variants - 1))


def path_through(script: Script, values: Mapping[str, str]) -> tuple[str, ...]:
    """The fewest keys by which a contact with these values completes the call, one item for each question.

    Without any such path, that to the furthest question.
    """
    waiting: deque[tuple[str, ...]] = deque([()])
    seen: set[object] = set()
    longest: tuple[str, ...] = ()
    for _ in range(MOST_PATHS):
        if not waiting:
            break
        keys = waiting.popleft()
        call, ask = _played(script, values, keys)
        if ask is None:
            if call.outcome in ("completed", "delivered"):
                return keys
            continue
        place = (call.state.step, tuple(call.answers.items()))
        if place not in seen:
            seen.add(place)
            longest = keys
            waiting.extend((*keys, key) for key in _candidates(ask, values))
    return longest


def _played(
    script: Script, values: Mapping[str, str], keys: Sequence[str]
) -> tuple[Conversation, Ask | None]:
    """The call after these keys, and the question that it asks then."""
    call = Conversation(script, values)
    ask = _heard(call, call.begin())
    for key in keys:
        ask = _heard(call, call.keys(key))
    return call, ask


def _heard(call: Conversation, turn: Turn) -> Ask | None:
    for action in turn.actions:
        if isinstance(action, Say) and action.reported:
            call.heard(action.text)
    if call.connecting:  # a simulated day without operators
        return _heard(call, call.unconnected())
    return next((action for action in turn.actions if isinstance(action, Ask)), None)


def _candidates(ask: Ask, values: Mapping[str, str]) -> Sequence[str]:
    if ask.max_keys == 1:
        return KEYPAD
    return sorted({value for value in values.values() if value.isdigit() and len(value) <= ask.max_keys})


def _one_of(draw: random.Random, shares: Mapping[str, float]) -> str:
    return draw.choices(list(shares), list(shares.values()))[0]
