"""Logs on their way into the store, again and again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.errors import DatabaseUnusable
from campaigns.intake.errors import IntakeError
from campaigns.intake.follow import LogIntake, Progress, follow
from campaigns.intake.queue_log import QueueLog
from campaigns.rules.lost_calls import MISDIAL, Folded, Loss, Mark, OpenCall, Taken
from campaigns.store.database import Database
from campaigns.store.lost_calls import LostCalls

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass
class Memory:
    """A shelf that keeps all in mind, and fails when told to."""

    mark: Mark | None = None
    calls: Mapping[str, OpenCall] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    asked: int = 0
    failures: int = 0
    attended: list[tuple[datetime, bool]] = field(default_factory=list)

    def position(self) -> Mark | None:
        self.asked += 1
        return self.mark

    def open_calls(self) -> Mapping[str, OpenCall]:
        return self.calls

    def others(self) -> Mapping[str, Mark]:
        return {}

    def under(self, source: str) -> "Memory":
        raise KeyError(source)

    def take_in(self, folded: Folded, before: Mark | None, after: Mark | None, now: datetime) -> Taken:
        assert before == self.mark
        if self.failures:
            self.failures -= 1
            raise DatabaseUnusable("The database is busy.")
        self.losses += folded.losses
        self.mark, self.calls = after, folded.open_calls
        return Taken({"callback": len(folded.losses)})

    def trial(self, folded: Folded, now: datetime) -> Taken:
        return Taken({"callback": len(folded.losses)})

    def attend(self, now: datetime, *, on: bool) -> None:
        self.attended.append((now, on))

    def let_go(self, now: datetime) -> None:
        self.calls = {}


def call(number: int, *, half: bool = False) -> str:
    at = int(NOW.timestamp()) - 3600 + number
    lines = [
        f"{at}|{at}.{number}|desk|NONE|ENTERQUEUE||+7912{number:07d}|1\n",
        f"{at}|{at}.{number}|desk|NONE|ABANDON|1|1|9\n",
    ]
    return lines[0] if half else "".join(lines)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


@pytest.fixture
def shelf() -> Memory:
    return Memory()


@pytest.fixture
def log(path: Path, shelf: Memory) -> LogIntake:
    return LogIntake(path, lambda: QueueLog("RU"), shelf)


def followed(log: LogIntake, *deeds: Callable[[], object]) -> tuple[list[Progress], list[str]]:
    """Follow the log while this happens to it, a deed before each look."""
    left = iter(deeds)
    seen: list[Progress] = []
    told: list[str] = []

    def stopped(seconds: float) -> bool:
        deed = next(left, None)
        if deed is not None:
            deed()
        return deed is None

    follow([log], lambda: NOW, stopped, seen.append, told.append)
    return seen, told


def adds(path: Path, text: str) -> Callable[[], object]:
    return lambda: path.open("a").write(text)


def nothing() -> None:
    return None


def test_each_loss_is_taken_in_once_as_it_comes(log: LogIntake, path: Path, shelf: Memory) -> None:
    seen, told = followed(
        log,
        *(adds(path, call(1)), nothing, adds(path, call(2, half=True)), nothing),
        adds(path, call(2).splitlines(keepends=True)[1]),
    )
    assert [loss.phone for loss in shelf.losses] == ["+79120000001", "+79120000002"]
    assert [progress.reading.lines for progress in seen] == [2, 1, 1]
    assert told == []
    assert shelf.asked == 1  # afterwards it is known


@pytest.mark.parametrize(("seconds", "said"), [(1, 1), (15, 3), (-3600, 5)])
def test_a_follower_says_now_and_then_that_it_is_there(
    log: LogIntake, path: Path, shelf: Memory, seconds: int, said: int
) -> None:
    path.write_text(call(1))
    moments = [NOW + number * timedelta(seconds=seconds) for number in range(6)]
    left = iter(moments)
    stops = iter([False] * 5 + [True])
    follow([log], lambda: next(left), lambda _: next(stops), lambda _: None, pytest.fail)
    on = [at for at, on in shelf.attended if on]
    assert (len(on), shelf.attended[-1]) == (said, (moments[-1], False))


def test_while_a_log_is_followed_a_clock_that_jumps_back_is_not_believed(
    log: LogIntake, path: Path, shelf: Memory
) -> None:
    shelf.failures = 1
    followed(log, adds(path, call(3000)), nothing, adds(path, call(1)), nothing)
    assert [loss.lost_at for loss in shelf.losses] == [NOW - timedelta(seconds=600), NOW]


def test_what_fails_is_told_once_and_read_again(log: LogIntake, path: Path, shelf: Memory) -> None:
    shelf.failures = 3
    _, told = followed(log, adds(path, call(1)), nothing, nothing, nothing, nothing)
    assert told == ["The database is busy."]
    assert len(shelf.losses) == 1


def test_a_log_that_is_not_there_yet_is_waited_for(log: LogIntake, path: Path, shelf: Memory) -> None:
    _, told = followed(log, nothing, nothing, adds(path, call(1)), nothing)
    assert told == [f"There is no file {path}: name the log of the queue."]
    assert len(shelf.losses) == 1


def test_what_is_amiss_with_a_log_is_told_as_often_as_it_happens(log: LogIntake, path: Path) -> None:
    _, told = followed(
        log,
        *(adds(path, call(1) + call(2)), lambda: path.write_text(call(3)), nothing),
        *(lambda: path.write_text(call(4)), nothing),
    )
    assert [text.split(",")[0] for text in told] == [f"What was read of {path} is gone"] * 2


def test_one_look_of_a_wrong_file_raises(log: LogIntake) -> None:
    with pytest.raises(IntakeError):
        log.look(NOW)


def test_a_trial_keeps_nothing(log: LogIntake, path: Path, shelf: Memory) -> None:
    path.write_text(call(1))
    progress = log.trial(NOW)
    assert (progress.reading.lines, progress.taken.fates) == (2, {"callback": 1})
    assert (shelf.mark, shelf.losses) == (None, [])


def test_the_store_goes_on_where_the_last_reader_was_cut_off(path: Path, db: Database) -> None:
    """Two readers, one after the other, with nothing in common but the database."""

    def reader() -> LogIntake:
        shelf = LostCalls(db, "abandoned-callback", "pbx", lambda loss: None, timedelta(days=1), MISDIAL)
        return LogIntake(path, lambda: QueueLog("RU"), shelf)

    path.write_text(call(1) + call(2, half=True))
    assert sum(reader().look(NOW).taken.fates.values()) == 1
    with path.open("a") as file:
        file.write(call(2).splitlines(keepends=True)[1])
    assert sum(reader().look(NOW).taken.fates.values()) == 1
    assert reader().look(NOW).reading.mark is None


HALF = call(1) + call(2) + call(3, half=True)
END = call(3).splitlines(keepends=True)[1]


@pytest.mark.parametrize(
    ("files", "lines", "phones", "known"),
    [
        ({"moved": HALF + END}, 1, ["+79120000003"], True),
        ({"moved": HALF}, 0, [], True),
        ({"moved.1": HALF + END, "moved": call(4)}, 3, ["+79120000003", "+79120000004"], True),
        ({"moved": call(5)}, 2, ["+79120000005"], False),
        (
            {"moved": HALF[:-1] + "0" + END},
            5,
            ["+79120000001", "+79120000002"],
            False,
        ),  # it only begins alike
    ],
)
def test_a_log_that_was_moved_is_read_on(
    path: Path, db: Database, files: dict[str, str], lines: int, phones: list[str], known: bool
) -> None:
    def intake(path: Path, source: str) -> LogIntake:
        shelf = LostCalls(db, "abandoned-callback", source, lambda loss: None, timedelta(days=1), MISDIAL)
        return LogIntake(path, lambda: QueueLog("RU"), shelf)

    path.write_text(HALF)
    intake(path, "old").look(NOW)
    path.unlink()
    for name, text in files.items():
        path.with_name(name).write_text(text)
    log = intake(path.with_name("moved"), "new")
    tried, reading = log.trial(NOW).reading, log.look(NOW).reading
    assert (tried.lines, tried.notice) == (reading.lines, reading.notice)
    assert (reading.lines, [loss.phone for loss in reading.folded.losses]) == (lines, phones)
    assert ("is the log that was read as old" in reading.notice) == known
    again = intake(path.with_name("moved"), "new")
    assert again.look(NOW).reading.notice == ""
    assert (position := again.shelf.position()) is not None
    assert position.lines == lines


def test_of_two_readers_of_one_log_one_is_refused(path: Path, db: Database) -> None:
    shelf = LostCalls(db, "abandoned-callback", "pbx", lambda loss: None, timedelta(days=1), MISDIAL)
    first, second = (LogIntake(path, lambda: QueueLog("RU"), shelf) for _ in range(2))
    path.write_text(call(1))
    first.look(NOW)
    second.look(NOW)
    with path.open("a") as file:
        file.write(call(2))
    assert sum(first.look(NOW).taken.fates.values()) == 1
    with pytest.raises(Exception, match="Another command reads pbx"):
        second.look(NOW)
    assert second.look(NOW).taken == Taken()  # it begins anew where the first one is
