"""How agreements are performed: what was told of them, how often one was taken up again, and a later one on a case."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agreements") as agreements:
        agreements.add_column(sa.Column("watch", sa.JSON(none_as_null=True), nullable=True))
        agreements.add_column(sa.Column("reinstatements", sa.Integer(), nullable=False, server_default=sa.text("0")))
        agreements.drop_constraint("uq_agreements_case_id", type_="unique")
        agreements.create_index("ix_agreements_case_id_id", ["case_id", "id"])
    running = sa.text("state IN ('awaiting_signatures', 'trial', 'active')")
    op.create_index(
        "uq_agreements_running", "agreements", ["case_id"], unique=True, postgresql_where=running, sqlite_where=running
    )
    with op.batch_alter_table("payments") as payments:
        payments.drop_column("applied")


def downgrade() -> None:
    with op.batch_alter_table("payments") as payments:
        payments.add_column(
            sa.Column("applied", sa.JSON(none_as_null=True), nullable=False, server_default=sa.text("'[]'"))
        )
        payments.alter_column("applied", existing_type=sa.JSON(none_as_null=True), server_default=None)
    op.drop_index("uq_agreements_running", table_name="agreements")
    with op.batch_alter_table("agreements") as agreements:
        agreements.drop_index("ix_agreements_case_id_id")
        agreements.create_unique_constraint("uq_agreements_case_id", ["case_id"])
        agreements.drop_column("reinstatements")
        agreements.drop_column("watch")
