"""Logs that are rotated and packed in the very moment in which they are read."""

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.intake import log_files
from campaigns.intake.errors import IntakeError
from tests.intake.log_reader import Reader, add, made_newest, rotate


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
