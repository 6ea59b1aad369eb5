"""The command line: words in, records printed. Each command imports what it needs, so that --help is quick."""

import sys
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.classes.batch import Failure
    from grader.classes.crew import Crew
    from grader.errors import TeacherError
    from grader.gradebook.book import Gradebook
    from grader.pipeline import Desk

app = typer.Typer(
    name="grader",
    help="Grade deep-learning notebooks: run them, judge the model, and give a reason for every mark.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="The data sets that notebooks are served.", no_args_is_help=True)
app.add_typer(data, name="data")

marks = typer.Typer(help="Marks that people enter: viva marks, overrides, remarks, sign-off.", no_args_is_help=True)
app.add_typer(marks, name="marks")

PROBLEMS = 1
TEACHERS = {"alembic", "markdown_it", "openpyxl", "pygments", "sqlalchemy", "yaml"}
"""Modules of the extra `teacher` in pyproject.toml, which students do not install."""


class Format(StrEnum):
    """What `grader export` writes."""

    csv = "csv"
    excel = "excel"
    moodle_worksheet = "moodle-worksheet"
    moodle_feedback = "moodle-feedback"
    canvas = "canvas"
    nbgrader = "nbgrader"
    gradescope = "gradescope"


class Isolation(StrEnum):
    """Where notebooks run."""

    wall = "wall"
    none = "none"


CourseFolder = Annotated[
    Path | None,
    typer.Option("--course", help="A course folder of your own, with assignments/, rubrics/ and reference/."),
]
IsolationOption = Annotated[
    Isolation, typer.Option(help="wall: behind bubblewrap. none: without protection, for your own notebooks only.")
]
Results = Annotated[Path, typer.Option(help="Folder of the results.")]
Database = Annotated[
    str | None,
    typer.Option(
        envvar="GRADER_DATABASE", help="URL of the gradebook, for example postgresql://...; default: in the results."
    ),
]
OneAssignment = Annotated[str | None, typer.Option("--assignment", help="Name of the assignment; default: all.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]


@app.command()
def grade(
    paths: Annotated[
        list[Path], typer.Argument(help="The submissions: notebooks, folders, or zips of Moodle, Canvas, Gradescope.")
    ],
    assignment: Annotated[str, typer.Option(help="Name of the assignment, for example fashion-mnist.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("results"),
    student: Annotated[str | None, typer.Option(help="Name for the record sheet; default: the file's.")] = None,
    roster: Annotated[
        Path | None,
        typer.Option(help="Class list, CSV: columns such as id, name, email; extension (a date or days), submitted."),
    ] = None,
    due: Annotated[
        str | None, typer.Option(help="Due date, ISO: 2026-11-20 (to the end of the day) or 2026-11-20T17:00.")
    ] = None,
    submitted: Annotated[str | None, typer.Option(help="Time of submission, ISO; default: the file's.")] = None,
    budget: Annotated[
        str | None, typer.Option(help="Seconds of training, or full; default: the sheet's training_seconds.")
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option(help="Folder of data files that notebooks may ask for, found by their names wherever they look."),
    ] = None,
    strict_api: Annotated[
        bool, typer.Option("--strict-api", help="Do not make names work that today's libraries no longer have.")
    ] = False,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="The model that answers: its variable or model-3; cnn=model2 where the sheet asks for several."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Notebooks that run at the same time; default: what cores and memory allow."),
    ] = None,
    second_budget: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Seconds of training for notebooks that the budget left undecided, when all others are done; default: "
            "4 times the budget; 0: none.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask cluster that runs the notebooks, for example tcp://host:8786.")
    ] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Run notebooks also where their run is stored.")] = False,
    isolation: IsolationOption = Isolation.wall,
    database: Database = None,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """Grade submissions: run each, judge its model, and write its record sheet with a reason for every mark.

    Runs are stored in the folder of the results. The same command again runs only what has changed, and checks, marks
    and reports anew.
    """
    from grader.classes.batch import Batch, Failure
    from grader.classes.board import ClassBoard
    from grader.classes.stopping import stops_cleanly
    from grader.classes.store import alone_in
    from grader.errors import UsageError
    from grader.gradebook.book import open_book
    from grader.gradebook.known import take_over
    from grader.pipeline import agree, open_desk
    from grader.submissions.collect import parse_due, parse_time
    from grader.submissions.intake import intake
    from grader.submissions.roster import read_roster

    submitted_at = parse_time(submitted) if submitted else None
    due_at = parse_due(due) if due else None
    seconds = parse_budget(budget)
    found = intake(paths, assignment, read_roster(roster) if roster else (), due_at)
    if student and len(found.submissions) > 1:
        raise UsageError(f"Expected one submission with --student. Received: {len(found.submissions)} of them.")
    class_ = [
        replace(handed, student=student or handed.student, submitted_at=submitted_at or handed.submitted_at)
        for handed in found.submissions
    ]
    failures: list[Failure] = []
    opened = open_desk(
        course,
        assignment,
        isolation.value,
        budget=seconds,
        files=files,
        strict_api=strict_api,
        models=model or (),
        elsewhere=scheduler is not None,
    )
    with stops_cleanly(), ClassBoard(quiet, len(class_)) as board, opened as desk:
        agree(desk)
        make_folder(out)
        with alone_in(out), open_book(out, database) as book, crew_for(desk, workers, scheduler) as crew:
            for remark in () if quiet else found.remarks:
                complain(remark)
            others = {} if student else take_over(book, out, assignment, class_)
            theirs = [handed for handed in class_ if handed.student not in others]
            refused = [Failure(name, error) for name, error in others.items()]
            batch = Batch(desk, out, crew, board, book, rerun, second_budget)
            for outcome in chain(refused, batch.grade(theirs)):
                if isinstance(outcome, Failure):
                    board.fail()
                    failures.append(outcome)
                else:
                    board.show(outcome)
            show_class(book, desk, out, quiet=quiet, anyone=len(failures) < len(class_))
    tell_failures(failures)


def show_class(book: "Gradebook", desk: "Desk", out: Path, *, quiet: bool, anyone: bool) -> None:
    """Write the tables of the class, and its pages where `anyone` was graded."""
    from grader.gradebook.spreadsheet import write_tables
    from grader.pages.class_page import write_class

    write_tables(book.filed(), out)
    if anyone:
        page = write_class(out, desk.course)
        if not quiet:
            typer.echo(f"the class: {page}")


def crew_for(desk: "Desk", workers: int | None, scheduler: str | None) -> "Crew":
    """Who runs the notebooks: this machine, or a cluster. Raises `UsageError` where both are asked for."""
    from grader.classes.crew import LocalCrew
    from grader.errors import UsageError

    if scheduler is None:
        return LocalCrew(desk, workers)
    try:
        from grader.classes.cluster import ClusterCrew
    except ImportError as error:
        raise no_cluster(error) from None
    if workers is not None:
        raise UsageError("Expected --workers or --scheduler. Received both: `grader worker` says how many run there.")
    return ClusterCrew(desk, scheduler)


def no_cluster(error: ImportError) -> "TeacherError":
    """What it takes to use a cluster."""
    from grader.errors import UsageError

    install = 'pip install "keras-notebook-grader[cluster]"'
    return UsageError(f"Expected Dask for --scheduler. Found: {error}. Run: {install}")


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    assignment: Annotated[
        str | None, typer.Option(help="Name of the assignment; default: found by what the notebook says.")
    ] = None,
    budget: Annotated[float, typer.Option(min=1, help="Seconds that the notebook may train.")] = 20,
    no_run: Annotated[bool, typer.Option("--no-run", help="Only read the file: an answer in a second or two.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file as well.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")] = False,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """For students: look at a notebook before it is handed in, with the checks that students can see.

    Ends with 0 if all of them pass, with 1 if they do not yet, and with 2 if the command cannot be followed.
    """
    from grader.student.check import look, open_case
    from grader.student.page import as_page, in_lines, lines_of_findings
    from grader.writing import write_whole

    case = open_case(notebook, course, assignment)
    said = look(case)
    told = said.findings
    loud = not quiet and not as_json
    if loud:
        echo_lines(lines_of_findings(said))
    if not no_run:
        from grader.board import Board
        from grader.student.trial import run

        with Board(quiet or as_json) as board:
            said = run(case, budget, board.follow(notebook.name))
        if loud:
            echo_lines(
                ("", "The notebook was run." if said.ran else "The notebook was not run.", "", *in_lines(said, told))
            )
    if html is not None:
        write_whole(html, as_page(said).encode())
    if as_json:
        typer.echo(said.model_dump_json(indent=2))
    raise typer.Exit(0 if said.passes else PROBLEMS)


def echo_lines(lines: "Iterable[str]") -> None:
    """Print lines, without what could move a terminal's cursor."""
    from grader.student.page import printable

    for line in lines:
        typer.echo(printable(line))


@app.command()
def release(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment, for example fashion-mnist.")],
    out: Annotated[Path, typer.Option(help="Folder for the kit.")],
    source: Annotated[
        Path | None,
        typer.Option(help="Your notebook with nbgrader's markers (BEGIN SOLUTION ...); default: the starter."),
    ] = None,
    wheel: Annotated[Path | None, typer.Option(help="This program's wheel, to be a part of the kit.")] = None,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """Make the students' kit: the sheet, the starter notebook, the visible checks, a README, and a zip of all of it.

    Nothing of reference/ is in it.
    """
    from grader.courses.course import Course, bundled
    from grader.student.release import release as make_kit

    made = make_kit(Course(course or bundled()), assignment, out, source, wheel)
    if not quiet:
        typer.echo(f"written: {made.folder} and {made.archive}")


@app.command()
def worker(
    scheduler: Annotated[str, typer.Option(help="Address of the Dask scheduler, for example tcp://host:8786.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Notebooks that run here at the same time; default: one for each core.")
    ] = None,
) -> None:
    """Run notebooks for `grader grade --scheduler` on this machine, until it is stopped or the scheduler ends."""
    try:
        from grader.classes.cluster import work_for
    except ImportError as error:
        raise no_cluster(error) from None
    work_for(scheduler, workers)


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="Folder of results, as `grader grade --out` wrote it.")],
    course: CourseFolder = None,
) -> None:
    """Write the page of the class and the one on similar code again, from the results in a folder."""
    from grader.courses.course import Course, bundled
    from grader.pages.class_page import write_class

    typer.echo(f"written: {write_class(out, Course(course or bundled()))}")


def tell_failures(failures: "list[Failure]") -> None:
    """A line for each submission that could not be graded, and the exit code of the gravest error."""
    from grader.errors import TeacherError

    codes = []
    for failure in failures:
        error = failure.error if isinstance(failure.error, TeacherError) else own_fault(failure.error)
        complain(f"{failure.student}: {error}")
        codes.append(error.exit_code)
    if codes:
        raise typer.Exit(max(codes))


def make_folder(out: Path) -> None:
    """The folder for the results, before anything runs. Raises UsageError."""
    from grader.errors import UsageError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"Expected --out to be a folder that can be made. Received: {out}: {error.strerror}") from None


