"""The tables: rows record what happened, functions decide.

Keys are UUIDv7, enums are text, moments are aware UTC, money is integer minor units, and whole values are JSON
documents that `documents.load` checks again on reading.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.storage.columns import DOCUMENT, TRANSACTION, WORD, CurrentTransaction, Moment, new_id

NAMES = {
    "ix": "ix_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES
METADATA = SQLModel.metadata
Row = SQLModel


def _case(**options: Any) -> Any:
    return Field(sa_column_args=[ForeignKey("cases.id", ondelete="RESTRICT")], **options)


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


class CaseRow(Row, table=True):
    """A case; `state` is assigned by `UnitOfWork.move` alone."""

    __tablename__ = "cases"
    # Every index ends in id, which is the order of lists and tells when: a page is read from one range of one index.
    __table_args__ = (
        UniqueConstraint("posted_by", "reference"),
        Index("ix_cases_state_id", "state", "id"),
        Index("ix_cases_posted_by_id", "posted_by", "id"),
        Index("ix_cases_posted_by_state_id", "posted_by", "state", "id"),
        Index("ix_cases_borrower_subject_id", "borrower_subject", "id"),
        Index("ix_cases_representative_subject_id", "representative_subject", "id"),
        Index("ix_cases_assignee_id", "assignee", "id"),
        Index("ix_cases_reference_id", "reference", "id"),
        Index("ix_cases_hardship_reason_id", "hardship_reason", "id"),
        Index("ix_cases_information_due_on_id", "information_due_on", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    version: int = 0
    state: str = Field(default="draft", sa_type=WORD)
    state_before_appeal: str | None = Field(default=None, sa_type=WORD)
    reference: str | None = Field(default=None, sa_type=WORD)
    posted_by: str = Field(sa_type=WORD)
    currency: str = Field(sa_type=WORD)
    channel: str = Field(sa_type=WORD)
    follows: UUID | None = None
    borrower_subject: str | None = Field(default=None, sa_type=WORD)
    representative_subject: str | None = Field(default=None, sa_type=WORD)
    policy_id: str | None = Field(default=None, sa_type=WORD)
    policy_digest: str | None = Field(default=None, sa_type=WORD)
    application: dict[str, Any] = Field(sa_type=DOCUMENT)
    application_version: int = 1
    flags: dict[str, bool] = Field(default_factory=dict, sa_type=DOCUMENT)
    hardship_reason: str | None = Field(default=None, sa_type=WORD)
    assignee: str | None = Field(default=None, sa_type=WORD)
    review_id: UUID | None = None
    decision_id: UUID | None = None
    agreement_id: UUID | None = None
    information_due_on: date | None = None
    rounds: int = 0
    sequence: int = 0
    last_hash: str = Field(default="", sa_type=WORD)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class PersonRow(Row, table=True):
    """The personal members of a case's application, and nothing else: this is what erasure takes away."""

    __tablename__ = "persons"

    case_id: UUID = _case(primary_key=True)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)


class ApplicationVersionRow(Row, table=True):
    """One version of an application, without its personal members; never changed."""

    __tablename__ = "application_versions"

    case_id: UUID = _case(primary_key=True)
    number: int = Field(primary_key=True)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    by: str = Field(sa_type=WORD)
    at: datetime = Field(sa_type=Moment)


class CaseLoanRow(Row, table=True):
    """A loan of a case; `running` holds the loan's one place among cases that have not ended."""

    __tablename__ = "case_loans"
    __table_args__ = (
        Index("ix_case_loans_loan_id_case_id", "loan_id", "case_id"),
        Index(
            "uq_case_loans_running",
            "loan_id",
            unique=True,
            postgresql_where=text("running"),
            sqlite_where=text("running"),
        ),
    )

    case_id: UUID = _case(primary_key=True)
    loan_id: str = Field(primary_key=True, sa_type=WORD)
    position: int
    source: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    running: bool = True


class EvidenceRow(Row, table=True):
    """A document that was handed in, or a requirement that was waived."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case()
    kind: str = Field(sa_type=WORD)
    loan_id: str | None = Field(default=None, sa_type=WORD)
    state: str = Field(sa_type=WORD)
    media_type: str | None = Field(default=None, sa_type=WORD)
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, sa_type=WORD)
    storage_key: str | None = Field(default=None, sa_type=WORD)
    file_name: str | None = Field(default=None, sa_type=WORD)
    note: str | None = Field(default=None, sa_type=WORD)
    refused_reason: str | None = Field(default=None, sa_type=WORD)
    waived_reason: str | None = Field(default=None, sa_type=WORD)
    uploaded_by: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    verified_by: str | None = Field(default=None, sa_type=WORD)
    verified_at: datetime | None = Field(default=None, sa_type=Moment)


class ReviewRow(Row, table=True):
    """One judging of a case: everything needed to judge it again and get the same verdict."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case()
    application_version: int
    policy_id: str = Field(sa_type=WORD)
    digest: str = Field(sa_type=WORD)
    on_day: date
    facts: dict[str, Any] = Field(sa_type=DOCUMENT)
    verdict: dict[str, Any] = Field(sa_type=DOCUMENT)
    kind: str = Field(default="active", sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)


class DecisionRow(Row, table=True):
    """What was decided, by whom, with which reasons, and who confirmed it."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case()
    review_id: UUID | None = None
    outcome: str = Field(sa_type=WORD)
    reasons: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    comment: str | None = Field(default=None, sa_type=WORD)
    level: str = Field(sa_type=WORD)
    confirmation: str = Field(sa_type=WORD)
    confirmation_comment: str | None = Field(default=None, sa_type=WORD)
    decided_by: str = Field(sa_type=WORD)
    decided_role: str = Field(sa_type=WORD)
    automatic: bool = False
    confirmed_by: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)


class RoundRow(Row, table=True):
    """A menu, or a counter-proposal and its answer."""

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case()
    number: int
    kind: str = Field(sa_type=WORD)
    by: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    answer: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)


class OfferRow(Row, table=True):
    """Terms the lender is bound by until they expire; the document never changes."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("ix_offers_case_id_id", "case_id", "id"),
        Index("ix_offers_state_expires_at", "state", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case()
    round_id: UUID
    position: int
    state: str = Field(default="open", sa_type=WORD)
    labels: list[str] = Field(sa_type=DOCUMENT)
    indicative: bool = False
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    effective_on: date
    expires_at: datetime = Field(sa_type=Moment)
    made_by: str = Field(sa_type=WORD)
    level: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_reason: str | None = Field(default=None, sa_type=WORD)


class AgreementRow(Row, table=True):
    """An accepted offer with its signatures."""

    __tablename__ = "agreements"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case(unique=True)
    offer_id: UUID = Field(unique=True)
    state: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    signatures: list[dict[str, Any]] = Field(default_factory=list, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=Moment)


class EventRow(Row, table=True):
    """One thing that happened to a case; only ever added, each bound to the one before by its hash."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        Index("ix_events_transaction_number_id", "transaction_number", "id"),
    )
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": False}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = _case()
    sequence: int
    type: str = Field(sa_type=WORD)
    actor_role: str = Field(sa_type=WORD)
    actor_id: str = Field(sa_type=WORD)
    at: datetime = Field(sa_type=Moment)
    particulars: dict[str, Any] = Field(sa_type=DOCUMENT)
    caused_by: str | None = Field(default=None, sa_type=WORD)
    previous_hash: str = Field(sa_type=WORD)
    hash: str = Field(sa_type=WORD)
    transaction_number: int | None = Field(
        default=None, sa_column=Column(TRANSACTION, server_default=CurrentTransaction(), nullable=False)
    )


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
