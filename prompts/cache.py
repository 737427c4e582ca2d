"""Finished audio, keyed by everything that shaped it; what holds a value lives apart and can be forgotten."""

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from prompts.errors import CacheError
from prompts.locks import Locks, make_private
from prompts.shelf import PART, Shelf

SCHEMA: Final = 3  # raise it when the making of audio changes: trim, level, limit, fades
SECRET_BYTES: Final = 32
LIMIT_BYTES: Final = 500_000_000
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_GONE: Final = ".gone-"
_REMOVALS: Final = 10  # attempts at a forgotten folder, while others remove it as well or still write there


@dataclass(frozen=True)
class Recipe:
    """Everything that shapes a clip."""

    engine: str
    identity: tuple[str, ...]  # version, voice, rate of speech
    formatters: int
    language: str
    words: str = field(repr=False)
    rate_hz: int = 8000
    level_dbfs: float = -20.0
    pauses_seconds: tuple[float, ...] = ()  # behind each part

    @classmethod
    def of(cls, parts: Sequence["Recipe"], pauses_seconds: Sequence[float] = ()) -> "Recipe":
        """The recipe of clips that are joined in this order, with these pauses."""
        names = tuple(hashlib.sha256(part.canonical()).hexdigest() for part in parts)
        return replace(
            parts[0],
            engine="joined",
            identity=names,
            words=" ".join(part.words for part in parts),
            pauses_seconds=tuple(pauses_seconds),
        )

    def canonical(self) -> bytes:
        """The same bytes for the same sound."""
        told = {"schema": SCHEMA, **asdict(self), "words": unicodedata.normalize("NFC", self.words)}
        return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


