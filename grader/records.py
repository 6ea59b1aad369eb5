"""The nouns of a grading: Submission, Evidence, CheckResult, Grade. Frozen, typed, JSON out and JSON in."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from grader.courses.sheet import Limits
from grader.expect import Missing, Undecided
from grader.fields import Count, Figure, Line, Name, Record, Seconds, Setting, Shape, Share, Text

RunStatus = Literal["finished", "errors", "died", "limit", "not_started"]
"""errors: every cell was tried, some raised. died: the kernel ended by itself. limit: it ran into one of its limits."""
Source = Literal["train", "test", "unknown"]
"""Where a row came from."""
Tier = Literal["sealed", "own_arrays"]
"""How an accuracy is known, best first. sealed: the judge's predictions on rows the notebook never saw. own_arrays: the
rebuilt model on the arrays that the notebook itself evaluated on. What a notebook only prints is a `Claim`, and worth
nothing by itself."""

# -- Submission ------------------------------------------------------------------------------------------------------


class Submission(Record):
    """A file that a student handed in. The file itself is only read; what runs is a copy."""

    student: Name
    id: Name = ""
    """The class list's, else the platform's; empty where nobody gave one."""
    email: Name = ""
    assignment: Name
    path: str
    sha256: str
    submitted_at: datetime | None = None
    """With a time zone."""
    due_at: datetime | None = None
    marked_late: bool | None = None
    """What the platform says that it was downloaded from; None where it says nothing."""
    notes: list[Line] = []
    """What was chosen and mended while reading, for example "a Python script was taken as one cell"."""
    problem: Line | None = None
    """Why nothing can be run, in a sentence for the student; None where there is something to run."""


# -- Evidence --------------------------------------------------------------------------------------------------------


class Layer(Record):
    """One row of a model's layer table."""

    name: Name
    class_name: Name
    """Keras' class, for example Conv2D."""
    activation: Name | None = None
    output_shape: Shape | None = None
    """With the batch axis first, as Keras prints it."""
    parameters: Count
    trainable: bool = True
    settings: dict[Name, Setting] = {}
    """Those of filters, units, kernel_size, pool_size, strides, padding, rate ... that the layer has."""


class Compiled(Record):
    """What compile() was given."""

    optimizer: Name | None = None
    learning_rate: Figure = None
    loss: Name | None = None
    metrics: list[Name] = []
    cell: int | None = None
    """Of the last call of compile()."""


class TargetUnit(Record):
    """How a notebook changed the target of a regression: `scale` times its logarithm, or itself, plus `shift`."""

    change: Literal["none", "log", "log1p"]
    scale: float
    shift: float


class Fed(Record):
    """What stands out in rows that a model was trained on and in their labels, as the judge saw them in a sample."""

    target_feature: Annotated[int, Field(ge=1)] | None = None
    """Number of the feature, counted from 1, that is the target itself, perhaps scaled."""
    fractions: bool = False
    """The labels are neither whole numbers nor shares that add up to 1."""
    target_scale: Figure = None
    """Reach of the labels, as a multiple of that of the data set's own."""
    target_unit: TargetUnit | None = None
    """Of the labels of a regression; None where it is not known."""
    word_numbers: bool = False
    """The rows are reviews as the numbers of their words."""


class SeenByScaler(Record):
    """A scaler of scikit-learn that learned from rows with which a model was tested, by the notebook's own account."""

    kind: Name
    """Its class, for example StandardScaler."""
    cell: int | None = None
    share: Share
    """Of the rows that it learned from: about so many are among those of the test."""


class Fit(Record):
    """One call of fit()."""

    cell: int | None = None
    """Number of the code cell, counted from 1."""
    epochs_asked: Count
    epochs_granted: Count
    stopped: Literal["finished", "callback", "verdict", "budget", "error"]
    """callback: by the notebook's own (EarlyStopping); verdict: by the grader, as the result earned full marks already;
    budget: by the grader, as the time was used up; error: an exception."""
    batch_size: Count | None = None
    rows: Count | None = None
    validation_rows: Count | None = None
    history: dict[Name, list[Figure]] = {}
    """Per metric one figure per granted epoch."""
    seconds: Seconds
    other_data: Name | None = None
    """A data set of another assignment that the notebook had asked for last, and not got."""
    rows_from: dict[Source, Count] = {}
    """Where sampled rows of the training input came from, as the judge recognised them."""
    validation_from: dict[Source, Count] = {}
    """The same of its validation_data; of the last training with validation_data alone."""
    validation_trained_on: Share | None = None
    """Of the rows in validation_data: how many the model was trained on, by the notebook's own account."""
    fed: Fed = Fed()

    @property
    def was_cut(self) -> bool:
        """Whether the grader ended it before its time."""
        return self.stopped in {"verdict", "budget"}


