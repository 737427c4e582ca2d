"""Campaigns, whom they call, the calls, and what came of them."""

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint, and_, literal, not_
from sqlmodel import Field, SQLModel, col

from campaigns.words import (
    CampaignState,
    ContactState,
    Outcome,
    PauseReason,
    WaitReason,
    ZoneSource,
)

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
_RANK_STEP = 10**12  # more seconds than there are from 1970 to the end of time


def rank_of(priority: int, deadline: datetime | None) -> int:
    """One sortable number for who is called first: the higher priority, then the earlier deadline, then none.

    It lets one ascending index serve the order on every database. Whoever changes a contact's priority or
    deadline must set its rank again.
    """
    return int((deadline or END_OF_TIME).timestamp()) - priority * _RANK_STEP


class Campaign(SQLModel, table=True):
    """One purpose and its state; the script is the file of the same name.

    first_left: how many calls it may still begin before somebody approves; None: no such limit.
    approved_texts: digest of what it says, as somebody last approved it; "" before.
    """

    name: str = Field(primary_key=True)
    state: CampaignState = Field(sa_type=String)
    changed_at: datetime
    pause_reason: PauseReason = Field(default="", sa_type=String)
    first_left: int | None = None
    approved_texts: str = ""


class Contact(SQLModel, table=True):
    """One person to reach in one campaign.

    due: it waits and its `next_at` has passed. leased: an engine holds it, before or during a call; only that
    engine may move it, and it proves itself with `token`, which grows by one with every lease.
    revision: of what was queued; a correction adds one.
    """

    __table_args__ = (UniqueConstraint("campaign", "external_id", name="contact_once"),)

    id: int = Field(default=None, primary_key=True)
    campaign: str = Field(foreign_key="campaign.name")
    external_id: str
    phone: str  # E.164 with plus: the one that is called next
    phones: list[str] = Field(default_factory=list, sa_type=JSON)  # all of them as queued; [] is just `phone`
    full_name: str
    language: str
    time_zone: str  # IANA
    zone_from: ZoneSource = Field(default="clinic", sa_type=String)
    institution: str = ""
    consent_source: str = ""  # "": no consent is known
    consent_at: datetime | None = None
    fields: dict[str, str] = Field(sa_type=JSON)  # canonical, by name
    digest: str  # of what was queued: tells a repetition from a change
    revision: int = 1
    not_before: datetime | None = None
    deadline: datetime | None = None
    priority: int = 0  # higher goes first
    rank: int = Field(sa_type=BigInteger)  # rank_of(priority, deadline)
    state: ContactState = Field(default="waiting", sa_type=String)
    outcome: Outcome | None = Field(default=None, sa_type=String)
    next_at: datetime | None = None  # None once closed
    wait_reason: WaitReason | None = Field(default="queued", sa_type=String)
    wait_grounds: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # of the rule that made it wait
    due: bool = False
    leased: bool = False
    node: str | None = None  # which engine holds it
    token: int = 0
    cancel_asked: bool = False  # during its call: it is cancelled when that ends
    attempts_used: int = 0
    own_failures: int = 0  # attempts in a row that used up nothing
    verification_failures: int = 0  # over all calls
    queued_by: str = ""  # the key, user or laboratory that sent it; "": a file or the engine
    history: dict[str, dict[str, int]] = Field(default_factory=dict, sa_type=JSON)  # rules.retries.History
    delivered_at: datetime | None = None
    queued_at: datetime
    closed_at: datetime | None = None


class Attempt(SQLModel, table=True):
    """One call placed for a contact; it is open until `ended_at` is set."""

    __table_args__ = (UniqueConstraint("contact_id", "number", name="attempt_number"),)

    id: int = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id")
    campaign: str
    number: int  # 1, 2, 3 ... of the contact
    phone: str = ""  # E.164, the one that was called
    trunk: str
    node: str = ""  # the engine that placed it
    token: int  # that of the lease it was begun under
    revision: int = 1  # of the contact, when the call was begun
    grounds: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # what allowed it, and why this trunk
    started_at: datetime
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    hung_up_at: datetime | None = None  # of the call, where others were told in it after this person
    cause: str | None = None
    sip_status: int | None = None
    outcome: Outcome | None = Field(default=None, sa_type=String)
    counted: bool = False  # whether it used up one of the policy's attempts
    decision: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # what was to follow, when and why
    talk_seconds: float = 0.0
    recording: str | None = None  # path of the WAV
    mos: float | None = None  # estimate, 1.0-4.5; this and what follows only of a call that was measured
    lost_percent: float | None = None  # of what the far end sent
    far_lost_percent: float | None = None  # of what we sent
    jitter_ms: float | None = None
    one_way: bool | None = None  # we sent and heard nothing