def parse_budget(text: str | None) -> float | Literal["full"] | None:
    """Seconds, or `full`. Raises UsageError."""
    from grader.errors import UsageError

    if text is None:
        return None
    if text == "full":
        return "full"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < float("inf"):
        raise UsageError(f"Expected --budget in seconds, or `full`. Received: {text}")
    return seconds


@data.command("status")
def data_status() -> None:
    """Say which data sets are here, and whether they are what they should be."""
    from rich.console import Console
    from rich.table import Table

    from grader.data.datasets import Store

    table = Table("data set", "state", "where", "remark", box=None)
    for status in Store().status():
        table.add_row(status.name, status.state, str(status.path), status.reason)
    Console().print(table)


@data.command("fetch")
def data_fetch(name: Annotated[str, typer.Argument(help="Name of the data set, for example fashion-mnist.")]) -> None:
    """Download a data set from the address that Keras publishes."""
    from grader.data.datasets import Store

    Store().fetch(name)
    typer.echo(f"{name} is ready.")


@data.command("import")
def data_import(folder: Annotated[Path, typer.Argument(help="Folder in which to look for the files.")]) -> None:
    """Take data sets from a folder: files are recognised by their names, wherever in it they are."""
    from grader.data.datasets import Store

    for status in Store().import_folder(folder):
        typer.echo(f"{status.name}: {status.state} {status.reason}".strip())


