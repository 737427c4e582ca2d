"""Clocks that jump, lines that are broken, copies that are damaged, and whatever else happens to a log."""

import gzip
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.intake.callcenter import Callcenter
from campaigns.intake.errors import IntakeError
from campaigns.intake.log_reading import FAULTS_KEPT, read_on
from campaigns.intake.queue_log import QueueLog
from tests.intake.log_reader import NOW, START, Reader, add, call, rotate


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
