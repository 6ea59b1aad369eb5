"""The linter of messages: what students read is plain, has a next step, and explains its technical words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.courses.course import Course, bundled
from grader.student import trial
from grader.student.advice import SelfCheck
from grader.student.check import advice, findings_at_once, open_case
from grader.student.glossary import MEANINGS, words_in
from grader.student.page import texts_of
from tests.samples import SAMPLES
from tests.samples.notebook import Sample

ROOT = bundled()
SOURCES = [
    *sorted((ROOT / "rubrics" / "checks").glob("test_*.py")),
    *sorted((ROOT / "assignments").glob("*/test_*.py")),
    *(ROOT / "grader" / "judging" / f"{name}.py" for name in ("rules", "structure", "differences")),
    *(ROOT / "grader" / "running" / f"{name}.py" for name in ("ending", "modules", "framework")),
    *(
        ROOT / "grader" / "student" / f"{name}.py"
        for name in ("static", "trial", "live", "layers", "check", "estimate")
    ),
    ROOT / "grader" / "marking" / "concerns.py",
]
JARGON = re.compile(
    r"(?<![\w`.])(activation|argmax|backend|batch|bias|bubblewrap|broadcast|callback|checkpoint|confusion matrix|"
    r"convolution|cross-entropy|CSV|cuda|dataframe|deprecated|dropout|dtype|embedding|epoch|estimator|exception|"
    r"fingerprint|gradient|HDF5|hyperparameter|instantiate|invoke|JSON|kernel|learning rate|logits|loss|Markdown|"
    r"metric|namespace|NaN|normali[sz]ation|one-hot|optimizer|overfit|padding|parameter|parse|pooling|regression|"
    r"regulari[sz]ation|ruff|sandbox|scaler|sealed|serialize|sigmoid|softmax|sparse|stand-in|stderr|stdout|stride|"
    r"tensor|token|traceback|tuple|underfit|unit|validation|vectorizer|weights|\w+Error)(?:s|es|ting|ing|ted)?(?![\w])",
    re.IGNORECASE,
)
"""Words that a second-year student may not know."""
PLAIN = {"weights", "unit", "convolution", "regression"}
"""Words of the sheets' own theory, which every student is given."""
MOST_WORDS = 45
"""Of a sentence."""


def messages(path: Path) -> Iterator[str]:
    """The texts in a module that are sentences or parts of them; no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in described | alone and len(node.value.split()) > 3:
            yield node.value


ALL = [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in SOURCES]


@pytest.mark.parametrize("path", ALL)
def test_no_message_uses_a_technical_word_without_its_meaning(path: Path):
    unexplained = {
        found[0].lower()
        for text in messages(path)
        for found in JARGON.finditer(text)
        if found[1].lower() not in PLAIN and not words_in([found[0]])
    }
    assert unexplained == set()


@pytest.mark.parametrize("path", ALL)
def test_sentences_are_short_and_address_the_reader(path: Path):
    for text in messages(path):
        longest = max(len(sentence.split()) for sentence in re.split(r"[.?!:;](?:\s|$)", text))
        assert longest <= MOST_WORDS, text
        assert not re.search(r"\b(the user|the submission's author|obviously|simply put)\b", text), text


def test_meanings_need_no_further_technical_word():
    for word, meaning in MEANINGS.items():
        other = {found[0] for found in JARGON.finditer(meaning) if found[1].lower() not in PLAIN}
        assert {each for each in other if not words_in([each])} == set(), word
        assert len(meaning.split()) <= 25, word


# -- Whole answers -----------------------------------------------------------------------------------------------------

FILES = [pytest.param(name, sample, id=f"{name}/{sample.name}") for name in SAMPLES for sample in SAMPLES[name]]


def check_words(said: SelfCheck) -> None:
    """Fail where one of its texts is not as it should be."""
    for finding in said.findings:
        assert all((finding.found, finding.matters, finding.hint))
    for told in said.checks:
        if told.status != "passed":
            assert all((told.expected, told.found, told.hint)), told
    assert not [text for text in texts_of(said) if "Traceback (most recent call last)" in text]
    assert not {word for word in words_in(texts_of(said)) if word not in said.words}


@pytest.mark.parametrize(("name", "sample"), FILES)
def test_each_answer_on_a_students_notebook_says_what_why_and_what_next(name: str, sample: Sample, tmp_path: Path):
    case = open_case(sample.write(tmp_path), None, name)
    results = trial.results_of(case, trial.nothing_ran(case))
    said = advice(case, findings_at_once(case), results, ran=True)
    check_words(said)
    mending = [finding for finding in said.findings if finding.gravity == "mend"]
    assert mending[0].found in said.summary.partition(" Of ")[0]


def test_there_is_a_course_to_read():
    assert len(SOURCES) > 20
    assert Course(ROOT).names
