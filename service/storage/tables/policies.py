"""Policies as they were activated, and long operations about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row


class PolicyVersionRow(Row, table=True):
    """The text of a pack or graph under its digest, so that a verdict can be given again years later."""

    __tablename__ = "policy_versions"
    __table_args__ = (Index("ix_policy_versions_name_state", "name", "state"),)

    digest: str = Field(primary_key=True, sa_type=WORD)
    id: str = Field(sa_type=WORD)
    name: str = Field(sa_type=WORD)
    kind: str = Field(sa_type=WORD)
    state: str = Field(default="draft", sa_type=WORD)
    text: str = Field(sa_type=WORD)
    created_by: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)


class PolicyEventRow(Row, table=True):
    """A change of the state of a policy version: who, when, why; only ever added."""

    __tablename__ = "policy_events"
    __table_args__ = (Index("ix_policy_events_name_id", "name", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(sa_type=WORD)
    digest: str = Field(sa_type=WORD)
    before: str = Field(sa_type=WORD)
    after: str = Field(sa_type=WORD)
    actor_id: str = Field(sa_type=WORD)
    reason: str | None = Field(default=None, sa_type=WORD)
    at: datetime = Field(sa_type=Moment)


class OperationRow(Row, table=True):
    """Something that takes longer than a request: how far it is, who holds it until when, and what came of it."""

    __tablename__ = "operations"
    __table_args__ = (Index("ix_operations_state_id", "state", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    version: int = 1
    kind: str = Field(sa_type=WORD)
    state: str = Field(default="waiting", sa_type=WORD)
    done: int = 0
    total: int | None = None
    request: dict[str, Any] = Field(sa_type=DOCUMENT)
    result: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    fault: str | None = Field(default=None, sa_type=WORD)
    created_by: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    held_by: str | None = Field(default=None, sa_type=WORD)
    leased_until: int | None = Field(default=None, sa_type=BigInteger)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
