"""What is kept, under which name, with which rights, and that it can be forgotten."""

import json
import multiprocessing
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prompts.cache import Cache, Recipe
from prompts.errors import CacheError

RECIPE = Recipe("espeak", ("1.52", "ru", "150"), 1, "ru", "Добрый день.")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_same_recipe_has_the_same_place(tmp_path: Path) -> None:
    assert Cache(tmp_path).fixed_path(RECIPE) == Cache(tmp_path).fixed_path(replace(RECIPE))


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "gtts"},
        {"identity": ("1.53", "ru", "150")},
        {"formatters": 2},
        {"language": "en"},
        {"words": "Добрый вечер."},
        {"rate_hz": 16000},
        {"level_dbfs": -23.0},
    ],
)
def test_whatever_shapes_the_sound_changes_the_name(tmp_path: Path, change: dict[str, Any]) -> None:
    cache = Cache(tmp_path)
    other = replace(RECIPE, **change)
    assert cache.fixed_path(other) != cache.fixed_path(RECIPE)
    assert cache.personal_path(other, "c1") != cache.personal_path(RECIPE, "c1")


def test_recipe_is_canonical_json_and_hides_its_words_when_shown() -> None:
    assert json.loads(RECIPE.canonical())["words"] == "Добрый день."
    assert "Добрый" not in repr(RECIPE)


def test_personal_names_cannot_be_guessed_without_the_secret(tmp_path: Path) -> None:
    one, other = Cache(tmp_path / "a"), Cache(tmp_path / "b")
    names = {one.personal_path(RECIPE, "c1").name, other.personal_path(RECIPE, "c1").name}
    assert len(names) == 2
    assert one.fixed_path(RECIPE).name not in names


def test_rights(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "speech")
    path = cache.personal_path(RECIPE, "covid-results.17")
    cache.store(path, b"sound")
    assert path.read_bytes() == b"sound"
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]
    assert mode(tmp_path / "speech" / "secret") == 0o600


def test_a_secret_outlives_the_process(tmp_path: Path) -> None:
    first = Cache(tmp_path).personal_path(RECIPE, "c1")
    assert Cache(tmp_path).personal_path(RECIPE, "c1") == first


def test_storing_leaves_nothing_but_the_clip(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = cache.fixed_path(RECIPE)
    cache.store(path, b"first")
    cache.store(path, b"second")
    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [(path.name, b"second")]


def test_a_failed_write_leaves_neither_a_half_clip_nor_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    path = cache.fixed_path(RECIPE)
    cache.store(path, b"whole")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CacheError, match="No space left"):
        cache.store(path, b"other")
    assert [entry.read_bytes() for entry in path.parent.iterdir()] == [b"whole"]


def test_forgetting_one_owner_leaves_the_others(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    mine, yours, shared = (
        cache.personal_path(RECIPE, "c1"),
        cache.personal_path(RECIPE, "c2"),
        cache.fixed_path(RECIPE),
    )
    for path in (mine, yours, shared):
        cache.store(path, b"sound")
    cache.forget("c1")
    cache.forget("c1")
    assert [mine.parent.exists(), yours.exists(), shared.exists()] == [False, True, True]
    assert sorted(entry.name for entry in (tmp_path / "personal").iterdir()) == ["c2"]


def test_forgetting_also_ends_what_a_crash_left_half_forgotten(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    left = tmp_path / "personal" / ".gone-1" / "x.wav"
    cache.store(left, b"sound")
    cache.store(cache.personal_path(RECIPE, "c1"), b"sound")
    cache.forget("c1")
    assert list((tmp_path / "personal").iterdir()) == []


def test_forgetting_where_nothing_ever_was_makes_nothing(tmp_path: Path) -> None:
    Cache(tmp_path / "speech").forget("c1")
    assert not (tmp_path / "speech").exists()


@pytest.mark.parametrize(
    "owner", ["", ".", "..", "../c1", "a/b", "-x", ".hidden", "a\0b", "ю", "x" * 101, "a\n"]
)
def test_owners_that_are_no_folder_names_are_refused(tmp_path: Path, owner: str) -> None:
    cache = Cache(tmp_path)
    with pytest.raises(CacheError, match="owner"):
        cache.personal_path(RECIPE, owner)
    with pytest.raises(CacheError, match="owner"):
        cache.forget(owner)


def test_a_damaged_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(CacheError, match="damaged"):
        Cache(tmp_path).personal_path(RECIPE, "c1")


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "speech").write_text("in the way")
    cache = Cache(tmp_path / "speech")
    with pytest.raises(CacheError, match=r"cannot be kept in .*\.$"):
        cache.store(cache.fixed_path(RECIPE), b"sound")
    with pytest.raises(CacheError, match="cannot be kept"):
        cache.personal_path(RECIPE, "c1")
    with pytest.raises(CacheError, match="cannot be kept"):
        cache.forget("c1")


def _place(folder: Path) -> str:
    cache = Cache(folder)
    path = cache.personal_path(RECIPE, "c1")
    cache.store(path, b"sound" * 1000)
    return str(path)


def test_processes_that_start_at_once_agree_on_the_secret_and_the_clip(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        places = pool.map(_place, [tmp_path / "speech"] * 8, chunksize=1)
    assert len(set(places)) == 1
    assert Path(places[0]).read_bytes() == b"sound" * 1000
    assert sorted(entry.name for entry in (tmp_path / "speech").iterdir()) == ["personal", "secret"]
