"""One campaign, all of it from a seed: who is called, how they answer, and what is broken when."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.sipp.behaviours import Answers, Behaviour, Refuses

CAMPAIGN = "chaos"
HEARD_KEY = "2"
MOST_A_DAY = 3  # the cap of the pack, in calls that rang
HARMS = 3
PAUSE_SECONDS = (0.2, 3.0)  # between harms: a call takes six seconds, the start of an engine three
AWAY_SECONDS = (0.5, 3.0)  # longer and shorter than the second that an engine waits for a lock
AFTER_MESSAGE_MS = (4000, 4700)  # it was over long before, also where the first key was read a second late

HarmKind = Literal["engine", "line", "hang", "database"]
SHARES: Mapping[HarmKind, int] = {"engine": 4, "line": 3, "hang": 1, "database": 4}


@dataclass(frozen=True)
class Person:
    """One contact; two of them have one number."""

    external_id: str
    number: str
    hears: bool  # whether a call that nothing disturbs ends with the message heard


@dataclass(frozen=True)
class Harm:
    """So long after the harm before it; only a database is away for a while."""

    kind: HarmKind
    after_seconds: float
    lasts_seconds: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A campaign and its misfortunes."""

    seed: int
    people: Sequence[Person]
    patients: Mapping[str, Behaviour]
    harms: Sequence[Harm]


def plan(seed: int) -> Plan:
    """The same for the same seed, on every machine."""
    chance = random.Random(seed)
    patients: dict[str, Behaviour] = {number(place): _hears(chance) for place in range(5)}
    patients[number(5)] = Refuses(486, "Busy Here", ring_ms=chance.randrange(100, 400))
    patients[number(6)] = Answers(ring_ms=100, hang_up_ms=chance.randrange(200, 800), sends_rtp=False)
    people = [Person(f"C-{place}", number(place), place < 5) for place in range(7)]
    people.append(Person("C-7", number(0), hears=True))
    return Plan(seed, people, patients, [_harm(chance) for _ in range(HARMS)])


def number(place: int) -> str:
    """In E.164."""
    return f"+7912345678{place}"


def _hears(chance: random.Random) -> Answers:
    """Says that it is them, hears the message, and some seconds later presses the key that says so."""
    keys = ((chance.randrange(500, 1000), "1"), (chance.randrange(*AFTER_MESSAGE_MS), HEARD_KEY))
    return Answers(keys=keys, ring_ms=chance.randrange(100, 600), press_ms=100)


def _harm(chance: random.Random) -> Harm:
    [kind] = chance.choices(list(SHARES), list(SHARES.values()))
    lasts = chance.uniform(*AWAY_SECONDS) if kind == "database" else 0.0
    return Harm(kind, chance.uniform(*PAUSE_SECONDS), lasts)
