"""One at a time: among threads, among processes, after a crash, and never for ever."""

import fcntl
import multiprocessing
import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from prompts.locks import LOCK_FILES, Locks


def is_free(folder: Path, name: str) -> bool:
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def test_a_lock_file_is_held_and_let_go(tmp_path: Path) -> None:
    with Locks(tmp_path / "locks").file("x") as had:
        assert had
        assert not is_free(tmp_path / "locks", "x")
    assert is_free(tmp_path / "locks", "x")


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), Locks(tmp_path).file("x"):
        raise ValueError("inside")
    assert is_free(tmp_path, "x")


@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True), (False, False)])
def test_only_those_who_share_are_there_together(tmp_path: Path, first: bool, second: bool) -> None:
    locks = Locks(tmp_path)
    with locks.file("x", together=first), locks.file("x", wait=False, together=second) as also:
        assert also is (first and second)


def enter(locks: Locks, entered: list[str]) -> None:
    with locks.alone("key"):
        entered.append("thread")


def test_a_thread_waits_for_another(tmp_path: Path) -> None:
    entered: list[str] = []
    thread = threading.Thread(target=enter, args=(Locks(tmp_path), entered))
    with Locks(tmp_path).alone("key"):
        thread.start()
        thread.join(0.05)
        entered.append("first")
    thread.join()
    assert entered == ["first", "thread"]


def test_a_part_inside_its_whole_never_waits_for_itself(tmp_path: Path) -> None:
    """Every key of the same lock file, one inside the other."""
    locks = Locks(tmp_path, patience_seconds=0.0)
    for key in map(str, range(3 * LOCK_FILES)):
        with locks.alone("whole"), locks.alone(key):
            held = [path.name for path in tmp_path.iterdir() if not is_free(tmp_path, path.name)]
            assert sorted(name[0] for name in held) == ["0", "1"]
    assert len(list(tmp_path.iterdir())) <= 2 * LOCK_FILES


def test_a_hanging_holder_does_not_stop_the_others_for_ever(tmp_path: Path) -> None:
    entered: list[str] = []
    with Locks(tmp_path).alone("key"):
        thread = threading.Thread(target=enter, args=(Locks(tmp_path, patience_seconds=0.0), entered))
        thread.start()
        thread.join()
    assert entered == ["thread"]


def hold(folder: Path, connection: Connection) -> None:
    with Locks(folder).alone("key"):
        connection.send("held")
        connection.recv()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=hold, args=(tmp_path, there))
    process.start()
    assert here.recv() == "held"
    (name,) = (path.name for path in tmp_path.iterdir())
    assert not is_free(tmp_path, name)
    process.kill()
    process.join()
    assert is_free(tmp_path, name)
