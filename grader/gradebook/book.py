"""Grades go in, and marks that people enter; the grades that count come out. Grading again never touches an entry.

A transaction has the database to itself, on SQLite and on PostgreSQL alike: there are few marks, and every word counts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from grader.courses.rubric import Rubric
from grader.errors import TeacherError, UsageError
from grader.gradebook.entered import Entries, Entry, with_entries
from grader.gradebook.tables import AssignmentRow, CriterionMarkRow, StudentRow, SubmissionRow
from grader.marking.score import column_of, total_of
from grader.records import Criterion, Flag, Grade, RunSummary, SignOff, Submission

FILE = "gradebook.db"
MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_SECONDS = 60
"""For another process to end its transaction."""
LOCK = 0x6B657261
"""Of ours among PostgreSQL's advisory locks."""
REASONS = {"title", "outcome", "expected", "found", "hint", "trust", "checks"}
"""Fields of a `Criterion` that are no columns of their own."""


@dataclass(frozen=True)
class Filed:
    """What the gradebook holds of one submission."""

    submission: Submission
    grade: Grade
    """With what people entered."""
    signature: str
    """Heading of the record sheet's last column."""


class Gradebook:
    """The gradebook in one database. Close it, or use it in a `with` block."""

    def __init__(self, engine: Engine):
        self.engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All that is done in the block, or nothing of it. Raises TeacherError where the database refuses."""
        try:
            with Session(self.engine) as session, session.begin():
                lock(session.connection())
                yield session
        except DBAPIError as error:
            raise refused(self.engine.url, error) from None

    def record(self, submission: Submission, grade: Grade, rubric: Rubric) -> Grade:
        """File the grader's own grade in the place of its last one, and return the grade that counts."""
        with self.transaction() as session:
            row = submission_row(session, submission)
            row.assignment.signature = rubric.signature
            row.graded_at = datetime.now(UTC)
            row.record = submission.model_dump(mode="json")
            row.flags = [flag.model_dump(mode="json") for flag in grade.flags]
            row.run = grade.run.model_dump(mode="json")
            row.criterion_marks.clear()
            session.flush()  # the old rows go before new ones of the same names come
            row.criterion_marks.extend(criterion_rows(grade, rubric))
            return with_entries(grade, entries_of(row))

    def filed(self, assignment: str | None = None) -> list[Filed]:
        """What the book holds, of one assignment or of all, by the students' names."""
        with self.transaction() as session:
            held = [filed(row) for row in submission_rows(session, assignment)]
        return sorted(held, key=lambda each: (each.grade.assignment, each.grade.student.casefold()))


# -- Opening -----------------------------------------------------------------------------------------------------------


def open_book(out: Path, database: str | None = None) -> Gradebook:
    """The gradebook in the results folder `out`, or in the database at a URL; made where there is none yet.

    Raises:
        UsageError: the URL is none of SQLite's or PostgreSQL's.
        TeacherError: the database cannot be opened, or is newer than this program.

    """
    url = url_of(database) if database else URL.create("sqlite", database=str(out / FILE))
    try:
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS} if url.drivername == "sqlite" else {})
    except ModuleNotFoundError as error:
        raise TeacherError(
            f"Expected the module {error.name}, which PostgreSQL needs. Found none. Run: pip install 'psycopg[binary]'"
        ) from None
    if url.drivername == "sqlite":
        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", begin)
    try:
        with engine.begin() as connection:
            lock(connection)
            migrate(connection)
    except CommandError as error:
        raise TeacherError(
            f"Expected a gradebook of this version or an older one at {shown(url)}. Found: {error}. Update the grader."
        ) from None
    except DBAPIError as error:
        raise refused(url, error) from None
    return Gradebook(engine)


def find_book(out: Path, database: str | None = None) -> Gradebook:
    """The gradebook of a results folder, or at a URL, where there should be one. Raises as `open_book` does."""
    if database is None and not (out / FILE).exists():
        raise UsageError(
            f"Expected a gradebook at {out / FILE}. Found none. Grade first, or name the folder with --out."
        )
    return open_book(out, database)


def url_of(database: str) -> URL:
    """A URL with the driver that we use. Raises UsageError."""
    expected = "Expected --database as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME. Received: "
    try:
        url = make_url(database)
        if url.get_backend_name() not in {"sqlite", "postgresql", "postgres"}:
            raise UsageError(f"{expected}{url.get_backend_name()}")
    except (ArgumentError, NoSuchModuleError):
        raise UsageError(f"{expected}a text that is no URL") from None
    return url.set(drivername="sqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg")