class Evaluation(Record):
    """One call of evaluate() or predict()."""

    method: Literal["evaluate", "predict"]
    cell: int | None = None
    rows: Count | None = None
    results: dict[Name, Figure] = {}
    trained_on: Share | None = None
    """Of its rows: how many the model had been trained on before, by the notebook's own account."""
    validated_on: Share | None = None
    """Likewise: how many had been validation_data of the model."""
    scaler: SeenByScaler | None = None
    """One that had learned from those of its rows that the model was not trained on."""
    weights: Figure = None
    """A checksum of the model's weights at that time, where all of the rows counted alike."""


class Discrepancy(Record):
    """Something that the notebook's own process says of a model, and that the judge found to be otherwise."""

    what: Line
    said: Line
    found: Line


class Model(Record):
    """A Keras model that the notebook made. Layers and parameters are the judge's if `rebuilt`, else the notebook's."""

    id: Annotated[str, StringConstraints(pattern=r"^model-[1-9][0-9]{0,5}$")]
    """model-1, model-2 ... in the order of their making. Names files, so it is nothing else."""
    variable: Name | None = None
    """What the notebook calls it; None inside functions."""
    other_data: Name | None = None
    """A data set of another assignment that the notebook had asked for last, and not got, when it made the model."""
    kind: Name
    """Sequential, Functional, or the name of the student's own class."""
    cell: int | None = None
    layers: Annotated[list[Layer], Field(max_length=1_000)]
    parameters: Count
    trainable_parameters: Count
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    compiled: Compiled | None = None
    fits: Annotated[list[Fit], Field(max_length=1_000)] = []
    evaluations: Annotated[list[Evaluation], Field(max_length=1_000)] = []
    updates: Count = 0
    """Of its weights by its optimizer, also outside fit()."""
    rebuilt: bool = False
    """The judge loaded the saved file without running any code of the student's."""
    not_rebuilt_because: Line | None = None
    discrepancies: Annotated[list[Discrepancy], Field(max_length=50)] = []
    """Where the notebook's account of the model does not hold. Only the judge says so."""

    @property
    def last_fit(self) -> Fit:
        """The last training.

        Raises:
            Missing: the model was never trained.
            Undecided: it was trained in a loop of the notebook's own, which leaves no history.
        """
        if not self.fits and self.updates:
            found = f"{self.updates:,} updates in a loop of the notebook's own, which leaves no history"
            raise Undecided("a training with fit()", found, "Your teacher looks at it; it costs nothing.")
        if not self.fits:
            raise Missing(
                "the model to be trained with fit()",
                "no call of fit() on it",
                "Compile the model, then call model.fit(...) on the training rows.",
            )
        return self.fits[-1]


class CellError(Record):
    """What a cell raised."""

    kind: Name
    """Class of the exception, for example NameError."""
    message: Line
    line: int | None = None
    """In the cell, counted from 1."""


class CellRun(Record):
    """How one code cell went."""

    number: Count
    """Code cells counted from 1: In [n] after "Restart and run all"."""
    status: Literal["ok", "error", "skipped", "stopped", "not_run"]
    """skipped: could not be parsed; stopped: was running when the run ended early."""
    seconds: Seconds = 0
    error: CellError | None = None
    later: Annotated[list[CellError], Field(max_length=100)] = []
    """Errors of statements further down: a cell goes on after one, but for statements that need what it should have
    made. These are of the kind NotRun."""
    run_as: Line = ""
    """What was run of a cell that could not be parsed, in words."""
    output: Text = ""
    """The beginning of what it printed, without colours."""
    code_lines: Count = 1
    """Lines in it that do something: no blanks, comments, magics or `pass`."""

    @property
    def errors(self) -> list[CellError]:
        """The first and the later ones."""
        return [self.error, *self.later] if self.error else []


class LimitHit(Record):
    """A limit that ended the run."""

    name: Name
    """Field of `Limits`."""
    value: float
    used: float | None = None


