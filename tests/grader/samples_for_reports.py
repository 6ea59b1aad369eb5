"""Hand-made records of three submissions for the tests of the report: a good one, a weak one, one that never ran."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from grader.courses.rubric import ColumnScheme, CriterionScheme, Rubric
from grader.courses.sheet import Assignment, DocumentedLayer, DocumentedModel, Limits, Network, Task, TheorySection
from grader.records import (
    CellError,
    CellRun,
    CheckResult,
    Choice,
    Claim,
    Column,
    Compiled,
    Concern,
    Criterion,
    DataUsed,
    Evaluation,
    Evidence,
    FileRead,
    Fit,
    Flag,
    Grade,
    Layer,
    LimitHit,
    Measurement,
    Model,
    QualityFinding,
    Run,
    RunSummary,
    SavedOutputs,
    Submission,
    Total,
    WrittenAnswer,
)

CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
CNN = [
    ("Conv2D", (26, 26, 32), 320, "relu"),
    ("MaxPooling2D", (13, 13, 32), 0, None),
    ("Dropout", (13, 13, 32), 0, None),
    ("Conv2D", (11, 11, 64), 18_496, "relu"),
    ("MaxPooling2D", (5, 5, 64), 0, None),
    ("Dropout", (5, 5, 64), 0, None),
    ("Conv2D", (3, 3, 128), 73_856, "relu"),
    ("Flatten", (1152,), 0, None),
    ("Dense", (128,), 147_584, "relu"),
    ("Dropout", (128,), 0, None),
    ("Dense", (10,), 1_290, "softmax"),
]
SMALL = [
    ("Conv2D", (26, 26, 16), 160, "relu"),
    ("MaxPooling2D", (13, 13, 16), 0, None),
    ("Conv2D", (11, 11, 64), 9_280, "sigmoid"),
    ("MaxPooling2D", (5, 5, 64), 0, None),
    ("BatchNormalization", (5, 5, 64), 256, None),
    ("Flatten", (1600,), 0, None),
    ("Dense", (10,), 16_010, "softmax"),
]
DENSE = [("Flatten", (784,), 0, None), ("Dense", (64,), 50_240, "sigmoid"), ("Dense", (10,), 650, "softmax")]
HISTORY: dict[str, list[float | None]] = {
    "loss": [0.5937, 0.3871, 0.3339, 0.3022, 0.2786, 0.2609, 0.2465, 0.2342, 0.2233, 0.2146],
    "accuracy": [0.7826, 0.8581, 0.8776, 0.8884, 0.8967, 0.9031, 0.9080, 0.9125, 0.9159, 0.9189],
    "val_loss": [0.4012, 0.3389, 0.3080, 0.2858, 0.2751, 0.2672, 0.2619, 0.2561, 0.2603, 0.2606],
    "val_accuracy": [0.8536, 0.8762, 0.8866, 0.8949, 0.8993, 0.9014, 0.9030, 0.9052, 0.9038, 0.9031],
}
CONFUSION = [
    [171, 0, 4, 5, 1, 0, 17, 0, 2, 0],
    [0, 196, 0, 3, 0, 0, 1, 0, 0, 0],
    [3, 0, 172, 2, 11, 0, 12, 0, 0, 0],
    [4, 1, 2, 183, 6, 0, 4, 0, 0, 0],
    [0, 0, 14, 6, 168, 0, 12, 0, 0, 0],
    [0, 0, 0, 0, 0, 195, 0, 4, 0, 1],
    [27, 0, 15, 5, 14, 0, 137, 0, 2, 0],
    [0, 0, 0, 0, 0, 3, 0, 193, 0, 4],
    [1, 0, 1, 1, 0, 1, 1, 1, 194, 0],
    [0, 0, 0, 0, 0, 2, 0, 7, 0, 191],
]
QUESTIONS = [
    "What is MNIST dataset for classification?",
    "How many classes are in the MNIST dataset?",
    "What is 784 in MNIST dataset?",
    "How many epochs are there in MNIST?",
    "What are the hardest digits in MNIST?",
]
EPOCH_OUTPUT = "\n".join(
    f"Epoch {epoch}/10\n1875/1875 ━━━━━━━━━━━━━━━━━━━━ 24s 13ms/step - accuracy: {HISTORY['accuracy'][epoch - 1]} "
    f"- loss: {HISTORY['loss'][epoch - 1]} - val_accuracy: {HISTORY['val_accuracy'][epoch - 1]}"
    for epoch in range(1, 11)
)


class Sample(NamedTuple):
    """What `render_report` takes, in its order."""

    grade: Grade
    evidence: Evidence
    submission: Submission
    assignment: Assignment
    rubric: Rubric


def assignment() -> Assignment:
    documented = [
        DocumentedLayer(class_name=kind, output_shape=shape, parameters=parameters, activation=activation)
        for kind, shape, parameters, activation in CNN
    ]
    return Assignment(
        name="fashion-mnist",
        number="3B",
        title="Classify Fashion-MNIST clothing with a convolutional neural network",
        college="Department of Computer Engineering",
        course="Group B Deep Learning",
        objective="Build a network that tells ten kinds of clothing apart.",
        prerequisites=["Python"],
        theory=[TheorySection(heading="Convolution", text="A small window slides over the picture.")],
        questions=QUESTIONS,
        task=Task(
            dataset="fashion-mnist",
            kind="classification",
            classes=CLASSES,
            outputs=10,
            output_activation="softmax",
        ),
        networks=[
            Network(
                name="cnn",
                title="the convolutional network",
                input_shapes=[(28, 28, 1), (784,)],
                parameter_budget=3_000_000,
                documented_models=[
                    DocumentedModel(
                        name="cnn", title="The manual's network", parameters=241_546, epochs=10, layers=documented
                    )
                ],
            )
        ],
    )


def choice(because: str, *measurements: Measurement, **fields: object) -> list[Choice]:
    """The choice for the sheet's only network."""
    given = {"model": "model-1", **fields}
    return [Choice(network="cnn", because=because, measurements=measurements, **given)]


