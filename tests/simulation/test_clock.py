from datetime import UTC, datetime, timedelta

from campaigns.simulation.clock import SimulatedClock, SimulatedTicks

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)


class Forced:
    def __init__(self) -> None:
        self.names: list[str] = []

    def force(self, name: str) -> None:
        self.names.append(name)


def test_time_passes_only_when_told_to() -> None:
    clock = SimulatedClock(NOW)
    clock.pass_seconds(1.5)
    clock.go_to(NOW + timedelta(seconds=10))
    clock.go_to(NOW)  # never backwards
    assert (clock.now(), clock.seconds()) == (NOW + timedelta(seconds=10), 10.0)


def test_duties_fall_due_at_their_intervals() -> None:
    forced = Forced()
    ticks = SimulatedTicks(forced, {"take": 2.0, "expire": 30.0})
    for second in range(5):
        ticks.come_to(second)
    assert forced.names == ["take", "expire", "take", "take"]


def test_a_duty_can_be_put_off_but_not_hastened() -> None:
    forced = Forced()
    ticks = SimulatedTicks(forced, {"take": 2.0})
    ticks.come_to(0)
    ticks.put_off("take", 10.0)
    ticks.put_off("take", 1.0)
    assert ticks.next("take") == 10.0
    ticks.come_to(9)
    assert forced.names == ["take"]
