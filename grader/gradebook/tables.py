"""The tables of the gradebook, as SQLAlchemy's typed models. A change here needs a file in migrations/versions/."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, MetaData, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can speak of them."""


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept as UTC; SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """On the way in."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """On the way out."""
        return (value if value.tzinfo else value.replace(tzinfo=UTC)) if value else None


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment, str: String(200), dict[str, Any]: JSON, list[dict[str, Any]]: JSON}


class StudentRow(Base):
    """A student."""

    __tablename__ = "students"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class AssignmentRow(Base):
    """An assignment."""

    __tablename__ = "assignments"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    signature: Mapped[str] = mapped_column(String(2_000))
    """Heading of the record sheet's last column."""


class SubmissionRow(Base):
    """What one student handed in for one assignment, as it was graded last."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("student_id", "assignment_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), index=True)
    graded_at: Mapped[datetime]
    record: Mapped[dict[str, Any]]
    """The `Submission`."""
    flags: Mapped[list[dict[str, Any]]]
    """A `Flag` each."""
    run: Mapped[dict[str, Any]]
    """The `RunSummary`."""

    student: Mapped[StudentRow] = relationship(lazy="joined")
    assignment: Mapped[AssignmentRow] = relationship(lazy="joined")
    criterion_marks: Mapped[list["CriterionMarkRow"]] = relationship(
        cascade="all, delete-orphan", order_by="CriterionMarkRow.position", lazy="selectin"
    )
    overrides: Mapped[list["OverrideRow"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    viva_marks: Mapped[list["VivaMarkRow"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    remarks: Mapped[list["RemarkRow"]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    sign_off: Mapped["SignOffRow | None"] = relationship(cascade="all, delete-orphan", lazy="joined")


class CriterionMarkRow(Base):
    """What the grader itself gave for one criterion, and why: the only marks that grading again replaces."""

    __tablename__ = "criterion_marks"
    __table_args__ = (UniqueConstraint("submission_id", "criterion"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    position: Mapped[int]
    column: Mapped[str]
    """Of the record sheet."""
    source: Mapped[str] = mapped_column(String(20))
    """Who decides the column: checks, teacher or submission_time."""
    criterion: Mapped[str]
    """Its id."""
    marks: Mapped[float | None]
    """None while pending."""
    out_of: Mapped[float]
    reasons: Mapped[dict[str, Any]]
    """The rest of the `Criterion`."""


class EntryRow(Base):
    """What a person entered about a submission, once for each target."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    target: Mapped[str]
    """Id of a criterion, name of a column, or empty: the whole."""
    entered_at: Mapped[datetime]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[UniqueConstraint, ...]:
        return (UniqueConstraint("submission_id", "target"),)


class MarksRow(EntryRow):
    """Marks that a person entered."""

    __abstract__ = True
    marks: Mapped[float]


class OverrideRow(MarksRow):
    """Marks in the place of the grader's."""

    __tablename__ = "overrides"
    automatic: Mapped[float | None]
    """The grader's own marks at the time; None where they were open."""


class VivaMarkRow(MarksRow):
    """Marks of a column that only a person decides."""

    __tablename__ = "viva_marks"


class RemarkRow(EntryRow):
    """A remark."""

    __tablename__ = "remarks"
    text: Mapped[str] = mapped_column(Text)


class SignOffRow(Base):
    """A teacher's signature under the record sheet of a submission."""

    __tablename__ = "sign_offs"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), unique=True)
    name: Mapped[str]
    """Of who signed."""
    marks: Mapped[float]
    """The total that was signed."""
    entered_at: Mapped[datetime]