def rubric() -> Rubric:
    def criteria(**marks: float) -> list[CriterionScheme]:
        return [
            CriterionScheme(id=key.replace("_", "-"), title=TITLES[key.replace("_", "-")], marks=worth)
            for key, worth in marks.items()
        ]

    return Rubric(
        name="lab-manual",
        title="Record sheet of the lab manual",
        columns=[
            ColumnScheme(name="Answers", marks=5, criteria=criteria(architecture=2, accuracy=2, written_answers=1)),
            ColumnScheme(
                name="Coding Efficiency",
                marks=5,
                criteria=criteria(runs_clean=2, training_economy=1, honest_evaluation=1, code_quality=1),
            ),
            ColumnScheme(name="Viva", marks=5, source="teacher"),
            ColumnScheme(name="Timely Completion", marks=5, source="submission_time"),
        ],
    )


TITLES = {
    "architecture": "The network fits the sheet",
    "accuracy": "The trained network tells the classes apart",
    "written-answers": "The questions of the sheet are answered",
    "runs-clean": "The notebook runs from top to bottom on a fresh kernel",
    "training-economy": "Training takes no more than it needs",
    "honest-evaluation": "The test rows were kept out of training",
    "code-quality": "The code is tidy",
    "viva": "Viva",
    "timely-completion": "Handed in by the due date",
}


def check(criterion: str, title: str, **fields: Any) -> CheckResult:
    given = {"id": f"test_{criterion}", "visibility": "visible", "status": "passed", "share": 1.0} | fields
    return CheckResult(criterion=criterion, title=title, **given)


def criterion(key: str, marks: float | None, out_of: float, *checks: CheckResult, **texts: Any) -> Criterion:
    outcome = "pending" if marks is None else "earned" if marks == out_of else "partial" if marks else "lost"
    return Criterion(
        id=key, title=TITLES[key], outcome=outcome, marks=marks, out_of=out_of, checks=list(checks), **texts
    )


def column(*criteria: Criterion) -> Column:
    decided = [each.marks for each in criteria if each.marks is not None]
    return Column(
        marks=sum(decided) if decided else None,
        out_of=sum(each.out_of for each in criteria),
        pending=sum(each.out_of for each in criteria if each.marks is None),
        criteria=list(criteria),
    )


def grade(student: str, run: Run, columns: dict[str, Column], flags: list[Flag]) -> Grade:
    total = Total(
        marks=sum(each.marks or 0 for each in columns.values()),
        out_of=sum(each.out_of for each in columns.values()),
        pending=sum(each.pending for each in columns.values()),
    )
    summary = RunSummary(status=run.status, seconds=run.seconds, training_seconds=run.training_seconds)
    return Grade(student=student, assignment="fashion-mnist", columns=columns, total=total, flags=flags, run=summary)


