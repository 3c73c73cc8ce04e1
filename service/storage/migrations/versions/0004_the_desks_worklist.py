"""A desk's cases in one state, the next deadline first."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["assignee", "state", "next_due_at", "id"]
    op.create_index("ix_cases_assignee_state_next_due_at_id", "cases", columns)
    op.drop_index("ix_cases_assignee_next_due_at_id", table_name="cases")


def downgrade() -> None:
    op.create_index("ix_cases_assignee_next_due_at_id", "cases", ["assignee", "next_due_at", "id"])
    op.drop_index("ix_cases_assignee_state_next_due_at_id", table_name="cases")
