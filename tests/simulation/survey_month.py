"""A month of a survey over the real engine: what patients answer, and staff does, is settled beforehand."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import select

from campaigns.assemble import build_engine
from campaigns.control.trunks import trunk_of
from campaigns.engine.engine import TICKS
from campaigns.models import OPEN_TASK, Contact, Task, TaskChange
from campaigns.rules.aapor import Disposition
from campaigns.settings import Home, SettingsFile, TrunkTable
from campaigns.simulation.batched import open_batched
from campaigns.simulation.clock import SimulatedClock, SimulatedTicks
from campaigns.simulation.day import OFTEN, SELDOM_SECONDS
from campaigns.simulation.lines import SimulatedLines
from campaigns.simulation.speech import UnheardSpeech
from campaigns.store import campaigns, contacts, corrections, outlook, tasks
from campaigns.store.creation import create_database
from campaigns.store.queueing import NewContact
from dialer.fake import HANGS_UP, Patient

CAMPAIGN: Final = "satisfaction-survey"
ZONE: Final = ZoneInfo("Asia/Yekaterinburg")
FIRST_MONDAY: Final = date(2026, 3, 2)
QUEUED, GIVEN_UP = time(8), time(20)  # of Monday, before anybody may be called; of Friday
LINES = 60
LOW = ("1", "2")

NO_ANSWER = Patient(ends="no_answer", answer_seconds=25.0)
MACHINE = Patient(beep_seconds=8.0)
NOT_SAID = ""
YES_NO: Final = {"yes": "1", "no": "2"}
CHECK: Final = "problem-check"
STAFF_SECONDS = 600.0  # from one look at the tasks to the next
UNTOUCHED = timedelta(minutes=15)  # longer than any call: nobody acts while the patient still talks


@dataclass(frozen=True)
class Person:
    """One contact. came, mark, solved: what is said in the end, "" for nothing; reached_at: the call, or 0.

    Who talked at the first call can be asked, in the same week, whether it is solved; who was called twice
    cannot, by the rules of the campaign.
    """

    number: int
    institution: str
    week: int
    found: Disposition
    calls: Sequence[Patient]  # the last one again and again
    reached_at: int = 0
    came: str = NOT_SAID
    mark: str = NOT_SAID
    recorded: bool = False
    opts_out: bool = False
    solved: str = NOT_SAID  # when asked whether it is

    @property
    def phone(self) -> str:
        return f"+79{self.number:09d}"

    @property
    def task(self) -> bool:
        """Whether a person has to look into it: a low mark, or not dealt with; or a human was asked for."""
        return self.mark in LOW or self.came == "no" or self.found == "other"


Kind = tuple[float, Disposition, Sequence[str]]
KINDS: Final[Mapping[str, Kind]] = {
    "completes": (0.38, "complete", ("talks",)),
    "completes at the second call": (0.12, "complete", ("misses", "talks")),
    "goes on at the second call": (0.06, "complete", ("begins", "goes on")),
    "begins": (0.08, "partial", ("begins", "misses")),
    "hangs up": (0.08, "refusal", ("hangs up",)),
    "opts out": (0.03, "refusal", ("opts out",)),
    "wants a human": (0.02, "other", ("wants a human",)),
    "has a machine": (0.07, "non_contact", ("machine", "misses")),
    "never answers": (0.12, "unknown", ("misses",)),
    "has another number": (0.04, "not_eligible", ("no such number",)),
}
"""Share of everybody, what becomes of the case, and what happens call by call."""
REACHES = ("talks", "begins", "opts out", "wants a human")


def everybody(institutions: int, weeks: int, each: int, seed: int) -> Iterator[Person]:
    """So many of each institution in each week; each institution has its own way to be marked."""
    draw = random.Random(seed)
    kinds, shares = list(KINDS), [share for share, *_ in KINDS.values()]
    number = 0
    for place in range(institutions):
        liked = draw.uniform(0.4, 2.5)
        marks = [liked**mark for mark in range(5)]
        for week in range(weeks):
            for kind in draw.choices(kinds, shares, k=each):
                mark = draw.choices("12345", marks)[0]
                came = "no" if draw.random() < 0.2 else "yes"
                solved = "no" if draw.random() < 0.3 else "yes"
                number += 1
                yield _person(number, f"Clinic {place + 1:02}", week, kind, came, mark, solved)


def _person(number: int, institution: str, week: int, kind: str, came: str, mark: str, solved: str) -> Person:
    _, found, acts = KINDS[kind]
    first = YES_NO[came]
    why = ("4",) if mark in LOW else ()
    says = (7.0,) if mark in LOW else ()
    does = {
        "talks": Patient((first, mark, *why), says_seconds=says),
        "begins": Patient((first, HANGS_UP)),
        "goes on": Patient((mark, *why), says_seconds=says),
        "misses": NO_ANSWER,
        "hangs up": Patient((HANGS_UP,)),
        "opts out": Patient(("9",)),
        "wants a human": Patient(("0",)),
        "machine": MACHINE,
        "no such number": Patient(ends="wrong_number", answer_seconds=1.0),
    }
    reached = next((place for place, act in enumerate(acts, start=1) if act in REACHES), 0)
    complete = found == "complete"
    asked = kind == "completes" and (came == "no" or mark in LOW)
    return Person(
        number,
        institution,
        week,
        found,
        [*(does[act] for act in acts), *([Patient((YES_NO[solved],))] if asked else [])],
        reached,
        came if complete or found == "partial" else NOT_SAID,
        mark if complete else NOT_SAID,
        complete and mark in LOW,
        "opts out" in acts,
        solved if asked else NOT_SAID,
    )


class People(Mapping[str, Patient]):
    """Asked for a number, what happens in its next call."""

    def __init__(self, persons: Sequence[Person]) -> None:
        self._calls = {person.phone: list(person.calls) for person in persons}

    def __getitem__(self, number: str) -> Patient:
        calls = self._calls[number]
        return calls.pop(0) if len(calls) > 1 else calls[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)


class SurveyMonth:
    """`run()` plays it; what happened stands in `database` then."""

    def __init__(self, folder: Path, persons: Sequence[Person]) -> None:
        self.persons = persons
        self.told: list[str] = []
        trunk = TrunkTable(name="main", uri="sip:127.0.0.1", max_calls=LINES, calls_per_second=20.0)
        home = Home(folder, SettingsFile(trunks=(trunk,)))
        create_database(home.database_url)
        self.database = open_batched(home.database_url)
        self.clock = SimulatedClock(_at(0, 0, QUEUED) - timedelta(hours=1))
        lines = SimulatedLines(LINES, People(persons), self.clock)  # type: ignore[arg-type]
        self._engine, ticks = build_engine(
            home, self.database, lines, UnheardSpeech(), [trunk_of(trunk, "")], self.clock, self.told.append
        )
        every = {name: OFTEN.get(name, max(seconds, SELDOM_SECONDS)) for name, seconds in TICKS.items()}
        self._ticks = SimulatedTicks(ticks, every)
        self._staff_at = 0.0
        for name in (CAMPAIGN, CHECK):
            campaigns.move(self.database, name, "running", self.clock.now())

    def run(self) -> None:
        """Every Monday the requests of a week come in, and by Friday nobody waits any more."""
        for week in range(1 + max(person.week for person in self.persons)):
            self.clock.go_to(_at(week, 0, QUEUED))
            people = [_contact(person) for person in self.persons if person.week == week]
            contacts.add(self.database, people, self.clock.now())
            for name in (CAMPAIGN, CHECK):  # finished when everybody was called
                if campaigns.state_of(self.database, name) != "running":
                    campaigns.move(self.database, name, "running", self.clock.now())
            self._call_until(_at(week, 5, time(0)))
            self._ask_no_more()
        self.database.commit()

    def _ask_no_more(self) -> None:
        """Whom the rules allow to be asked only next week is not asked: their phones know of no such call."""
        with self.database.read() as session:
            waiting = select(Contact.external_id).where(Contact.campaign == CHECK, Contact.state == "waiting")
            names = session.exec(waiting).all()
        corrections.cancel(self.database, CHECK, names, self.clock.now(), lambda *_: ())

    def _call_until(self, end: datetime) -> None:
        while self.clock.now() < end:
            now = self.clock.seconds()
            self._ticks.come_to(now)
            self._engine.step(self._ticks.next("take") - now)
            idle = not self._engine.live and self._engine.idle(until_idle=True)
            if idle or now >= self._staff_at:
                self._staff_at = now + STAFF_SECONDS
                self._work(self.clock.now() if idle else self.clock.now() - UNTOUCHED)
            if idle:
                due = (outlook.next_due(self.database, name) for name in (CAMPAIGN, CHECK))
                self.clock.go_to(min([*filter(None, due), end]))

    def _work(self, until: datetime) -> None:
        """Somebody resolves every task that was raised, or came back, until then."""
        last = select(func.max(TaskChange.at)).where(TaskChange.task_id == Task.id).scalar_subquery()
        with self.database.read() as session:
            numbers = session.exec(select(Task.id).where(OPEN_TASK, last <= until)).all()
        for number in numbers:
            tasks.resolve(self.database, number, "anna", "Called and put right.", self.clock.now())


def _at(week: int, day: int, hour: time) -> datetime:
    """A moment of a week of the month, by the clinic's clock; day: 0 is Monday."""
    return datetime.combine(FIRST_MONDAY + timedelta(weeks=week, days=day), hour, ZONE).astimezone(UTC)


def _contact(person: Person) -> NewContact:
    return NewContact(
        campaign=CAMPAIGN,
        external_id=f"R-{person.number}",
        phone=person.phone,
        full_name="Петров",
        language="ru",
        time_zone=ZONE.key,
        institution=person.institution,
        fields={
            "request_id": str(person.number),
            "service": "приём",
            "clinic": person.institution,
            "served_on": FIRST_MONDAY.isoformat(),
        },
        digest="simulated",
        deadline=_at(person.week, 4, GIVEN_UP),
    )