def layers(rows: list[tuple[str, tuple[int, ...], int, str | None]]) -> list[Layer]:
    return [
        Layer(
            name=f"{kind.lower()}_{number}",
            class_name=kind,
            activation=activation,
            output_shape=(None, *shape),
            parameters=parameters,
        )
        for number, (kind, shape, parameters, activation) in enumerate(rows)
    ]


def model(rows: list[tuple[str, tuple[int, ...], int, str | None]], **fields: Any) -> Model:
    parameters = sum(row[2] for row in rows)
    given = {"id": "model-1", "variable": "model", "kind": "Sequential", "cell": 5, "rebuilt": True} | fields
    return Model(
        layers=layers(rows),
        parameters=parameters,
        trainable_parameters=parameters,
        input_shape=(None, 28, 28, 1),
        output_shape=(None, 10),
        compiled=Compiled(
            optimizer="adam", learning_rate=0.001, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
        ),
        **given,
    )


def data(stand_in: bool = False) -> DataUsed:
    return DataUsed(
        name="fashion-mnist",
        stand_in=stand_in,
        fingerprint="f41c8e07d2aa",
        train_rows=60_000,
        test_rows=10_000,
        sealed_rows=2_000,
    )


def good() -> Sample:
    run = Run(
        status="finished",
        sentence="Every cell ran.",
        seconds=251.4,
        training_seconds=243.9,
        isolation="wall",
        seed=20_240_601,
        budget=300,
        versions={"Python": "3.11.7", "keras": "3.11.3", "tensorflow": "2.20.0", "numpy": "2.2.6"},
    )
    fit = Fit(
        cell=7,
        epochs_asked=10,
        epochs_granted=10,
        stopped="finished",
        batch_size=32,
        rows=60_000,
        validation_rows=10_000,
        history=HISTORY,
        seconds=243.9,
        rows_from={"train": 256},
    )
    evaluation = Evaluation(method="evaluate", cell=9, rows=10_000, results={"loss": 0.2606, "accuracy": 0.9031})
    evidence = Evidence(
        assignment="fashion-mnist",
        data=data(),
        run=run,
        cells=good_cells(),
        models=[model(CNN, fits=[fit], evaluations=[evaluation])],
        choices=choice(
            "It is the only model of the notebook.",
            Measurement(
                tier="sealed",
                rows=2_000,
                metrics={"accuracy": 0.9},
                confusion=CONFUSION,
                preprocessing="pixels divided by 255, then a channel axis added",
            ),
            Measurement(tier="own_arrays", rows=10_000, metrics={"accuracy": 0.9031, "loss": 0.2606}),
        ),
        answers=good_answers(),
        quality=[
            QualityFinding(rule="F401", message="`os` imported but unused", cell=1, line=3),
            QualityFinding(rule="E741", message="Ambiguous variable name: `l`", cell=8, line=2),
        ],
        code_lines=58,
        claims=good_claims(),
        saved=SavedOutputs(out_of_order=[8], errors=[3]),
        concerns=[
            Concern(
                kind="test_rows_as_validation",
                network="cnn",
                cell=7,
                seen="In cell 7 the test rows are validation_data of fit().",
                matters="The course documents do so too, and it is fine as long as you only look.",
                hint="Let fit() keep some training rows aside with validation_split=0.1.",
                known="judge",
            )
        ],
        files=[
            FileRead(
                asked=r"C:\data\fashion-mnist_train.csv", served="fashion-mnist_train.csv", source="sheet", cell=2
            ),
            FileRead(asked="notes.csv", served="notes.csv", source="submission", cell=3),
        ],
    )
    columns = {"Viva": column(viva()), "Timely Completion": column(on_time()), **good_columns()}
    return Sample(
        grade=grade("Ananya Deshpande", run, columns, []),
        evidence=evidence,
        submission=submission("Ananya Deshpande", due_at=datetime(2025, 3, 14, 18, 30, tzinfo=UTC)),
        assignment=assignment(),
        rubric=rubric(),
    )


