"""A day of a clinic's desk: its inbound queue writes a log, and the real intake and engine call back."""

import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.assemble import build_engine
from campaigns.control.trunks import trunk_of
from campaigns.engine.engine import TICKS
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.intake.callbacks import lost_calls
from campaigns.intake.contact_file import IntakeDefaults
from campaigns.intake.follow import LogIntake
from campaigns.intake.queue_log import QueueLog
from campaigns.rules.lost_calls import MISDIAL
from campaigns.settings import GroupTable, Home, SettingsFile, TrunkTable
from campaigns.simulation.batched import open_batched
from campaigns.simulation.clock import SimulatedClock, SimulatedTicks
from campaigns.simulation.day import LAST_CALLS_SECONDS, OFTEN, SELDOM_SECONDS
from campaigns.simulation.lines import SimulatedLines
from campaigns.simulation.speech import UnheardSpeech
from campaigns.store import campaigns, staff
from campaigns.store.creation import create_database
from campaigns.store.staff import NewOperator
from dialer.fake import Patient
from dialer.messages import Command, Dial, Ended, Event, Probe, Probed

CAMPAIGN, SOURCE = "abandoned-callback", "asterisk"
ZONE = ZoneInfo("Asia/Yekaterinburg")
DAY = date(2026, 3, 4)  # a Wednesday
OPENS, CHANGES, CLOSES = time(7, 30), time(13, 45), time(20, 0)
SHIFTS = (("", "7:30-13:45"), ("-2", "13:45-20:00"))  # what a phone's name ends with, and who sits there when
BY_HOUR = (4, 13, 18, 14, 10, 8, 7, 6, 6, 5, 5, 3, 1)  # of a hundred calls, from 7:30 on; the peak is at 9
TALK_SECONDS, PATIENCE_SECONDS = 120.0, 150.0  # means
WRAP_SECONDS = 10.0  # of the inbound queue, as `wrapuptime` in queues.conf
WITHHELD, CALLS_AGAIN, ON_THE_PHONE = 0.03, 0.4, 0.3  # shares of calls, of who is lost, of who is called back
AGAIN_SECONDS = (300.0, 3600.0)
LINES = 36
LOOK_SECONDS = 5.0  # from one look for callbacks, and at the log, to the next; less than WRAP_SECONDS
NOON, ONE_O_CLOCK = time(12), time(13)


@dataclass(frozen=True)
class Size:
    """How many seats, and calls to the queue; closes: a time of the day."""

    seats: int = 9
    callers: int = 4000
    closes: time = CLOSES


@dataclass
class Caller:
    """One call to the inbound queue. Times: seconds of the simulation."""

    key: str
    number: str
    at: float
    patience: float


