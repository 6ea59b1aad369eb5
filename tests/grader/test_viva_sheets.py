from itertools import combinations
from pathlib import Path

import pytest

from grader.courses.course import Course, bundled
from grader.errors import TeacherError, UsageError
from grader.records import Claim, Concern, Run
from grader.viva.question import Question, Sheet
from grader.viva.sheets import bank_sheet, make_sheets, subject
from grader.viva.students import read_students

from . import samples_for_viva as samples

COURSE = Course(bundled())
NAMES = ["boston", "cifar10", "fashion-mnist", "imdb", "mnist"]


def sheets_of(folder: Path, count: int | None = None, seed: int = 0) -> list[Sheet]:
    return make_sheets(read_students(folder), COURSE, count, seed)


def one_sheet(tmp_path: Path, student: str = "Asha", **fields: object) -> Sheet:
    folder = tmp_path / student
    samples.hand_in(folder, student, samples.evidence_of(**fields), samples.notebook_of())
    (sheet,) = sheets_of(folder)
    return sheet


@pytest.mark.parametrize("name", ["fashion-mnist", "mnist"])
def test_no_two_of_sixty_with_one_notebook_share_more_than_half(tmp_path: Path, name: str):
    sheets = sheets_of(samples.class_of(tmp_path, 60, name))
    asked = [{question.key for question in sheet.questions} for sheet in sheets]
    assert {len(keys) for keys in asked} == {5}
    assert max(len(one & other) for one, other in combinations(asked, 2)) <= 2


def test_the_same_notebook_and_seed_ask_the_same_and_another_seed_others(tmp_path: Path):
    samples.class_of(tmp_path, 3)
    assert sheets_of(tmp_path) == sheets_of(tmp_path)
    once, again = sheets_of(tmp_path), sheets_of(tmp_path, seed=1)
    assert all(one.questions != other.questions for one, other in zip(once, again, strict=True))


def test_a_student_alone_is_asked_what_the_class_would_be(tmp_path: Path):
    in_class = sheets_of(samples.class_of(tmp_path, 3))
    assert sheets_of(tmp_path / "s0") == in_class[:1]


def test_the_mix_of_levels_is_the_rubrics(tmp_path: Path):
    for sheet in sheets_of(samples.class_of(tmp_path, 5)):
        assert [question.level for question in sheet.questions] == ["recall", "apply", "apply", "analyse", "analyse"]


def test_as_many_questions_as_were_asked_for(tmp_path: Path):
    assert {len(sheet.questions) for sheet in sheets_of(samples.class_of(tmp_path, 2), count=9)} == {9}


def test_every_question_says_what_it_rests_on(tmp_path: Path):
    questions = [question for sheet in sheets_of(samples.class_of(tmp_path, 20)) for question in sheet.questions]
    assert [
        question for question in questions if not (question.based_on and question.expected and question.partial)
    ] == []
    assert len({question.generator for question in questions}) >= 12


def test_doubts_come_first(tmp_path: Path):
    claim = Claim(
        cell=3,
        metric="test_accuracy",
        value=0.99,
        text="0.99",
        network="cnn",
        outcome="differs",
        measured=0.9,
        because="far",
    )
    concern = Concern(
        kind="test_rows_trained_on",
        network="cnn",
        seen="Trains on test rows.",
        matters="So.",
        hint="Don't.",
        known="judge",
    )
    sheet = one_sheet(tmp_path, claims=[claim], concerns=[concern])
    assert {question.generator for question in sheet.questions[:2]} == {"claim", "concern"}
    assert [question.first for question in sheet.questions] == [True, True, False, False, False]


def test_a_doubt_does_not_give_its_answer_away(tmp_path: Path):
    seen = "In cell 4 compile() is given the loss mse. Expected: binary_crossentropy."
    concern = Concern(
        kind="loss_does_not_fit", network="cnn", seen=seen, matters="So.", hint="Change it.", known="judge"
    )
    first = one_sheet(tmp_path, concerns=[concern]).questions[0]
    assert first.text.startswith("In cell 4 compile() is given the loss mse. ")
    assert "binary" not in first.text
    assert "binary_crossentropy" in first.expected


def test_what_the_document_does_too_is_no_doubt(tmp_path: Path):
    concern = Concern(
        kind="test_rows_as_validation", network="cnn", seen="Seen.", matters="So.", hint="Don't.", known="judge"
    )
    sheet = one_sheet(tmp_path, concerns=[concern])
    assert [question for question in sheet.questions if question.first] == []


