"""What laboratories sent, as it came, and how far their servers were read."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, literal
from sqlmodel import Field, SQLModel, col

from campaigns.words import LabAnswer, LabFate


class LabMessage(SQLModel, table=True):
    """One message of a laboratory, once for its control id and what it is about.

    sender: application and facility, or the server it was read from. control_id: MSH-10, or the Bundle's.
    subject: the orders it is about, and what it says of each, so that a control id used again for another
    result, or once a preliminary one is final, is another message; of one that could not be read, its bytes.
    about: the same as far as it could be read.
    content: the bytes as they came, for a message that has yet to be mended, or one that came again and said
    something else; else empty. faults: plain sentences, one a line, each with its place, without a value of
    a patient.
    """

    __tablename__: ClassVar[str] = "lab_message"
    __table_args__ = (UniqueConstraint("sender", "control_id", "subject", name="lab_message_once"),)

    id: int = Field(default=None, primary_key=True)
    sender: str
    control_id: str
    subject: str
    about: str = ""
    digest: str  # SHA-256 of the content
    meaning: str = ""  # SHA-256 of what it says, whenever it was sent; "" where that could not be read
    campaign: str
    format: str  # "hl7" or "fhir"
    content: bytes = Field(default=b"", sa_type=LargeBinary)
    answer: LabAnswer = Field(sa_type=String)
    faults: str = ""
    received_at: datetime
    answered_at: datetime
    repeats: int = 0  # how often it came again


class LabOrder(SQLModel, table=True):
    """What a laboratory last said of one result; messages that were written before it change nothing."""

    __tablename__: ClassVar[str] = "lab_order"
    __table_args__ = (UniqueConstraint("campaign", "external_id", name="lab_order_once"),)

    id: int = Field(default=None, primary_key=True)
    campaign: str
    external_id: str
    contact_id: int | None = Field(
        default=None, foreign_key="contact.id"
    )  # None: nobody is called for it yet
    status: str  # `intake.lab.result.LabStatus`
    fate: LabFate = Field(sa_type=String)
    told_at: datetime | None = None  # by the laboratory's clock, where it says so
    sent_at: datetime
    message_id: int = Field(foreign_key="lab_message.id")


class PullPosition(SQLModel, table=True):
    """How far a FHIR server was read; written with what was read."""

    __tablename__: ClassVar[str] = "pull_position"

    server: str = Field(primary_key=True)
    since: datetime | None = None  # reports updated from then on are asked for
    next_page: str = ""  # where the page after the last one stands, while there is one
    newest: datetime | None = None  # the latest update on the pages of this round
    read_at: datetime | None = None
    fault: str = ""
    held_by: str = ""  # the process that reads it now
    held_until: datetime | None = None


_REFUSED = literal("AE", literal_execute=True)
KEPT = col(LabMessage.answer) == _REFUSED

Index("lab_message_kept", col(LabMessage.id), sqlite_where=KEPT, postgresql_where=KEPT)
Index(
    "lab_message_kept_about",
    col(LabMessage.sender),
    col(LabMessage.control_id),
    col(LabMessage.about),
    sqlite_where=KEPT,
    postgresql_where=KEPT,
)
Index("lab_message_at", col(LabMessage.received_at))
Index("lab_order_of_contact", col(LabOrder.contact_id))
