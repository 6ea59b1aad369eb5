"""Evidence of submissions -> check results, by running ordinary pytest functions that take `evidence`.

A check's docstring is the sentence the student reads. An assertion that fails is the student's; `Undecided` says that
the run was too short to know, and a check that skips itself is undecided as well; any other exception is a fault of the
check: broken, which never costs marks.
"""

import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

import pytest
from rapidfuzz import process

from grader.courses.reference import Threshold, Thresholds
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment
from grader.errors import TeacherError
from grader.expect import Expectation, Missing, NotMet, Undecided, made
from grader.judging.structure import thresholds_of
from grader.records import CheckResult, Evidence
from grader.running.modules import pip_install

HIDDEN_FOLDER = "reference"
LEFT_OUT = (pytest.skip.Exception, pytest.xfail.Exception)
"""What skip() and xfail() raise, and the marks of these names."""
RAISED = (Exception, SystemExit, pytest.fail.Exception, *LEFT_OUT)
"""By a check. The others, such as Ctrl-C, are not the check's own."""
NO_CRITERION = "Expected @pytest.mark.criterion(...) with the id of a criterion. Found none."
NO_LOSS = "A person looks at it; it costs nothing."
CLIP = 2_000
WITHOUT = ("cacheprovider", "terminal", "capture", "unraisableexception", "threadexception")
OPTIONS = [*(f"-pno:{plugin}" for plugin in WITHOUT), "-c", os.devnull, "--rootdir=/", "--import-mode=importlib"]
"""pytest as a library: it prints nothing, writes nothing and reads no configuration of the folder it is started in.

The last two would collect all garbage at every end, which takes longer than the checks do, and would lay faults of the
threads that run notebooks at a check's door.
"""


@dataclass(kw_only=True)
class Reader:
    """A pytest plugin: notes which criteria the checks decide."""

    criteria: dict[str, str] = field(default_factory=dict)
    """Id of a criterion, and a check that decides it."""
    faults: list[str] = field(default_factory=list)
    """Files of checks that could not be read."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line("markers", "criterion(id, weight=1): the criterion of the rubric that a check decides")
        config.addinivalue_line("markers", "each_network: a check that runs once for each network of the sheet")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of checks that cannot be imported, or leaves itself out, is the teacher's to mend."""
        if report.failed or report.skipped:
            self.faults.append(f"{report.nodeid}: {cause(report)}")

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """A check was found."""
        marker = item.get_closest_marker("criterion")
        if marker and marker.args:
            self.criteria.setdefault(marker.args[0], f"{item.path}, {item.name}()")
        else:
            self.faults.append(f"{item.nodeid}: {NO_CRITERION}")


