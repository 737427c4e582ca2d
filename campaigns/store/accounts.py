"""Names of keys and users: no two share one, as what somebody did stands under the name for ever."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from campaigns.errors import AccountRefused
from campaigns.models import AccessKey, User
from campaigns.store import locks
from campaigns.store.task_moves import ENGINE
from campaigns.words import Role


@dataclass(frozen=True)
class Bounds:
    """What an account is bound to; networks as CIDR; () is all of them."""

    campaigns: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """What keys and users have in common, to be entered."""

    name: str
    role: Role
    bounds: Bounds = Bounds()


def take_name(session: Session, name: str) -> None:
    """Make sure that nobody has or had this name until the transaction ends. Raises `AccountRefused`.

    Nor is it one under which the engine, or whoever has no name, does something.
    """
    if name.strip().casefold() in ("", ENGINE):
        raise AccountRefused(f'The name "{name}" is blank, or the engine\'s own: choose another name.')
    locks.accounts(session)
    for kind, known in (("key", _keys(session)), ("user", _users(session))):
        for other, revoked in known:
            if other.casefold() == name.casefold():
                raise AccountRefused(_taken(kind, other, revoked=revoked))


def _taken(kind: str, name: str, *, revoked: bool) -> str:
    if revoked:
        return (
            f"The {kind} {name} was revoked, and what it did stands under its name: choose another name, or "
            f"bring it back with dialer {kind}s rotate {name!r}."
        )
    secret = "another secret" if kind == "key" else "another password"
    return (
        f"There is a {kind} {name} already: choose another name, or give it {secret} with dialer {kind}s "
        f"rotate {name!r}."
    )


def _keys(session: Session) -> Sequence[tuple[str, bool]]:
    return [(key.name, key.revoked_at is not None) for key in session.exec(select(AccessKey))]


def _users(session: Session) -> Sequence[tuple[str, bool]]:
    return [(user.name, user.revoked_at is not None) for user in session.exec(select(User))]
