"""Logs that are written to, rotated, compressed, truncated and copied while they are read."""

import bz2
import gzip
import lzma
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.intake import log_files
from campaigns.intake.callcenter import Callcenter
from campaigns.intake.errors import IntakeError
from campaigns.intake.log_format import Parsed
from campaigns.intake.log_reading import FAULTS_KEPT, Reading, read_on
from campaigns.intake.queue_log import QueueLog
from campaigns.rules.lost_calls import Mark, OpenCall

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
START = int(NOW.timestamp()) - 80_000


def call(number: int) -> str:
    """Two lines: a call enters and is lost."""
    at = START + 10 * number
    return (
        f"{at}|{at}.{number}|desk|NONE|ENTERQUEUE||+7912{number:07d}|1\n"
        f"{at + 9}|{at}.{number}|desk|NONE|ABANDON|1|1|9\n"
    )


class Watched(QueueLog):
    """Something happens as soon as a line of it was read."""

    def __init__(self, deeds: Iterator[Callable[[], object]]) -> None:
        super().__init__("RU")
        self._deeds = deeds

    def read(self, line: str, now: datetime) -> Parsed:
        parsed = super().read(line, now)
        next(self._deeds, lambda: None)()
        return parsed


@dataclass
class Reader:
    """Reads one log again and again, as its follower does."""

    path: Path
    mark: Mark | None = None
    open_calls: dict[str, OpenCall] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    last: Reading | None = None

    def look(self, meanwhile: Callable[[], object] = lambda: None) -> Reading:
        """meanwhile: what happens once the first line is read."""
        deeds = iter([meanwhile])
        reading = read_on(self.path, lambda: Watched(deeds), self.mark, self.open_calls, NOW)
        self.mark = reading.mark or self.mark
        self.open_calls = dict(reading.folded.open_calls)
        self.lost += [loss.phone for loss in reading.folded.losses]
        self.last = reading
        return reading

    @property
    def numbers(self) -> list[int]:
        return [int(phone[5:]) for phone in self.lost]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


def add(path: Path, *numbers: int) -> None:
    with path.open("a") as file:
        file.writelines(call(number) for number in numbers)


def rotate(path: Path, to: str = "queue_log.1") -> Path:
    """By renaming; the copy is younger than all that are there."""
    place = path.with_name(to)
    path.rename(place)
    made_newest(place)
    return place


def made_newest(path: Path) -> None:
    newest = max(file.stat().st_mtime_ns for file in path.parent.iterdir())
    os.utime(path, ns=(newest + 1_000_000, newest + 1_000_000))