@dataclass
class Examiner(Reader):
    """A pytest plugin: gives the checks what they ask for, and keeps what they found."""

    class_evidence: Sequence[Evidence]
    """Of each submission; the checks are read once and run for one after another."""
    assignment: Assignment
    thresholds: Thresholds
    evidence: Evidence = field(init=False)
    """Of the submission whose turn it is."""
    results: list[CheckResult] = field(init=False)
    class_results: list[list[CheckResult]] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run every check for every submission; where a check could not be read, pytest's own loop says so."""
        if session.testsfailed:
            return None
        for evidence in self.class_evidence:
            self.evidence, self.results = evidence, []
            for item, following in zip_longest(session.items, session.items[1:]):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.class_results.append(self.results)
        return True

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A check of each network is run for each; every other check sees all of them."""
        names = [network.name for network in self.assignment.networks]
        if len(names) > 1 and metafunc.definition.get_closest_marker("each_network"):
            metafunc.fixturenames.append("network")
            metafunc.parametrize("network", names)

    @pytest.fixture(name="evidence")
    def give_evidence(self, request: pytest.FixtureRequest) -> Evidence:
        """Everything that is known about the submission."""
        name = network_of(request.node)
        return self.evidence.of(name) if name else self.evidence

    @pytest.fixture(name="assignment")
    def give_assignment(self, request: pytest.FixtureRequest) -> Assignment:
        """The sheet."""
        name = network_of(request.node)
        return self.assignment.of(name) if name else self.assignment

    @pytest.fixture(name="thresholds")
    def give_thresholds(self, evidence: Evidence, assignment: Assignment) -> Mapping[str, Threshold]:
        """By metric, where marks begin and where they are full, from the calibration on the data in use.

        A documented network has its own; any other network has those of the sheet's first. A check that sees several
        networks has none.
        """
        if len(assignment.networks) > 1:
            return {}
        return thresholds_of(evidence.chosen, assignment.network, self.thresholds)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Any:
        """A check that is marked to be left out never runs; that is an outcome as well."""
        try:
            return (yield)
        except LEFT_OUT as reason:
            self.results.append(self.result(item, [], reason))
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Run one check and note its outcome; pytest is told that all went well."""
        comparisons: list[Expectation] = []
        token = made.set(comparisons)
        fault: BaseException | None = None
        try:
            yield
        except RAISED as error:
            fault = error
        finally:
            made.reset(token)
        self.results.append(self.result(item, comparisons, fault))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """So is a check that asks for what there is not, or does not say what it decides."""
        if report.failed:
            self.faults.append(f"{report.nodeid}: {cause(report)}")

    def result(self, item: pytest.Item, comparisons: list[Expectation], fault: BaseException | None) -> CheckResult:
        """What a check found, in the words of its last comparison."""
        marker = item.get_closest_marker("criterion")
        if marker is None or not marker.args:
            raise TeacherError(NO_CRITERION)
        title = " ".join((getattr(item, "function").__doc__ or item.name).split())  # noqa: B009 - only functions have it
        if name := network_of(item):
            title = f"{self.assignment.of(name).network.heading}: {title}"
        said = comparisons[-1] if comparisons else Expectation(title, "as expected")
        status, said = self.verdict(fault, said, title)
        return CheckResult(
            id=item.name,
            title=title,
            criterion=marker.args[0],
            visibility="hidden" if item.path.parent.parent.name == HIDDEN_FOLDER else "visible",
            status=status,
            share=said.share if status in {"passed", "partial"} else 0.0,
            weight=marker.kwargs.get("weight", 1),
            expected=said.expected[:CLIP],
            found=said.found[:CLIP],
            hint=said.hint[:CLIP],
            trust=said.trust,
        )

    def verdict(
        self, fault: BaseException | None, said: Expectation, title: str
    ) -> tuple[Literal["passed", "partial", "failed", "undecided", "broken"], Expectation]:
        """The status, and the comparison that explains it."""
        if fault is None:
            return "passed", said
        if isinstance(fault, Missing) and (missing := self.evidence.run.missing_modules):
            names = ", ".join(f"`{name}`" for name in missing)
            hint = f"The grader lacks it, not you, so it costs nothing. The teacher runs: {pip_install(missing)}"
            return "broken", Expectation(fault.expectation.expected, f"that the grader has no module {names}", hint)
        if isinstance(fault, NotMet):
            return ("partial" if fault.expectation.share > 0 else "failed"), fault.expectation
        if isinstance(fault, Undecided):
            return "undecided", fault.expectation
        if isinstance(fault, LEFT_OUT):
            return "undecided", Expectation(title, f"a check that was left out: {fault}", NO_LOSS)
        if isinstance(fault, AssertionError | pytest.fail.Exception):
            return "failed", Expectation(title, str(fault).split("\nassert")[0] or "otherwise")
        return "broken", Expectation(
            title,
            f"a fault in the check itself: {type(fault).__name__}: {fault}",
            NO_LOSS,
        )


