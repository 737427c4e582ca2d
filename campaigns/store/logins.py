"""Sessions of users; what a browser shows is kept as SHA-256 alone."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from campaigns.models import Login, User
from campaigns.store.database import Database

REMOVED_AT_ONCE = 100  # ended sessions, whenever one begins


def begin(
    session: Session, token_hash: str, csrf_hash: str, user_name: str, now: datetime, ends_at: datetime
) -> None:
    """A session begins; some of those that are over are removed."""
    over = select(Login.token_hash).where(Login.ends_at <= now).limit(REMOVED_AT_ONCE)
    session.connection().execute(delete(Login).where(col(Login.token_hash).in_(over)))
    session.add(
        Login(
            token_hash=token_hash,
            user_name=user_name,
            csrf_hash=csrf_hash,
            begun_at=now,
            seen_at=now,
            ends_at=ends_at,
        )
    )


def found(db: Database, token_hash: str) -> tuple[Login, User] | None:
    """A session and whose it is, over or not."""
    wanted = select(Login, User).join(User, col(User.name) == col(Login.user_name))
    with db.read() as session:
        return session.exec(wanted.where(Login.token_hash == token_hash)).first()


def seen(session: Session, token_hash: str, now: datetime) -> None:
    """Keep when it was last used; nothing when it has ended meanwhile."""
    login = session.get(Login, token_hash)
    if login is not None:
        login.seen_at = max(login.seen_at, now)


def end(session: Session, token_hash: str) -> None:
    """A session ends; idempotent."""
    session.connection().execute(delete(Login).where(col(Login.token_hash) == token_hash))


def end_all(session: Session, user_name: str) -> None:
    """All sessions of a user end."""
    session.connection().execute(delete(Login).where(col(Login.user_name) == user_name))