class Run(Record):
    """How the notebook's run went as a whole."""

    status: RunStatus
    sentence: Line
    """For the student: what happened, and what to do."""
    seconds: Seconds = 0
    training_seconds: Seconds = 0
    limit: LimitHit | None = None
    missing_modules: list[Name] = []
    """Modules that the kernels of this grader do not have: the grader's gap, not the student's."""
    isolation: Literal["wall", "none"]
    seed: int = 0
    budget: Seconds | None = None
    """Training seconds that were granted; None is as long as asked."""
    versions: dict[Name, Name] = {}
    limits: Limits = Limits()


class OldName(Record):
    """A name that the notebook uses and today's libraries no longer have: it was made to work."""

    old: Name
    today: Line
    """What to write instead."""
    dropped_in: Name
    """Library and version that no longer has it; that warns of it, where it `runs_as_is`."""
    runs_as_is: bool = False
    """The libraries still take it."""
    cell: int | None = None
    """Number of the first code cell that uses it."""


class Substitute(Record):
    """Something that the notebook asked for and that was not done, or done in another way."""

    sentence: Line
    cell: int | None = None
    """Number of the first code cell that asked for it."""


class Claim(Record):
    """A figure printed in the notebook's outputs as handed in, and how it compares with what was found here."""

    cell: int
    metric: Name
    """With test_ or val_ in front where it is said to be of such rows; `parameters` is a model's size."""
    value: float
    text: Line
    of: Literal["training", "validation", "test", "unknown"] = "unknown"
    """Of which rows, as far as the notebook says."""
    network: Name | None = None
    """Of the sheet, where the figure is compared with the model that answers it."""
    outcome: Literal["agrees", "differs", "not_compared"] = "not_compared"
    measured: Figure = None
    because: Line = ""
    """Within which bounds it agrees or differs, or why it cannot be compared."""


class SavedOutputs(Record):
    """In what state the notebook was saved: whether its outputs can belong to the code above them."""

    out_of_order: list[int] = []
    """Cells that were last run before a cell that stands above them."""
    errors: list[int] = []
    """Cells whose saved output is an error."""


ConcernKind = Literal[
    "test_rows_trained_on",
    "test_rows_as_validation",
    "scaler_saw_test_rows",
    "target_among_features",
    "labels_scaled",
    "metric_does_not_fit",
    "loss_does_not_fit",
    "evaluated_on_training_rows",
    "word_numbers_in_dense",
]


class Concern(Record):
    """Something about how the result was reached that is worth asking about. It costs no marks by itself."""

    kind: ConcernKind
    network: Name
    """Of the sheet."""
    cell: int | None = None
    seen: Line
    """What was seen, for the student."""
    matters: Line
    """Why."""
    hint: Line
    """What to do."""
    known: Literal["judge", "notebook"]
    """judge: from samples that the judge looked at; notebook: by the notebook's own account."""


class Measurement(Record):
    """A result of the chosen model."""

    tier: Tier
    rows: Count
    metrics: dict[Name, float]
    """For example {accuracy: 0.9031}."""
    confusion: list[list[Count]] | None = None
    """Rows are the true classes, columns the predicted ones."""
    preprocessing: Line | None = None
    """What was done to the raw rows before the model saw them, in words."""

    @property
    def in_words(self) -> str:
        """For example: accuracy 0.95 on 1,000 rows."""
        figures = ", ".join(f"{name} {value:.4g}" for name, value in self.metrics.items())
        return f"{figures} on {self.rows:,} rows"


class WrittenAnswer(Record):
    """What the notebook says to a question of the sheet."""

    question: Line
    cell: int | None = None
    """Number among all cells, from 1; None where nothing was found."""
    words: Count = 0
    text: Text = ""
    ideas_found: list[Line] = []
    """Key ideas of the model answer that the text seems to hold, and those it does not. Only a suggestion."""
    ideas_missing: list[Line] = []

    @property
    def coverage(self) -> float | None:
        """Share of the key ideas that were found; None where there is no model answer to hold it against."""
        known = len(self.ideas_found) + len(self.ideas_missing)
        return len(self.ideas_found) / known if known else None


class QualityFinding(Record):
    """A remark of ruff's."""

    rule: Name
    message: Line
    cell: int
    line: int


class DataUsed(Record):
    """The data set that the notebook was served."""

    name: Name
    stand_in: bool
    """True where the real data set was not there and small bundled digits took its place."""
    fingerprint: Name
    """SHA-256 of the arrays."""
    note: Line = ""
    """What a teacher should know of the copy, for example that its images were re-encoded."""
    train_rows: Count
    test_rows: Count
    sealed_rows: Count


