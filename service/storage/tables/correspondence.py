"""What the parties write to each other: notices as they were sent, and messages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case


class NoticeRow(Row, table=True):
    """A letter as it was sent; it never changes, and its hash proves it."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    kind: str = Field(sa_type=WORD)
    locale: str = Field(sa_type=WORD)
    title: str = Field(sa_type=WORD)
    recipient: str = Field(sa_type=WORD)
    subject_id: UUID | None = None
    html: str = Field(sa_type=WORD)
    sha256: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)


class MessageRow(Row, table=True):
    """One message of the thread between borrower and lender; its attachments are evidence.

    `number` counts the messages of a case under its lock: the order of ids would be that of the clocks of machines.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_case_id_number", "case_id", "number", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    number: int
    side: str = Field(sa_type=WORD)
    by: str = Field(sa_type=WORD)
    role: str = Field(sa_type=WORD)
    text: str = Field(sa_type=WORD)
    attachments: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=Moment)


class ReadMarkRow(Row, table=True):
    """How far somebody has read the thread of a case."""

    __tablename__ = "read_marks"

    case_id: UUID = of_case(primary_key=True)
    reader: str = Field(primary_key=True, sa_type=WORD)
    message_id: UUID
    number: int
    at: datetime = Field(sa_type=Moment)
