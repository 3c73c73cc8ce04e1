"""What statistics count of cases and agreements, in columns that an index covers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STAGES = {
    "submitted": 1,
    "information_requested": 1,
    "in_review": 2,
    "rejected": 3,
    "offered": 4,
    "countered": 4,
    "agreed": 5,
    "breached": 5,
    "fulfilled": 6,
}


def upgrade() -> None:
    op.add_column("cases", sa.Column("product", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("stage", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("cases", sa.Column("first_missing", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("decision_hours", sa.Integer(), nullable=True))
    op.add_column("agreements", sa.Column("instruments", sa.Text(), nullable=True))
    op.add_column("agreements", sa.Column("waived", sa.BigInteger(), nullable=True))
    op.add_column("agreements", sa.Column("currency", sa.Text(), nullable=True))
    op.add_column("agreements", sa.Column("product", sa.Text(), nullable=True))
    op.add_column("agreements", sa.Column("hardship_reason", sa.Text(), nullable=True))
    # How far cases of before came is known from where they are; what cannot be known is left out of the figures.
    cases = sa.table("cases", sa.column("state"), sa.column("stage"), sa.column("submitted_at"))
    op.execute(cases.update().where(cases.c.submitted_at.is_not(None)).values(stage=1))
    for state, stage in STAGES.items():
        op.execute(cases.update().where(cases.c.state == state).values(stage=stage))
    op.create_index(
        "ix_cases_statistics",
        "cases",
        ["id", "state", "stage", "product", "hardship_reason", "first_missing", "decision_hours"],
    )
    op.create_index(
        "ix_agreements_statistics",
        "agreements",
        [
            "case_id",
            "instruments",
            "currency",
            "waived",
            "active_from",
            "breached_on",
            "reinstatements",
            "product",
            "hardship_reason",
        ],
    )
    overrides = sa.text("overrides_verdict")
    op.create_index(
        "ix_decisions_overrides", "decisions", ["case_id"], sqlite_where=overrides, postgresql_where=overrides
    )


def downgrade() -> None:
    op.drop_index("ix_decisions_overrides", table_name="decisions")
    op.drop_index("ix_agreements_statistics", table_name="agreements")
    op.drop_index("ix_cases_statistics", table_name="cases")
    for column in ("hardship_reason", "product", "currency", "waived", "instruments"):
        op.drop_column("agreements", column)
    for column in ("decision_hours", "first_missing", "stage", "product"):
        op.drop_column("cases", column)
