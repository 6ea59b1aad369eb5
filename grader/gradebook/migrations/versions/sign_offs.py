"""A table for the teacher's signatures, and the heading under which they stand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them; the lab manual's heading stands for assignments of before."""
    heading = sa.Column("signature", sa.String(2_000), nullable=False, server_default="Dated Sign of Subject Teacher")
    with op.batch_alter_table("assignments") as table:
        table.add_column(heading)
    op.create_table(
        "sign_offs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submissions.id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("marks", sa.Double, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("submission_id"),
    )