def written(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_what_is_new_is_read_once(log: Path) -> None:
    reader = Reader(log)
    add(log, 1, 2)
    assert reader.look().lines == 4
    assert reader.look().mark is None
    add(log, 3)
    reader.look()
    assert reader.numbers == [1, 2, 3]
    assert reader.mark is not None
    assert (reader.mark.lines, reader.mark.offset) == (6, log.stat().st_size)


def test_a_line_that_is_being_written_waits_for_its_end(log: Path) -> None:
    reader = Reader(log)
    text = call(1)
    for cut in range(len(text)):
        log.write_text(text[:cut])
        reading = reader.look()
        assert reading.broken == 0
        assert reading.unfinished == (cut > 0 and text[cut - 1] != "\n")
    log.write_text(text)
    reader.look()
    assert reader.numbers == [1]


def test_a_rotated_log_is_read_to_its_end_first(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    add(log, 2)
    add(rotate(log), 3)
    add(log, 4)
    assert reader.look().notice == ""
    assert reader.numbers == [1, 2, 3, 4]


def test_until_the_new_file_is_written_to_the_old_one_may_be(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    old = rotate(log)
    log.touch()
    add(old, 2)
    reader.look()
    assert reader.numbers == [1, 2]
    add(old, 3)
    add(log, 4)
    reader.look()
    assert reader.numbers == [1, 2, 3, 4]


def test_a_log_that_is_missing_for_a_moment_is_none_that_is_gone(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    old = rotate(log)
    assert reader.look().notice == ""
    add(old, 2)
    reader.look()
    assert reader.numbers == [1, 2]


@pytest.mark.parametrize(
    ("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_after_days_off_every_copy_is_read_packed_or_not(
    log: Path, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    for day, numbers in ((20, (2, 3)), (21, (4,)), (22, (5, 6))):
        add(log, *numbers)
        copy = rotate(log, f"queue_log-202611{day}")
        if day < 22:
            packed = copy.with_name(f"{copy.name}{ending}")
            packed.write_bytes(pack(copy.read_bytes()))
            shutil.copystat(copy, packed)
            copy.unlink()
    add(log, 7)
    assert reader.look().notice == ""
    assert reader.numbers == [1, 2, 3, 4, 5, 6, 7]


def test_a_copy_that_is_there_packed_and_unpacked_counts_once(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    add(log, 2)
    copy = rotate(log)
    copy.with_name("queue_log.1.gz").write_bytes(gzip.compress(copy.read_bytes()))
    add(log, 3)
    reader.look()
    assert reader.numbers == [1, 2, 3]


def test_copied_and_truncated(log: Path) -> None:
    reader = Reader(log)
    add(log, 1, 2)
    reader.look()
    add(log, 3)
    shutil.copy(log, log.with_name("queue_log.1"))
    os.truncate(log, 0)
    add(log, 4, 5, 6)  # longer than before
    reader.look()
    assert reader.numbers == [1, 2, 3, 4, 5, 6]


def test_truncated_without_a_copy_is_said(log: Path) -> None:
    reader = Reader(log)
    add(log, 1, 2)
    reader.look()
    os.truncate(log, 0)
    assert reader.look().mark is None
    add(log, 3)
    assert "is gone" in reader.look().notice
    assert reader.numbers == [1, 2, 3]
    assert reader.look().notice == ""


def test_of_a_log_that_was_deleted_its_younger_copies_are_read(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    log.unlink()
    for name, number, hours in (("queue_log.3", 2, -1), ("queue_log.2", 3, 1), ("queue_log.1", 4, 2)):
        copy = log.with_name(name)
        add(copy, number)
        written(copy, NOW + timedelta(hours=hours))
    add(log, 5)
    assert "is gone" in reader.look().notice
    assert reader.numbers == [1, 3, 4, 5]


def test_an_empty_log_that_was_rotated_since_is_read(log: Path) -> None:
    reader = Reader(log)
    log.touch()
    reader.look()
    add(log, 1)
    rotate(log)
    add(log, 2)
    reader.look()
    assert reader.numbers == [1, 2]


def test_a_copy_of_the_log_with_another_inode_is_the_same_log(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    fresh = log.with_name("fresh")
    shutil.copy(log, fresh)
    add(fresh, 2)
    fresh.replace(log)
    reader.look()
    assert reader.numbers == [1, 2]


def test_a_copy_that_is_not_whole_yet_is_waited_for(log: Path) -> None:
    reader = Reader(log)
    add(log, 1, 2, 3, 4, 5)
    reader.look()
    whole = log.read_bytes()
    log.write_bytes(whole[:300])
    written(log, NOW)
    assert "shorter than what was read" in reader.look().notice
    log.write_bytes(whole + call(6).encode())
    reader.look()
    assert reader.numbers == [1, 2, 3, 4, 5, 6]


def test_a_log_that_was_cut_short_and_does_not_grow_is_read_from_its_beginning(log: Path) -> None:
    reader = Reader(log)
    add(log, 1, 2, 3, 4, 500)
    reader.look()
    log.write_text(call(1) + call(2) + call(3) + call(6).splitlines(keepends=True)[0])
    written(log, NOW - timedelta(minutes=2))
    reading = reader.look()
    assert "it is read from its beginning" in reading.notice
    assert [loss.lost_at.timestamp() for loss in reading.folded.losses] == [
        START + 19,
        START + 29,
        START + 39,
    ]
    add(log, 7)
    assert reader.look().notice == ""
    assert reader.numbers == [1, 2, 3, 4, 500, 1, 2, 3, 7]


def test_a_log_grows_while_it_is_read(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look(lambda: add(log, 2, 3, 4))
    assert reader.look().notice == ""
    assert reader.numbers == [1, 2, 3, 4]


def numbered(log: Path, number: int) -> None:
    """What logrotate does: .1 becomes .2, the log becomes .1, and a new one is written to."""
    for place in range(len(list(log.parent.iterdir())), 0, -1):
        copy = log.with_name(f"{log.name}.{place}")
        if copy.exists():
            copy.rename(log.with_name(f"{log.name}.{place + 1}"))
    rotate(log)
    add(log, number)


def copied(log: Path, number: int) -> None:
    copy = log.with_name("queue_log.1795000009")
    shutil.copy(log, copy)
    made_newest(copy)
    os.truncate(log, 0)
    add(log, number)


ROTATIONS = pytest.mark.parametrize("rotated", [numbered, copied])


@ROTATIONS
@pytest.mark.parametrize("before", [(), (8,)])
def test_a_log_is_rotated_while_it_is_read(
    log: Path, rotated: Callable[[Path, int], None], before: tuple[int, ...]
) -> None:
    reader = Reader(log)
    if before:
        add(log, *before)
        reader.look()
    add(log, 9, 10)
    reader.look(lambda: rotated(log, 11))
    add(log, 12)
    reader.look()
    assert reader.numbers == [*before, 9, 10, 11, 12]


@ROTATIONS
def test_a_log_is_rotated_while_its_copies_are_read(log: Path, rotated: Callable[[Path, int], None]) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    add(log, 2)
    numbered(log, 3)
    numbered(log, 4)
    reader.look(lambda: rotated(log, 5))
    reader.look()
    assert reader.numbers == [1, 2, 3, 4, 5]


def packs(log: Path, _number: int) -> None:
    copy = log.with_name("queue_log.1")
    packed = log.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(copy.read_bytes()))
    shutil.copystat(copy, packed)
    copy.unlink()


@pytest.mark.parametrize(("deed", "numbers"), [(numbered, [1, 2, 3, 4, 5]), (packs, [1, 2, 3, 4])])
@pytest.mark.parametrize("listing", [1, 2, 3])
def test_a_log_is_rotated_while_its_copies_are_listed(
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[[Path, int], None],
    numbers: list[int],
    listing: int,
) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    add(log, 2)
    numbered(log, 3)
    numbered(log, 4)
    happens_after(listing, lambda: deed(log, 5), monkeypatch)
    reader.look()
    reader.look()
    assert reader.numbers == numbers


def happens_after(listing: int, deed: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """It happens right after the copies were listed for the first, second or third time."""
    listed, count = log_files._copies, iter(range(1, 100))

    def watched(path: Path) -> list[tuple[Path, os.stat_result]]:
        found = listed(path)
        if next(count) == listing:
            deed()
        return found

    monkeypatch.setattr(log_files, "_copies", watched)


def test_names_that_never_stand_still_are_waited_for(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    numbered(log, 2)
    turns = iter(range(1, 100))
    monkeypatch.setattr(log_files, "_names", lambda path: {path: next(turns)})
    with pytest.raises(IntakeError, match="is being rotated at this moment"):
        reader.look()


def test_a_clock_goes_on_from_where_the_log_was_left(log: Path) -> None:
    reader = Reader(log)
    add(log, 500)
    reader.look()
    rotate(log)
    add(log, 1)  # an hour back
    reading = reader.look()
    assert reading.jumps == 2
    assert [loss.lost_at.timestamp() for loss in reading.folded.losses] == [START + 5009]


@pytest.mark.parametrize(
    ("looked", "lost_at"), [(1, NOW.timestamp()), (120, START + 5009), (None, START + 5009)]
)
def test_of_a_log_that_is_followed_our_own_clock_is_believed(
    log: Path, looked: int | None, lost_at: float
) -> None:
    reader = Reader(log)
    add(log, 500)
    reader.look()
    add(log, 1)
    before = None if looked is None else NOW - timedelta(seconds=looked)
    reading = read_on(log, lambda: QueueLog("RU"), reader.mark, {}, NOW, looked_at=before)
    assert [loss.lost_at.timestamp() for loss in reading.folded.losses] == [lost_at]
    assert reading.live == (looked == 1)


def test_other_files_of_that_name_are_no_copies(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    rotate(log)
    for name in ("queue_log.rejects.txt", "queue_log2", "queue_log.1.bak"):
        add(log.with_name(name), 9)
    add(log, 2)
    reader.look()
    assert reader.numbers == [1, 2]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["write", "half", "look", "rename", "copytruncate", "pack"]), max_size=25))
def test_whatever_happens_to_a_log_every_loss_is_read_once(tmp_path: Path, deeds: list[str]) -> None:
    place = tmp_path / str(len(list(tmp_path.iterdir())))
    place.mkdir()
    path, number, rest, copies = place / "queue_log", 0, "", 0
    add(path, number)
    reader = Reader(path)
    reader.look()
    for deed in deeds:
        match deed:
            case "write" | "half":
                number += not rest
                text = rest or call(number)
                half = len(text) // 2 if deed == "half" and not rest else len(text)
                with path.open("a") as file:
                    file.write(text[:half])
                rest = text[half:]
            case "look":
                reader.look()
            case "rename" | "copytruncate" if not rest and path.stat().st_size:
                copies += 1
                old = rotate(path, f"queue_log.{1795000000 + copies}")
                if deed == "copytruncate":
                    shutil.copy2(old, path)
                    os.truncate(path, 0)
                number += 1
                add(path, number)
            case "pack" if copies:
                old = place / f"queue_log.{1795000000 + copies}"
                if old.exists():
                    packed = old.with_name(f"{old.name}.gz")
                    packed.write_bytes(gzip.compress(old.read_bytes()))
                    shutil.copystat(old, packed)
                    old.unlink()
            case _:
                pass
    with path.open("a") as file:
        file.write(rest)
    reader.look()
    assert reader.numbers == list(range(number + 1))


def test_broken_lines_are_counted_and_named_by_file_and_line(log: Path) -> None:
    reader = Reader(log)
    log.write_text(call(1) + "garbage\n" + call(2))
    reading = reader.look()
    assert (reading.lines, reading.broken) == (5, 1)
    (fault,) = reading.faults
    assert (fault.path, fault.line, fault.raw) == (log, 3, "garbage\n")
    with log.open("a") as file:
        file.write(call(3) + "|||\n")
    (fault,) = reader.look().faults
    assert fault.line == 8
    assert reader.mark is not None
    assert (reader.mark.lines, reader.mark.broken) == (8, 2)
    assert reader.numbers == [1, 2, 3]


def test_a_file_of_broken_lines_says_so_without_end(log: Path) -> None:
    log.write_text(call(1) + "x\n" * (FAULTS_KEPT + 5))
    reading = Reader(log).look()
    assert (reading.broken, len(reading.faults)) == (FAULTS_KEPT + 5, FAULTS_KEPT)


@pytest.mark.parametrize("content", [b"hello\nworld\n", os.urandom(3000).replace(b"\n", b"") + b"\n"])
def test_what_is_no_log_is_refused(log: Path, content: bytes) -> None:
    log.write_bytes(content)
    with pytest.raises(IntakeError, match=r"queue_log is no queue_log of Asterisk: none of its \d+ lines"):
        Reader(log).look()


def test_an_empty_log_is_one(log: Path) -> None:
    log.touch()
    reader = Reader(log)
    assert reader.look().lines == 0
    add(log, 1)
    reader.look()
    assert reader.numbers == [1]


def test_a_line_without_end_does_not_fill_the_memory(log: Path) -> None:
    log.write_bytes(call(1).encode() + b"\0" * 200_000 + call(2).encode())
    reader = Reader(log)
    reader.look()
    assert reader.numbers == [1, 2]


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IntakeError, match="name the log of the queue"):
        Reader(tmp_path / name).look()


def test_a_damaged_copy_is_said_and_passed_over(log: Path) -> None:
    reader = Reader(log)
    add(log, 1)
    reader.look()
    add(log, 2)
    copy = rotate(log)
    packed = gzip.compress(copy.read_bytes() + os.urandom(4000))
    copy.with_name("queue_log.1.gz").write_bytes(packed[:-2000])
    copy.unlink()
    add(log, 3)
    assert "queue_log.1.gz is damaged" in reader.look().notice
    assert reader.numbers[-1] == 3
    assert reader.look().notice == ""


def test_an_event_in_several_lines_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "events"
    lines = [
        *("Event-Subclass: callcenter%3A%3Ainfo", f"Event-Date-Timestamp: {START}000000"),
        *("CC-Action: member-queue-end", "CC-Cause: Cancel", "CC-Queue: desk", "CC-Member-Session-UUID: 1"),
        *("CC-Member-CID-Number: 9123456789", ""),
    ]
    mark, lost = None, 0
    for count in range(len(lines) + 1):
        path.write_text("".join(f"{line}\n" for line in lines[:count]))
        reading = read_on(path, lambda: Callcenter("RU"), mark, {}, NOW + timedelta(seconds=count))
        mark = reading.mark or mark
        lost += len(reading.folded.losses)
        assert reading.unfinished == (0 < count < len(lines))
    assert lost == 1
    assert mark is not None
    assert mark.lines == len(lines)


def test_the_last_event_of_a_rotated_file_needs_no_blank_line(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(
        f"Event-Date-Timestamp: {START}000000\nCC-Action: member-queue-end\nCC-Cause: Cancel\n"
        "CC-Member-Session-UUID: 1\nCC-Member-CID-Number: 9123456789\n"
    )
    first = read_on(path, lambda: Callcenter("RU"), None, {}, NOW)
    assert (len(first.folded.losses), first.unfinished) == (0, True)
    rotate(path, "events.1")
    path.write_text("\n")
    second = read_on(path, lambda: Callcenter("RU"), first.mark, {}, NOW)
    assert len(second.folded.losses) == 1