def prepare(connection: SQLiteConnection, _: ConnectionPoolEntry) -> None:
    """Set SQLite up: readers and a writer at once, and what is committed is on the disk."""
    connection.isolation_level = None  # else the driver begins transactions by its own rules
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def begin(connection: Connection) -> None:
    """Begin as a writer: one who turns into a writer later is refused where another wrote meanwhile."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def lock(connection: Connection) -> None:
    """Wait until nobody else writes; SQLite did that when the transaction began."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def migrate(connection: Connection) -> None:
    """Bring the tables to the newest revision, within the transaction of the connection."""
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """What alembic's commands need."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def refused(url: URL, error: DBAPIError) -> TeacherError:
    """What the database says, without the statement that it did not like."""
    return TeacherError(f"Expected a gradebook that can be read and written at {shown(url)}. Found: {error.orig}")


def shown(url: URL) -> str:
    """The address for a person to read, without a password."""
    return str(url.database) if url.drivername == "sqlite" else url.render_as_string(hide_password=True)


# -- Rows and records --------------------------------------------------------------------------------------------------


def submission_row(session: Session, submission: Submission) -> SubmissionRow:
    """The row of the student's submission, new ones where needed."""
    student = student_row(session, submission.student)
    assignment = session.scalar(select(AssignmentRow).filter_by(name=submission.assignment))
    assignment = assignment or AssignmentRow(name=submission.assignment)
    known = student.id and assignment.id
    row = session.scalar(select(SubmissionRow).filter_by(student=student, assignment=assignment)) if known else None
    if row is None:
        row = SubmissionRow(student=student, assignment=assignment)
        session.add(row)
    return row


def student_row(session: Session, name: str) -> StudentRow:
    """The row of the student, a new one where there is none."""
    return session.scalar(select(StudentRow).filter_by(name=name)) or StudentRow(name=name)


def submission_rows(session: Session, assignment: str | None = None) -> Sequence[SubmissionRow]:
    """The rows of one assignment, or of all."""
    query = select(SubmissionRow)
    if assignment is not None:
        query = query.join(SubmissionRow.assignment).where(AssignmentRow.name == assignment)
    return session.scalars(query).all()


def criterion_rows(grade: Grade, rubric: Rubric) -> list[CriterionMarkRow]:
    """A row for each criterion, in the order of the record sheet."""
    sources = {scheme.name: scheme.source for scheme in rubric.columns}
    pairs = [(name, criterion) for name, column in grade.columns.items() for criterion in column.criteria]
    return [
        CriterionMarkRow(
            position=position,
            column=column,
            source=sources[column],
            criterion=criterion.id,
            marks=criterion.marks,
            out_of=criterion.out_of,
            reasons=criterion.model_dump(mode="json", include=REASONS),
        )
        for position, (column, criterion) in enumerate(pairs)
    ]


def filed(row: SubmissionRow) -> Filed:
    """What a submission's row holds."""
    grade = with_entries(automatic_grade(row), entries_of(row))
    return Filed(Submission.model_validate(row.record), grade, row.assignment.signature)


def automatic_grade(row: SubmissionRow) -> Grade:
    """The grader's own grade, as it was filed."""
    columns: dict[str, list[Criterion]] = {}
    for each in row.criterion_marks:
        criterion = Criterion(id=each.criterion, marks=each.marks, out_of=each.out_of, **each.reasons)
        columns.setdefault(each.column, []).append(criterion)
    out_of = {name: round(sum(each.out_of for each in criteria), 2) for name, criteria in columns.items()}
    made = {name: column_of(criteria, out_of[name]) for name, criteria in columns.items()}
    return Grade(
        student=row.student.name,
        assignment=row.assignment.name,
        columns=made,
        total=total_of(made, round(sum(out_of.values()), 2)),
        flags=[Flag.model_validate(flag) for flag in row.flags],
        run=RunSummary.model_validate(row.run),
    )


def entries_of(row: SubmissionRow) -> Entries:
    """What people entered for a submission."""
    marks = {each.target: Entry(each.marks, each.entered_at) for each in row.viva_marks}
    marks |= {each.target: Entry(each.marks, each.entered_at, each.automatic) for each in row.overrides}
    remarks = {each.target: each.text for each in row.remarks}
    own = row.sign_off
    return Entries(marks, remarks, SignOff(by=own.name, at=own.entered_at, marks=own.marks) if own else None)
