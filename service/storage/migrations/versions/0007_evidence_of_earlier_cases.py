"""Evidence of earlier cases of the same borrower, who is known by a keyed hash of their identity."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("identity_index", sa.Text(), nullable=True))
    op.create_index("ix_cases_identity_index_id", "cases", ["identity_index", "id"])
    op.add_column("evidence", sa.Column("reused_from", sa.Uuid(), nullable=True))
    op.add_column("evidence", sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("uq_evidence_storage_key", "evidence", ["storage_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_evidence_storage_key", table_name="evidence")
    op.drop_column("evidence", "handed_in_at")
    op.drop_column("evidence", "reused_from")
    op.drop_index("ix_cases_identity_index_id", table_name="cases")
    op.drop_column("cases", "identity_index")
