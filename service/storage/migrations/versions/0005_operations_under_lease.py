"""Operations are held by one worker at a time, under a lease."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operations", sa.Column("held_by", sa.Text(), nullable=True))
    op.add_column("operations", sa.Column("leased_until", sa.BigInteger(), nullable=True))
    op.add_column("operations", sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("operations", "attempts")
    op.drop_column("operations", "leased_until")
    op.drop_column("operations", "held_by")
