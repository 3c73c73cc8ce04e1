"""Appeals that bind, a thread that is numbered, and a second agreement where a breached case came back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("messages", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("decisions", sa.Column("appeal_id", sa.Uuid(), nullable=True))

    op.drop_index("ix_messages_case_id_id", table_name="messages")
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("number", sa.Integer(), nullable=False))
    op.create_index("ix_messages_case_id_number", "messages", ["case_id", "number"], unique=True)
    with op.batch_alter_table("read_marks") as marks:
        marks.add_column(sa.Column("number", sa.Integer(), nullable=False))

    with op.batch_alter_table("agreements") as agreements:
        agreements.drop_constraint("uq_agreements_case_id", type_="unique")
    op.create_index("ix_agreements_case_id_id", "agreements", ["case_id", "id"])
    running = sa.text("state IN ('awaiting_signatures', 'trial', 'active')")
    op.create_index(
        "uq_agreements_running",
        "agreements",
        ["case_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def downgrade() -> None:
    op.drop_index("uq_agreements_running", table_name="agreements")
    op.drop_index("ix_agreements_case_id_id", table_name="agreements")
    with op.batch_alter_table("agreements") as agreements:
        agreements.create_unique_constraint("uq_agreements_case_id", ["case_id"])

    with op.batch_alter_table("read_marks") as marks:
        marks.drop_column("number")
    op.drop_index("ix_messages_case_id_number", table_name="messages")
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("number")
    op.create_index("ix_messages_case_id_id", "messages", ["case_id", "id"])

    op.drop_column("decisions", "appeal_id")
    op.drop_column("cases", "messages")