class Cache:
    """Two folders: shared/ is kept within a bound, personal/<owner>/ goes with `forget`.

    No half clip is ever found. A clip gets its name when it is whole; before, a shared one is brought to the
    disk (fsync), so that a power cut cannot shorten it. Personal clips are too many and too short-lived for
    that: their names hold the boot of the machine, so after a power cut none from before is found.
    """

    def __init__(
        self, folder: Path, limit_bytes: int = LIMIT_BYTES, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._secret: bytes | None = None
        self._boot = _boot()
        self._rooms: dict[tuple[int, Path], Path] = {}  # of who is alone: thread and clip -> open folder
        self._locks = Locks(folder / "locks")
        self._shelf = Shelf(folder / "shared", self._locks, limit_bytes, clock)

    def shared_path(self, recipe: Recipe) -> Path:
        """Where the clip is or will be, for everybody."""
        return self._folder / "shared" / f"{hashlib.sha256(recipe.canonical()).hexdigest()}.wav"

    def personal_path(self, recipe: Recipe, owner: str) -> Path:
        """Named by an HMAC: from a plain hash a name could be guessed. Raises CacheError."""
        told = self._boot + recipe.canonical()
        return self._owned(owner) / f"{hmac.digest(self._installation_secret(), told, 'sha256').hex()}.wav"

    def used(self, path: Path) -> bool:
        """Whether the clip is there; if so it stays for two hours from now. Raises CacheError."""
        try:
            return self._shelf.used(path) if self._shares(path) else path.exists()
        except OSError as error:
            raise self._unwritable(error) from error

    @contextmanager
    def alone(self, path: Path) -> Iterator[None]:
        """Be the only one, of all threads and processes, who renders this clip; ask `used` again inside.

        It may stand inside another, as a part inside its whole. A personal clip can be stored here only: its
        owner's folder is opened before it is rendered, so what is forgotten meanwhile does not come back.
        Raises CacheError.
        """
        with ExitStack() as turn:
            try:
                turn.enter_context(self._locks.alone(path.name))
                if not self._shares(path):
                    turn.enter_context(self._room(path))
            except OSError as error:
                raise self._unwritable(error) from error
            yield

    def store(self, path: Path, data: bytes) -> None:
        """Whole or not at all; two that store the same clip do no harm.

        Raises CacheError, also when the clip's owner was forgotten since we are alone with it.
        """
        shared = self._shares(path)
        room = path.parent if shared else self._rooms.get((threading.get_ident(), path))
        try:
            if room is not None:
                _write_atomically(room / path.name, data, durable=shared or not self._boot, make=shared)
            if shared:
                self._shelf.added(len(data))
        except FileNotFoundError as error:
            raise (self._unwritable(error) if shared else _forgotten()) from error
        except OSError as error:
            raise self._unwritable(error) from error
        if not shared and not path.exists():  # it went away with its folder
            raise _forgotten()

    def forget(self, owner: str) -> None:
        """Remove what was rendered for the owner, if anything. Raises CacheError."""
        folder = self._owned(owner)
        grave = folder.with_name(_GONE + secrets.token_hex(8))
        try:
            folder.rename(grave)  # first away, then removed: a renderer at work can add nothing to it
            _remove(grave)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from error
        for left in folder.parent.glob(f"{_GONE}*"):  # what a crash left, or another process is at
            shutil.rmtree(left, ignore_errors=True)

    def owners(self) -> tuple[str, ...]:
        """Everyone of whom there is personal audio."""
        folder = self._folder / "personal"
        found = folder.iterdir() if folder.is_dir() else ()
        return tuple(sorted(path.name for path in found if not path.name.startswith(_GONE)))

    @contextmanager
    def _room(self, path: Path) -> Iterator[None]:
        """The owner's folder, made if need be and held open: in a removed one nothing can be made."""
        make_private(path.parent)
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        key = (threading.get_ident(), path)
        outer = self._rooms.get(key)
        self._rooms[key] = Path(f"/proc/self/fd/{handle}")
        try:
            yield
        finally:
            os.close(handle)
            if outer is None:
                del self._rooms[key]
            else:
                self._rooms[key] = outer

    def _shares(self, path: Path) -> bool:
        return path.parent == self._folder / "shared"

    def _owned(self, owner: str) -> Path:
        if not _OWNER.fullmatch(owner):
            raise CacheError(
                "Audio with values needs an owner, named in Latin letters, digits, dots and hyphens."
            )
        return self._folder / "personal" / owner

    def _installation_secret(self) -> bytes:
        if self._secret is None:
            path = self._folder / "secret"
            try:
                secret = _read_or_create(path)
            except OSError as error:
                raise self._unwritable(error) from error
            if len(secret) != SECRET_BYTES:
                raise CacheError(f"The file {path} is damaged: remove it and the folder personal beside it.")
            self._secret = secret
        return self._secret

    def _unwritable(self, error: OSError) -> CacheError:
        reason = error.strerror or "unknown reason"
        return CacheError(
            f"Finished audio cannot be kept in {self._folder} ({reason}): mend its rights or free space."
        )


def _boot() -> bytes:
    """What tells this run of the machine from the one before; empty where the system does not say."""
    try:
        return BOOT_ID.read_bytes()
    except OSError:
        return b""


def _forgotten() -> CacheError:
    return CacheError("The audio was not kept: its owner was forgotten while it was rendered.")


def _remove(grave: Path) -> None:
    """Raises OSError when it stays; whoever else removes it does no harm."""
    for _ in range(_REMOVALS):
        shutil.rmtree(grave, ignore_errors=True)
        if not grave.exists():
            return
    with suppress(FileNotFoundError):
        shutil.rmtree(grave)


def _write_atomically(path: Path, data: bytes, durable: bool, make: bool) -> None:
    handle, part = _part(path, make)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            if durable:
                out.flush()
                os.fsync(out.fileno())
        os.replace(part, path)  # a name lost in a power cut is only a clip to render again
    except OSError:
        with suppress(OSError):
            os.unlink(part)
        raise


def _part(path: Path, make: bool) -> tuple[int, str]:
    """An unfinished file beside the path, of mode 0600; `make` its folder where there is none."""
    try:
        return tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
    except FileNotFoundError:
        if not make:
            raise
        make_private(path.parent)
        return tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)


def _read_or_create(path: Path) -> bytes:
    """The secret; of several processes that create it at once, one wins and all read the same."""
    if not path.exists():
        make_private(path.parent)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(SECRET_BYTES))
                out.flush()
                os.fsync(out.fileno())
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(part)
    return path.read_bytes()