class FileRead(Record):
    """A file that the notebook asked for, and what it was given."""

    asked: Line
    """The path, up to the part by which it was recognised; an address; or a call such as fetch_openml."""
    served: Line
    """Name of the file or folder."""
    source: Literal["submission", "teacher", "sheet"]
    """submission: handed in with the notebook; teacher: from --files; sheet: an export of the served data set."""
    cell: int | None = None


class Mistake(Record):
    """A test row that the notebook was served and that the chosen model gets wrong, for the viva."""

    row: Count
    """In the test rows as served, counted from 0."""
    true: float
    """Number of the class, or the true value."""
    predicted: float
    image: Text = ""
    """A picture as a data URI."""
    text: Text = ""
    """The beginning of a review."""


class Prepared(Record):
    """What the notebook's preprocessing makes of test rows that it was served, for the viva."""

    rows: Count
    before: tuple[float, float]
    """Least and greatest number of these rows."""
    after: tuple[float, float]
    row: Count = 0
    """One of them, in the test rows as served, counted from 0."""
    raw: Annotated[list[float], Field(max_length=20)] = []
    """Its numbers, where a row is a short list of them."""
    fed: Annotated[list[float], Field(max_length=20)] = []


class Choice(Record):
    """The model that answers one network of the sheet, and what it reaches."""

    network: Name
    """Its name on the sheet."""
    model: Name | None = None
    """Id of the model; None where none answers."""
    because: Line = ""
    measurements: list[Measurement] = []
    """Best tier first."""
    not_measured_because: Line = ""
    """Why there is no sealed measurement, for the student."""
    mistakes: Annotated[list[Mistake], Field(max_length=20)] = []
    """Among the first of the test rows that the notebook was served: never of sealed ones."""
    prepared: Prepared | None = None
    left_to_a_person: bool = False
    """There is none because the grader could not measure, not because the model failed: then no marks are lost."""


class Evidence(Record):
    """Everything that is known about one submission after its run; checks read nothing else."""

    assignment: Name
    data: DataUsed
    run: Run
    cells: list[CellRun]
    models: list[Model] = []
    choices: list[Choice]
    """One for each network of the sheet, in its order."""
    answers: list[WrittenAnswer] = []
    quality: list[QualityFinding] = []
    code_lines: Count = 0
    claims: list[Claim] = []
    saved: SavedOutputs = SavedOutputs()
    """What the claims stand in."""
    concerns: list[Concern] = []
    files: list[FileRead] = []
    """Files that were not where the notebook looked for them, or came with it."""
    old_names: Annotated[list[OldName], Field(max_length=1_000)] = []
    """Advice: they cost nothing but what the rubric says."""
    substitutes: Annotated[list[Substitute], Field(max_length=1_000)] = []

    def of(self, network: str) -> "Evidence":
        """The evidence with the choice for one network of the sheet alone."""
        return self.model_copy(update={"choices": [each for each in self.choices if each.network == network]})

    @property
    def choice(self) -> Choice:
        """The choice for the network that is asked for. Raises `ValueError` where there are several: see `of`."""
        (choice,) = self.choices
        return choice

    @property
    def chosen(self) -> Model | None:
        """The model that answers the sheet, also where only the notebook's account of it is known."""
        return next((model for model in self.models if model.id == self.choice.model), None)

    @property
    def model(self) -> Model:
        """The model that answers the sheet, as the judge rebuilt it.

        Raises:
            Missing: there is none, or it was never built, so that it has no shapes yet.
            Undecided: the judge could not rebuild it. Then only the notebook's own account of it is there, which a
                notebook can forge.
        """
        if self.chosen is not None:
            return self.judged(self.chosen)
        if self.models:
            hint = "The sheet asks for more than one network. Build and train this one too, beside the other."
            whole = self.run.status == "finished"
            found = self.choice.because if whole else f"{self.choice.because} {self.run.sentence}"
            raise Missing("a model for this network of the sheet", f"none. {found}".rstrip("."), hint)
        found = "none" if self.run.status == "finished" else f"none: {self.run.sentence.rstrip('.')}"
        raise Missing("a Keras model in the notebook", found, "Build it with keras.Sequential([...]).")

    def judged(self, model: Model) -> Model:
        """The model if the judge has rebuilt it. Raises as `model` does."""
        if model.rebuilt:
            return model
        if model.output_shape is None:
            hint = "Start it with keras.Input(shape=...), or train it with fit(), so that the shapes are known."
            raise Missing("a model that was built", "one whose input shape was never fixed", hint)
        expected = "a model that can be rebuilt from Keras' standard layers"
        found = f"one that cannot: {model.not_rebuilt_because or 'it was not saved'}".rstrip(".")
        raise Undecided(expected, found, "Your teacher looks at it; it costs nothing.")

    @property
    def measurement(self) -> Measurement:
        """The chosen model's result on the sealed rows.

        Raises:
            Missing: the model is not there, was not trained, or gives nothing that could be measured.
            Undecided: the grader could not measure it; what it knows instead goes to a person.
        """
        choice = self.choice
        if choice.measurements and choice.measurements[0].tier == "sealed":
            return choice.measurements[0]
        self.model.last_fit  # noqa: B018 - an untrained or missing model is the better reason
        expected = "a result on test rows that the notebook never saw"
        if not choice.left_to_a_person:
            raise Missing(expected, "none", choice.not_measured_because)
        found = f"{choice.measurements[0].in_words} of the notebook's own" if choice.measurements else "none"
        raise Undecided(expected, found, f"{choice.not_measured_because} Your teacher looks at it; it costs nothing.")


