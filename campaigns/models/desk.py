"""The operators' desk: who takes connected calls, their phones' calls, and what inbound queues lost."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel, col

from campaigns.words import ConnectMode, LostCallFate, OperatorCallResult, OperatorState


class Operator(SQLModel, table=True):
    """A human who takes connected calls.

    idle_since: the one who has waited longest is called first. held_by: the engine whose call the phone has,
    or is about to have. queue_call: the call of the inbound queue that the operator is in, as its log says.
    misses: calls in a row that the phone did not answer.
    """

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    address: str = Field(unique=True)  # sip:name@host[:port], or E.164
    group: str
    languages: list[str] = Field(default_factory=list, sa_type=JSON)  # [] is every language
    skills: list[str] = Field(default_factory=list, sa_type=JSON)  # institutions; [] is all of them
    shift: str = ""  # "7:30-14:00" in the clinic's time; "" is always
    agent: str = ""  # as the log of the inbound queue names the operator; "source:name" in that log alone
    state: OperatorState = Field(default="off", sa_type=String)
    state_reason: str = ""  # "", "operator" or "no_answer"
    changed_at: datetime
    idle_since: datetime
    free_at: datetime  # the end of the rest after the last call
    held_by: str = ""  # "": nobody holds the operator
    queue_call: str = ""
    misses: int = 0


class OperatorCall(SQLModel, table=True):
    """One call of an operator's phone for a contact; it is open until `ended_at` is set."""

    __tablename__: ClassVar[str] = "operator_call"

    id: int = Field(default=None, primary_key=True)
    operator_id: int = Field(foreign_key="operator.id")
    contact_id: int = Field(foreign_key="contact.id")
    attempt_id: int | None = Field(default=None, foreign_key="attempt.id")  # the patient's, once there is one
    campaign: str
    mode: ConnectMode = Field(sa_type=String)
    trunk: str
    node: str
    started_at: datetime
    answered_at: datetime | None = None
    taken_at: datetime | None = None  # 1 was pressed
    bridged_at: datetime | None = None
    ended_at: datetime | None = None
    result: OperatorCallResult | None = Field(default=None, sa_type=String)
    cause: str | None = None
    sip_status: int | None = None
    talk_seconds: float = 0.0  # with the patient


class QueueCall(SQLModel, table=True):
    """A call that waits in an inbound queue, or is talked to there, as far as its log was read."""

    __tablename__: ClassVar[str] = "queue_call"

    campaign: str = Field(primary_key=True)  # each reads a log by itself
    source: str = Field(primary_key=True)  # which log
    key: str = Field(primary_key=True)  # the call's id in it
    queue: str
    phone: str = ""  # E.164; "": withheld, or no number
    withheld: bool = False
    entered_at: datetime
    agent: str = ""  # who talks to it


class GotThrough(SQLModel, table=True):
    """When a number last talked to somebody in a queue; kept while it can matter for a loss read later."""

    __tablename__: ClassVar[str] = "got_through"

    campaign: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    phone: str = Field(primary_key=True)
    at: datetime


class LostCall(SQLModel, table=True):
    """A call that a queue lost, and what became of it; each is here exactly once."""

    __tablename__: ClassVar[str] = "lost_call"
    __table_args__ = (UniqueConstraint("campaign", "source", "key", name="lost_once"),)

    id: int = Field(default=None, primary_key=True)
    campaign: str
    source: str
    key: str
    queue: str
    phone: str = ""
    lost_at: datetime
    waited_seconds: float
    how: str  # as the log says it, such as ABANDON
    fate: LostCallFate = Field(sa_type=String)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")


class LogPosition(SQLModel, table=True):
    """How far a log was read; written with what was read, so that nothing counts twice."""

    __tablename__: ClassVar[str] = "log_position"

    campaign: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    inode: int = Field(default=0, sa_type=BigInteger)
    head: str = ""  # digest of the first bytes, for a file that took over an inode
    offset: int = Field(default=0, sa_type=BigInteger)
    lines: int = 0
    broken: int = 0
    read_at: datetime
    followed_at: datetime | None = None  # when somebody was there who reads on; None: nobody does
    last_event_at: datetime | None = None


OPEN_OPERATOR_CALL = col(OperatorCall.ended_at).is_(None)

Index("operator_call_of_operator", col(OperatorCall.operator_id), col(OperatorCall.started_at))
Index("operator_call_of_contact", col(OperatorCall.contact_id))
Index("operator_call_of_campaign", col(OperatorCall.campaign), col(OperatorCall.started_at))
Index(
    "operator_call_open",
    col(OperatorCall.operator_id),
    unique=True,
    sqlite_where=OPEN_OPERATOR_CALL,
    postgresql_where=OPEN_OPERATOR_CALL,
)
Index("lost_call_phone", col(LostCall.phone), col(LostCall.lost_at))
Index("lost_call_fate", col(LostCall.campaign), col(LostCall.fate), col(LostCall.lost_at))
Index("lost_call_of_contact", col(LostCall.contact_id))