def run_checks(
    files: list[Path],
    evidence: Evidence,
    assignment: Assignment,
    thresholds: Thresholds,
) -> list[CheckResult]:
    """Run every check in the files on the evidence of one submission. Raises as `check_class` does."""
    return check_class(files, [evidence], assignment, thresholds)[0]


def check_class(
    files: list[Path], evidence: Sequence[Evidence], assignment: Assignment, thresholds: Thresholds
) -> list[list[CheckResult]]:
    """Run every check in the files on the evidence of each submission; the results of each, in their order.

    To read the checks takes pytest fifty times as long as to run them.

    Raises:
        TeacherError: a file of checks is not there or cannot be imported, or a check asks for a fixture that there is
            not, or names no criterion.

    """
    examiner = Examiner(evidence, assignment, thresholds)
    run_pytest(files, examiner)
    return examiner.class_results if files else [[] for _ in evidence]


def match_criteria(files: list[Path], rubric: Rubric) -> None:
    """Read the checks, without running them, and compare their criteria with the rubric's.

    Raises:
        TeacherError: a file of checks is not there or cannot be imported, a check decides a criterion that the rubric
            does not have, or no check decides one that it has.

    """
    if unmatched := unmatched_criteria(files, rubric):
        raise TeacherError(unmatched[0])


def unmatched_criteria(files: list[Path], rubric: Rubric) -> list[str]:
    """Every criterion that only the checks or only the rubric has. Raises `TeacherError` for checks that cannot run."""
    reader = Reader()
    run_pytest(files, reader, "--collect-only")
    columns = [column for column in rubric.columns if column.source == "checks"]
    listed = {criterion.id for column in columns for criterion in column.criteria}
    where, unmatched = f"the rubric `{rubric.name}`", []
    for criterion, check in reader.criteria.items():
        if criterion not in listed:
            close = process.extractOne(criterion, listed)
            meant = f" Did you mean `{close[0]}`?" if close else ""
            unmatched.append(f"Expected a criterion of {where} in {check}. Received: `{criterion}`.{meant}")
    return unmatched + [
        f"Expected a check for each criterion of {where}. Found none for `{criterion}`. Write one, or let a "
        'column with source = "teacher" hold its marks.'
        for criterion in sorted(listed - reader.criteria.keys())
    ]


def run_pytest(files: list[Path], plugin: Reader, *options: str) -> None:
    """Let pytest read these files, with a plugin that notes what it finds. Raises `TeacherError` at the first fault."""
    if not files:  # pytest would look for some in the working folder
        return
    if missing := [str(file) for file in files if not file.is_file()]:
        raise TeacherError(
            f"Expected checks in {missing[0]}. Found no file there. The rubric's `checks` name such files."
        )
    loaded = set(sys.modules)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = pytest.main([*OPTIONS, *options, *map(str, files)], plugins=[plugin])
    finally:
        forget(files, set(sys.modules) - loaded)
    if plugin.faults or code != pytest.ExitCode.OK:
        fault = plugin.faults[0] if plugin.faults else f"pytest ended with {pytest.ExitCode(code).name}"
        raise TeacherError(f"Expected checks that can run in {', '.join(map(str, files))}. Found: {fault}")


def forget(files: list[Path], names: set[str]) -> None:
    """Unload the checks: else a file that was mended, or broke off halfway, would be taken as it was the first time."""
    paths = {os.path.abspath(file) for file in files}
    for name in names:
        if getattr(sys.modules[name], "__file__", None) in paths:
            del sys.modules[name]


def network_of(item: Any) -> str | None:
    """The network of the sheet that a check is run for; None where it sees all."""
    found: str | None = item.callspec.params.get("network") if hasattr(item, "callspec") else None
    return found


def cause(report: pytest.CollectReport | pytest.TestReport) -> str:
    """What went wrong, in one line: pytest marks what matters with an E."""
    lines = report.longreprtext.splitlines()
    marked = [line.removeprefix("E") for line in lines if line.startswith("E ")]
    return " ".join(" ".join(marked or lines).split())[:500]
