"""The build of RHVoice: what it takes, what it refuses, and that it is done once."""

import importlib.util
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

from prompts.engines import rhvoice

SCRIPT = Path(__file__).parents[2] / "deploy" / "rhvoice" / "build.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rhvoice_build", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = loaded()


def run(*words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ if path is None else {**os.environ, "PATH": path}
    command = [sys.executable, str(SCRIPT), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def tarball(folder: Path, content: str, roots: int = 1) -> Path:
    for number in range(roots):
        source = folder / f"RHVoice-{number}" / "src" / "core"
        source.mkdir(parents=True)
        (source / "engine.cpp").write_text(content)
    path = folder / "source.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for number in range(roots):
            archive.add(folder / f"RHVoice-{number}", f"RHVoice-{number}")
    return path


def repository(folder: Path) -> tuple[str, str]:
    """A git repository with the tag 1.0; its address and its commit."""
    made = folder / "upstream"
    git = ["git", "-C", str(made), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "init", "--quiet", str(made)], check=True)
    (made / "SConstruct").write_text("# nothing\n")
    for step in (["add", "."], ["commit", "--quiet", "-m", "one"], ["tag", "1.0"]):
        subprocess.run([*git, *step], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return made.as_uri(), commit.stdout.strip()


def test_the_engine_looks_where_the_build_puts_it() -> None:
    assert (rhvoice.HOME, rhvoice.CORE, rhvoice.LIBRARY) == (build.HOME, build.CORE, build.LIBRARY)


def test_what_is_built_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text(f"{build.RELEASE} {build.COMMIT[:8]}\n")
    done = run("--home", str(tmp_path), path="")
    assert (done.returncode, done.stdout) == (0, f"RHVoice 1.18.4 is already in {tmp_path}.\n")


@pytest.mark.parametrize(
    ("words", "named"), [(["x.tar.gz"], "scons g++ libboost-dev"), ([], "scons g++ git libboost-dev")]
)
def test_missing_tools_are_told_as_debian_packages(words: list[str], named: str, tmp_path: Path) -> None:
    done = run(*words, "--home", str(tmp_path), path=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.strip().endswith(f"apt-get install {named}")
    assert not (tmp_path / "lib").exists()


def test_another_release_is_built_anew(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("1.0 00000000\n")
    assert not build.is_built(tmp_path)


def test_the_right_tarball_is_unpacked(tmp_path: Path) -> None:
    source = tarball(tmp_path, "int one;")
    digest = build.sha256_of(tmp_path / "RHVoice-0", build.COMPILED)
    build.unpack(source, digest, tmp_path / "tree")
    assert (tmp_path / "tree" / "src" / "core" / "engine.cpp").read_text() == "int one;"


@pytest.mark.parametrize("change", ["content", "name", "more"])
def test_a_tarball_with_other_sources_is_refused(change: str, tmp_path: Path) -> None:
    source = tarball(tmp_path, "int one;")
    core = tmp_path / "RHVoice-0" / "src" / "core"
    match change:
        case "content":
            (core / "engine.cpp").write_text("int two;")
        case "name":
            (core / "engine.cpp").rename(core / "motor.cpp")
        case _:
            (core / "more.cpp").touch()
    digest = build.sha256_of(tmp_path / "RHVoice-0", build.COMPILED)
    with pytest.raises(build.BuildFailed, match=r"other sources than the tag 1\.18\.4"):
        build.unpack(source, digest, tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


def test_nothing_is_unpacked_outside(tmp_path: Path) -> None:
    source = tmp_path / "source.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        for name in ("../outside", "/outside-too", "tree/../../outside"):
            archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(build.BuildFailed, match="no tarball of RHVoice"):
        build.unpack(source, "", tmp_path / "inner" / "tree")
    assert not list(tmp_path.rglob("outside*"))


@pytest.mark.parametrize("what", ["missing", "text", "two folders"])
def test_what_is_no_tarball_of_one_folder_is_refused(what: str, tmp_path: Path) -> None:
    source = tmp_path / "source.tar.gz"
    if what == "text":
        source.write_text("no tarball")
    elif what == "two folders":
        source = tarball(tmp_path, "int one;", roots=2)
    with pytest.raises(build.BuildFailed, match="no tarball of RHVoice with one folder"):
        build.unpack(source, "", tmp_path / "tree")


def test_the_right_commit_is_cloned(tmp_path: Path) -> None:
    address, commit = repository(tmp_path)
    build.clone(address, "1.0", commit, tmp_path / "tree")
    assert (tmp_path / "tree" / "SConstruct").is_file()


def test_a_tag_that_was_moved_is_refused(tmp_path: Path) -> None:
    address, _ = repository(tmp_path)
    with pytest.raises(build.BuildFailed, match=f"not {build.COMMIT}: do not use it"):
        build.clone(address, "1.0", build.COMMIT, tmp_path / "tree")


def test_without_a_network_a_tarball_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(build.BuildFailed, match="make rhvoice SOURCE="):
        build.clone((tmp_path / "nowhere").as_uri(), "1.0", build.COMMIT, tmp_path / "tree")


def test_a_library_that_does_not_load_leaves_no_stamp(tmp_path: Path) -> None:
    tree, home = tmp_path / "tree", tmp_path / "home"
    for folder, name in (("core", build.CORE), ("lib", build.LIBRARY)):
        (tree / "build/linux" / folder).mkdir(parents=True)
        (tree / "build/linux" / folder / name).write_text("no library")
    (tree / "LICENSE.md").touch()
    with pytest.raises(build.BuildFailed, match="does not load"):
        build.install(tree, home)
    assert not build.is_built(home)
