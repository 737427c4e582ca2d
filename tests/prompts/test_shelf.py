"""What goes when the folder is full, and what never does."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.locks import Locks
from prompts.shelf import BLOCK_BYTES, KEEP_SECONDS, LEAVE, MARK_SECONDS, Kept, Shelf, outgoing

NOW = 1_800_000_000.0
OLD = KEEP_SECONDS + MARK_SECONDS + 1
FILES = st.lists(
    st.builds(
        Kept,
        path=st.uuids().map(str),
        size_bytes=st.integers(0, 1000),
        used_at=st.floats(NOW - 50_000, NOW + 50_000),
    ),
    max_size=40,
)


def is_fresh(file: Kept) -> bool:
    return abs(NOW - file.used_at) < KEEP_SECONDS


@given(FILES, st.integers(0, 20_000))
def test_what_goes_is_old_and_only_what_must(files: list[Kept], limit: int) -> None:
    going = outgoing(files, limit, NOW)
    staying = [file for file in files if file not in going]
    left = sum(file.size_bytes for file in staying)
    assert not any(is_fresh(file) for file in going)
    if sum(file.size_bytes for file in files) <= limit:
        assert going == []
    elif left > limit * LEAVE:
        assert all(abs(NOW - file.used_at) <= OLD for file in staying)
    if going:
        assert left + going[-1].size_bytes > limit * LEAVE


@given(FILES, st.integers(0, 20_000))
def test_the_longest_unused_goes_first(files: list[Kept], limit: int) -> None:
    going = outgoing(files, limit, NOW)
    last = max((file.used_at for file in going), default=0.0)
    staying = [file for file in files if file not in going]
    assert all(file.used_at >= last or abs(NOW - file.used_at) <= OLD for file in staying)


class Times:
    """A clock that is set."""

    now = NOW

    def __call__(self) -> float:
        return self.now


class Room:
    """A shelf of ten blocks, whose files are put there with a time of last use."""

    def __init__(self, folder: Path) -> None:
        self.clock = Times()
        self.folder = folder / "shared"
        self.folder.mkdir(parents=True)
        self.locks = Locks(folder / "locks")
        self.shelf = Shelf(self.folder, self.locks, 10 * BLOCK_BYTES, self.clock)

    def put(self, name: str, age_seconds: float, blocks: int = 1) -> Path:
        path = self.folder / name
        path.write_bytes(bytes(blocks * BLOCK_BYTES - 7))
        os.utime(path, (NOW - age_seconds, NOW - age_seconds))
        return path

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "speech")


def test_beyond_the_bound_the_oldest_go(room: Room) -> None:
    for place in range(12):
        room.put(f"{place:02}.wav", OLD + 1000 - place)
    room.shelf.clear()
    assert room.names() == [f"{place:02}.wav" for place in range(3, 12)]


def test_within_the_bound_nothing_goes(room: Room) -> None:
    for place in range(10):
        room.put(f"{place}.wav", 100 * OLD)
    room.shelf.clear()
    assert len(room.names()) == 10


def test_what_was_used_within_two_hours_stays_even_beyond_the_bound(room: Room) -> None:
    for place in range(15):
        room.put(f"{place:02}.wav", KEEP_SECONDS - place)
    room.shelf.clear()
    assert len(room.names()) == 15


def test_a_use_saves_a_file(room: Room) -> None:
    oldest = room.put("oldest.wav", 100 * OLD)
    for place in range(11):
        room.put(f"{place:02}.wav", OLD)
    assert room.shelf.used(oldest)
    room.shelf.clear()
    assert "oldest.wav" in room.names()
    room.clock.now += OLD
    for place in range(11):
        room.put(f"{place:02}.wav", -OLD)
    room.shelf.clear()
    assert "oldest.wav" not in room.names()


@pytest.mark.parametrize(
    ("age", "marked"), [(0.0, False), (MARK_SECONDS - 1, False), (MARK_SECONDS + 1, True), (-9e6, True)]
)
def test_a_use_is_written_down_only_now_and_then(room: Room, age: float, marked: bool) -> None:
    path = room.put("x.wav", age)
    assert room.shelf.used(path)
    assert path.stat().st_mtime == pytest.approx(NOW if marked else NOW - age, abs=0.01)


def test_what_is_not_there_is_not_used(room: Room) -> None:
    assert not room.shelf.used(room.folder / "none.wav")
    assert not room.shelf.used(room.folder.parent / "nowhere" / "none.wav")


def test_who_may_not_mark_may_still_play(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    path = room.put("x.wav", OLD)

    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refused)
    assert room.shelf.used(path)


def test_clearing_comes_with_what_is_added(room: Room) -> None:
    """At the first clip of a process, and each time a twentieth of the bound has come."""
    for place in range(12):
        room.put(f"{place:02}.wav", OLD)
    room.shelf.added(1)
    assert len(room.names()) == 9
    for place in range(20, 24):
        room.put(f"{place:02}.wav", OLD)
    room.shelf.added(1)
    assert len(room.names()) == 9


def test_between_two_looks_adding_costs_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(room.folder, room.locks, 1000 * BLOCK_BYTES, room.clock)
    looks: list[str] = []

    def look(folder: Path) -> list[Kept]:
        looks.append(folder.name)
        return []

    monkeypatch.setattr("prompts.shelf._files", look)
    for _ in range(1000):
        shelf.added(BLOCK_BYTES)
    assert 15 <= looks.count("shared") <= 21


def test_two_do_not_clear_at_once(room: Room) -> None:
    for place in range(12):
        room.put(f"{place:02}.wav", OLD)
    with room.locks.file("shelf"):
        room.shelf.clear()
    assert len(room.names()) == 12


def test_clearing_takes_what_crashes_and_the_version_before_left(room: Room) -> None:
    room.put(".abc.part", 2 * OLD)
    room.put(".new.part", 10)
    (room.folder.parent / ".secret.part").write_bytes(b"")
    os.utime(room.folder.parent / ".secret.part", (0, 0))
    outdated = room.folder.parent / "fixed"
    outdated.mkdir()
    (outdated / "x.wav").write_bytes(b"sound")
    room.shelf.clear()
    assert room.names() == [".new.part"]
    assert sorted(path.name for path in room.folder.parent.iterdir()) == ["locks", "shared"]


def test_an_empty_file_cannot_be_played(room: Room) -> None:
    path = room.put("a.wav", 0)
    assert room.shelf.used(path)
    path.write_bytes(b"")
    assert not room.shelf.used(path)
