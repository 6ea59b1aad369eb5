from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from grader.courses.course import Course, bundled
from grader.courses.reference import Threshold
from grader.courses.rubric import ColumnScheme, CriterionScheme, Rubric
from grader.errors import TeacherError
from grader.marking.checks import match_criteria, run_checks
from grader.records import CheckResult, Choice, Evidence

from . import samples_for_reports as samples

HEAD = """
import sys
import pytest
from grader.expect import Expectation, Missing, Undecided, expect, settle
"""
Examine = Callable[..., list[CheckResult]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of checks, beneath a head that imports what they use."""

    def put(text: str, name: str = "assignments/clothes/test_small.py", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + dedent(text), encoding="utf-8")
        return path

    return put


@pytest.fixture
def examine(write: Callable[..., Path]) -> Examine:
    """Run the body of one check on good evidence; give its result."""

    def run(body: str, evidence: Evidence | None = None) -> CheckResult:
        lines = "\n    ".join(['"""It is', '    so."""', *dedent(body).strip().splitlines()])
        path = write(f"@pytest.mark.criterion('network')\ndef test_it(evidence):\n    {lines}\n")
        return check(path, evidence=evidence)[0]

    return run


def check(*paths: Path, evidence: Evidence | None = None, **thresholds: Threshold) -> list[CheckResult]:
    sample = samples.good()
    return run_checks(list(paths), evidence or sample.evidence, sample.assignment, {"cnn": thresholds})


def missing_a_module() -> Evidence:
    evidence = samples.dead().evidence
    return evidence.model_copy(update={"run": evidence.run.model_copy(update={"missing_modules": ["cv2"]})})


# -- Outcomes ----------------------------------------------------------------------------------------------------------


def test_a_check_that_says_nothing_passes_with_its_docstring(examine: Examine):
    result = examine("pass")
    assert (result.status, result.share, result.title, result.hint) == ("passed", 1, "It is so.", "")
    assert (result.id, result.criterion, result.weight) == ("test_it", "network", 1)


def test_both_sides_are_kept_and_the_hint_only_where_it_failed(examine: Examine):
    words = "expected='ten units', found='{}', hint='Add some.'"
    passed = examine(f"expect(True, {words.format('ten')})")
    failed = examine(f"expect(False, {words.format('two')})")
    assert (passed.status, passed.expected, passed.found, passed.hint) == ("passed", "ten units", "ten", "")
    assert (failed.status, failed.share, failed.found, failed.hint) == ("failed", 0, "two", "Add some.")


def test_a_share_is_a_partial_result_with_its_trust(examine: Examine):
    result = examine("settle(Expectation('90 %', '85 %', share=0.5, trust='sealed'))")
    assert (result.status, result.share, result.trust) == ("partial", 0.5, "sealed")


def test_a_plain_assert_is_enough(examine: Examine):
    result = examine("assert 1 == 2, 'one'")
    assert (result.status, result.expected, result.found) == ("failed", "It is so.", "one")


def test_a_training_that_was_cut_is_undecided(examine: Examine):
    result = examine("raise Undecided('90 %', '50 % after 1 of 10 epochs')")
    assert (result.status, result.share, result.found) == ("undecided", 0, "50 % after 1 of 10 epochs")


def test_evidence_that_is_not_there_is_the_students_with_the_reason(examine: Examine):
    result = examine("evidence.model", samples.dead().evidence)
    assert (result.status, result.expected) == ("failed", "a Keras model in the notebook")
    assert "ends in the middle of cell 4" in result.found


def test_evidence_that_is_not_there_for_want_of_a_module_is_the_graders(examine: Examine):
    result = examine("evidence.model", missing_a_module())
    assert (result.status, result.share) == ("broken", 0)
    assert "no module `cv2`" in result.found
    assert "pip install opencv-python-headless" in result.hint


@pytest.mark.parametrize(
    ("body", "words"),
    [("{}['key']", "KeyError: 'key'"), ("sys.exit(3)", "SystemExit: 3"), ("evidence.nothing", "AttributeError")],
)
def test_any_other_exception_is_the_checks_own_fault(examine: Examine, body: str, words: str):
    result = examine(body)
    assert result.status == "broken"
    assert words in result.found
    assert "costs nothing" in result.hint


@pytest.mark.parametrize("call", ["pytest.skip('not this year')", "pytest.xfail('not this year')"])
def test_a_check_that_leaves_itself_out_is_undecided(examine: Examine, call: str):
    result = examine(call)
    assert (result.status, result.found) == ("undecided", "a check that was left out: not this year")


def test_a_check_that_is_marked_to_be_skipped_does_not_vanish(write: Callable[..., Path]):
    skipped = "@pytest.mark.skip(reason='not this year')\n@pytest.mark.criterion('network')\ndef test_it():\n    pass\n"
    (result,) = check(write(skipped))
    assert (result.status, result.found) == ("undecided", "a check that was left out: not this year")


def test_pytest_fail_is_a_failure_and_not_a_fault(examine: Examine):
    result = examine("pytest.fail('no good')")
    assert (result.status, result.found) == ("failed", "no good")


# -- What checks are given, and where they lie -------------------------------------------------------------------------


def test_a_check_gets_evidence_sheet_and_thresholds(write: Callable[..., Path]):
    path = write("""
        @pytest.mark.criterion("network", weight=3)
        def test_it(evidence, assignment, thresholds):
            assert (evidence.assignment, assignment.number) == ("fashion-mnist", "3B")
            assert thresholds["accuracy"].full == 0.9
    """)
    (result,) = check(path, accuracy=Threshold(floor=0.7, full=0.9))
    assert (result.status, result.weight) == ("passed", 3)


def test_checks_beneath_reference_are_hidden_and_others_visible(write: Callable[..., Path]):
    text = "@pytest.mark.criterion('network')\ndef test_it():\n    pass\n"
    folders = ["rubrics/checks", "assignments/clothes", "reference/clothes"]
    # The course itself may lie in a folder of that name.
    paths = [write(text, f"reference/course/{folder}/test_small.py") for folder in folders]
    assert [result.visibility for result in check(*paths)] == ["visible", "visible", "hidden"]


def test_what_a_check_prints_is_not_shown(examine: Examine, capfd: pytest.CaptureFixture[str]):
    assert examine("print('secret'); sys.stderr.write('secret')").status == "passed"
    assert capfd.readouterr() == ("", "")


def test_a_course_without_checks_runs_none_from_the_working_folder(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(write("def test_it():\n    raise SystemExit\n").parent)
    assert check() == []


# -- What the teacher has to mend --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_it(evidence:\n    pass\n", r"SyntaxError: '\(' was never closed"),
        ("import nothing_such\n", "ModuleNotFoundError: No module named 'nothing_such'"),
        ("pytest.importorskip('nothing_such')\n", "nothing_such"),
        ("@pytest.mark.criterion('network')\ndef test_it(evidense):\n    pass\n", "fixture 'evidense' not found"),
        ("def test_it(evidence):\n    pass\n", r"Expected @pytest.mark.criterion\(...\)"),
        ("@pytest.mark.criterion()\ndef test_it(evidence):\n    pass\n", r"Expected @pytest.mark.criterion\(...\)"),
        ("@pytest.mark.criterion('network', weight=0)\ndef test_it():\n    pass\n", "weight"),
    ],
)
def test_checks_that_cannot_run_are_named_in_one_line(write: Callable[..., Path], text: str, words: str):
    with pytest.raises(TeacherError, match=words) as caught:
        check(write(text))
    assert "test_small.py" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_criteria_of_the_bundled_checks_are_the_rubrics():
    course = Course(bundled())
    assignment = course.assignment("fashion-mnist")
    rubric = course.rubric(assignment)
    match_criteria(course.check_files(assignment, rubric), rubric)


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (["networks", "result"], r"in .*test_small\.py, test_0\(\)\. Received: `networks`\. Did you mean `network`\?"),
        (["network"], r"Expected a check for each criterion of the rubric `small`\. Found none for `result`\."),
    ],
)
def test_criteria_of_checks_and_rubric_that_do_not_match_are_named(
    write: Callable[..., Path], criteria: list[str], words: str
):
    schemes = [CriterionScheme(id=name, title=name, marks=1) for name in ("network", "result")]
    rubric = Rubric(name="small", title="Small", columns=[ColumnScheme(name="Answers", marks=2, criteria=schemes)])
    checks = [f"@pytest.mark.criterion('{name}')\ndef test_{n}():\n    1 / 0\n" for n, name in enumerate(criteria)]
    with pytest.raises(TeacherError, match=words):
        match_criteria([write("\n".join(checks))], rubric)


def test_a_file_of_checks_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(TeacherError, match=r"test_gone\.py\. Found no file there"):
        check(tmp_path / "test_gone.py")


def test_a_file_that_broke_off_halfway_is_not_taken_for_whole_the_next_time(write: Callable[..., Path]):
    half = write("@pytest.mark.criterion('network')\ndef test_it():\n    pass\n\nimport nothing_such\n")
    for _ in range(2):
        with pytest.raises(TeacherError, match="nothing_such"):
            check(half)


def test_a_check_that_was_mended_is_read_again(examine: Examine):
    assert examine("assert False").status == "failed"
    assert examine("assert True, 'mended'").status == "passed"


def test_a_check_of_each_network_sees_one_at_a_time_and_any_other_sees_all(write: Callable[..., Path]):
    sample = samples.good()
    second = sample.assignment.network.model_copy(update={"name": "shallow", "title": "the shallow network"})
    sheet = sample.assignment.model_copy(update={"networks": [sample.assignment.network, second]})
    choices = [*sample.evidence.choices, Choice(network="shallow", because="None is shallow.")]
    path = write("""
        @pytest.mark.each_network
        @pytest.mark.criterion("network")
        def test_one(evidence, assignment, thresholds):
            '''It was trained.'''
            assert assignment.network.name == evidence.choice.network
            assert thresholds["accuracy"].full == 0.9
            evidence.model.last_fit

        @pytest.mark.criterion("network")
        def test_all(evidence, assignment):
            assert len(evidence.choices) == len(assignment.networks) == 2
    """)
    evidence = sample.evidence.model_copy(update={"choices": choices})
    known = {"cnn": {"accuracy": Threshold(floor=0.7, full=0.9)}}
    cnn, shallow, both = run_checks([path], evidence, sheet, known)
    assert (cnn.id, cnn.title, cnn.status) == ("test_one[cnn]", "The convolutional network: It was trained.", "passed")
    assert (shallow.title, shallow.status) == ("The shallow network: It was trained.", "failed")
    assert "None is shallow" in shallow.found
    assert both.status == "passed"


def test_a_documented_network_is_measured_by_what_it_reaches_itself(write: Callable[..., Path]):
    path = write("""
        @pytest.mark.criterion("network")
        def test_it(thresholds):
            assert thresholds["accuracy"].full == 0.8
    """)
    sample = samples.good()
    network = sample.assignment.network
    other = network.documented_models[0].model_copy(
        update={"name": "other", "layers": network.documented_models[0].layers[:3]}
    )
    sheet = sample.assignment.model_copy(
        update={"networks": [network.model_copy(update={"documented_models": [other, *network.documented_models]})]}
    )
    thresholds = {name: {"accuracy": Threshold(floor=0.5, full=full)} for name, full in (("other", 0.9), ("cnn", 0.8))}
    (result,) = run_checks([path], sample.evidence, sheet, thresholds)
    assert result.status == "passed"