class Answer(SQLModel, table=True):
    """What a contact last said to a question."""

    __table_args__ = (UniqueConstraint("contact_id", "question", name="answer_once"),)

    id: int = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id")
    campaign: str
    attempt_id: int = Field(foreign_key="attempt.id")
    question: str
    value: str
    at: datetime


class OptOut(SQLModel, table=True):
    """A number that a campaign, or none of them, may call."""

    __tablename__: ClassVar[str] = "opt_out"

    phone: str = Field(primary_key=True)
    campaign: str = Field(default="", primary_key=True)  # "": none of them
    how: str
    at: datetime


class Change(SQLModel, table=True):
    """What was done to a campaign or a contact, for `contacts explain`; never a value of a patient."""

    id: int = Field(default=None, primary_key=True)
    at: datetime
    campaign: str
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    kind: str
    details: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class Node(SQLModel, table=True):
    """An engine on this database; it is alive while `beat_at` is recent, by the database's own clock."""

    name: str = Field(primary_key=True)
    incarnation: int  # grows with every start: an older engine of the same name must stop
    started_at: datetime
    beat_at: datetime


class TrunkUse(SQLModel, table=True):
    """What all engines share of a trunk; its row is the lock under which a call is begun on it."""

    __tablename__: ClassVar[str] = "trunk_use"

    name: str = Field(primary_key=True)
    next_start_at: datetime | None = None


# Inlined rather than bound: a database uses a partial index only when it sees the index's own condition.
WAITING = literal("waiting", literal_execute=True)
DUE = col(Contact.due).is_(True)
LEASED = col(Contact.leased).is_(True)
ASLEEP = and_(col(Contact.state) == WAITING, not_(DUE), not_(LEASED))
PERISHABLE = and_(col(Contact.state) == WAITING, not_(LEASED), col(Contact.deadline).is_not(None))
INSTITUTIONAL = col(Contact.institution) != literal("", literal_execute=True)
SENT_IN = col(Contact.queued_by) != literal("", literal_execute=True)
OPEN_ATTEMPT = col(Attempt.ended_at).is_(None)
RANG = col(Attempt.rang_at).is_not(None)

Index(
    "contact_due",
    col(Contact.campaign),
    col(Contact.rank),
    col(Contact.next_at),
    col(Contact.id),
    sqlite_where=DUE,
    postgresql_where=DUE,
)
Index(
    "contact_due_of_institution",
    col(Contact.campaign),
    col(Contact.institution),
    col(Contact.rank),
    col(Contact.next_at),
    col(Contact.id),
    sqlite_where=and_(DUE, INSTITUTIONAL),
    postgresql_where=and_(DUE, INSTITUTIONAL),
)
Index(
    "contact_asleep",
    col(Contact.campaign),
    col(Contact.next_at),
    col(Contact.rank),
    sqlite_where=ASLEEP,
    postgresql_where=ASLEEP,
)
Index(
    "contact_perishable",
    col(Contact.campaign),
    col(Contact.deadline),
    sqlite_where=PERISHABLE,
    postgresql_where=PERISHABLE,
)
Index(
    "contact_one_call_a_phone", col(Contact.phone), unique=True, sqlite_where=LEASED, postgresql_where=LEASED
)
Index("contact_phone", col(Contact.phone))
Index(
    "contact_of_sender",
    col(Contact.campaign),
    col(Contact.queued_by),
    col(Contact.id),
    sqlite_where=SENT_IN,
    postgresql_where=SENT_IN,
)
Index(
    "contact_standing",
    col(Contact.campaign),
    col(Contact.state),
    col(Contact.wait_reason),
    col(Contact.next_at),
    col(Contact.outcome),
)
Index(
    "attempt_open",
    col(Attempt.contact_id),
    unique=True,
    sqlite_where=OPEN_ATTEMPT,
    postgresql_where=OPEN_ATTEMPT,
)
Index("attempt_endings", col(Attempt.campaign), col(Attempt.cause))
Index(
    "attempt_rang",
    col(Attempt.phone),
    col(Attempt.rang_at),
    sqlite_where=RANG,
    postgresql_where=RANG,
)
Index("attempt_recent", col(Attempt.campaign), col(Attempt.ended_at))
Index("opt_out_at", col(OptOut.at), col(OptOut.phone), col(OptOut.campaign))
Index("change_of_contact", col(Change.contact_id))
Index("change_of_campaign", col(Change.campaign), col(Change.at))
Index("answer_figures", col(Answer.campaign), col(Answer.question), col(Answer.value))
