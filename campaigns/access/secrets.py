"""Keys, passwords and tokens: made once, kept as hashes alone."""

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SECRET_BYTES: Final = 32  # 256 bits: 43 letters of base64
TAG_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another
TAG_LENGTH: Final = 10  # 50 bits: no two keys of a home ever have the same
PASSWORD_LETTERS: Final = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_LENGTH: Final = 20  # 115 bits, and it can be typed
HASHES_AT_ONCE: Final = 2  # each takes 64 MiB and some 50 ms of a core; the rest of them wait
LONGEST: Final = 1024  # letters of a password or a key; a longer one is none

_KEY: Final = re.compile(rf"hd_([{TAG_LETTERS}]{{{TAG_LENGTH}}})_([A-Za-z0-9_-]{{43}})")
_HASHER: Final = PasswordHasher()  # argon2id with the parameters of RFC 9106 section 4 for little memory
_turns: Final = threading.BoundedSemaphore(HASHES_AT_ONCE)


@dataclass(frozen=True)
class Key:
    """A key as it is shown once; tag: the part by which its row is found, which is no secret."""

    tag: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"hd_{self.tag}_{self.secret}"


def new_key(tag: str = "") -> Key:
    """A key that nobody has yet; with the tag of another it takes that one's place."""
    tag = tag or "".join(secrets.choice(TAG_LETTERS) for _ in range(TAG_LENGTH))
    return Key(tag, secrets.token_urlsafe(SECRET_BYTES))


def parse_key(shown: str) -> Key | None:
    """The parts of a key; None for what is none of ours."""
    found = _KEY.fullmatch(shown)
    return Key(found[1], found[2]) if found else None


def new_password() -> str:
    """A password that can be typed and not be guessed."""
    return "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))


def new_token() -> str:
    """A token of a session, 43 letters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hashed(secret: str) -> str:
    """What is kept of a password or of a key's secret; takes some 50 ms."""
    with _turns:
        return _HASHER.hash(_bytes(secret))


def fits(secret: str, kept: str) -> bool:
    """Whether `kept` is the hash of this secret; takes as long for a wrong one."""
    if len(secret) > LONGEST:
        return False
    try:
        with _turns:
            return _HASHER.verify(kept, _bytes(secret))
    except (VerificationError, InvalidHashError):
        return False


def digest(token: str) -> str:
    """SHA-256, for tokens of 256 bits, which nobody can guess from it."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def _bytes(written: str) -> bytes:
    """JSON can hold half a letter, which is right nowhere, but no reason to fail."""
    return written.encode("utf-8", "surrogatepass")
