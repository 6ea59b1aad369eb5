"""Evidence -> check results, by running ordinary pytest functions that take `evidence`.

A check's docstring is the sentence the student reads. An assertion that fails is the student's; `Undecided` says that the
run was too short to know; any other exception is a fault of the check: broken, which never costs marks.
"""

import contextlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from grader.course import Threshold
from grader.errors import TeacherError
from grader.expect import Expectation, Missing, NotMet, Undecided, made
from grader.records import Assignment, CheckResult, Evidence, Tier

HIDDEN_FOLDER = "reference"
CLIP = 2_000
WITHOUT = ("cacheprovider", "terminal", "capture")
OPTIONS = [*(f"-pno:{plugin}" for plugin in WITHOUT), "-c", os.devnull, "--rootdir=/", "--import-mode=importlib"]
"""pytest as a library: it prints nothing, writes nothing and reads no configuration of the folder it is started in."""


@dataclass
class Examiner:
    """A pytest plugin: gives the checks what they ask for, and keeps what they found."""

    evidence: Evidence
    assignment: Assignment
    thresholds: Mapping[str, Threshold]
    trust: Mapping[Tier, float]
    results: list[CheckResult] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Files of checks that could not be read."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line("markers", "criterion(id, weight=1): the criterion of the rubric that a check decides")

    @pytest.fixture(name="evidence")
    def give_evidence(self) -> Evidence:
        """Everything that is known about the submission."""
        return self.evidence

    @pytest.fixture(name="assignment")
    def give_assignment(self) -> Assignment:
        """The sheet."""
        return self.assignment

    @pytest.fixture(name="thresholds")
    def give_thresholds(self) -> Mapping[str, Threshold]:
        """By metric, where marks begin and where they are full, from the calibration on the data in use."""
        return self.thresholds

    @pytest.fixture(name="trust")
    def give_trust(self) -> Mapping[Tier, float]:
        """Largest share of a result's marks, by how it is known."""
        return self.trust

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Run one check and note its outcome; pytest is told that all went well."""
        comparisons: list[Expectation] = []
        token = made.set(comparisons)
        fault: BaseException | None = None
        try:
            yield
        except Exception as error:  # whatever a check raises becomes its result
            fault = error
        finally:
            made.reset(token)
        self.results.append(self.result(item, comparisons, fault))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of checks that cannot be imported is the teacher's to mend."""
        if report.failed:
            self.faults.append(f"{report.nodeid}: {report.longreprtext[-500:]}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A check that asks for what there is not is broken before it runs."""
        if report.when == "setup" and report.failed:
            self.faults.append(f"{report.nodeid}: {report.longreprtext[-500:]}")

    def result(self, item: pytest.Item, comparisons: list[Expectation], fault: BaseException | None) -> CheckResult:
        """What a check found, in the words of its last comparison."""
        marker = item.get_closest_marker("criterion")
        if marker is None:
            raise TeacherError(f"Expected @pytest.mark.criterion(...) on {item.nodeid}. Found none.")
        title = " ".join((getattr(item, "function").__doc__ or item.name).split())  # noqa: B009 - only functions have it
        said = comparisons[-1] if comparisons else Expectation(title, "as expected")
        status, said = self.verdict(fault, said, title)
        return CheckResult(
            id=item.name,
            title=title,
            criterion=marker.args[0],
            visibility="hidden" if HIDDEN_FOLDER in item.path.parts else "visible",
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
            hint = f"The grader lacks it, not you. The teacher installs it: pip install {' '.join(missing)}"
            return "broken", Expectation(fault.expectation.expected, f"that the grader has no module {names}", hint)
        if isinstance(fault, NotMet):
            return ("partial" if fault.expectation.share > 0 else "failed"), fault.expectation
        if isinstance(fault, Undecided):
            return "undecided", fault.expectation
        if isinstance(fault, AssertionError):
            return "failed", Expectation(title, str(fault).split("\nassert")[0] or "otherwise")
        return "broken", Expectation(
            title,
            f"a fault in the check itself: {type(fault).__name__}: {fault}",
            "A person looks at it; it costs nothing.",
        )


def run_checks(
    files: list[Path],
    evidence: Evidence,
    assignment: Assignment,
    thresholds: Mapping[str, Threshold],
    trust: Mapping[Tier, float],
) -> list[CheckResult]:
    """Run every check in the files on the evidence.

    Raises:
        TeacherError: a file of checks cannot be imported, or a check asks for a fixture that there is not.
    """
    examiner = Examiner(evidence, assignment, thresholds, trust)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main([*OPTIONS, *map(str, files)], plugins=[examiner])
    if examiner.faults or code != pytest.ExitCode.OK:
        fault = examiner.faults[0] if examiner.faults else f"pytest ended with {pytest.ExitCode(code).name}"
        raise TeacherError(f"Expected checks that can run in {', '.join(map(str, files))}. Found: {fault}")
    return examiner.results