def good_claims() -> list[Claim]:
    size = {"metric": "parameters", "value": 241_546, "measured": 241_546, "because": "the same number"}
    test = {"metric": "test_accuracy", "value": 0.9357, "measured": 0.9, "of": "test"}
    of_training = "It is a figure of the rows trained on; what is measured here are test rows."
    last = [("accuracy", 0.9189), ("loss", 0.2146)]
    return [
        Claim(cell=5, text="Total params: 241,546", network="cnn", outcome="agrees", **size),
        *(Claim(cell=7, metric=name, value=value, text="", of="training", because=of_training) for name, value in last),
        Claim(
            cell=9,
            text="Test accuracy: 0.9357",
            network="cnn",
            outcome="differs",
            because="0.036 apart; up to 0.025 is no difference, by the chance of which 2,000 rows are tested",
            **test,
        ),
    ]


def submission(student: str, **fields: Any) -> Submission:
    given = {"submitted_at": datetime(2025, 3, 14, 15, 47, tzinfo=UTC)} | fields
    return Submission(student=student, assignment="fashion-mnist", path="fashion.ipynb", sha256="9f2c44e1" * 8, **given)


def viva() -> Criterion:
    return criterion("viva", None, 5, expected="a viva held by the teacher", found="none entered yet")


def on_time() -> Criterion:
    return criterion(
        "timely-completion", 5, 5, expected="the notebook by 14 March 2025, 18:30", found="handed in 2 h 43 min before"
    )


def good_cells() -> list[CellRun]:
    summary = 'Model: "sequential"\n Total params: 241,546 (943.54 KB)\n Trainable params: 241,546 (943.54 KB)'
    outputs = {3: "(60000, 28, 28) (10000, 28, 28)", 5: summary, 7: EPOCH_OUTPUT, 9: "[0.2606, 0.9031]"}
    seconds = {1: 0.1, 2: 0.4, 3: 0.2, 5: 0.3, 7: 243.9, 8: 0.6, 9: 1.8}
    return [
        CellRun(number=number, status="ok", seconds=seconds.get(number, 0.0), output=outputs.get(number, ""))
        for number in range(1, 11)
    ]


def good_answers() -> list[WrittenAnswer]:
    texts = [
        "MNIST is a set of 70,000 pictures of handwritten digits, 28 by 28 pixels, used to compare classifiers.",
        "Ten, one for each digit from 0 to 9.",
        "28 x 28 = 784: the number of pixels of one picture when it is laid out as one row.",
        "That is our choice. We trained for 10 epochs.\n\nMore did not raise the validation accuracy.",
    ]
    found = [
        WrittenAnswer(question=question, cell=18 + number, words=len(text.split()), text=text)
        for number, (question, text) in enumerate(zip(QUESTIONS, texts, strict=False))
    ]
    first = {"ideas_found": ["handwritten digits", "28 x 28 grey pixels"], "ideas_missing": ["60,000 to train"]}
    last = WrittenAnswer(question=QUESTIONS[4], ideas_missing=["pairs that look alike"])
    return [found[0].model_copy(update=first), *found[1:], last]


def good_columns() -> dict[str, Column]:
    return {
        "Coding Efficiency": column(
            criterion(
                "runs-clean",
                2,
                2,
                check("runs-clean", "Every cell runs without an error."),
                expected="all 10 cells to run",
                found="10 of 10 ran",
            ),
            criterion(
                "training-economy",
                1,
                1,
                check(
                    "training-economy",
                    "The number of epochs is no more than twice what was needed.",
                    visibility="hidden",
                ),
                expected="at most 20 epochs",
                found="10 epochs",
            ),
            criterion(
                "honest-evaluation",
                1,
                1,
                check("honest-evaluation", "No test row is among the training rows.", visibility="hidden"),
                expected="training rows only from the training set",
                found="256 of 256 sampled rows from the training set",
            ),
            criterion(
                "code-quality",
                0.8,
                1,
                check(
                    "code-quality",
                    "ruff has few remarks on the code.",
                    status="partial",
                    share=0.8,
                    expected="no remarks on 58 lines",
                    found="2 remarks",
                    hint="See the list of remarks.",
                ),
                expected="no remarks on 58 lines",
                found="2 remarks",
                hint="See the list of remarks.",
            ),
        ),
        "Answers": column(
            criterion(
                "architecture",
                2,
                2,
                check("architecture", "The model has 241,546 parameters, as the manual's network."),
                check("architecture", "There are at least two convolutions."),
                check("architecture", "Ten softmax units give one probability per class."),
                expected="241,546 parameters and the shapes of the manual's network",
                found="241,546 parameters, all 11 layers as documented",
            ),
            criterion(
                "accuracy",
                2,
                2,
                check("accuracy", "The accuracy on unseen rows is high enough.", visibility="hidden", trust="sealed"),
                expected="an accuracy of at least 0.89",
                found="0.9000 on 2,000 rows",
                trust="sealed",
            ),
            criterion(
                "written-answers",
                0.8,
                1,
                check(
                    "written-answers",
                    "Each question of the sheet has an answer.",
                    status="partial",
                    share=0.8,
                    expected="answers to 5 questions",
                    found="answers to 4",
                ),
                expected="answers to 5 questions",
                found="answers to 4; none to “What are the hardest digits in MNIST?”",
                hint="Write the answer in a text cell beneath the question.",
            ),
        ),
    }


