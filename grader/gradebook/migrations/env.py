"""Alembic runs this file: a connection of the gradebook's goes in, its database has the newest tables after."""

from alembic import context

from grader.gradebook.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column; alembic then makes the table anew
)
context.run_migrations()
