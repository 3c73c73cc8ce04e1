"""API keys, and the first answers to requests that carried a key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row


class ApiKeyRow(Row, table=True):
    """A key somebody signs in with; only its keyed hash is kept."""

    __tablename__ = "api_keys"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    role: str = Field(sa_type=WORD)
    name: str = Field(sa_type=WORD)
    subject: str | None = Field(default=None, sa_type=WORD)
    vouches_for_loans: bool = False
    key_hash: str = Field(sa_type=WORD, unique=True)
    created_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class IdempotencyRow(Row, table=True):
    """The first answer to a key, so that a request sent twice is done once."""

    __tablename__ = "idempotency_records"
    __table_args__ = (Index("ix_idempotency_records_created_at", "created_at"),)

    principal: str = Field(primary_key=True, sa_type=WORD)
    key: str = Field(primary_key=True, sa_type=WORD)
    fingerprint: str = Field(sa_type=WORD)
    status: int | None = None
    headers: dict[str, str] = Field(default_factory=dict, sa_type=DOCUMENT)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Moment)
