"""Logs that are written to, rotated, compressed, truncated and copied between two looks."""

import bz2
import gzip
import lzma
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.intake.log_reader import NOW, START, Reader, add, call, rotate, written


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
