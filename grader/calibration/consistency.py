"""A course and the name of an assignment -> what in its files is missing, broken or contradictory. Nothing is run."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from rapidfuzz import process

from grader.calibration.mutants import Mutants, mutate, read_mutants
from grader.courses.course import Course
from grader.courses.reference import Calibration, Reference
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment, DocumentedModel
from grader.data.catalogue import DATA_SETS
from grader.data.standin import STAND_INS, digits
from grader.errors import TeacherError, UsageError
from grader.judging.choose import choose
from grader.marking.checks import run_checks, unmatched_criteria
from grader.records import CheckResult, DataUsed, Evidence, Run
from grader.submissions.collect import collect

Read = TypeVar("Read")


def find_faults(course: Course, name: str) -> list[str]:
    """Every fault with its file and key, what was expected and what was found. A file that is broken is one fault."""
    sheet, faults = course.folder / "assignments" / name / "sheet.toml", list[str]()
    if not sheet.exists():
        return [f"Expected the file {sheet}. Found nothing there."]
    assignment = read(lambda: course.assignment(name), faults)
    if assignment is None:
        return faults
    rubric = read(lambda: course.rubric(assignment), faults)
    reference = read(lambda: course.reference(assignment), faults)
    mutants = read(lambda: read_mutants(course, assignment), faults)
    calibrations = read(lambda: course.calibrations(assignment), faults)
    read(lambda: course.model_answers(assignment), faults)
    faults += in_sheet(sheet, assignment)
    faults += in_notebook(course.folder / "assignments" / name / "starter.ipynb")
    results = read(lambda: in_checks(course, assignment, rubric, faults), faults) if rubric else None
    if reference:
        faults += in_reference(course, assignment, reference)
    if reference and calibrations is not None:
        faults += in_calibrations(course, assignment, reference, calibrations)
    if reference and mutants and results:
        faults += in_mutants(course, assignment, reference, mutants, results)
    return faults


def read(reading: Callable[[], Read], faults: list[str]) -> Read | None:
    """What is read; None where it is broken, which is added to the faults."""
    try:
        return reading()
    except TeacherError as error:
        faults.append(str(error))
        return None


def fault(path: Path, key: str, expected: str, found: object) -> str:
    """One fault, in words."""
    return f"Expected {expected} as `{key}` in {path}. Found: {found}."


# -- Sheet and reference -----------------------------------------------------------------------------------------------


def in_sheet(path: Path, assignment: Assignment) -> Iterator[str]:
    """Faults of a sheet that can be read."""
    if assignment.task.dataset not in DATA_SETS:
        yield fault(path, "task.dataset", "the name of a data set", meant(assignment.task.dataset, list(DATA_SETS)))
    yield from twice(path, "networks", [network.name for network in assignment.networks])
    for number, network in enumerate(assignment.networks):
        yield from in_documented(path, f"networks.{number}.documented_models", network.documented_models)


def in_documented(path: Path, key: str, models: list[DocumentedModel]) -> Iterator[str]:
    """Documented networks whose layers do not have the parameters that are said of the whole."""
    for number, model in enumerate(models):
        total = sum(layer.parameters for layer in model.layers)
        if total != model.parameters:
            expected = f"{total:,}, the sum of the layers of `{model.name}`,"
            yield fault(path, f"{key}.{number}.parameters", expected, f"{model.parameters:,}")


def in_reference(course: Course, assignment: Assignment, reference: Reference) -> Iterator[str]:
    """Faults of a reference that can be read."""
    folder = course.reference_folder(assignment)
    path, known = folder / "reference.toml", course.documented(assignment)
    own = [model.name for network in assignment.networks for model in network.documented_models]
    yield from twice(path, "documented_models", [*own, *(model.name for model in reference.documented_models)])
    yield from twice(path, "solutions", [solution.notebook for solution in reference.solutions])
    yield from in_documented(path, "documented_models", reference.documented_models)
    for number, solution in enumerate(reference.solutions):
        yield from in_notebook(folder / solution.notebook)
        for place, system in enumerate(solution.systems):
            if system.model not in known:
                key = f"solutions.{number}.systems.{place}.model"
                yield fault(path, key, "the name of a documented model", meant(system.model, list(known)))
    built = {system.model for system in reference.solutions[0].systems}
    for network in assignment.networks:
        if not built & (names := {model.name for model in network.documented_models}):
            expected = f"a documented model of {network.title} ({' or '.join(sorted(names))})"
            yield fault(path, "solutions.0.systems", expected, ", ".join(sorted(built)))


def twice(path: Path, key: str, names: list[str]) -> Iterator[str]:
    """Names that stand for several things."""
    for name, times in Counter(names).items():
        if times > 1:
            yield fault(path, key, "different names", f"{times} times `{name}`")


def meant(name: str, known: list[str]) -> str:
    """A name that there is not, with the closest one that there is."""
    close = process.extractOne(name, known)
    return f"`{name}`" + (f"; perhaps `{close[0]}` was meant" if close else "")


def in_notebook(path: Path) -> list[str]:
    """Why a notebook of the course's own cannot be run."""
    try:
        problem = collect(path, "", None, None, None).submission.problem
    except UsageError as error:
        return [str(error)]
    return [f"Expected a notebook that can be run in {path}. Found: {problem}"] if problem else []


# -- Checks ------------------------------------------------------------------------------------------------------------


