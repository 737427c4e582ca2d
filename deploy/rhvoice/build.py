"""Builds the RHVoice library from the pinned upstream release into a place of the product's own."""

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

RELEASE = "1.18.4"
COMMIT = "fa9dd196fd2dac3b0bf089a2d80fc8477c2380e3"
REPOSITORY = "https://github.com/RHVoice/RHVoice.git"
# Of a tarball is checked what is compiled, so that any archive of the tag will do.
SOURCES = ("audio", "core", "hts_engine", "include", "lib", "pkg", "test", "third-party")
COMPILED = ("SConstruct", "site_scons", "external/libs/boost/include", *(f"src/{part}" for part in SOURCES))
COMPILED_SHA256 = "304ef930df7bc99ef32eafcd27e41f7c7769bc9b1282d5ca54f9cfbed42939c0"
HOME = Path(sys.prefix) / "share" / "health-dialer" / "rhvoice"
CORE, LIBRARY = "libRHVoice_core.so.10", "libRHVoice.so.5"
PACKAGES = {"scons": "scons", "g++": "g++", "boost": "libboost-dev", "git": "git"}  # tool: Debian package
CLONE_SECONDS, SCONS_SECONDS = 600, 1800


class BuildFailed(Exception):
    """One plain sentence: what is wrong and what to do."""


def main(words: Sequence[str]) -> int:
    """0 when the library is in its place, 1 with one sentence when it is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?", type=Path, help="a tarball of the tag; without it git clones")
    parser.add_argument("--home", type=Path, default=HOME, help="where it goes")
    given = parser.parse_args(words)
    try:
        if is_built(given.home):
            sys.stdout.write(f"RHVoice {RELEASE} is already in {given.home}.\n")
        else:
            build(given.source, given.home)
            sys.stdout.write(f"RHVoice {RELEASE} is in {given.home}.\n")
    except (BuildFailed, OSError) as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    return 0


def is_built(home: Path) -> bool:
    """Whether this release is there as a whole: VERSION is written last."""
    version = home / "VERSION"
    return version.is_file() and version.read_text() == _stamp()


def build(source: Path | None, home: Path) -> None:
    """Fetch, check, compile and put in place. Raises BuildFailed."""
    if missing := missing_packages(cloning=source is None):
        raise BuildFailed(
            f"To build RHVoice, these Debian packages are missing: apt-get install {' '.join(missing)}"
        )
    with tempfile.TemporaryDirectory(prefix="rhvoice-") as folder:
        tree = Path(folder, "RHVoice")
        if source is None:
            clone(REPOSITORY, RELEASE, COMMIT, tree)
        else:
            unpack(source, COMPILED_SHA256, tree)
        compile_in(tree)
        install(tree, home)


def missing_packages(cloning: bool) -> list[str]:
    """What Debian calls the tools that are not here."""
    needed = [tool for tool in PACKAGES if tool not in ("boost", "git")] + ["git"] * cloning
    missing = [PACKAGES[tool] for tool in needed if shutil.which(tool) is None]
    if "g++" in missing or not _has_boost():
        missing.append(PACKAGES["boost"])
    return missing


def _has_boost() -> bool:
    headers = ["-include", "boost/algorithm/string.hpp"]
    tried = ["g++", "-std=c++11", "-E", "-x", "c++", *headers, os.devnull, "-o", os.devnull]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def clone(repository: str, tag: str, commit: str, tree: Path) -> None:
    """The tag, which must be the commit. Raises BuildFailed."""
    git = ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--depth", "1", "--branch", tag]
    silent = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        subprocess.run([*git, repository, str(tree)], check=True, timeout=CLONE_SECONDS, env=silent)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise BuildFailed(
            f"{repository} could not be cloned: without a network name a tarball of the tag {tag}, "
            "make rhvoice SOURCE=rhvoice.tar.gz"
        ) from error
    asked = ["git", "-C", str(tree), "rev-parse", "HEAD"]
    found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    if found != commit:
        raise BuildFailed(f"The tag {tag} of {repository} is commit {found}, not {commit}: do not use it.")


def unpack(source: Path, digest: str, tree: Path) -> None:
    """The one folder of a tarball, whose compiled parts must have this SHA-256. Raises BuildFailed."""
    holder = tree.with_name("unpacked")
    try:
        with tarfile.open(source) as archive:
            _extract_files(archive, holder)
        (root,) = holder.iterdir()
    except (OSError, ValueError, tarfile.TarError) as error:
        raise BuildFailed(
            f"{source} is no tarball of RHVoice with one folder in it: take one of the tag {RELEASE}."
        ) from error
    found = sha256_of(root, COMPILED)
    if found != digest:
        raise BuildFailed(f"{source} holds other sources than the tag {RELEASE} ({found}): do not use it.")
    root.rename(tree)


def _extract_files(archive: tarfile.TarFile, holder: Path) -> None:
    """The regular files, each within the folder; Python 3.11.2, which Debian has, knows no filters."""
    for member in archive:
        path, content = holder / member.name, archive.extractfile(member) if member.isfile() else None
        if content is not None and ".." not in path.parts and holder in path.parents:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())


def sha256_of(root: Path, parts: Sequence[str]) -> str:
    """Of all files in these parts: names and contents, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(_files(root, parts), key=lambda path: path.relative_to(root).as_posix()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{content}  {path.relative_to(root).as_posix()}\n".encode())
    return total.hexdigest()


def _files(root: Path, parts: Sequence[str]) -> Iterator[Path]:
    for part in (root / part for part in parts):
        yield from (path for path in (part, *part.rglob("*")) if path.is_file())


def compile_in(tree: Path) -> None:
    """The two libraries, on all cores but with Debian's boost and no data. Raises BuildFailed."""
    for emptied in (
        tree / "external/libs/boost/libs",
        tree / "data",
    ):  # submodules that a clone leaves hollow
        shutil.rmtree(emptied, ignore_errors=True)
        emptied.mkdir(parents=True)
    (tree / "data/languages/Russian").mkdir(parents=True)  # scons wants a language to offer
    (tree / "data/SConscript").touch()
    jobs = str(len(os.sched_getaffinity(0)))
    log = tree / "build.log"
    with log.open("wb") as out:
        made = subprocess.run(
            ["scons", "-j", jobs, "build/linux/core", "build/linux/lib"],
            cwd=tree,
            stdout=out,
            stderr=subprocess.STDOUT,
            timeout=SCONS_SECONDS,
            check=False,
        )
    if made.returncode:
        last = log.read_text(errors="replace").strip().splitlines()[-15:]
        raise BuildFailed("\n".join([*last, "scons could not build RHVoice: mend what it says above."]))


def install(tree: Path, home: Path) -> None:
    """Put both libraries in place and load them; the stamp comes last. Raises BuildFailed."""
    lib = home / "lib"
    lib.mkdir(parents=True, exist_ok=True)
    (home / "VERSION").unlink(missing_ok=True)
    for name, folder in ((CORE, "core"), (LIBRARY, "lib")):
        shutil.copyfile(tree / "build/linux" / folder / name, lib / f".{name}")
        os.replace(lib / f".{name}", lib / name)
    shutil.copyfile(tree / "LICENSE.md", home / "LICENSE.md")
    try:
        ctypes.CDLL(str(lib / CORE), ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(lib / LIBRARY))
    except OSError as error:
        raise BuildFailed(f"The built library does not load ({error}): build it on this machine.") from error
    (home / "VERSION").write_text(_stamp())


def _stamp() -> str:
    return f"{RELEASE} {COMMIT[:8]}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