def weak() -> Sample:
    run = Run(
        status="limit",
        sentence="The notebook used more than 900 seconds and was stopped in cell 9. Train for fewer epochs. "
        "A teacher can raise `wall_seconds` in the sheet.",
        seconds=900.3,
        training_seconds=300.1,
        limit=LimitHit(name="wall_seconds", value=900, used=900.3),
        missing_modules=["seaborn"],
        isolation="none",
        seed=1,
        budget=300,
        versions={"Python": "3.12.4", "keras": "3.11.3"},
        limits=Limits(wall_seconds=900),
    )
    fits = [
        Fit(
            cell=6,
            epochs_asked=5,
            epochs_granted=5,
            stopped="finished",
            batch_size=128,
            rows=48_000,
            validation_rows=12_000,
            history={
                "loss": [2.31, 2.02, 1.61, 1.33, 1.14],
                "val_loss": [2.14, 1.82, 1.46, 1.27, 1.1],
                "acc": [0.1124, 0.2741, 0.4413, 0.5512, 0.6141],
                "val_acc": [0.1982, 0.3611, 0.5104, 0.5809, 0.6322],
            },
            seconds=80,
            rows_from={"train": 200, "unknown": 56},
        ),
        Fit(
            cell=8,
            epochs_asked=200,
            epochs_granted=8,
            stopped="budget",
            batch_size=128,
            rows=60_000,
            history={
                "loss": [1.02, 0.97, None, 0.88, 0.85, 0.83, 0.8, 0.78],
                "acc": [0.65, 0.66, None, 0.69, 0.7, 0.7, 0.71, 0.72],
            },
            seconds=220.1,
            rows_from={"train": 180, "test": 76},
        ),
    ]
    cells = [
        CellRun(number=1, status="ok", seconds=0.2),
        CellRun(
            number=2,
            status="error",
            seconds=0.1,
            error=CellError(kind="ModuleNotFoundError", message="No module named 'seaborn'", line=4),
            later=[CellError(kind="NotRun", message="it needs `sns`, which line 4 should have made", line=9)],
        ),
        CellRun(
            number=4,
            status="error",
            error=CellError(kind="SyntaxError", message="invalid character '“' (U+201C)", line=2),
            run_as="It was run with plain signs in the place of a word processor's.",
        ),
        CellRun(
            number=3,
            status="skipped",
            error=CellError(kind="SyntaxError", message="'(' was never closed", line=12),
        ),
        CellRun(number=6, status="ok", seconds=80.4, output="Epoch 1/5\n" + "375/375 - loss: 2.31 - acc: 0.11\n" * 40),
        CellRun(number=9, status="stopped", seconds=599, output="\x1b[31mred\x1b[0m " + "x" * 3_000),
        CellRun(number=10, status="not_run"),
    ]
    evidence = Evidence(
        assignment="fashion-mnist",
        data=data(stand_in=True),
        run=run,
        cells=cells,
        models=[
            model(SMALL, fits=fits, variable="cnn_model"),
            model(DENSE, id="model-2", variable=None, rebuilt=False, not_rebuilt_because="It has a Lambda layer."),
        ],
        choices=choice(
            "It has convolutions and was trained last.",
            Measurement(tier="own_arrays", rows=10_000, metrics={"accuracy": 0.7204}, confusion=CONFUSION),
            not_measured_because="The samples that the model was fed could not be reproduced from the raw rows.",
        ),
        answers=[WrittenAnswer(question=question) for question in QUESTIONS],
        quality=[QualityFinding(rule="F821", message="Undefined name `histroy`", cell=9, line=1)] * 3,
        code_lines=31,
        claims=[Claim(cell=9, metric="accuracy", value=0.91, text="accuracy: 0.9100")],
    )
    flags = [
        Flag(
            title="The printed accuracy does not agree with the measured one",
            detail="The notebook prints 0.91; on its own arrays the model reaches 0.7204.",
        )
    ]
    student = "Khan, Mohammed Rizwan محمد رضوان"
    return Sample(
        grade=grade(student, run, weak_columns(), flags),
        evidence=evidence,
        submission=submission(student, notes=["A Python script was taken as one cell."]),
        assignment=assignment(),
        rubric=rubric(),
    )


