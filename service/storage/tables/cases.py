"""Cases with their applications, persons, loans and evidence."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case


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
        Index("ix_cases_identity_index_id", "identity_index", "id"),
        # All that statistics read of a case, in the order of time.
        Index(
            "ix_cases_statistics",
            "id",
            "state",
            "stage",
            "product",
            "hardship_reason",
            "first_missing",
            "decision_hours",
        ),
        Index("ix_cases_state_next_due_at_id", "state", "next_due_at", "id"),
        Index("ix_cases_assignee_state_next_due_at_id", "assignee", "state", "next_due_at", "id"),
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
    identity_index: str | None = Field(default=None, sa_type=WORD)
    policy_id: str | None = Field(default=None, sa_type=WORD)
    policy_digest: str | None = Field(default=None, sa_type=WORD)
    application: dict[str, Any] = Field(sa_type=DOCUMENT)
    application_version: int = 1
    flags: dict[str, bool] = Field(default_factory=dict, sa_type=DOCUMENT)
    hardship_reason: str | None = Field(default=None, sa_type=WORD)
    product: str | None = Field(default=None, sa_type=WORD)
    stage: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    first_missing: int | None = None
    decision_hours: int | None = None
    assignee: str | None = Field(default=None, sa_type=WORD)
    review_id: UUID | None = None
    decision_id: UUID | None = None
    agreement_id: UUID | None = None
    information_due_on: date | None = None
    next_due_at: datetime | None = Field(default=None, sa_type=Moment)
    rounds: int = 0
    holds: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    messages: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    sequence: int = 0
    last_hash: str = Field(default="", sa_type=WORD)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class PersonRow(Row, table=True):
    """The personal members of a case's application, and nothing else: this is what erasure takes away."""

    __tablename__ = "persons"

    case_id: UUID = of_case(primary_key=True)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)


class ApplicationVersionRow(Row, table=True):
    """One version of an application, without its personal members; never changed."""

    __tablename__ = "application_versions"

    case_id: UUID = of_case(primary_key=True)
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

    case_id: UUID = of_case(primary_key=True)
    loan_id: str = Field(primary_key=True, sa_type=WORD)
    position: int
    source: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    running: bool = True


class EvidenceRow(Row, table=True):
    """A document that was handed in, or a requirement that was waived.

    One that was taken over from an earlier case is as old as it was there: `handed_in_at` says since when.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_case_id_id", "case_id", "id"),
        Index("uq_evidence_storage_key", "storage_key", unique=True),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    kind: str = Field(sa_type=WORD)
    loan_id: str | None = Field(default=None, sa_type=WORD)
    state: str = Field(sa_type=WORD)
    media_type: str | None = Field(default=None, sa_type=WORD)
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, sa_type=WORD)
    storage_key: str | None = Field(default=None, sa_type=WORD)
    file_name: str | None = Field(default=None, sa_type=WORD)
    reused_from: UUID | None = None
    handed_in_at: datetime | None = Field(default=None, sa_type=Moment)
    note: str | None = Field(default=None, sa_type=WORD)
    refused_reason: str | None = Field(default=None, sa_type=WORD)
    waived_reason: str | None = Field(default=None, sa_type=WORD)
    uploaded_by: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    verified_by: str | None = Field(default=None, sa_type=WORD)
    verified_at: datetime | None = Field(default=None, sa_type=Moment)
