"""Who may come in from outside, what they were answered, and what they looked at."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String
from sqlmodel import Field, SQLModel, col

from campaigns.words import Role


class AccessKey(SQLModel, table=True):
    """What a program proves itself with; its secret is kept as an argon2 hash alone.

    tag: the part of a key by which its row is found, no secret. old_hash: of the secret before, which is
    good until `old_until`. campaigns, institutions, networks: what it is bound to; [] is all of them.
    """

    __tablename__: ClassVar[str] = "access_key"

    name: str = Field(primary_key=True)
    tag: str = Field(unique=True)
    role: Role = Field(sa_type=String)
    secret_hash: str
    old_hash: str = ""
    old_until: datetime | None = None
    campaigns: list[str] = Field(default_factory=list, sa_type=JSON)
    institutions: list[str] = Field(default_factory=list, sa_type=JSON)
    networks: list[str] = Field(default_factory=list, sa_type=JSON)
    per_second: float  # requests that it may make
    created_at: datetime
    changed_at: datetime
    used_at: datetime | None = None  # to the minute
    revoked_at: datetime | None = None


class User(SQLModel, table=True):
    """A human who comes in with a password, kept as an argon2 hash alone."""

    __tablename__: ClassVar[str] = "user_account"  # "user" is a word of PostgreSQL's own

    name: str = Field(primary_key=True)
    role: Role = Field(sa_type=String)
    password_hash: str
    campaigns: list[str] = Field(default_factory=list, sa_type=JSON)
    institutions: list[str] = Field(default_factory=list, sa_type=JSON)
    networks: list[str] = Field(default_factory=list, sa_type=JSON)
    failures: int = 0  # failed logins in a row
    locked_until: datetime | None = None
    created_at: datetime
    changed_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class Login(SQLModel, table=True):
    """A session of a user; token and CSRF token are kept as SHA-256 alone."""

    token_hash: str = Field(primary_key=True)
    user_name: str = Field(foreign_key="user_account.name")
    csrf_hash: str
    begun_at: datetime
    seen_at: datetime  # to the minute
    ends_at: datetime


class Look(SQLModel, table=True):
    """Somebody saw what not everybody may see, or changed who may: kept for ever, without the value seen."""

    id: int = Field(default=None, primary_key=True)
    at: datetime
    who: str
    role: Role = Field(sa_type=String)
    address: str = ""
    what: str
    campaign: str = ""
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    task_id: int | None = Field(default=None, foreign_key="task.id")


class StoredAnswer(SQLModel, table=True):
    """What a request with an Idempotency-Key was answered, written with what it did."""

    __tablename__: ClassVar[str] = "stored_answer"

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str  # SHA-256 of the method, the path and the body
    status: int
    body: dict[str, Any] | list[Any] | None = Field(default=None, sa_type=JSON)
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    at: datetime


Index("login_ends", col(Login.ends_at))
Index("login_of_user", col(Login.user_name))
Index("look_at", col(Look.at))
Index("look_of_contact", col(Look.contact_id))
Index("stored_answer_at", col(StoredAnswer.at))