class Observation(Record):
    """What running and judging one submission costs time to find out: what is stored."""

    evidence: Evidence
    """Without what the pages say, which is read again each time."""
    seconds: Seconds
    """That it took, from the first cell to the judge's last word."""
    peak_mb: float = 0
    """Most memory that the notebook had at one time."""
    killed: bool = False
    """Something outside of the sandbox ended the notebook, such as Linux where the machine's memory is used up."""


# -- Judgement -------------------------------------------------------------------------------------------------------


class CheckResult(Record):
    """Outcome of one check on one submission."""

    id: Name
    """Name of the function."""
    title: Line
    """The check's docstring: the sentence the student reads."""
    criterion: Name
    visibility: Literal["visible", "hidden"]
    status: Literal["passed", "partial", "failed", "undecided", "broken"]
    """failed is the student's; broken is ours. Undecided and broken never cost marks; they ask for a person."""
    share: Share = 0
    """Of the marks; partial has one between 0 and 1."""
    weight: Annotated[float, Field(gt=0)] = 1
    expected: Line = ""
    found: Line = ""
    hint: Line = ""
    trust: Name | None = None


class Entered(Record):
    """Marks that a person entered. They count in the place of the grader's own."""

    marks: float
    at: datetime
    automatic: float | None = None
    """The grader's own marks, as it finds them today; None where it leaves them to a person."""
    automatic_then: float | None = None
    """The same when the marks were entered."""

    @property
    def is_outdated(self) -> bool:
        """Whether the grader has changed its mind since."""
        return self.automatic != self.automatic_then


class SignOff(Record):
    """A teacher's signature under a record sheet."""

    by: Name
    at: datetime
    marks: float
    """The total that was signed."""


class Criterion(Record):
    """What one criterion of the rubric earned, and why."""

    id: Name
    title: Line
    outcome: Literal["earned", "partial", "lost", "pending", "advice"]
    """pending: nobody and nothing has decided it yet; it is not counted. advice: not met, and worth no marks."""
    marks: float | None
    """None while pending."""
    out_of: float
    expected: Line = ""
    found: Line = ""
    hint: Line = ""
    trust: Name | None = None
    checks: list[CheckResult] = []
    entered: Entered | None = None
    remark: Line = ""
    """A person's."""


class Column(Record):
    """One column of the record sheet."""

    marks: float | None
    """Sum of what is decided; None while nothing is."""
    out_of: float
    pending: float
    """Marks that are still open."""
    criteria: list[Criterion]
    entered: Entered | None = None
    """In the place of what the criteria add up to."""
    remark: Line = ""


class Total(Record):
    """The record sheet's Total column."""

    marks: float
    """Sum of all that is decided."""
    out_of: float
    pending: float
    """Marks that are still open: never counted as zero."""


class Flag(Record):
    """Something for a person to look at. It changes no mark."""

    title: Line
    detail: Line


class RunSummary(Record):
    """The run in three figures."""

    status: str
    seconds: Seconds
    training_seconds: Seconds


class Grade(Record):
    """The record sheet of one submission."""

    student: Name
    assignment: Name
    columns: dict[Name, Column]
    total: Total
    flags: list[Flag] = []
    run: RunSummary
    remark: Line = ""
    """A person's, on the whole."""
    signed: SignOff | None = None
