"""What happens around the decision: clocks, holds, notices, messages, payments, appeals, referrals, versions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("request", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    op.create_index("ix_operations_state_id", "operations", ["state", "id"])

    op.create_table(
        "policy_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_events")),
    )
    op.create_index("ix_policy_events_name_id", "policy_events", ["name", "id"])

    op.create_table(
        "policy_versions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_policy_versions")),
    )
    op.create_index("ix_policy_versions_name_state", "policy_versions", ["name", "state"])

    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("frozen", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_appeals_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_case_id_id", "appeals", ["case_id", "id"])

    op.create_table(
        "clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("anchored_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("end_action", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clocks_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_case_id_id", "clocks", ["case_id", "id"])
    op.create_index("ix_clocks_state_due_at_id", "clocks", ["state", "due_at", "id"])

    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_rule", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_holds_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_case_id_id", "holds", ["case_id", "id"])
    op.create_index("ix_holds_state_ends_on_id", "holds", ["state", "ends_on", "id"])

    op.create_table(
        "information_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_information_requests_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_requests")),
    )
    op.create_index("ix_information_requests_case_id_id", "information_requests", ["case_id", "id"])

    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_messages_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_case_id_id", "messages", ["case_id", "id"])

    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_case_id_id", "notices", ["case_id", "id"])

    op.create_table(
        "read_marks",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_read_marks_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("case_id", "reader", name=op.f("pk_read_marks")),
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_note", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_referrals_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index("ix_referrals_case_id_id", "referrals", ["case_id", "id"])

    op.create_table(
        "agreement_schedules",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_schedules_agreement_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("agreement_id", "number", name=op.f("pk_agreement_schedules")),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("loan_id", sa.Text(), nullable=True),
        sa.Column("applied", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("reversed_by", sa.Text(), nullable=True),
        sa.Column("reversal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_payments_agreement_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_payments_case_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("agreement_id", "external_id", name=op.f("uq_payments_agreement_id_external_id")),
    )
    op.create_index("ix_payments_case_id_id", "payments", ["case_id", "id"])

    op.add_column("agreements", sa.Column("active_from", sa.Date(), nullable=True))
    op.add_column("agreements", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("agreements", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("agreements", sa.Column("remedy_due_on", sa.Date(), nullable=True))
    op.add_column("agreements", sa.Column("breached_on", sa.Date(), nullable=True))
    op.add_column("agreements", sa.Column("reinstated_on", sa.Date(), nullable=True))
    op.add_column("agreements", sa.Column("ended_on", sa.Date(), nullable=True))
    op.create_index("ix_agreements_state_id", "agreements", ["state", "id"])

    op.add_column("cases", sa.Column("holds", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("cases", sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_cases_assignee_next_due_at_id", "cases", ["assignee", "next_due_at", "id"])
    op.create_index("ix_cases_state_next_due_at_id", "cases", ["state", "next_due_at", "id"])

    op.add_column("decisions", sa.Column("overrides_verdict", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("decisions", sa.Column("second_confirmed_by", sa.Text(), nullable=True))

    op.add_column("reviews", sa.Column("answer", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(
        "ix_reviews_shadow_digest_id",
        "reviews",
        ["digest", "id"],
        sqlite_where=sa.text("kind = 'shadow'"),
        postgresql_where=sa.text("kind = 'shadow'"),
    )


def downgrade() -> None:
    op.drop_index("ix_reviews_shadow_digest_id", table_name="reviews")
    op.drop_column("reviews", "answer")

    op.drop_column("decisions", "second_confirmed_by")
    op.drop_column("decisions", "overrides_verdict")

    op.drop_index("ix_cases_state_next_due_at_id", table_name="cases")
    op.drop_index("ix_cases_assignee_next_due_at_id", table_name="cases")
    op.drop_column("cases", "next_due_at")
    op.drop_column("cases", "holds")

    op.drop_index("ix_agreements_state_id", table_name="agreements")
    op.drop_column("agreements", "ended_on")
    op.drop_column("agreements", "reinstated_on")
    op.drop_column("agreements", "breached_on")
    op.drop_column("agreements", "remedy_due_on")
    op.drop_column("agreements", "review_on")
    op.drop_column("agreements", "ends_on")
    op.drop_column("agreements", "active_from")

    op.drop_index("ix_payments_case_id_id", table_name="payments")

    op.drop_table("payments")
    op.drop_table("agreement_schedules")
    op.drop_index("ix_referrals_case_id_id", table_name="referrals")

    op.drop_table("referrals")
    op.drop_table("read_marks")
    op.drop_index("ix_notices_case_id_id", table_name="notices")

    op.drop_table("notices")
    op.drop_index("ix_messages_case_id_id", table_name="messages")

    op.drop_table("messages")
    op.drop_index("ix_information_requests_case_id_id", table_name="information_requests")

    op.drop_table("information_requests")
    op.drop_index("ix_holds_state_ends_on_id", table_name="holds")
    op.drop_index("ix_holds_case_id_id", table_name="holds")

    op.drop_table("holds")
    op.drop_index("ix_clocks_state_due_at_id", table_name="clocks")
    op.drop_index("ix_clocks_case_id_id", table_name="clocks")

    op.drop_table("clocks")
    op.drop_index("ix_appeals_case_id_id", table_name="appeals")

    op.drop_table("appeals")
    op.drop_index("ix_policy_versions_name_state", table_name="policy_versions")

    op.drop_table("policy_versions")
    op.drop_index("ix_policy_events_name_id", table_name="policy_events")

    op.drop_table("policy_events")
    op.drop_index("ix_operations_state_id", table_name="operations")

    op.drop_table("operations")