def weak_columns() -> dict[str, Column]:
    return {
        "Answers": column(
            criterion(
                "architecture",
                1,
                2,
                check(
                    "architecture",
                    "The model has 241,546 parameters, as the manual's network.",
                    status="failed",
                    share=0.0,
                    expected="241,546 parameters",
                    found="25,706 parameters",
                    hint="Compare your layers with the layer table.",
                ),
                check("architecture", "Ten softmax units give one probability per class."),
                expected="241,546 parameters",
                found="25,706 parameters",
                hint="Compare your layers with the layer table.",
            ),
            criterion(
                "accuracy",
                None,
                2,
                check(
                    "accuracy",
                    "The accuracy on unseen rows is high enough.",
                    visibility="hidden",
                    status="undecided",
                    share=0.0,
                    expected="an accuracy of at least 0.89",
                    found="0.7204 after 8 of 200 epochs",
                    trust="own_arrays",
                ),
                expected="an accuracy of at least 0.89",
                found="0.7204 after 8 of 200 epochs; training was cut by the budget",
                hint="A teacher can run it again with a larger budget.",
                trust="own_arrays",
            ),
            criterion(
                "written-answers",
                0,
                1,
                check("written-answers", "Each question of the sheet has an answer.", status="failed", share=0.0),
                expected="answers to 5 questions",
                found="answers to none",
                hint="Write each answer in a text cell beneath its question.",
            ),
        ),
        "Coding Efficiency": column(
            criterion(
                "runs-clean",
                0.5,
                2,
                check(
                    "runs-clean",
                    "Every cell runs without an error.",
                    status="partial",
                    share=0.25,
                    expected="all 10 cells to run",
                    found="3 of 10 ran",
                ),
                expected="all 10 cells to run",
                found="3 of 10 ran; the first error is a ModuleNotFoundError in cell 2",
                hint="Restart the kernel, run all cells, and mend the first error first.",
            ),
            criterion(
                "training-economy",
                None,
                1,
                check(
                    "training-economy",
                    "The number of epochs is no more than twice what was needed.",
                    status="broken",
                    share=0.0,
                    found="KeyError: 'val_accuracy'",
                ),
                expected="a decision by the check",
                found="the check itself broke",
            ),
            criterion(
                "honest-evaluation", 0, 1, expected="no test row in training", found="76 of 256 from the test set"
            ),
            criterion("code-quality", 1, 1),
        ),
        "Viva": Column(marks=None, out_of=5, pending=5, criteria=[]),
        "Timely Completion": Column(marks=None, out_of=5, pending=5, criteria=[]),
    }


def dead() -> Sample:
    problem = (
        "Expected a notebook in JSON. Found a file that ends in the middle of cell 4. Save it again and hand it in."
    )
    run = Run(status="not_started", sentence=problem, isolation="wall")
    pending = {
        each.name: Column(marks=None, out_of=each.marks, pending=each.marks, criteria=[]) for each in rubric().columns
    }
    student = "李小龍"
    return Sample(
        grade=grade(student, run, pending, []),
        evidence=Evidence(
            assignment="fashion-mnist",
            data=data(),
            run=run,
            cells=[],
            choices=choice("", model=None, not_measured_because="There is no trained model."),
        ),
        submission=submission(student, problem=problem, submitted_at=None),
        assignment=assignment(),
        rubric=rubric(),
    )