@app.command()
def doctor() -> None:
    """Say what this machine can do, and how to mend what it cannot."""
    from grader.doctor import examine

    for finding in examine():
        typer.echo(f"{'ok  ' if finding.well else 'mend'}  {finding.title}: {finding.detail}")


@app.command()
def calibrate(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment, for example fashion-mnist.")],
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, with the seeds 0, 1, 2 ...")] = 5,
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="On the bundled digits instead of the data set.")
    ] = False,
    notebook: Annotated[
        str | None, typer.Option(help="The only solution to run, for example solution.ipynb; default: all.")
    ] = None,
    isolation: IsolationOption = Isolation.wall,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """Run the reference solutions with several seeds and record what they reach: the thresholds come from there.

    A run that is recorded already is not done again.
    """
    from grader.board import Board
    from grader.calibration.calibrate import calibrate as run_reference

    with Board(quiet) as board:
        path = run_reference(
            course,
            assignment,
            isolation.value,
            seeds=seeds,
            stand_in=stand_in,
            follow=board.follow,
            notebook=notebook,
        )
    if not quiet:
        typer.echo(f"written: {path}")


@app.command()
def selftest(
    assignment: Annotated[str | None, typer.Argument(help="Name of the assignment; default: all.")] = None,
    real: Annotated[
        bool, typer.Option("--real", help="On the real data, also where the bundled digits can stand in for them.")
    ] = False,
    isolation: IsolationOption = Isolation.wall,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """Test the course itself: its files agree, and its own notebooks earn what they must.

    The reference must earn every automatic mark and the starter none of the hidden checks'; each mutant, a copy of the
    reference with one fault, must lose what it should and nothing else.
    """
    from grader.board import Board
    from grader.calibration.selftest import Tally
    from grader.calibration.selftest import selftest as run_trials

    tally = Tally()
    try:
        with Board(quiet) as board:
            for trial in run_trials(course, assignment, isolation.value, real=real, follow=board.follow):
                tally.trials.append(trial)
                if not quiet:
                    board.out.print(trial.line, soft_wrap=True)
    finally:  # also where the machine fails later
        for problem in tally.problems:
            complain(problem)
    if tally.problems:
        raise typer.Exit(PROBLEMS)
    if not quiet:
        typer.echo(tally.summary)


@marks.command("import")
def marks_import(
    file: Annotated[Path, typer.Argument(help="CSV with student, assignment, column, marks, remark.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be entered, and enter nothing.")] = False,
    out: Results = Path("results"),
    database: Database = None,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """Enter viva marks, overrides, remarks and sign-offs from a CSV: all its rows, or none of them.

    `column` is a column of the record sheet, the id of a criterion, sign-off (the remark says who signs), or empty.
    A - takes an entry back. The students' pages are written anew.
    """
    from grader.gradebook.book import find_book
    from grader.gradebook.marks import import_marks

    with find_book(out, database) as book:
        told = import_marks(book, file, dry_run=dry_run)
        for line in told.rejected:
            complain(line)
        if told.rejected:
            complain(f"Nothing was entered: {len(told.rejected)} rows were rejected.")
            raise typer.Exit(2)
        if not quiet:
            for line in told.changes:
                typer.echo(line)
            left = f" {told.empty} rows had neither marks nor a remark." if told.empty else ""
            typer.echo(f"{'would be entered' if dry_run else 'entered'}: {len(told.changes)} rows.{left}")
        if not dry_run:
            refresh(book, told.touched, course, out)


def refresh(book: "Gradebook", touched: set[tuple[str, str]], course: Path | None, out: Path) -> None:
    """Write the pages of these students and assignments anew, and the class's pages and tables."""
    from grader.courses.course import Course, bundled
    from grader.errors import TeacherError
    from grader.gradebook.spreadsheet import write_tables
    from grader.pages.class_page import write_class
    from grader.pipeline import report_again

    make_folder(out)
    filed = book.filed()
    known = Course(course or bundled())
    for each in filed:
        if (each.grade.student, each.grade.assignment) in touched:
            try:
                report_again(each, known, out)
            except TeacherError as error:  # The marks are entered all the same.
                complain(f"the page of {each.grade.student} was not written anew: {error}")
    write_tables(filed, out)
    try:
        write_class(out, known)
    except TeacherError as error:
        complain(f"the pages of the class were not written anew: {error}")


@marks.command("show")
def marks_show(assignment: OneAssignment = None, out: Results = Path("results"), database: Database = None) -> None:
    """Show the gradebook: the columns of every record sheet, what is pending, and what to look at."""
    from rich.console import Console

    from grader.board import book_board
    from grader.gradebook.book import find_book

    with find_book(out, database) as book:
        console = Console(highlight=False, markup=False, emoji=False)
        for part in book_board(book.filed(assignment)):
            console.print(part, soft_wrap=isinstance(part, str))


@marks.command("export")
def marks_export(
    file: Annotated[Path, typer.Argument(help="CSV to write.")],
    assignment: OneAssignment = None,
    out: Results = Path("results"),
    database: Database = None,
) -> None:
    """Write what is entered and what is still open as a CSV, for you to fill in and import."""
    from grader.gradebook.book import find_book
    from grader.gradebook.marks import marks_csv
    from grader.writing import write_whole

    with find_book(out, database) as book:
        write_whole(file, marks_csv(book, assignment).encode())
    typer.echo(f"written: {file}")


@app.command()
def export(
    to: Annotated[Format, typer.Option("--to", help="What to write.")],
    assignment: OneAssignment = None,
    worksheet: Annotated[
        Path | None, typer.Option(help="Your own download: Moodle's grading worksheet, or Canvas' gradebook.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Heading of the grade in your download, where it is not found by itself.")
    ] = None,
    comment_column: Annotated[
        str | None, typer.Option(help="Heading of the feedback comments, where it is not found by itself.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Where to write; default: in the results.")] = None,
    out: Results = Path("results"),
    database: Database = None,
) -> None:
    """Write the marks for a spreadsheet, Moodle, Canvas, nbgrader or Gradescope.

    Of a download only the marks are changed, and the comments. Whoever has marks pending is left out.
    """
    from grader.gradebook.book import find_book
    from grader.gradebook.handback import Wish
    from grader.gradebook.handback import export as hand_back

    with find_book(out, database) as book:
        make_folder(out)
        wish = Wish(to.value, out, assignment, worksheet, column, comment_column, file)
        path, notes = hand_back(book, wish)
    for note in notes:
        complain(note)
    typer.echo(f"written: {path}")


@app.command()
def viva(
    results: Annotated[
        Path | None, typer.Argument(help="A folder of results, of a class or of one student, or a notebook.")
    ] = None,
    questions: Annotated[
        int | None, typer.Option(min=1, max=20, help="For each student; default: the rubric's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Other questions with another seed.")] = 0,
    bank: Annotated[
        str | None, typer.Option(help="All questions about the documented networks of this assignment instead.")
    ] = None,
    assignment: Annotated[str | None, typer.Option(help="Of a notebook, which is graded first.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the sheets.")] = Path("viva"),
    isolation: IsolationOption = Isolation.wall,
    course: CourseFolder = None,
    quiet: Quiet = False,
) -> None:
    """Make viva sheets from each student's own notebook: questions, expected answers and a box for the marks.

    Practice sheets have the same questions without answers: examine with another seed than the one that was handed out.
    """
    from grader.viva.command import make_bank, make_pack

    if bank is not None:
        files = make_bank(course, bank, out)
    else:
        files = make_pack(course, results, assignment, isolation.value, questions, seed, out)
    if not quiet:
        for path in files:
            typer.echo(f"written: {path}")


def main() -> None:
    """Run the command; an error becomes one line and an exit code: 2 is the teacher's to mend, 3 the grader's."""
    from grader.errors import TeacherError

    try:
        app()
    except Exception as error:  # the last resort
        fault = error if isinstance(error, TeacherError) else not_installed(error) or own_fault(error)
        complain(str(fault))
        sys.exit(fault.exit_code)


def not_installed(error: Exception) -> "TeacherError | None":
    """What to install, where a command needs what only teachers have; None for every other error."""
    from grader.errors import UsageError

    if not isinstance(error, ModuleNotFoundError) or (error.name or "").partition(".")[0] not in TEACHERS:
        return None
    install = 'pip install "keras-notebook-grader[teacher]"'
    return UsageError(
        f"Expected what teachers install for this command. Found no module `{error.name}`. Run: {install}"
    )


def own_fault(error: Exception) -> "TeacherError":
    """An exception that nobody expected, with its traceback kept: the grader's own fault."""
    from grader.doctor import keep_trace
    from grader.errors import OwnFault

    return OwnFault(f"the grader itself failed: {type(error).__name__}: {error}. Details: {keep_trace(error)}")


def complain(words: str) -> None:
    """One line on the error stream, also where an error of pytest's or pydantic's has several."""
    typer.echo(f"grader: {' '.join(words.split())}", err=True)


if __name__ == "__main__":
    main()