@pytest.mark.parametrize(
    "fields", [{"models": []}, {"models": [samples.trained(samples.sheet()).model_copy(update={"fits": []})]}]
)
def test_without_a_trained_network_the_bank_is_asked_and_the_sheet_says_so(tmp_path: Path, fields: dict[str, object]):
    run = Run(status="died", sentence="The kernel ended by itself.", isolation="wall")
    sheet = one_sheet(tmp_path, run=run, **fields)
    assert "The kernel ended by itself." in sheet.note
    assert "bank" in sheet.note
    assert "`conv2d_1` 11 × 11 × 64 (18,496)" in sheet.note  # who is asked about it has it in sight
    assert len(sheet.questions) == 5
    assert not any("your network" in question.text for question in sheet.questions)


def test_a_file_that_is_no_notebook_gets_a_sheet_too(tmp_path: Path):
    run = Run(status="not_started", sentence="Expected a Jupyter notebook. Found a PDF.", isolation="wall")
    samples.hand_in(tmp_path / "a", "Asha", samples.evidence_of(models=[], run=run), b"%PDF-1.7")
    (sheet,) = sheets_of(tmp_path)
    assert "Found a PDF" in sheet.note
    assert len(sheet.questions) == 5


def test_what_is_not_known_is_not_asked(tmp_path: Path):
    model = samples.trained(samples.sheet())
    strange = [layer.model_copy(update={"class_name": "MyLayer"}) for layer in model.layers]
    bare = model.model_copy(
        update={"layers": strange, "compiled": None, "fits": [model.fits[0].model_copy(update={"history": {}})]}
    )
    evidence = samples.evidence_of(models=[bare], answers=[])
    choice = evidence.choices[0].model_copy(update={"measurements": [], "mistakes": []})
    samples.hand_in(tmp_path / "a", "Asha", evidence.model_copy(update={"choices": [choice]}), samples.notebook_of())
    asked = {question.generator for question in sheets_of(tmp_path, count=20)[0].questions}
    assert asked <= {"of_the_sheet", "line", "steps", "split"}


def test_code_that_a_few_share_is_asked_about_and_a_hand_out_is_not(tmp_path: Path):
    pair = samples.notebook_of().replace(b"0.25", b"0.35")
    for number in range(10):
        notebook = pair if number < 2 else samples.notebook_of()
        samples.hand_in(
            tmp_path / str(number),
            f"S{number}",
            samples.evidence_of(),
            notebook.replace(b"0.25", f"0.{number}9".encode()),
        )
    own = [any(question.generator == "shared_code" for question in sheet.questions) for sheet in sheets_of(tmp_path)]
    assert own == [False] * 10  # cells 1 and 3 are everybody's, cell 2 is short
    changed = samples.notebook_of().replace(b"patience=3", b"patience=7")
    for number in range(2):
        (tmp_path / str(number) / "submission.ipynb").write_bytes(changed)
    asked = [
        question for sheet in sheets_of(tmp_path) for question in sheet.questions if question.generator == "shared_code"
    ]
    assert {question.based_on for question in asked} == {"cell 3"}
    assert len(asked) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_assignment_has_a_bank(name: str):
    questions = bank_sheet(subject(COURSE, name)).questions
    asked: set[str] = {question.generator for question in questions}
    assert len(asked) >= 8
    assert bank_sheet(subject(COURSE, name)).note.startswith("The documented ")
    assert [question.text for question in questions if question.generator == "of_the_sheet"] == COURSE.assignment(
        name
    ).questions
    assert len({question.key for question in questions}) == len(questions)


def test_a_folder_without_results_is_the_users_to_mend(tmp_path: Path):
    with pytest.raises(UsageError, match="Run grader grade"):
        read_students(tmp_path)


def test_a_result_that_cannot_be_read_is_named(tmp_path: Path):
    samples.class_of(tmp_path, 1)
    (tmp_path / "s0" / "evidence.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TeacherError, match="s0"):
        read_students(tmp_path)


def test_questions_keep_to_their_limits_whatever_a_layer_is_called(tmp_path: Path):
    model = samples.trained(samples.sheet())
    named = [layer.model_copy(update={"name": f"`{'x' * 190}{at}"}) for at, layer in enumerate(model.layers)]
    sheet = one_sheet(tmp_path, models=[model.model_copy(update={"layers": named})])
    assert all(isinstance(question, Question) and "``" not in question.text for question in sheet.questions)


def test_a_network_of_a_thousand_layers_takes_no_longer_than_others(tmp_path: Path):
    model = samples.trained(samples.sheet())
    deep = [model.layers[2].model_copy(update={"name": f"dropout_{at}"}) for at in range(950)]
    sheet = one_sheet(
        tmp_path, models=[model.model_copy(update={"layers": [*model.layers[:3], *deep, *model.layers[3:]]})]
    )
    assert not any("dropout_9" in question.text for question in sheet.questions)
