"""How agreements are performed: what was told of them, and how often one was taken up again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agreements") as agreements:
        agreements.add_column(sa.Column("watch", sa.JSON(none_as_null=True), nullable=True))
        agreements.add_column(sa.Column("reinstatements", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("payments") as payments:
        payments.drop_column("applied")


def downgrade() -> None:
    with op.batch_alter_table("payments") as payments:
        payments.add_column(
            sa.Column("applied", sa.JSON(none_as_null=True), nullable=False, server_default=sa.text("'[]'"))
        )
        payments.alter_column("applied", existing_type=sa.JSON(none_as_null=True), server_default=None)
    with op.batch_alter_table("agreements") as agreements:
        agreements.drop_column("reinstatements")
        agreements.drop_column("watch")
