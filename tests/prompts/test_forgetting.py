"""An owner's audio goes for good, whoever else is at work."""

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from prompts.cache import Cache
from prompts.errors import CacheError
from tests.prompts.test_cache import RECIPE, keep


def test_forgetting_one_owner_leaves_the_others(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    mine, yours, shared = (
        cache.personal_path(RECIPE, "c1"),
        cache.personal_path(RECIPE, "c2"),
        cache.shared_path(RECIPE),
    )
    for path in (mine, yours, shared):
        keep(cache, path, b"sound")
    cache.forget("c1")
    cache.forget("c1")
    assert [mine.parent.exists(), yours.exists(), shared.exists()] == [False, True, True]
    assert sorted(entry.name for entry in (tmp_path / "personal").iterdir()) == ["c2"]


def test_forgetting_also_ends_what_a_crash_left_half_forgotten(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    left = tmp_path / "personal" / ".gone-1"
    left.mkdir(parents=True)
    (left / "x.wav").write_bytes(b"sound")
    keep(cache, cache.personal_path(RECIPE, "c1"), b"sound")
    cache.forget("c1")
    assert list((tmp_path / "personal").iterdir()) == []


@pytest.mark.parametrize("again", [False, True])
def test_what_is_rendered_while_its_owner_is_forgotten_is_not_kept(tmp_path: Path, again: bool) -> None:
    cache = Cache(tmp_path)
    path = cache.personal_path(RECIPE, "c1")
    with cache.alone(path):
        Cache(tmp_path).forget("c1")
        if again:  # and rendered for once more, by another process
            (tmp_path / "personal" / "c1").mkdir()
        with pytest.raises(CacheError, match="forgotten"):
            cache.store(path, b"sound")
    assert not path.exists()
    assert again or not path.parent.exists()


def test_what_is_forgotten_while_it_is_written_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    path = cache.personal_path(RECIPE, "c1")
    real_replace = os.replace

    def replace_late(part: str, whole: Path) -> None:
        path.parent.rename(tmp_path / "personal" / ".gone-1")
        real_replace(part, whole)

    monkeypatch.setattr(os, "replace", replace_late)
    with cache.alone(path), pytest.raises(CacheError, match="forgotten"):
        cache.store(path, b"sound")
    cache.forget("c1")


def test_a_personal_clip_is_stored_by_who_is_alone_with_it(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = cache.personal_path(RECIPE, "c1")
    with pytest.raises(CacheError, match="not kept"):
        cache.store(path, b"sound")
    with cache.alone(path):
        with cache.alone(path):
            cache.store(path, b"inner")
        cache.store(path, b"outer")
    assert path.read_bytes() == b"outer"


def _forget_many(told: tuple[Path, int]) -> int:
    folder, first = told
    cache = Cache(folder)
    for place in range(first, first + 150):
        for words in ("one", "two", "three"):
            keep(cache, cache.personal_path(replace(RECIPE, words=words), f"c{place}"), b"sound")
        cache.forget(f"c{place}")
    return first


def test_processes_that_forget_at_once_do_not_hinder_each_other(tmp_path: Path) -> None:
    told = [(tmp_path / "speech", first) for first in (0, 1000, 2000, 3000)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.map(_forget_many, told, chunksize=1) == [0, 1000, 2000, 3000]
    assert list((tmp_path / "speech" / "personal").iterdir()) == []


def test_a_folder_that_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    keep(cache, cache.personal_path(RECIPE, "c1"), b"sound")

    def stay(grave: Path, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("prompts.cache.shutil.rmtree", stay)
    with pytest.raises(CacheError, match="Permission denied"):
        cache.forget("c1")


def test_forgetting_where_nothing_ever_was_makes_nothing(tmp_path: Path) -> None:
    Cache(tmp_path / "speech").forget("c1")
    assert not (tmp_path / "speech").exists()