def in_checks(course: Course, assignment: Assignment, rubric: Rubric, faults: list[str]) -> list[CheckResult] | None:
    """What the checks say of a submission without a notebook; None where they cannot run.

    Adds to the faults: files of checks that are missing, and criteria that only the checks or only the rubric has.

    Raises:
        TeacherError: a file of checks is broken.
    """
    path, files = course.folder / "rubrics" / f"{assignment.rubric}.toml", course.check_files(assignment, rubric)
    for number, file in enumerate(files[: len(rubric.checks)]):
        if not file.is_file():
            faults.append(fault(path, f"checks.{number}", "the name of a file of checks", f"nothing at {file}"))
    for folder in (course.folder / "assignments" / assignment.name, course.reference_folder(assignment)):
        if not any(file.parent == folder for file in files):
            faults.append(f"Expected checks in {folder}, in files named test_*.py. Found none.")
    present = [file for file in files if file.is_file()]
    if len(present) < len(files):
        return None
    faults += [f"{path}: {unmatched}" for unmatched in unmatched_criteria(present, rubric)]
    return run_checks(present, nothing(assignment), assignment, {})


def nothing(assignment: Assignment) -> Evidence:
    """The evidence of a submission without a notebook."""
    return Evidence(
        assignment=assignment.name,
        data=DataUsed(name="", stand_in=False, fingerprint="", train_rows=0, test_rows=0, sealed_rows=0),
        run=Run(status="not_started", sentence="There was no notebook.", isolation="none"),
        cells=[],
        choices=choose([], assignment),
    )


# -- Calibration and mutants -------------------------------------------------------------------------------------------


def in_calibrations(
    course: Course, assignment: Assignment, reference: Reference, calibrations: list[Calibration]
) -> Iterator[str]:
    """What was measured of notebooks or networks that there are not, and what was not measured."""
    path, known = course.calibration_path(assignment), course.documented(assignment)
    named = {solution.notebook: [system.model for system in solution.systems] for solution in reference.solutions}
    for number, entry in enumerate(calibrations):
        if entry.notebook not in named:
            expected = "a notebook of reference.toml"
            yield fault(path, f"{number}.notebook", expected, meant(entry.notebook, list(named)))
        for name, reached in entry.systems.items():
            key = f"{number}.systems.{name}"
            if name not in (names := named.get(entry.notebook, list(known))):
                yield fault(path, key, f"a network that reference.toml names of {entry.notebook}", meant(name, names))
            elif name in known and reached.parameters != known[name].parameters:
                yield fault(path, f"{key}.parameters", f"{known[name].parameters:,}", f"{reached.parameters:,}")
    real = [entry for entry in calibrations if not entry.stand_in and holds(entry, assignment, reference)]
    yield from not_measured(path, assignment, real, "")
    if assignment.task.dataset in STAND_INS:
        mark = digits(assignment.task.dataset).fingerprint
        yield from not_measured(
            path, assignment, [entry for entry in calibrations if entry.data == mark], " --stand-in"
        )


def holds(entry: Calibration, assignment: Assignment, reference: Reference) -> bool:
    """Whether a calibration is of the rows that are sealed now, where it matters which ones they are."""
    known = DATA_SETS.get(assignment.task.dataset)
    same = (entry.sealed_rows, entry.sealed_seed) == (reference.sealed_rows, reference.sealed_seed)
    return same or known is None or known.official_split


def not_measured(path: Path, assignment: Assignment, calibrations: list[Calibration], option: str) -> Iterator[str]:
    """Networks of the sheet whose default has no thresholds, which hold for every network of a student's own too."""
    measured = {name for entry in calibrations for name, reached in entry.systems.items() if reached.thresholds}
    for network in assignment.networks:
        if (first := network.documented_models[0].name) not in measured:
            expected = f"thresholds of {network.title}, from `grader calibrate {assignment.name}{option}` with 2 seeds,"
            yield fault(path, f"systems.{first}.thresholds", expected, "none")


def in_mutants(
    course: Course, assignment: Assignment, reference: Reference, mutants: Mutants, results: list[CheckResult]
) -> Iterator[str]:
    """Changes that change nothing, names of checks that there are not, and hidden checks that no mutant fails."""
    folder = course.reference_folder(assignment)
    path, solution, known = folder / "mutants.toml", folder / reference.solutions[0].notebook, [r.id for r in results]
    if not in_notebook(solution):
        yield from in_changes(path, solution, mutants)
    documented = list(course.documented(assignment))
    for name in [name for name in mutants.thresholds if name not in documented]:
        yield fault(path, f"thresholds.{name}", "the name of a documented model", meant(name, documented))
    for number, mutant in enumerate(mutants.mutants):
        for key, checks in (("fails", mutant.fails), ("undecided", mutant.undecided)):
            for check in [check for check in checks if check not in known]:
                expected = f"names of checks in mutant `{mutant.name}`"
                yield fault(path, f"mutants.{number}.{key}", expected, meant(check, known))
    failed = {check for mutant in mutants.mutants for check in mutant.fails}
    for result in results:
        if result.visibility == "hidden" and result.id not in failed:
            yield fault(path, "mutants.fails", f"a mutant that the hidden check {result.id} notices", "none")


def in_changes(path: Path, solution: Path, mutants: Mutants) -> Iterator[str]:
    """Changes that change nothing in the solution."""
    expected = f"words of {solution.name}"
    quick, idle = mutate(collect(solution, "", None, None, None).notebook, mutants.quick)
    for place in idle:
        yield fault(path, f"quick.{place}.old", expected, f"`{mutants.quick[place].old}`, which stands nowhere in it")
    for number, mutant in enumerate(mutants.mutants):
        for place in mutate(quick, mutant.changes)[1]:
            key, old = f"mutants.{number}.changes.{place}.old", mutant.changes[place].old
            yield fault(path, key, f"{expected} in mutant `{mutant.name}`", f"`{old}`, which stands nowhere in it")