@dataclass
class InboundQueue:
    """Callers wait, seats take them in order, and whoever has waited too long is gone; all is logged."""

    seed: int
    log: Path
    starts: datetime
    seats: Sequence[str]
    size: Size
    busy: dict[str, tuple[float, str, str]] = field(
        default_factory=dict
    )  # seat -> until, key ("": rests), who
    lost: int = 0
    _waiting: deque[Caller] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._due = sorted(self._everybody(), key=lambda caller: caller.at, reverse=True)
        self._unwritten: list[str] = []

    def _everybody(self) -> Iterator[Caller]:
        hours = self._draw.choices(range(len(BY_HOUR)), BY_HOUR, k=self.size.callers)
        length = (datetime.combine(DAY, CLOSES) - datetime.combine(DAY, OPENS)).total_seconds()
        for number, hour in enumerate(hours):
            at = min((hour + self._draw.random()) * 3600, length - 1)
            yield self._caller(f"+7912{number:07}", at, f"{number}.0")

    def _caller(self, number: str, at: float, key: str) -> Caller:
        return Caller(key, number, at, self._draw.expovariate(1 / PATIENCE_SECONDS))

    def come_to(self, now: float, engaged: Mapping[str, str], open_: bool) -> bool:
        """It is so late; `engaged`: the seats whose phones the dialer uses. Whether something was logged."""
        while self._due and self._due[-1].at <= now:
            caller = self._due.pop()
            shown = "anonymous" if self._draw.random() < WITHHELD else caller.number
            self._waiting.append(caller)
            self._write(caller.at, caller.key, "NONE", f"ENTERQUEUE||{shown}|{len(self._waiting)}")
        for seat, (until, key, who) in list(self.busy.items()):
            if until <= now:
                self._free(seat, key, who, until)
        self._give_up(now, open_)
        if open_:
            for seat in self.seats:
                if self._waiting and seat not in self.busy and seat not in engaged.values():
                    self._connect(seat, self._waiting.popleft(), now)
        written, self._unwritten = self._unwritten, []
        if written:
            with self.log.open("a", encoding="utf-8") as log:
                log.write("".join(written))
        return bool(written)

    def _free(self, seat: str, key: str, who: str, at: float) -> None:
        del self.busy[seat]
        if key:
            self._write(at, key, f"PJSIP/{who}", f"COMPLETECALLER|1|{TALK_SECONDS:.0f}|1")
            self.busy[seat] = (at + WRAP_SECONDS, "", who)

    def _give_up(self, now: float, open_: bool) -> None:
        for caller in list(self._waiting):
            waited = now - caller.at
            if waited < caller.patience and open_:
                continue
            self._waiting.remove(caller)
            self.lost += 1
            why = "ABANDON|1|1" if open_ else "EXITWITHTIMEOUT|1|1"
            self._write(now, caller.key, "NONE", f"{why}|{waited:.0f}")
            if open_ and self._draw.random() < CALLS_AGAIN:
                at = now + self._draw.uniform(*AGAIN_SECONDS)
                self._due.append(self._caller(caller.number, at, f"{caller.key}1"))
                self._due.sort(key=lambda each: each.at, reverse=True)

    def _connect(self, seat: str, caller: Caller, now: float) -> None:
        late = (self.starts + timedelta(seconds=now)).time() >= CHANGES
        who = f"{seat}{SHIFTS[late][0]}"
        self.busy[seat] = (now + self._draw.expovariate(1 / TALK_SECONDS), caller.key, who)
        self._write(now, caller.key, f"PJSIP/{who}", f"CONNECT|{now - caller.at:.0f}|1|1")

    def _write(self, at: float, key: str, agent: str, what: str) -> None:
        moment = (self.starts + timedelta(seconds=at)).timestamp()
        self._unwritten.append(f"{moment:.0f}|{key}|desk|{agent}|{what}\n")


@dataclass
class People(Mapping[str, Patient]):
    """Operators, who are busy in a call of the queue, and patients, of whom not all are at the phone."""

    seed: int
    queue: InboundQueue
    _calls: int = 0

    def __getitem__(self, number: str) -> Patient:
        self._calls += 1
        draw = random.Random(f"{self.seed} {number} {self._calls}")
        if number.startswith("sip:"):
            talks = self.queue.busy.get(_seat(number), (0.0, "", ""))[1]
            return Patient(ends="busy") if talks else Patient(("1",), answer_seconds=draw.uniform(2, 8))
        if draw.random() < ON_THE_PHONE:
            return Patient(ends=draw.choice(("busy", "no_answer")))
        return Patient(answer_seconds=draw.uniform(3, 20), talks_seconds=draw.expovariate(1 / TALK_SECONDS))

    def __iter__(self) -> Iterator[str]:
        return iter(self.queue.seats)

    def __len__(self) -> int:
        return len(self.queue.seats)


class DeskLines(SimulatedLines):
    """Simulated lines that know whose phones they use; `dead`: trunks that answer 503."""

    def __init__(self, count: int, people: People, clock: SimulatedClock) -> None:
        super().__init__(count, people, clock)  # type: ignore[arg-type]
        self.engaged: dict[str, str] = {}
        self.placed: list[tuple[float, str]] = []  # (when, over which trunk)
        self.dead: set[str] = set()
        self._failed: list[Event] = []
        self._time = clock

    def send(self, command: Command) -> None:
        if isinstance(command, Probe) and command.trunk in self.dead:
            self._failed.append(Probed(command.trunk, 0, 0.0))
            return
        if isinstance(command, Dial):
            self.placed.append((self._time.seconds(), command.trunk))
            if command.trunk in self.dead:
                self._failed.append(Ended(command.call, "congestion", 503, False, False, 0.0))
                return
            if command.number.startswith("sip:"):
                self.engaged[command.call] = _seat(command.number)
        super().send(command)

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        failed, self._failed = self._failed, []
        events = [*failed, *super().receive(0.0 if failed else timeout_seconds)]
        for event in events:
            if isinstance(event, Ended):
                self.engaged.pop(event.call, None)
        return events


