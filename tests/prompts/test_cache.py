"""What is kept, under which name, with which rights, and that it can be forgotten."""

import json
import multiprocessing
import os
import stat
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import prompts.cache as cache_module
from prompts.cache import Cache, Recipe
from prompts.errors import CacheError

RECIPE = Recipe("espeak", ("1.52", "ru", "150"), 1, "ru", "Добрый день.")


def keep(cache: Cache, path: Path, data: bytes) -> None:
    with cache.alone(path):
        cache.store(path, data)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_same_recipe_has_the_same_place(tmp_path: Path) -> None:
    assert Cache(tmp_path).shared_path(RECIPE) == Cache(tmp_path).shared_path(replace(RECIPE))


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
        {"pauses_seconds": (0.15,)},
    ],
)
def test_whatever_shapes_the_sound_changes_the_name(tmp_path: Path, change: dict[str, Any]) -> None:
    cache = Cache(tmp_path)
    other = replace(RECIPE, **change)
    assert cache.shared_path(other) != cache.shared_path(RECIPE)
    assert cache.personal_path(other, "c1") != cache.personal_path(RECIPE, "c1")


def test_letters_of_two_code_points_are_the_same_words(tmp_path: Path) -> None:
    one, other = (replace(RECIPE, words=words) for words in ("\u0439", "\u0438\u0306"))
    assert one.canonical() == other.canonical()


def test_a_joined_recipe_depends_on_every_part_their_order_and_the_pauses() -> None:
    other = replace(RECIPE, words="Нажмите один.")
    wholes = [
        Recipe.of([RECIPE, other], [0.35, 0.06]),
        Recipe.of([other, RECIPE], [0.35, 0.06]),
        Recipe.of([RECIPE, other], [0.35, 0.15]),
        Recipe.of([RECIPE, replace(other, engine="pack")], [0.35, 0.06]),
        Recipe.of([RECIPE], [0.35]),
    ]
    assert len({whole.canonical() for whole in wholes}) == len(wholes)


def test_recipe_is_canonical_json_and_hides_its_words_when_shown() -> None:
    assert json.loads(RECIPE.canonical())["words"] == "Добрый день."
    assert "Добрый" not in repr(RECIPE)


def test_personal_names_cannot_be_guessed_without_the_secret(tmp_path: Path) -> None:
    one, other = Cache(tmp_path / "a"), Cache(tmp_path / "b")
    names = {one.personal_path(RECIPE, "c1").name, other.personal_path(RECIPE, "c1").name}
    assert len(names) == 2
    assert one.shared_path(RECIPE).name not in names


def test_rights(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "speech")
    path = cache.personal_path(RECIPE, "covid-results.17")
    keep(cache, path, b"sound")
    assert path.read_bytes() == b"sound"
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]
    assert mode(tmp_path / "speech" / "secret") == 0o600


def test_a_secret_outlives_the_process(tmp_path: Path) -> None:
    first = Cache(tmp_path).personal_path(RECIPE, "c1")
    assert Cache(tmp_path).personal_path(RECIPE, "c1") == first


def test_storing_leaves_nothing_but_the_clip(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = cache.shared_path(RECIPE)
    cache.store(path, b"first")
    cache.store(path, b"second")
    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [(path.name, b"second")]


def test_a_failed_write_leaves_neither_a_half_clip_nor_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    path = cache.shared_path(RECIPE)
    cache.store(path, b"whole")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CacheError, match="No space left"):
        cache.store(path, b"other")
    assert [entry.read_bytes() for entry in path.parent.iterdir()] == [b"whole"]


@pytest.mark.parametrize(
    ("shared", "boot", "calls"),
    [(True, True, ["fsync", "replace"]), (False, True, ["replace"]), (False, False, ["fsync", "replace"])],
)
def test_a_name_comes_last_and_behind_the_sync_where_a_power_cut_could_hurt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool, boot: bool, calls: list[str]
) -> None:
    if not boot:
        monkeypatch.setattr(cache_module, "BOOT_ID", tmp_path / "none")
    cache = Cache(tmp_path / "speech")
    path = cache.shared_path(RECIPE) if shared else cache.personal_path(RECIPE, "c1")
    real_replace, called = os.replace, []

    def replace_file(part: str, whole: Path) -> None:
        assert Path(part).read_bytes() == b"sound"
        called.append("replace")
        real_replace(part, whole)

    monkeypatch.setattr(os, "fsync", lambda handle: called.append("fsync"))
    monkeypatch.setattr(os, "replace", replace_file)
    keep(cache, path, b"sound")
    assert called == calls


def test_no_personal_clip_from_before_a_power_cut_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Cache(tmp_path).personal_path(RECIPE, "c1")
    (tmp_path / "boot_id").write_text("another boot")
    monkeypatch.setattr(cache_module, "BOOT_ID", tmp_path / "boot_id")
    after = Cache(tmp_path)
    assert after.personal_path(RECIPE, "c1") != before
    assert after.shared_path(RECIPE) == Cache(tmp_path).shared_path(RECIPE)


