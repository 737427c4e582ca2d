"""No call leaves outside the contact's window, whatever happens to the engine and to its clock."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo, available_timezones

import holidays
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from campaigns.engine.engine import Engine
from campaigns.store import campaigns
from dialer.fake import Patient
from dialer.messages import Command, Dial
from tests.engine.world import COVID, StoppedClock, World

ZONES = sorted(available_timezones())
RUSSIA = holidays.country_holidays("RU", years=(2025, 2026, 2027))
PATIENTS = [Patient(ends="busy"), Patient(ends="declined"), Patient(keys=("2",))]
PASSES = 3  # of the engine after each thing that happens: take, place, and what comes of it
STEP = timedelta(minutes=30)
WRONG_PERSON = Patient(keys=("3",))  # called once, and no call of those that failed
SUMMER_TIME = datetime(2026, 3, 29, tzinfo=UTC)  # a Sunday on which it begins in most of Europe
MORNING_IN = timedelta(hours=13, seconds=10)  # from then to the next opening
EVENING = datetime(2026, 3, 2, 14, 59, 50, tzinfo=UTC)  # 19:59:50 in Asia/Yekaterinburg


class JumpingClock(StoppedClock):
    """A wall clock that somebody sets, beside seconds that go on."""

    off = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.off


class Watched(World):
    """A world that writes down who is dialled, and what its wall clock said then."""

    dials: list[tuple[str, datetime]]
    clock: JumpingClock

    def __init__(self, folder: Path, patients: Sequence[Patient], now: datetime, lines: int) -> None:
        self.dials = []
        super().__init__(folder, {number(n): each for n, each in enumerate(patients)}, lines, now=now)

    def start(self) -> Engine:
        self.clock = JumpingClock(self.clock.now()) if type(self.clock) is StoppedClock else self.clock
        engine = super().start()
        send = self.lines.send

        def watched(command: Command) -> None:
            if isinstance(command, Dial):
                self.dials.append((command.number, self.clock.now()))
            send(command)

        self.lines.send = watched  # type: ignore[method-assign]  # the engine holds the lines, not the method
        return engine


def number(n: int) -> str:
    return f"+7912{n:07d}"


def is_allowed(zone: str, now: datetime) -> bool:
    """The window of the campaign, which lies inside that of its rule pack, worked out on its own."""
    local = now.astimezone(ZoneInfo(zone))
    opens, closes = (9, 20) if RUSSIA.is_working_day(local.date()) else (10, 18)
    return opens <= local.hour < closes


@contextmanager
def a_world(patients: Sequence[Patient], now: datetime, lines: int = 8) -> Iterator[Watched]:
    with TemporaryDirectory() as folder:
        world = Watched(Path(folder), patients, now, lines)
        try:
            yield world
        finally:
            world.database.close()


def _changes(zone: str) -> list[datetime]:
    """Midnights before the changes of the offset in one year."""
    midnight = datetime.combine(date(2026, 1, 1), time(0), UTC)
    days = [midnight + timedelta(days=n) for n in range(366)]
    tz = ZoneInfo(zone)
    return [a for a, b in pairwise(days) if a.astimezone(tz).utcoffset() != b.astimezone(tz).utcoffset()]


CHANGES = [(zone, day) for zone in ZONES for day in _changes(zone)]


def _pass(minutes: int) -> Callable[[Watched], None]:
    return lambda world: world.clock.pass_seconds(60.0 * minutes)


def _jump(minutes: int) -> Callable[[Watched], None]:
    def set_clock(world: Watched) -> None:
        world.clock.off += timedelta(minutes=minutes)

    return set_clock


def _restart(world: Watched) -> None:
    world.start()


def _pause(world: Watched) -> None:
    campaigns.pause_running(world.database, COVID, "supervisor", world.clock.now())


def _resume(world: Watched) -> None:
    if campaigns.state_of(world.database, COVID) == "paused":
        campaigns.move(world.database, COVID, "running", world.clock.now())


happenings = st.one_of(
    st.integers(30, 300).map(_pass),
    st.integers(200, 500).map(_pass),
    st.integers(-4000, 4000).map(_jump),
    st.sampled_from([_restart, _pause, _resume, _resume]),
)


def _local(where: tuple[str, datetime], hour: int, minute: int) -> tuple[str, datetime]:
    """That time of the local day, which is by day, when there is something to be called."""
    zone, day = where
    wall = day.astimezone(ZoneInfo(zone)).replace(hour=hour, minute=minute)
    return zone, wall.astimezone(UTC)


some_days = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
starts = st.builds(
    _local,
    st.sampled_from(CHANGES) | st.tuples(st.sampled_from(ZONES), some_days),
    st.integers(8, 20),
    st.integers(0, 59),
)
bounds = st.tuples(st.none() | st.integers(-600, 3000), st.none() | st.integers(60, 6000))


@pytest.mark.timeout(300)
@settings(max_examples=30, deadline=None)
@given(
    starts,
    st.lists(st.sampled_from(ZONES), max_size=2),
    st.lists(bounds, min_size=3, max_size=3),
    st.lists(happenings, min_size=6, max_size=10),
)
def test_no_call_leaves_outside_its_window_before_its_time_or_after_its_deadline(
    start: tuple[str, datetime],
    more_zones: list[str],
    spans: list[tuple[int | None, int | None]],
    happens: list[Callable[[Watched], None]],
) -> None:
    zones = [start[0], *more_zones]
    with a_world(PATIENTS[: len(zones)], start[1]) as world:
        limits = {}
        for n, (zone, (after, before)) in enumerate(zip(zones, spans, strict=False)):
            first = None if after is None else start[1] + timedelta(minutes=after)
            last = None if before is None else (first or start[1]) + timedelta(minutes=before)
            limits[number(n)] = zone, first, last
            world.queue(COVID, f"A-{n}", number(n), time_zone=zone, not_before=first, deadline=last)
        world.launch(COVID)
        for happening in (_pass(0), *happens):
            happening(world)
            for _ in range(PASSES):
                world.pass_once()
        event(f"{min(len(world.dials), 9)} calls")
        for phone, at in world.dials:
            zone, first, last = limits[phone]
            assert is_allowed(zone, at), (zone, at)
            assert first is None or first <= at
            assert last is None or at < last


@pytest.mark.timeout(300)
def test_every_zone_is_called_once_its_own_window_opens() -> None:
    with a_world([WRONG_PERSON] * len(ZONES), SUMMER_TIME, lines=100) as world:
        for n, zone in enumerate(ZONES):
            world.queue(COVID, f"A-{n}", number(n), time_zone=zone)
        world.launch(COVID)
        while world.clock.now() < SUMMER_TIME + timedelta(hours=30):
            world.run_until_idle()
            world.clock.pass_seconds(STEP.total_seconds())
        assert sorted(phone for phone, _ in world.dials) == [number(n) for n in range(len(ZONES))]
        zones = {number(n): zone for n, zone in enumerate(ZONES)}
        for phone, at in world.dials:
            assert is_allowed(zones[phone], at)
            before = at - 2 * STEP
            assert before < SUMMER_TIME or not is_allowed(zones[phone], before)


def test_a_contact_that_was_taken_in_time_is_not_called_once_its_window_has_closed() -> None:
    talks = Patient(keys=("1", "1954", "2", "5"))
    with a_world([talks, talks], EVENING, lines=1) as world:
        for n in range(2):
            world.queue(COVID, f"A-{n}", number(n))
        world.launch(COVID)
        world.pass_once()
        waiting = world.contact(COVID, "A-1")
        assert waiting.leased  # it waits for the only line
        world.run_until_idle()
        assert [phone for phone, _ in world.dials] == [number(0)]
        late = world.contact(COVID, "A-1")
        assert (late.state, late.wait_reason, late.next_at) == ("waiting", "hours", EVENING + MORNING_IN)
        assert late.wait_grounds["window"] == "09:00-20:00"
        world.clock.pass_seconds(MORNING_IN.total_seconds())
        world.run_until_idle()
        assert [phone for phone, _ in world.dials] == [number(0), number(1)]
        assert world.dials[1][1] >= EVENING + MORNING_IN


def test_a_contact_is_not_called_by_a_clock_that_was_set_back_to_yesterdays_window() -> None:
    """Its time counts, not the clock's way there: what was allowed then is judged by the clock now."""
    with a_world([WRONG_PERSON], EVENING + MORNING_IN - timedelta(minutes=1)) as world:
        world.queue(COVID, "A-0", number(0), not_before=EVENING + MORNING_IN)
        world.launch(COVID)
        world.clock.off = timedelta(hours=-14)  # 19:00 yesterday
        for _ in range(PASSES):
            world.pass_once()
        assert world.dials == []
        world.clock.off = timedelta(minutes=1)
        for _ in range(PASSES):
            world.pass_once()
        assert [phone for phone, _ in world.dials] == [number(0)]