class DeskDay:
    """`run()` plays it from the opening to the last call; what happened stands in `database` then."""

    def __init__(self, folder: Path, seed: int, size: Size, dead: str = "") -> None:
        self.size = size
        self.starts = datetime.combine(DAY, OPENS, ZONE)
        self.dead = dead
        self.told: list[str] = []
        self.clock = SimulatedClock(self.starts.astimezone(UTC))
        seats = [f"{100 + seat}" for seat in range(1, size.seats + 1)]
        self.queue = InboundQueue(seed, folder / "queue_log", self.starts, seats, size)
        self.home = Home(folder, _settings())
        create_database(self.home.database_url)
        self.database = open_batched(self.home.database_url)
        self.lines = DeskLines(LINES, People(seed, self.queue), self.clock)
        trunks = [trunk_of(table, "") for table in self.home.file.trunks]
        self.engine, ticks = build_engine(
            self.home, self.database, self.lines, UnheardSpeech(), trunks, self.clock, self.told.append
        )
        often = {"take": LOOK_SECONDS, "beat": OFTEN["beat"]}
        every = {name: often.get(name, max(seconds, SELDOM_SECONDS)) for name, seconds in TICKS.items()}
        self._ticks = SimulatedTicks(ticks, every)
        script = load_script(find_scripts(LIBRARY)[CAMPAIGN])
        kept = lost_calls(
            self.database, script, SOURCE, IntakeDefaults("RU", ZONE.key), MISDIAL, self.clock.now()
        )
        self.intake = LogIntake(self.queue.log, partial(QueueLog, "RU"), kept)
        self._employ(seats)

    def _employ(self, seats: Sequence[str]) -> None:
        """In each seat one operator sits early and one late."""
        now = self.clock.now()
        for place, (seat, (end, shift)) in enumerate(product(seats, SHIFTS)):
            group, who = ("north", "south")[place // len(SHIFTS) % 2], f"{seat}{end}"
            new = NewOperator(
                f"operator {who}", f"sip:{who}@127.0.0.1", group, shift=shift, agent=f"PJSIP/{who}"
            )
            staff.enter(self.database, new, now)
            staff.put(self.database, new.name, "on", now)
        campaigns.move(self.database, CAMPAIGN, "running", now)

    def run(self) -> None:
        """The queue closes at 20:00, and the campaign's hours end then."""
        closes = self._seconds(self.size.closes)
        while self.clock.seconds() < closes + LAST_CALLS_SECONDS:
            now = self.clock.seconds()
            if self.queue.come_to(now, self.lines.engaged, now < closes):
                self.intake.look(self.clock.now())
            died = self._seconds(NOON) <= now < self._seconds(ONE_O_CLOCK)
            self.lines.dead = {self.dead} if self.dead and died else set()
            self._ticks.come_to(now)
            self.engine.step(LOOK_SECONDS)
            if now >= closes:
                self.engine.drain()
        self.database.commit()

    def _seconds(self, moment: time) -> float:
        return (datetime.combine(DAY, moment, ZONE) - self.starts).total_seconds()

    def calls_over(self, trunk: str, since: time, until: time) -> int:
        """How many were placed over this trunk between two times of the day."""
        begins, ends = self._seconds(since), self._seconds(until)
        return sum(begins <= at < ends and name == trunk for at, name in self.lines.placed)


def _seat(address: str) -> str:
    """Where the phone with this address stands."""
    return address.removeprefix("sip:").partition("@")[0].partition("-")[0]


def _settings() -> SettingsFile:
    """Two sites, each with a trunk of its own; each takes what the other cannot."""
    trunks = [
        TrunkTable(name=name, uri=f"sip:{host}", max_calls=LINES, calls_per_second=5.0)
        for name, host in (("north", "127.0.0.1"), ("south", "127.0.0.2"))
    ]
    groups = [
        GroupTable(name="north", trunk="north", overflow=("south",)),
        GroupTable(name="south", trunk="south", overflow=("north",)),
    ]
    return SettingsFile(trunks=tuple(trunks), groups=tuple(groups))