def test_a_process_that_dies_while_it_writes_leaves_no_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "speech")
    path = cache.shared_path(RECIPE)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            cache.store(path, b"half")
    assert not cache.used(path)
    (left,) = path.parent.iterdir()
    os.utime(left, (0, 0))
    Cache(tmp_path / "speech").store(path, b"whole")
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("shared", [True, False])
def test_a_clip_is_used_only_when_it_is_there(tmp_path: Path, shared: bool) -> None:
    cache = Cache(tmp_path)
    path = cache.shared_path(RECIPE) if shared else cache.personal_path(RECIPE, "c1")
    assert not cache.used(path)
    keep(cache, path, b"sound")
    assert cache.used(path)


def test_the_shared_folder_keeps_within_its_bound_and_personal_clips_are_not_counted(tmp_path: Path) -> None:
    now = [time.time()]
    cache = Cache(tmp_path, limit_bytes=100_000, clock=lambda: now[0])
    mine = cache.personal_path(RECIPE, "c1")
    keep(cache, mine, bytes(200_000))
    paths = [cache.shared_path(replace(RECIPE, words=str(place))) for place in range(26)]
    for place, path in enumerate(paths[:20]):
        keep(cache, path, bytes(8000))
        os.utime(path, (now[0] - 3600 + place, now[0] - 3600 + place))
    assert all(map(Path.exists, paths[:20]))  # beyond the bound, and in use
    now[0] += 3 * 3600
    assert cache.used(paths[0])
    for path in paths[20:]:
        keep(cache, path, bytes(8000))
        assert cache.used(path)
    kept = [path for path in paths if path.exists()]
    assert paths[0] in kept
    assert set(paths[20:]) <= set(kept)
    assert len(kept) * 8192 <= 105_000 + 8192
    assert mine.exists()


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
        cache.store(cache.shared_path(RECIPE), b"sound")
    with pytest.raises(CacheError, match="cannot be kept"):
        cache.personal_path(RECIPE, "c1")
    with pytest.raises(CacheError, match="cannot be kept"):
        cache.forget("c1")
    with pytest.raises(CacheError, match="cannot be kept"):
        cache.used(cache.shared_path(RECIPE))
    with pytest.raises(CacheError, match="cannot be kept"), cache.alone(cache.shared_path(RECIPE)):
        pass


def _place(folder: Path) -> str:
    cache = Cache(folder)
    path = cache.personal_path(RECIPE, "c1")
    keep(cache, path, b"sound" * 1000)
    return str(path)


def test_processes_that_start_at_once_agree_on_the_secret_and_the_clip(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        places = pool.map(_place, [tmp_path / "speech"] * 8, chunksize=1)
    assert len(set(places)) == 1
    assert Path(places[0]).read_bytes() == b"sound" * 1000
    assert sorted(entry.name for entry in (tmp_path / "speech").iterdir()) == ["locks", "personal", "secret"]


KEYS = 12


def _rendered(folder: Path) -> int:
    """Render all keys as the studio does; how many were rendered here."""
    cache, rendered = Cache(folder), 0
    for place in range(KEYS):
        recipe = replace(RECIPE, words=f"{place}")
        for path in (cache.shared_path(recipe), cache.personal_path(recipe, "c1")):
            if cache.used(path):
                continue
            with cache.alone(path):
                if not cache.used(path):
                    cache.store(path, f"{place}".encode() * 50_000)
                    rendered += 1
            assert path.read_bytes() == f"{place}".encode() * 50_000
    return rendered


def test_of_many_processes_one_renders_each_clip(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        rendered = pool.map(_rendered, [tmp_path / "speech"] * 8, chunksize=1)
    assert sum(rendered) == 2 * KEYS
    assert len(list((tmp_path / "speech" / "shared").iterdir())) == KEYS
    assert len(list((tmp_path / "speech" / "personal" / "c1").iterdir())) == KEYS


def test_an_error_inside_alone_passes_and_frees_the_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = cache.shared_path(RECIPE)
    with pytest.raises(OSError, match="of the engine"), cache.alone(path):
        raise OSError("of the engine")
    with cache.alone(path), cache.alone(path):
        pass


@pytest.mark.parametrize("shared", [True, False])
def test_every_folder_is_ours_alone_whatever_is_rendered_first(tmp_path: Path, shared: bool) -> None:
    cache = Cache(tmp_path / "home" / "speech")
    path = cache.shared_path(RECIPE) if shared else cache.personal_path(RECIPE, "c1")
    with cache.alone(path):
        cache.store(path, b"sound")
    folders = [folder for folder in tmp_path.rglob("*") if folder.is_dir()]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
