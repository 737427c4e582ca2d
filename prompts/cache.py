"""Finished audio, keyed by everything that shaped it; what holds a value lives apart and can be forgotten."""

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from prompts.errors import CacheError

SCHEMA: Final = 1  # raise it when the making of audio changes: trim, level, limit, fades
SECRET_BYTES: Final = 32
PRIVATE: Final = 0o700
_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_GONE: Final = ".gone-"


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

    @classmethod
    def of(cls, parts: Sequence["Recipe"]) -> "Recipe":
        """The recipe of clips that are joined in this order."""
        names = tuple(hashlib.sha256(part.canonical()).hexdigest() for part in parts)
        return replace(
            parts[0], engine="joined", identity=names, words=" ".join(part.words for part in parts)
        )

    def canonical(self) -> bytes:
        return json.dumps(
            {"schema": SCHEMA, **asdict(self)}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()


class Cache:
    """Two folders: shared/ is shared and kept, personal/<owner>/ goes with `forget`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._secret: bytes | None = None

    def shared_path(self, recipe: Recipe) -> Path:
        return self._folder / "shared" / f"{hashlib.sha256(recipe.canonical()).hexdigest()}.wav"

    def personal_path(self, recipe: Recipe, owner: str) -> Path:
        """Named by an HMAC: from a plain hash a name could be guessed."""
        name = hmac.new(self._installation_secret(), recipe.canonical(), hashlib.sha256).hexdigest()
        return self._owned(owner) / f"{name}.wav"

    def store(self, path: Path, data: bytes) -> None:
        """Whole or not at all; two that store the same clip do no harm. Raises CacheError."""
        try:
            for folder in (path.parent.parent, path.parent):  # each by itself: mkdir gives parents no mode
                folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            _write_atomically(path, data)
        except OSError as error:
            raise self._unwritable(error) from error

    def forget(self, owner: str) -> None:
        """Remove what was rendered for the owner, if anything. Raises CacheError."""
        folder = self._owned(owner)
        grave = folder.with_name(_GONE + secrets.token_hex(8))
        try:
            folder.rename(grave)  # first away, then removed: a renderer at work can add nothing to it
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from error
        for left in folder.parent.glob(f"{_GONE}*"):  # also what a crash left
            shutil.rmtree(left, ignore_errors=left != grave)

    def owners(self) -> tuple[str, ...]:
        """Everyone of whom there is personal audio."""
        folder = self._folder / "personal"
        found = folder.iterdir() if folder.is_dir() else ()
        return tuple(sorted(path.name for path in found if not path.name.startswith(_GONE)))

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
                self._secret = _read_or_create(path)
            except OSError as error:
                raise self._unwritable(error) from error
            if len(self._secret) != SECRET_BYTES:
                self._secret = None
                raise CacheError(f"The file {path} is damaged: remove it and the folder personal beside it.")
        return self._secret

    def _unwritable(self, error: OSError) -> CacheError:
        reason = error.strerror or "unknown reason"
        return CacheError(
            f"Finished audio cannot be kept in {self._folder} ({reason}): mend its rights or free space."
        )


def _write_atomically(path: Path, data: bytes) -> None:
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise


def _read_or_create(path: Path) -> bytes:
    """The secret; of several processes that create it at once, one wins and all read the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
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
