"""The first tables: students, assignments, submissions, the grader's marks, and what people enter."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them."""
    for table in ("students", "assignments"):
        op.create_table(
            table,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(200), nullable=False),
            sa.UniqueConstraint("name"),
        )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("student_id", sa.Integer, sa.ForeignKey("students.id"), nullable=False),
        sa.Column("assignment_id", sa.Integer, sa.ForeignKey("assignments.id"), nullable=False, index=True),
        sa.Column("graded_at", MOMENT, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("run", sa.JSON, nullable=False),
        sa.UniqueConstraint("student_id", "assignment_id"),
    )
    below_a_submission(
        "criterion_marks",
        "criterion",
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("column", sa.String(200), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("marks", sa.Double),
        sa.Column("out_of", sa.Double, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )
    below_a_submission(
        "overrides",
        "target",
        sa.Column("marks", sa.Double, nullable=False),
        sa.Column("automatic", sa.Double),
        sa.Column("entered_at", MOMENT, nullable=False),
    )
    below_a_submission(
        "viva_marks",
        "target",
        sa.Column("marks", sa.Double, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
    )
    below_a_submission(
        "remarks",
        "target",
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
    )


def below_a_submission(table: str, name: str, *columns: sa.Column[object]) -> None:
    """A table with one row for each submission and name."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submissions.id"), nullable=False),
        sa.Column(name, sa.String(200), nullable=False),
        *columns,
        sa.UniqueConstraint("submission_id", name),
    )
